//! E.SUN's ACQ: JSON in a form, under a `mac`.

use super::{Asked, Opened, Placed, Standing, Telling, Wire, encoded, form, html, text};
use axum::body::Body;
use axum::http::{Response, StatusCode};
use axum::response::{IntoResponse, Redirect};
use serde_json::{Value, json};
use std::sync::Arc;

fn answer(data: Value) -> Option<Response<Body>> {
    let told = json!({"returnCode": "00", "version": "2", "txnData": data}).to_string();
    Some(encoded([("DATA", told.as_str())]).into_response())
}

async fn mac(wire: &Wire, key: &str, data: &str) -> Option<String> {
    wire.oracle.text(&json!({"ask": "sha", "key": key, "text": data})).await
}

pub async fn serve(wire: &Arc<Wire>, asked: Asked) -> Option<Response<Body>> {
    let fields = form(&asked.body);
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let data = field("data");
    let right = mac(wire, &wire.key("esun"), &data).await?;
    if field("mac") != right || field("ksn") != "1" {
        return answer(json!({"RC": "G8"}));
    }
    let order: Value = serde_json::from_str(&data).ok()?;
    let order_id = text(&order, "ONO");
    if text(&order, "MID") != wire.keys.store || order_id.contains('_') || order_id.to_uppercase() != order_id {
        return answer(json!({"RC": "G2"}));
    }
    match asked.path.as_str() {
        "ACQTrans/esuncard/txnf014m" => {
            let placed = Placed {
                order_id,
                amount: text(&order, "TA").parse().ok()?,
                description: String::new(),
                notice_url: text(&order, "U"),
                return_url: text(&order, "U"),
                agreement: order["AGREEMENT"].as_str().map(str::to_owned),
            };
            let silent = placed.agreement.is_some();
            let (_, page) = wire.place("esun", placed).await?;
            wire.hold("esun").await;
            Some(if silent { html(StatusCode::OK, String::new()) } else { Redirect::to(&page).into_response() })
        }
        "ACQQuery/esuncard/txnf0180" => {
            let Some((standing, amount, refunded)) = wire.look("esun", &order_id) else {
                return answer(json!({"RC": "GD", "MID": wire.keys.store, "ONO": order_id}));
            };
            let (code, trade_no) = code(&standing);
            let mut told = json!({
                "RC": code, "MID": wire.keys.store, "ONO": order_id, "RRN": trade_no, "TXNAMOUNT": amount.to_string(),
            });
            if refunded > 0 {
                told["REFUNDAMOUNT"] = refunded.to_string().into();
            }
            answer(told)
        }
        "ACQTrans/esuncard/txnf0160" => {
            let (_, amount, _) = wire.look("esun", &order_id)?;
            let done = wire.give_back("esun", &order_id, &order_id, amount);
            answer(json!({"RC": if done { "00" } else { "GF" }, "MID": wire.keys.store, "ONO": order_id}))
        }
        _ => None,
    }
}

fn code(standing: &Standing) -> (&'static str, &str) {
    match standing {
        Standing::Charged { trade_no, .. } => ("00", trade_no),
        Standing::Declined { trade_no, reason } => {
            let code = match reason.as_str() {
                "insufficient_funds" => "51",
                "over_limit" => "61",
                "refused_by_person" => "GT",
                "no_agreement" => "9404",
                _ => "GG",
            };
            (code, trade_no)
        }
        Standing::HandedOff { trade_no } | Standing::Cancelled { trade_no } => ("GE", trade_no),
    }
}

pub async fn telling(wire: &Wire, opened: &Opened, standing: &Standing) -> Option<Telling> {
    let (code, trade_no) = code(standing);
    let data = format!("RC={code},MID={},ONO={},RRN={trade_no}", wire.keys.store, opened.order_id);
    let macd = mac(wire, &wire.keys.key, &data).await?;
    let headers = vec![("Content-Type", "application/x-www-form-urlencoded".to_owned())];
    Some(Telling { headers, body: encoded([("DATA", data.as_str()), ("MACD", &macd)]) })
}
