//! The page about a story: bills, photos, accounts and a timeline in one self-contained HTML file, in both languages.
//!
//! Everything in it is taken from the run: the story's diary, the sandbox's record of requests, the phone's own output and
//! the businesses' accounts. Whether phone and accounts agree is computed here again, from what the page shows.

mod accounts;
mod bills;
mod html;
mod timeline;
mod wire;

use std::collections::BTreeMap;
use std::path::Path;

use paytaipei_sandbox::Ledger;
use paytaipei_sandbox::contract::Exchange;
use serde_json::Value;
use time::{OffsetDateTime, UtcOffset};

use crate::story::diary::{Entry, Taken, What, Words};
use crate::{Failure, Result, ensure};
use accounts::Accounts;
use html::{both, escape, figure, plain};
use timeline::Timeline;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// A payment as the phone tells it, in both languages.
#[derive(Clone, Debug)]
pub struct Payment {
    zh: Value,
    en: Value,
}

impl Payment {
    fn text(&self, key: &str) -> Option<&str> {
        self.zh[key].as_str()
    }

    /// Whole New Taiwan dollars.
    fn money(&self, key: &str) -> Option<i64> {
        self.zh[key].as_i64()
    }

    fn words(&self, key: &str) -> Words {
        let of = |value: &Value| value[key].as_str().unwrap_or("—").to_owned();
        Words::new(of(&self.zh), of(&self.en))
    }
}

/// All that the page tells.
#[derive(Clone, Debug)]
pub struct Report {
    /// The resident's account at the businesses: a mobile number.
    pub account: String,
    /// Was the platform's own guard against paying twice on?
    pub guard: bool,
    pub taken: Vec<Taken>,
    pub payments: Vec<Payment>,
    pub ledger: Ledger,
    pub diary: Vec<Entry>,
    pub requests: Vec<Exchange>,
}

impl Report {
    /// Joins what the phone tells of its payments in both languages.
    ///
    /// # Errors
    /// Where the two differ in more than words.
    pub fn pair(zh: Vec<Value>, en: Vec<Value>) -> Result<Vec<Payment>> {
        ensure!(zh.len() == en.len(), "{} payments in Chinese, {} in English", zh.len(), en.len());
        let pairs = zh.into_iter().zip(en).map(|(zh, en)| {
            for same in ["id", "biller", "number", "provider", "state", "agreed", "charged", "receipt"] {
                ensure!(zh[same] == en[same], "{same} differs between the languages");
            }
            Ok(Payment { zh, en })
        });
        pairs.collect()
    }

    /// The sandbox's record of a run.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn requests_of(record: &Path) -> Result<Vec<Exchange>> {
        let lines = std::fs::read_to_string(record)?;
        let read =
            |line: &str| serde_json::from_str(line).map_err(|error| Failure::new(format!("the record: {error}")));
        lines.lines().map(read).collect()
    }

    /// Writes the page, and the folder that it is to stand in.
    ///
    /// # Errors
    /// Where a photo cannot be read, or the page cannot be written.
    pub fn write(&self, file: &Path) -> Result<()> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        Ok(std::fs::write(file, self.html()?)?)
    }

    /// The page.
    ///
    /// # Errors
    /// Where a photo cannot be read.
    pub fn html(&self) -> Result<String> {
        let accounts = Accounts::of(self);
        let timeline = Timeline::of(self)?;
        // What stands in the page from outside cannot guess it, so neither style nor script of its own would run.
        let nonce = format!("{:032x}", fastrand::u128(..));
        let verdict = accounts.verdict();
        let title =
            Words::new(format!("{} · 手機繳費示範", verdict.zh), format!("{} · phone payment demo", verdict.en));
        let sections = [bills::section(self)?, accounts.section(), timeline.section()].concat();
        Ok(format!(
            r##"<!doctype html>
<html lang="zh-Hant">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title data-zh="{title_zh}" data-en="{title_en}">{title_zh}</title>
<style nonce="{nonce}">
{STYLE}</style>
</head>
<body>
<a class="skip" href="#main">{skip}</a>
<header>
<div class="bar"><p class="brand">pay.taipei <span class="quiet">{brand}</span></p>
<fieldset class="switch"><legend class="unseen">語言 · Language</legend>
<input type="radio" name="lang" id="lang-zh" value="zh" checked><label for="lang-zh" lang="zh-Hant">中文</label>
<input type="radio" name="lang" id="lang-en" value="en"><label for="lang-en" lang="en">English</label>
</fieldset></div>
<h1>{verdict}</h1>
<p class="lead">{lead}</p>
{equation}
{facts}
<nav aria-label="目錄 · Contents"><a href="#bills">{bills}</a> <a href="#accounts">{ledgers}</a> <a href="#timeline">{when}</a></nav>
</header>
<main id="main">
{sections}</main>
<footer>
<p>{invented}</p>
<p>{made}</p>
</footer>
<script nonce="{nonce}">
{SCRIPT}</script>
</body>
</html>
"##,
            title_zh = escape(&title.zh),
            title_en = escape(&title.en),
            skip = both("跳到內容", "Skip to content"),
            brand = both("手機繳費核心 · 示範報告", "phone payment core · report of the demo"),
            verdict = plain(&verdict),
            lead = self.lead(&accounts, &timeline),
            equation = accounts.equation(),
            facts = self.facts(&accounts, &timeline),
            bills = both("帳單", "Bills"),
            ledgers = both("對帳", "Accounts"),
            when = both("時間軸", "Timeline"),
            invented = both(
                "人物、門號、地址、帳單與帳戶全屬虛構；平台、電信業者與支付業者都是本機的沙盒。",
                "People, numbers, addresses, bills and accounts are invented; platform, operator and businesses are a sandbox on this machine.",
            ),
            made = self.made(&timeline),
        ))
    }

    fn lead(&self, accounts: &Accounts<'_>, timeline: &Timeline<'_>) -> String {
        let (bills, charges) = (self.taken.len(), accounts.charges());
        let (kills, away) = (timeline.kills(), timeline.away_seconds());
        let guard = if self.guard {
            Words::new("", "")
        } else {
            Words::new(
                "平台的重複繳費防護已關閉，只靠手機保護。",
                " The platform's own guard against paying twice was off: the phone alone protected.",
            )
        };
        both(
            &format!(
                "一位金門居民的 {bills} 張帳單：網路中斷 {away:.1} 秒、程式被強制終止 {kills} 次，最後扣款 {charges} 筆。{}",
                guard.zh
            ),
            &format!(
                "{bills} bills of one Kinmen resident: the network was away for {away:.1} s, the process was killed {kills} times, \
                 and {charges} charges were made in the end.{}",
                guard.en
            ),
        )
    }

    fn facts(&self, accounts: &Accounts<'_>, timeline: &Timeline<'_>) -> String {
        let lost = self.requests.iter().filter(|request| request.status.is_none()).count();
        let facts = [
            figure("twice", "重複扣款", "charged twice", &accounts.charged_twice().to_string()),
            figure("lost", "遺失的繳費", "payments lost", &accounts.lost().to_string()),
            figure("kills", "強制終止", "kills", &timeline.kills().to_string()),
            figure("away", "離線", "offline", &format!("{:.1} s", timeline.away_seconds())),
            figure("requests", "網路請求", "requests", &self.requests.len().to_string()),
            figure("replies", "遺失的回覆", "replies lost", &lost.to_string()),
        ];
        format!("<dl class=\"facts\">\n{}</dl>", facts.concat())
    }

    fn made(&self, timeline: &Timeline<'_>) -> String {
        let began = in_taipei(timeline.began());
        let guard = if self.guard { Words::new("開啟", "on") } else { Words::new("關閉", "off") };
        both(
            &format!("由這次執行的紀錄產生：{began}(臺北時間),平台防護{}。不連網路，不載入任何外部資源。", guard.zh),
            &format!(
                "Made from the record of this run: {began} (Taipei time), the platform's guard {}. Loads nothing from anywhere.",
                guard.en
            ),
        )
    }

    /// Billers' names by identifier, as the phone tells them.
    fn billers(&self) -> BTreeMap<&str, Words> {
        let named = |payment: &'_ Payment| payment.words("biller_name");
        self.payments.iter().filter_map(|payment| Some((payment.text("biller")?, named(payment)))).collect()
    }

    /// The payment of a bill.
    fn payment_of(&self, biller: &str, number: &str) -> Option<&Payment> {
        self.payments.iter().find(|p| p.text("biller") == Some(biller) && p.text("number") == Some(number))
    }
}

/// `2026-11-25 05:08:01`.
fn in_taipei(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::from_hms(8, 0, 0).unwrap_or(UtcOffset::UTC));
    let (date, time) = (at.date(), at.time());
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    format!("{:04}-{:02}-{:02} {hour:02}:{minute:02}:{second:02}", date.year(), u8::from(date.month()), date.day())
}

/// Is it a kill?
fn is_kill(entry: &Entry) -> bool {
    matches!(entry.what, What::Killed(_))
}
