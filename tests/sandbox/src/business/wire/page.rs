//! The page of a business's app, where the person approves an order or refuses it. In Traditional Chinese or English: as the
//! browser asks, or as `?lang=` says. It loads nothing and runs no script.

use super::{MOST_BODY, Opened, Standing, Wire, form, html};
use crate::business::BUSINESSES;
use crate::store::lock;
use axum::body::{self, Body};
use axum::extract::{Path, State};
use axum::http::{Method, Request, Response, StatusCode, header};
use std::sync::Arc;

#[derive(Clone, Copy)]
struct Tongue {
    zh: bool,
}

impl Tongue {
    fn of(request: &Request<Body>) -> Self {
        let query = request.uri().query().unwrap_or_default();
        let asked = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let zh = match query.split('&').find_map(|pair| pair.strip_prefix("lang=")) {
            Some(lang) => lang != "en",
            None => asked.is_none_or(|asked| asked.trim_start().starts_with("zh") || !asked.contains("en")),
        };
        Self { zh }
    }

    const fn pick(self, zh: &'static str, en: &'static str) -> &'static str {
        if self.zh { zh } else { en }
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

fn dollars(amount: i64) -> String {
    let digits = amount.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("NT${grouped}")
}

/// `+8869…` of `09…` or of itself.
fn e164(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let national = digits.strip_prefix("886").or_else(|| digits.strip_prefix('0'))?;
    (national.len() == 9 && national.starts_with('9')).then(|| format!("+886{national}"))
}

pub async fn serve(
    State(wire): State<Arc<Wire>>,
    Path((business, page)): Path<(String, String)>,
    request: Request<Body>,
) -> Response<Body> {
    let tongue = Tongue::of(&request);
    let opened = lock(&wire.pages).get(&page).filter(|opened| opened.business == business).cloned();
    let Some(opened) = opened else {
        return html(
            StatusCode::NOT_FOUND,
            document(tongue, "—", &say(tongue, "沒有這筆訂單。", "There is no such order.")),
        );
    };
    if request.method() == Method::POST {
        let Ok(body) = body::to_bytes(request.into_body(), MOST_BODY).await else {
            return html(StatusCode::PAYLOAD_TOO_LARGE, String::new());
        };
        let fields = form(&body);
        let approve = fields.get("decision").is_some_and(|decision| decision == "approve");
        let account = fields.get("account").and_then(|text| e164(text));
        if approve && account.is_none() {
            let words = tongue.pick("請輸入 09 開頭的手機號碼。", "Enter a mobile number that begins with 09.");
            return shown(&wire, &opened, tongue, words);
        }
        wire.decide(&opened, &account.unwrap_or_default(), approve);
    }
    shown(&wire, &opened, tongue, "")
}

fn say(tongue: Tongue, zh: &'static str, en: &'static str) -> String {
    format!("<p role=\"status\">{}</p>", tongue.pick(zh, en))
}

fn shown(wire: &Wire, opened: &Opened, tongue: Tongue, trouble: &str) -> Response<Body> {
    let Some((standing, amount, _)) = wire.look(opened.business, &opened.order_id) else {
        return html(StatusCode::NOT_FOUND, String::new());
    };
    let back = format!(
        "<a class=\"back\" href=\"{}\">{}</a>",
        escape(&opened.return_url),
        tongue.pick("回到 pay.taipei", "Back to pay.taipei")
    );
    let order = format!(
        "<p class=\"amount\">{}</p><dl><dt>{}</dt><dd>pay.taipei</dd>{}<dt>{}</dt><dd>{}</dd></dl>",
        dollars(amount),
        tongue.pick("商店", "Store"),
        if opened.description.is_empty() {
            String::new()
        } else {
            format!("<dt>{}</dt><dd>{}</dd>", tongue.pick("項目", "For"), escape(&opened.description))
        },
        tongue.pick("訂單編號", "Order"),
        escape(&opened.order_id),
    );
    let rest = match standing {
        Standing::HandedOff { .. } => asked(tongue, trouble),
        Standing::Charged { trade_no, .. } => {
            let paid = tongue.pick("已付款，交易序號", "Paid. Trade number");
            format!("<p role=\"status\">{paid} {}</p>{back}", escape(&trade_no))
        }
        Standing::Declined { reason, .. } if reason == "insufficient_funds" => {
            say(tongue, "餘額不足，沒有扣款。", "Not enough money on the account: nothing was charged.") + &back
        }
        _ => say(tongue, "沒有付款，也沒有扣款。", "Not paid, nothing was charged.") + &back,
    };
    let one = BUSINESSES.iter().find(|one| one.id == opened.business);
    let name = one.map_or("", |one| tongue.pick(one.zh, one.en));
    html(StatusCode::OK, document(tongue, name, &format!("{order}{rest}")))
}

fn asked(tongue: Tongue, trouble: &str) -> String {
    format!(
        "<form method=\"post\"><label>{}<input name=\"account\" inputmode=\"tel\" autocomplete=\"tel\" placeholder=\"0912345678\"></label>\
         <p role=\"alert\">{trouble}</p>\
         <div class=\"buttons\"><button name=\"decision\" value=\"refuse\">{}</button>\
         <button class=\"go\" name=\"decision\" value=\"approve\">{}</button></div></form>",
        tongue.pick("您帳戶的手機號碼", "Mobile number of your account"),
        tongue.pick("不付款", "Refuse"),
        tongue.pick("確認付款", "Approve payment"),
    )
}

fn document(tongue: Tongue, name: &str, body: &str) -> String {
    let (lang, other, other_name) = if tongue.zh { ("zh-Hant", "en", "English") } else { ("en", "zh", "中文") };
    format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><link rel=\"icon\" href=\"data:,\"><title>{name}</title>\
         <style>{}</style></head><body><main><header><h1>{name}</h1><nav><a href=\"?lang={other}\">{other_name}</a></nav></header>\
         {body}<p class=\"note\">{}</p></main></body></html>",
        include_str!("page.css"),
        tongue.pick("測試環境：帳戶與金額都是虛構的。", "A test environment: accounts and money are invented."),
    )
}
