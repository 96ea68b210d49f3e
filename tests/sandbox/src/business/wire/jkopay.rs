//! JKOPAY OnlinePay: JSON under a `DIGEST`.

use super::{Asked, Opened, Placed, Standing, Telling, Wire, text};
use axum::body::Body;
use axum::http::Response;
use axum::response::IntoResponse;
use serde_json::{Value, json};
use std::sync::Arc;

fn answer(result: &str, object: Value) -> Option<Response<Body>> {
    Some(axum::Json(json!({"result": result, "message": null, "result_object": object})).into_response())
}

pub async fn serve(wire: &Arc<Wire>, asked: Asked) -> Option<Response<Body>> {
    let header =
        |name: &str| asked.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let body = String::from_utf8(asked.body.to_vec()).ok()?;
    let signed = if body.is_empty() { &asked.query } else { &body };
    let right = wire.oracle.text(&json!({"ask": "hmac", "key": wire.key("jkopay"), "text": signed})).await?;
    if header("digest") != right || header("api-key") != wire.keys.iv {
        return answer("200", Value::Null);
    }
    match asked.path.as_str() {
        "platform/entry" => {
            let order: Value = serde_json::from_str(&body).ok()?;
            if text(&order, "store_id") != wire.keys.store || order["total_price"] != order["final_price"] {
                return answer("200", Value::Null);
            }
            let placed = Placed {
                order_id: text(&order, "platform_order_id"),
                amount: order["final_price"].as_i64()?,
                description: String::new(),
                notice_url: text(&order, "result_url"),
                return_url: text(&order, "result_display_url"),
                agreement: order["agreement_token"].as_str().map(str::to_owned),
            };
            let (standing, page) = wire.place("jkopay", placed).await?;
            wire.hold("jkopay").await;
            match standing {
                Standing::Charged { .. } => answer("101", Value::Null),
                Standing::Declined { reason, .. } => answer(refusal(&reason), Value::Null),
                _ => answer("000", json!({"payment_url": page, "qr_img": page, "qr_timeout": 600})),
            }
        }
        "platform/inquiry" => {
            let ids = asked.query.strip_prefix("platform_order_ids=")?;
            let transactions: Vec<Value> = ids.split(',').filter_map(|id| transaction(wire, id)).collect();
            answer("000", json!({"transactions": transactions}))
        }
        "platform/refund" => {
            let order: Value = serde_json::from_str(&body).ok()?;
            let (id, refund) = (text(&order, "platform_order_id"), text(&order, "refund_order_id"));
            if wire.give_back("jkopay", &id, &refund, order["refund_amount"].as_i64()?) {
                answer("000", json!({"refund_tradeNo": "JR1"}))
            } else {
                answer("922", Value::Null)
            }
        }
        _ => None,
    }
}

/// Of an order that is not paid, JKOPAY says no more than that.
fn refusal(reason: &str) -> &'static str {
    match reason {
        "over_limit" => "108",
        "no_agreement" => "9404",
        _ => "000",
    }
}

fn transaction(wire: &Wire, id: &str) -> Option<Value> {
    let (standing, amount, refunded) = wire.look("jkopay", id)?;
    let (status, trade_no) = match standing {
        Standing::Charged { trade_no, .. } => (0, trade_no),
        Standing::Declined { trade_no, .. } | Standing::HandedOff { trade_no } | Standing::Cancelled { trade_no } => {
            (101, trade_no)
        }
    };
    let mut told = json!({
        "platform_order_id": id, "status": status, "tradeNo": trade_no, "final_price": amount.to_string(),
        "redeem_amount": "0", "debit_amount": amount.to_string(), "currency": "TWD",
    });
    if refunded > 0 {
        told["refund_history"] = json!([{"refund_tradeNo": "JR1", "amount": refunded.to_string()}]);
    }
    Some(told)
}

pub async fn telling(wire: &Wire, opened: &Opened, standing: &Standing, amount: i64) -> Option<Telling> {
    let mut told = transaction(wire, &opened.order_id)?;
    told["final_price"] = amount.into();
    if matches!(standing, Standing::Declined { .. }) {
        told["status"] = 101.into();
    }
    let body = json!({"transaction": told}).to_string();
    let digest = wire.oracle.text(&json!({"ask": "hmac", "key": wire.keys.key, "text": body})).await?;
    Some(Telling { headers: vec![("Content-Type", "application/json".to_owned()), ("DIGEST", digest)], body })
}
