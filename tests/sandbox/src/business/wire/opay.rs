//! O'Pay AioCheckOut: forms that an ECPay SDK signs and believes.

use super::{Asked, Opened, Placed, Standing, Telling, Wire, encoded, form, html};
use axum::body::Body;
use axum::http::{Response, StatusCode};
use axum::response::{IntoResponse, Redirect};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

async fn signed(wire: &Wire, key: &str, fields: &[(&str, &str)]) -> Option<String> {
    let members: BTreeMap<&str, &str> = fields.iter().copied().collect();
    let question = json!({"ask": "check_mac", "key": key, "iv": wire.keys.iv, "fields": members});
    let mac = wire.oracle.text(&question).await?;
    Some(encoded(fields.iter().copied().chain([("CheckMacValue", mac.as_str())])))
}

pub async fn serve(wire: &Arc<Wire>, asked: Asked) -> Option<Response<Body>> {
    let fields = form(&asked.body);
    let key = wire.key("opay");
    let question = json!({"ask": "check_mac_is_right", "key": key, "iv": wire.keys.iv, "fields": fields});
    let believed = wire.oracle.ask(&question).await? == true;
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    if !believed || field("MerchantID") != wire.keys.store {
        return Some(html(StatusCode::OK, "CheckMacValue Error".to_owned()));
    }
    let order_id = field("MerchantTradeNo");
    match asked.path.as_str() {
        "Cashier/AioCheckOut/V5" => {
            let placed = Placed {
                order_id,
                amount: field("TotalAmount").parse().ok()?,
                description: field("ItemName"),
                notice_url: field("ReturnURL"),
                return_url: field("ClientBackURL"),
                agreement: fields.get("MerchantMemberID").cloned(),
            };
            let silent = placed.agreement.is_some();
            let (_, page) = wire.place("opay", placed).await?;
            wire.hold("opay").await;
            Some(if silent { html(StatusCode::OK, String::new()) } else { Redirect::to(&page).into_response() })
        }
        "Cashier/QueryTradeInfo/V5" => {
            let told = wire.look("opay", &order_id);
            let (status, trade_no, amount) = match told {
                None => ("10200047", String::new(), 0),
                Some((Standing::Charged { trade_no, .. }, amount, _)) => ("1", trade_no, amount),
                Some((Standing::Declined { trade_no, reason }, amount, _)) => (refusal(&reason), trade_no, amount),
                Some((Standing::HandedOff { trade_no } | Standing::Cancelled { trade_no }, amount, _)) => {
                    ("0", trade_no, amount)
                }
            };
            let amount = amount.to_string();
            let fields = [
                ("MerchantID", wire.keys.store.as_str()),
                ("MerchantTradeNo", &order_id),
                ("TradeNo", &trade_no),
                ("TradeAmt", &amount),
                ("TradeStatus", status),
            ];
            Some(signed(wire, &key, &fields).await?.into_response())
        }
        "Cashier/AioChargeback" => {
            let amount: i64 = field("ChargeBackTotalAmount").parse().ok()?;
            let done = wire.give_back("opay", &order_id, &format!("{order_id}/{amount}"), amount);
            Some(if done { "1|OK" } else { "0|amount" }.into_response())
        }
        _ => None,
    }
}

fn refusal(reason: &str) -> &'static str {
    if reason == "no_agreement" { "9404" } else { "10200095" }
}

pub async fn telling(wire: &Wire, opened: &Opened, standing: &Standing, amount: i64) -> Option<Telling> {
    let (code, trade_no) = match standing {
        Standing::Charged { trade_no, .. } => ("1", trade_no),
        Standing::Declined { trade_no, .. } | Standing::HandedOff { trade_no } | Standing::Cancelled { trade_no } => {
            ("10100058", trade_no)
        }
    };
    let amount = amount.to_string();
    let fields = [
        ("MerchantID", wire.keys.store.as_str()),
        ("MerchantTradeNo", &opened.order_id),
        ("RtnCode", code),
        ("RtnMsg", "交易成功"),
        ("TradeNo", trade_no),
        ("TradeAmt", &amount),
        ("PaymentType", "TopUpUsed_AllPay"),
        ("SimulatePaid", "0"),
    ];
    let body = signed(wire, &wire.keys.key, &fields).await?;
    Some(Telling { headers: vec![("Content-Type", "application/x-www-form-urlencoded".to_owned())], body })
}
