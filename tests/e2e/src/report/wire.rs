//! Requests and answers of the record, in words.

use std::collections::BTreeMap;

use paytaipei_sandbox::contract::Exchange;
use serde_json::Value;

use crate::story::diary::Words;
use crate::story::dollars;

/// Keys that open something, or prove somebody: of their values only the beginning is shown.
const SECRETS: [&str; 9] = [
    "bill_token",
    "challenge",
    "consent_key",
    "id_token",
    "session_key",
    "signature",
    "token",
    "verification",
    "verifier",
];

/// What a request asks for.
pub fn request(exchange: &Exchange, billers: &BTreeMap<&str, Words>) -> Words {
    let body = json(exchange.request_body.as_deref());
    let parts: Vec<&str> = exchange.path.split('/').skip(1).collect();
    match (exchange.method.as_str(), parts.as_slice()) {
        ("POST", ["v1", "verifications"]) => {
            Words::new("請電信業者在手機上確認門號", "has the operator confirm the number on the handset")
        }
        ("POST", ["v1", "verifications", _, "session"]) => Words::new("領取門號憑證", "collects the verified session"),
        ("GET", ["v1", "payments"]) => Words::new("取回這個門號先前的繳費", "fetches earlier payments of this number"),
        ("POST", ["v1", "inquiries"]) => {
            let bill = bill(&body, billers);
            match body["purpose"].as_str() {
                Some("pay") => {
                    Words::new(format!("繳款前先查：{}", bill.zh), format!("asks before paying: {}", bill.en))
                }
                _ => Words::new(format!("查詢帳單：{}", bill.zh), format!("asks for the bill: {}", bill.en)),
            }
        }
        ("PUT", ["v1", "payments", _]) => {
            let (bill, money) = (bill(&body["bill"], billers), money(&body["payable"]));
            Words::new(format!("送出繳款 {money}:{}", bill.zh), format!("pays {money}: {}", bill.en))
        }
        ("GET", ["v1", "payments", _]) => Words::new("詢問這筆繳款的結果", "asks what became of this payment"),
        ("POST", ["v1", "payments", _, "void"]) => Words::new("作廢這筆繳款", "voids this payment"),
        _ => Words::new("其他請求", "another request"),
    }
}

fn bill(body: &Value, billers: &BTreeMap<&str, Words>) -> Words {
    let text = |key: &str| body[key].as_str().unwrap_or("—");
    let (biller, number) = (text("biller"), text("number"));
    let name = |pick: fn(&Words) -> &str| billers.get(biller).map_or(biller, pick);
    Words::new(format!("{} {number}", name(|name| &name.zh)), format!("{} {number}", name(|name| &name.en)))
}

fn money(value: &Value) -> String {
    value.as_i64().map_or_else(|| "—".to_owned(), dollars)
}

/// How it was answered.
pub fn answer(exchange: &Exchange) -> Words {
    let body = json(exchange.response_body.as_deref());
    let Some(status) = exchange.status else {
        return match exchange.fault.as_deref() {
            Some("lost_reply") => {
                Words::new("平台已處理，回覆在路上遺失", "the platform acted; its reply was lost on the way")
            }
            _ => Words::new("連線中斷，沒有回覆", "the connection was cut: no reply"),
        };
    };
    if let Some(code) = body["code"].as_str().filter(|_| status >= 400) {
        return Words::new(code, code);
    }
    if let Some(bills) = body["bills"].as_array() {
        return bills.first().map_or_else(|| Words::new("沒有帳單", "no bill"), bill_state);
    }
    if let Some(payments) = body["payments"].as_array() {
        let count = payments.len();
        return Words::new(format!("{count} 筆"), format!("{count} payments"));
    }
    if let Some(state) = body["state"].as_str() {
        let words = match state {
            "settled" => Words::new("已扣款", "charged"),
            "processing" => Words::new("處理中", "processing"),
            "awaiting_hand_off" => Words::new("等待業者 App", "waits for the business's app"),
            "declined" => Words::new("業者拒絕", "declined"),
            "voided" => Words::new("已作廢", "voided"),
            other => Words::new(other, other),
        };
        let money = money(&body["payable"]);
        let receipt = body["receipt"].as_str().map(|receipt| format!(" · {receipt}")).unwrap_or_default();
        return Words::new(format!("{} {money}{receipt}", words.zh), format!("{} {money}{receipt}", words.en));
    }
    if let Some(code) = body["binding_message"].as_str() {
        return Words::new(format!("核對代碼 {code}"), format!("code to compare: {code}"));
    }
    if body["token"].is_string() {
        return Words::new("門號已驗證", "the number is verified");
    }
    Words::new("—", "—")
}

fn bill_state(bill: &Value) -> Words {
    let money = money(&bill["payable"]);
    match bill["status"].as_str() {
        Some("payable") => Words::new(format!("待繳 {money}"), format!("{money} to pay")),
        Some("paid") => Words::new("已繳清", "already paid"),
        Some("expired") => Words::new("已逾期", "expired"),
        other => {
            let other = other.unwrap_or("—");
            Words::new(other, other)
        }
    }
}

/// A body, laid out, without what opens anything.
pub fn body(text: Option<&str>) -> Option<String> {
    let text = text?;
    let Ok(mut value) = serde_json::from_str::<Value>(text) else { return Some(text.to_owned()) };
    shorten(&mut value);
    serde_json::to_string_pretty(&value).ok()
}

/// A path; the verification's identifier is what its answer is collected with.
pub fn path(exchange: &Exchange) -> String {
    let mut parts: Vec<String> = exchange.path.split('/').map(str::to_owned).collect();
    if let [_, _, kind, id, ..] = parts.as_mut_slice()
        && kind == "verifications"
    {
        *id = beginning(id);
    }
    parts.join("/")
}

fn shorten(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                match value.as_str() {
                    Some(secret) if SECRETS.contains(&key.as_str()) => *value = beginning(secret).into(),
                    _ => shorten(value),
                }
            }
        }
        Value::Array(array) => array.iter_mut().for_each(shorten),
        _ => {}
    }
}

fn beginning(secret: &str) -> String {
    secret.chars().take(6).chain(['…']).collect()
}

fn json(text: Option<&str>) -> Value {
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null)
}
