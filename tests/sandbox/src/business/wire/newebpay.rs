//! NewebPay MPG, for ezPay: what a NewebPay SDK opens and seals.

use super::{Asked, Opened, Placed, Standing, Telling, Wire, encoded, form, html, text};
use axum::body::Body;
use axum::http::{Response, StatusCode};
use axum::response::{IntoResponse, Redirect};
use serde_json::{Value, json};
use std::sync::Arc;

async fn opened(wire: &Wire, key: &str, info: &str, sha: &str) -> Option<String> {
    wire.oracle.text(&json!({"ask": "open", "key": key, "iv": wire.keys.iv, "info": info, "sha": sha})).await
}

async fn sealed(wire: &Wire, plain: &Value) -> Option<(String, String)> {
    let question = json!({"ask": "seal_text", "key": wire.keys.key, "iv": wire.keys.iv, "text": plain.to_string()});
    let sealed = wire.oracle.ask(&question).await?;
    Some((text(&sealed, "info"), text(&sealed, "sha")))
}

fn error(code: &str) -> Response<Body> {
    axum::Json(json!({"Status": code, "Message": "", "Result": []})).into_response()
}

pub async fn serve(wire: &Arc<Wire>, asked: Asked) -> Option<Response<Body>> {
    let outer = form(&asked.body);
    let outer = |name: &str| outer.get(name).cloned().unwrap_or_default();
    let key = wire.key("ezpay");
    match asked.path.as_str() {
        "MPG/mpg_gateway" => {
            let Some(plain) = opened(wire, &key, &outer("TradeInfo"), &outer("TradeSha")).await else {
                return Some(html(StatusCode::OK, "MPG03009".to_owned()));
            };
            let fields = form(plain.as_bytes());
            let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
            if field("MerchantID") != wire.keys.store || outer("MerchantID") != wire.keys.store {
                return Some(html(StatusCode::OK, "MPG01001".to_owned()));
            }
            let placed = Placed {
                order_id: field("MerchantOrderNo"),
                amount: field("Amt").parse().ok()?,
                description: field("ItemDesc"),
                notice_url: field("NotifyURL"),
                return_url: field("ReturnURL"),
                agreement: fields.get("TokenTerm").cloned(),
            };
            let silent = placed.agreement.is_some();
            let (_, page) = wire.place("ezpay", placed).await?;
            wire.hold("ezpay").await;
            Some(if silent { html(StatusCode::OK, String::new()) } else { Redirect::to(&page).into_response() })
        }
        "API/QueryTradeInfo" => {
            let (id, amount) = (outer("MerchantOrderNo"), outer("Amt"));
            let members = json!({"Amt": amount, "MerchantID": outer("MerchantID"), "MerchantOrderNo": id});
            let check = json!({"ask": "check_value", "key": key, "iv": wire.keys.iv, "fields": members});
            if wire.oracle.text(&check).await? != outer("CheckValue") {
                return Some(error("TRA10008"));
            }
            let Some((standing, amount, _)) = wire.look("ezpay", &id) else { return Some(error("TRA10021")) };
            let (status, trade_no) = match standing {
                Standing::Charged { trade_no, .. } => ("1", trade_no),
                Standing::Declined { trade_no, reason } if reason == "no_agreement" => ("9404", trade_no),
                Standing::Declined { trade_no, .. } => ("2", trade_no),
                Standing::HandedOff { trade_no } | Standing::Cancelled { trade_no } => ("0", trade_no),
            };
            let mut told =
                json!({"MerchantID": wire.keys.store, "Amt": amount, "TradeNo": trade_no, "MerchantOrderNo": id});
            let check = json!({"ask": "check_code", "key": key, "iv": wire.keys.iv, "fields": told});
            told["CheckCode"] = wire.oracle.text(&check).await?.into();
            told["TradeStatus"] = status.into();
            Some(axum::Json(json!({"Status": "SUCCESS", "Message": "查詢成功", "Result": told})).into_response())
        }
        "API/EWallet/refund" => {
            let Some(plain) = opened(wire, &key, &outer("EncryptData_"), &outer("HashData_")).await else {
                return Some(error("TRA10008"));
            };
            let asked: Value = serde_json::from_str(&plain).ok()?;
            let (id, amount) = (text(&asked, "MerchantOrderNo"), asked["Amount"].as_i64()?);
            if !wire.give_back("ezpay", &id, &format!("{id}/{amount}"), amount) {
                return Some(error("TRA10045"));
            }
            let (info, sha) = sealed(wire, &json!({"MerchantOrderNo": id, "RefundAmount": amount})).await?;
            let told = json!({"UID": wire.keys.store, "Status": "SUCCESS", "EncryptData": info, "HashData": sha});
            Some(axum::Json(told).into_response())
        }
        _ => None,
    }
}

pub async fn telling(wire: &Wire, opened: &Opened, standing: &Standing, amount: i64) -> Option<Telling> {
    let (status, trade_no) = match standing {
        Standing::Charged { trade_no, .. } => ("SUCCESS", trade_no),
        Standing::Declined { trade_no, reason } if reason == "no_agreement" => ("9404", trade_no),
        Standing::Declined { trade_no, .. } | Standing::HandedOff { trade_no } | Standing::Cancelled { trade_no } => {
            ("MPG02004", trade_no)
        }
    };
    let result = json!({
        "MerchantID": wire.keys.store, "Amt": amount, "TradeNo": trade_no, "MerchantOrderNo": opened.order_id,
        "PaymentType": "EZPAY",
    });
    let (info, sha) = sealed(wire, &json!({"Status": status, "Message": "", "Result": result})).await?;
    let fields =
        [("Status", status), ("MerchantID", wire.keys.store.as_str()), ("TradeInfo", &info), ("TradeSha", &sha)];
    let headers = vec![("Content-Type", "application/x-www-form-urlencoded".to_owned())];
    Some(Telling { headers, body: encoded(fields) })
}
