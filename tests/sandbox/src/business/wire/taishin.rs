//! Taishin's TSPG: JSON in hundredths, unsigned.

use super::{Asked, Opened, Placed, Standing, Telling, Wire, text};
use axum::body::Body;
use axum::http::Response;
use axum::response::IntoResponse;
use serde_json::{Value, json};
use std::sync::Arc;

fn answer(params: Value) -> Option<Response<Body>> {
    Some(axum::Json(json!({"ver": "1.0.0", "pay_type": 1, "params": params})).into_response())
}

fn dollars(text: &str) -> Option<i64> {
    text.strip_suffix("00")?.parse().ok()
}

pub async fn serve(wire: &Arc<Wire>, asked: Asked) -> Option<Response<Body>> {
    let order: Value = serde_json::from_slice(&asked.body).ok()?;
    if text(&order, "mid") != wire.keys.store || text(&order, "sender") != "rest" {
        return answer(json!({"ret_code": "-1", "ret_msg": "mid"}));
    }
    let params = &order["params"];
    let order_id = text(params, "order_no");
    match (asked.path.as_str(), order["tx_type"].as_i64()?) {
        ("auth.ashx", 1) => {
            let placed = Placed {
                order_id,
                amount: dollars(&text(params, "amt"))?,
                description: text(params, "order_desc"),
                notice_url: text(params, "result_url"),
                return_url: text(params, "post_back_url"),
                agreement: params["agreement"].as_str().map(str::to_owned),
            };
            let (standing, page) = wire.place("taishin", placed).await?;
            wire.hold("taishin").await;
            match standing {
                Standing::Declined { reason, .. } => answer(json!({"ret_code": refusal(&reason)})),
                _ => answer(json!({"ret_code": "00", "hpp_url": page})),
            }
        }
        ("other.ashx", 7) => {
            let Some((standing, amount, refunded)) = wire.look("taishin", &order_id) else {
                return answer(json!({"ret_code": "-1", "order_no": order_id}));
            };
            let (status, code, trade_no) = match standing {
                Standing::Charged { trade_no, .. } => ("03", "00", trade_no),
                Standing::Declined { trade_no, reason } if reason == "refused_by_person" => ("12", "00", trade_no),
                Standing::Declined { trade_no, reason } => ("ZF", refusal(&reason), trade_no),
                Standing::HandedOff { trade_no } | Standing::Cancelled { trade_no } => ("ZP", "00", trade_no),
            };
            answer(json!({
                "ret_code": code, "order_no": order_id, "order_status": status, "tx_amt": format!("{amount}00"),
                "refund_trans_amt": format!("{refunded}00"), "rrn": trade_no,
            }))
        }
        ("other.ashx", 5) => {
            let amount = dollars(&text(params, "amt"))?;
            let done = wire.give_back("taishin", &order_id, &format!("{order_id}/{amount}"), amount);
            answer(json!({"ret_code": if done { "00" } else { "05" }, "order_no": order_id, "rrn": "R1"}))
        }
        _ => None,
    }
}

fn refusal(reason: &str) -> &'static str {
    match reason {
        "insufficient_funds" => "51",
        "over_limit" => "61",
        "no_agreement" => "9404",
        _ => "05",
    }
}

pub fn telling(opened: &Opened, standing: &Standing, amount: i64) -> Option<Telling> {
    let code = match standing {
        Standing::Charged { .. } => "00",
        Standing::Declined { reason, .. } => refusal(reason),
        _ => return None,
    };
    let params = json!({"ret_code": code, "order_no": opened.order_id, "amt": format!("{amount}00")});
    let body = json!({"ver": "1.0.0", "tx_type": 1, "params": params}).to_string();
    Some(Telling { headers: vec![("Content-Type", "application/json".to_owned())], body })
}
