//! The bills: on paper as photographed, with what the phone read in them, or as keyed in.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::html::{both, escape, pair, plain};
use super::{Payment, Report};
use crate::Result;
use crate::story::diary::{Photo, Source, Taken, Words};
use crate::story::dollars;

pub fn section(report: &Report) -> Result<String> {
    let billers = report.billers();
    let mut cards = String::new();
    // Paper first.
    let paper = |taken: &&Taken| matches!(taken.source, Source::Photo(_));
    let (photographed, keyed): (Vec<&Taken>, Vec<&Taken>) = report.taken.iter().partition(paper);
    for taken in photographed.into_iter().chain(keyed) {
        let issued = &taken.issued;
        let own = Words::new(issued.biller.as_str(), issued.biller.as_str());
        let name = billers.get(issued.biller.as_str()).unwrap_or(&own);
        let payment = report.payment_of(&issued.biller, &issued.number);
        cards.push_str(&card(taken, name, payment)?);
    }
    Ok(format!(
        r#"<section id="bills" aria-labelledby="bills-title">
<h2 id="bills-title">{title}</h2>
<p class="note">{note}</p>
<div class="bills">
{cards}</div>
</section>
"#,
        title = both("帳單", "Bills"),
        note = both(
            "照片就是手機掃描的那一張；框線是它在照片上讀到條碼的位置。",
            "Each photo is the very one that the phone scanned; outlines are where it read codes in it.",
        ),
    ))
}

fn card(taken: &Taken, name: &Words, payment: Option<&Payment>) -> Result<String> {
    let issued = &taken.issued;
    let picture = match &taken.source {
        Source::Photo(photo) => photographed(photo, name)?,
        Source::Keyed { typed, connected } => keyed(typed, *connected),
    };
    let money = |key: &str| payment.and_then(|p| p.money(key)).map_or_else(|| "—".to_owned(), dollars);
    let state = payment.map_or_else(|| Words::new("—", "—"), |payment| payment.words("words"));
    let mut rows = vec![
        pair("number", "號碼", "number", &format!("<span class=\"code\">{}</span>", escape(&issued.number))),
        pair("due", "期限", "due", &escape(&issued.due)),
        pair("paper", "帳單金額", "billed", &escape(&dollars(issued.amount))),
        pair("agreed", "同意金額", "agreed to", &escape(&money("agreed"))),
        pair("charged", "扣款", "charged", &format!("<strong>{}</strong>", escape(&money("charged")))),
    ];
    if let Some(payment) = payment.filter(|payment| payment.text("receipt").is_some()) {
        let receipt = payment.text("receipt").unwrap_or_default();
        rows.push(pair("receipt", "收據", "receipt", &format!("<span class=\"code\">{}</span>", escape(receipt))));
    }
    Ok(format!(
        r#"<article class="bill" data-number="{number}">
{picture}
<h3>{name}</h3>
<p class="state {tone}" data-is="state">{state}</p>
<dl>
{rows}</dl>
</article>
"#,
        number = escape(&issued.number),
        name = plain(name),
        tone = if payment.is_some_and(|p| p.money("charged").is_some()) { "good" } else { "calm" },
        state = plain(&state),
        rows = rows.concat(),
    ))
}

fn photographed(photo: &Photo, name: &Words) -> Result<String> {
    let jpeg = STANDARD.encode(std::fs::read(&photo.file)?);
    let (width, height) = (photo.width, photo.height);
    let symbols = photo.scanned["symbols"].as_array().map(Vec::as_slice).unwrap_or_default();
    let outlines: String = symbols.iter().map(outline).collect();
    let millis = photo.scanned["decode_ms"].as_f64().unwrap_or(0.0);
    let codes = symbols.len();
    Ok(format!(
        r#"<figure class="photo"><div class="frame"><img src="data:image/jpeg;base64,{jpeg}" width="{width}" height="{height}" alt="{alt}">
<svg viewBox="0 0 {width} {height}" aria-hidden="true">{outlines}</svg></div>
<figcaption>{caption}</figcaption></figure>"#,
        alt = escape(&format!("{}紙本帳單的照片 · photo of a paper bill: {}", name.zh, name.en)),
        caption = both(
            &format!("離線掃描：{codes} 個條碼，{millis:.0} 毫秒"),
            &format!("scanned offline: {codes} codes in {millis:.0} ms")
        ),
    ))
}

/// Corners of a code in the photo, as a polygon.
fn outline(symbol: &Value) -> String {
    let mut points = String::new();
    for corner in symbol["corners"].as_array().into_iter().flatten() {
        if let (Some(x), Some(y)) = (corner[0].as_f64(), corner[1].as_f64()) {
            let _ = write!(points, "{x:.1},{y:.1} ");
        }
    }
    format!("<polygon points=\"{}\"/>", points.trim_end())
}

fn keyed(typed: &str, connected: bool) -> String {
    let how = if connected {
        Words::new("連線時輸入水號查詢", "keyed in while connected")
    } else {
        Words::new("離線輸入：先記下，連線後才查金額", "keyed in offline: kept, its amount asked for later")
    };
    format!(
        "<figure class=\"photo\"><div class=\"frame keyed\"><p class=\"digits{}\">{}</p></div>\n<figcaption>{}</figcaption></figure>",
        // As typed on a Chinese keyboard, digits are wide already.
        if typed.is_ascii() { "" } else { " wide" },
        escape(typed),
        plain(&how)
    )
}
