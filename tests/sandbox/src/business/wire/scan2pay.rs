//! Intella Scan2Pay: one address, an envelope, three wallets.

use super::{Asked, Opened, Placed, Standing, Telling, Wire, text};
use axum::body::Body;
use axum::http::Response;
use axum::response::IntoResponse;
use serde_json::{Value, json};
use std::sync::Arc;

fn wallet(method: &str) -> Option<&'static str> {
    match method {
        "10300" => Some("pi-wallet"),
        "11300" => Some("gamapay"),
        "11400" => Some("aipei"),
        _ => None,
    }
}

/// As Scan2Pay wants a key: its SHA-256, which is what the platform sends.
async fn hashed(wire: &Wire, key: &str) -> Option<String> {
    wire.oracle.text(&json!({"ask": "sha", "key": key, "text": ""})).await
}

pub async fn serve(wire: &Arc<Wire>, asked: Asked) -> Option<Response<Body>> {
    let envelope: Value = serde_json::from_slice(&asked.body).ok()?;
    let mut question = json!({
        "ask": "open_envelope", "private_key": wire.keys.private_key, "iv": wire.keys.iv,
        "request": envelope["Request"], "api_key": envelope["ApiKey"],
    });
    let Some(plain) = wire.oracle.text(&question).await else { return Some("8003".into_response()) };
    let plain: Value = serde_json::from_str(&plain).ok()?;
    let header = &plain["Header"];
    let business = wallet(&text(header, "Method"))?;
    let data: Value = serde_json::from_str(plain["Data"].as_str()?).ok()?;
    let service = text(header, "ServiceType");
    let (code, told) = if text(header, "MchId") != wire.keys.store {
        ("8007", Value::Null)
    } else if Some(text(header, "TradeKey")) != hashed(wire, &wire.key(business)).await {
        ("7105", Value::Null)
    } else {
        handled(wire, business, &service, &data).await?
    };
    wire.hold(business).await;
    let answer =
        json!({"Header": {"StatusCode": code, "ServiceType": service, "MchId": wire.keys.store}, "Data": told});
    question["ask"] = "seal_answer".into();
    question["text"] = answer.to_string().into();
    let sealed = wire.oracle.text(&question).await?;
    Some(axum::Json(json!({"Response": sealed})).into_response())
}

async fn handled(
    wire: &Arc<Wire>,
    business: &'static str,
    service: &str,
    data: &Value,
) -> Option<(&'static str, Value)> {
    let order_id = text(data, "StoreOrderNo");
    Some(match service {
        "OLPay" => {
            let placed = Placed {
                order_id: order_id.clone(),
                amount: text(data, "TotalFee").parse().ok()?,
                description: text(data, "Body"),
                // Where notices go is agreed with Intella once, and in no request.
                notice_url: format!("{}/platform/notices/{business}", wire.base),
                return_url: text(data, "CallBackUrl"),
                agreement: data["Agreement"].as_str().map(str::to_owned),
            };
            let (standing, page) = wire.place(business, placed).await?;
            match standing {
                Standing::Declined { reason, .. } => (refusal(&reason), Value::Null),
                _ => ("0000", json!({"StoreOrderNo": order_id, "urlToken": page})),
            }
        }
        "SingleOrderQuery" => {
            let Some((standing, amount, refunded)) = wire.look(business, &order_id) else {
                return Some(("7002", Value::Null));
            };
            let (status, trade_no) = match standing {
                Standing::Charged { trade_no, .. } if refunded == amount => ("3", trade_no),
                Standing::Charged { trade_no, .. } => ("1", trade_no),
                Standing::Declined { reason, .. } if reason == "no_agreement" => return Some(("9404", Value::Null)),
                Standing::Declined { trade_no, .. } => ("2", trade_no),
                Standing::HandedOff { trade_no } | Standing::Cancelled { trade_no } => ("0", trade_no),
            };
            let fee = amount.to_string();
            let told =
                json!({"SysOrderNo": trade_no, "StoreOrderNo": order_id, "OrderStatus": status, "TotalFee": fee});
            ("0000", told)
        }
        "Refund" => {
            let refund = text(data, "StoreRefundNo");
            if text(data, "RefundKey") != hashed(wire, &wire.keys.iv).await? {
                ("7105", Value::Null)
            } else if wire.give_back(business, &order_id, &refund, data["RefundFee"].as_i64()?) {
                ("0000", json!({"SysRefundNo": "R1", "StoreRefundNo": refund, "StoreOrderNo": order_id}))
            } else {
                ("7110", Value::Null)
            }
        }
        _ => return None,
    })
}

fn refusal(reason: &str) -> &'static str {
    match reason {
        "over_limit" => "8014",
        "no_agreement" => "9404",
        _ => "9998",
    }
}

pub async fn telling(wire: &Wire, opened: &Opened, standing: &Standing, amount: i64) -> Option<Telling> {
    let result = match standing {
        Standing::Charged { .. } => "0000",
        Standing::Declined { reason, .. } => refusal(reason),
        _ => return None,
    };
    let (store, id) = (&wire.keys.store, &opened.order_id);
    let signed = format!(r#"{{"MchId":"{store}","Result":"{result}","StoreOrderNo":"{id}","TotalFee":"{amount}"}}"#);
    let question = json!({"ask": "sign", "private_key": wire.keys.private_key, "text": signed});
    let sign = wire.oracle.text(&question).await?;
    let body = format!("{},\"Sign\":\"{sign}\"}}", signed.strip_suffix('}')?);
    Some(Telling { headers: vec![("Content-Type", "application/json".to_owned())], body })
}
