//! What a person or a program reads. Programs: one JSON object a line, on standard output.

use std::io::Write;

use paytaipei_app::view::{BillView, BillerView, CountyView, Export, NumberView, PaymentView, VerificationView};
use paytaipei_app::{
    AgreementView, Code, DealView, Error, Lang, MonthView, OtherWayView, ProviderView, ReceiptView, ReminderView,
    Result, VerificationStep,
};
use serde::Serialize;
use serde_json::json;

use crate::scan::Line;

#[derive(Clone, Copy)]
pub struct Output {
    json: bool,
    lang: Lang,
}

impl Output {
    pub const fn new(json: bool, lang: Lang) -> Self {
        Self { json, lang }
    }

    pub const fn lang(self) -> Lang {
        self.lang
    }

    pub fn error(self, error: &Error) {
        let (message, hint) = (error.message(self.lang), error.hint(self.lang));
        if self.json {
            let mut body = json!({ "code": error.code.as_str(), "message": message, "hint": hint });
            if let (Some(detail), Some(body)) = (error.detail(), body.as_object_mut()) {
                body.insert("detail".into(), detail.into());
            }
            line(&json!({ "error": body }).to_string());
        } else {
            // Whoever no longer listens learns it from the exit code.
            let _ = writeln!(std::io::stderr(), "✗ {message}\n  → {hint}");
        }
    }

    pub fn biller(self, biller: &BillerView) {
        self.say(biller, || {
            let name = self.lang.pick(&biller.name, &biller.name_en);
            let note = match &biller.elsewhere {
                None if biller.closed => self.lang.pick("暫停", "switched off for now").to_owned(),
                None => biller.hint.clone(),
                Some(elsewhere) => elsewhere.clone(),
            };
            format!("{:<24} {name}  ({note})", biller.id)
        });
    }

    pub fn counties(self, counties: &[CountyView], chosen: Option<&str>) {
        for county in counties {
            let chosen = chosen == Some(county.id.as_str());
            self.say(&json!({ "county": { "id": county.id, "name": county.name, "chosen": chosen } }), || {
                format!("{} {:<10} {}", if chosen { "✓" } else { " " }, county.id, county.name)
            });
        }
    }

    pub fn number(self, number: &NumberView) {
        self.say(&json!({ "number": number }), || {
            let nickname = number.nickname.as_deref().unwrap_or("");
            format!("{}  {}  {nickname}", number.biller_name, number.number)
        });
    }

    pub fn scanned(self, scanned: &Line) {
        self.say(scanned, || {
            let file = scanned.file.escape_debug();
            let mut text = format!("{file}: {} ({} ms)", scanned.outcome, scanned.decode_ms);
            if let Some(reason) = scanned.reason {
                text.push_str(&format!(" {reason}"));
            }
            for symbol in &scanned.symbols {
                text.push_str(&format!("\n  {}: {}", symbol.format, symbol.text.escape_debug()));
            }
            text
        });
    }

    /// What to do now, or how it went: a refusal is the command's.
    pub fn step(self, step: VerificationStep) -> Result<()> {
        match step {
            VerificationStep::ApproveOnHandset(view) => self.verification(&view),
            VerificationStep::OpenPage { url } => self.say(&json!({ "page": { "url": url } }), || {
                let then = self.lang.pick(
                    "打開這個網頁，完成後用 returned 交回連結：",
                    "open this page, then hand its link over with `returned`:",
                );
                format!("{then}\n  {url}")
            }),
            VerificationStep::Verified { msisdn } => self.verified(&msisdn),
            VerificationStep::Refused(error) => return Err(error),
        }
        Ok(())
    }

    fn verification(self, started: &VerificationView) {
        self.say(&json!({ "verification": started }), || match self.lang {
            Lang::ZhHant => format!("請在手機 {} 上確認，並核對代碼 {}", started.msisdn, started.binding_message),
            Lang::En => {
                format!("Approve on the handset {}; the code there must be {}", started.msisdn, started.binding_message)
            }
        });
    }

    fn verified(self, msisdn: &str) {
        self.say(&json!({ "verified": msisdn }), || match self.lang {
            Lang::ZhHant => format!("✓ 門號 {msisdn} 已驗證"),
            Lang::En => format!("✓ {msisdn} is verified"),
        });
    }

    pub fn bill(self, bill: &BillView) {
        self.say(&json!({ "bill": bill }), || {
            let unknown = self.lang.pick("金額待查詢", "amount not known yet");
            let amount = bill.payable.map_or_else(|| unknown.to_owned(), dollars);
            let due = bill.due.as_deref().unwrap_or("—");
            let owner = bill.owner.as_deref().unwrap_or("");
            let warnings: String = bill.warnings.iter().map(|warning| format!("\n  ! {warning}")).collect();
            let (number, status) = (&bill.number, self.status(&bill.status));
            format!(
                "{}  {number}  {amount}  {}{due}  {status} {owner}\n  {}{warnings}",
                bill.biller_name,
                self.lang.pick("期限 ", "due "),
                bill.id
            )
        });
    }

    fn status(self, status: &str) -> &str {
        match (self.lang, status) {
            (Lang::ZhHant, "unchecked") => "尚未查證",
            (Lang::ZhHant, "payable") => "待繳",
            (Lang::ZhHant, "paid") => "已繳清",
            (Lang::ZhHant, "expired") => "已逾期",
            (Lang::ZhHant, "not_found") => "查無此單",
            (Lang::En, "unchecked") => "not checked yet",
            (_, status) => status,
        }
    }

    pub fn payment(self, payment: &PaymentView) {
        self.say(&json!({ "payment": payment }), || {
            let unknown = self.lang.pick("金額待查詢", "amount not known yet");
            let amount = payment.charged.or(payment.payable).map_or_else(|| unknown.to_owned(), dollars);
            let mut text = format!("{}  {amount}  {}  {}", payment.biller_name, payment.provider_name, payment.words);
            if let Some(reason) = &payment.reason_words {
                text.push_str(&format!(" · {reason}"));
            }
            if let (Some(agreed), Some(difference)) = (payment.agreed, payment.difference.filter(|d| *d != 0)) {
                let before = self.lang.pick("原同意", "agreed to");
                text.push_str(&format!("({before} {}, {difference:+})", dollars(agreed)));
            }
            if let Some(back) = payment.cashback {
                text.push_str(&format!("  {} {}", self.lang.pick("回饋", "back"), dollars(back)));
            }
            if let Some(receipt) = &payment.receipt {
                text.push_str(&format!("  {} {receipt}", self.lang.pick("收據", "receipt")));
            }
            format!("{text}\n  {}", payment.id)
        });
    }

    pub fn provider(self, provider: &ProviderView) {
        self.say(&json!({ "provider": provider }), || {
            let mut text = format!("{:<10} {}", provider.id, provider.name);
            if provider.best > 0 {
                text.push_str(&format!("  {} {}", self.lang.pick("回饋", "back"), dollars(provider.best)));
            }
            if let Some(source) = &provider.funding_name {
                text.push_str(&format!(" ({source})"));
            }
            text.push_str(&format!("  {}", provider.way_words));
            provider.why.iter().for_each(|why| text.push_str(&format!("\n  · {why}")));
            text
        });
    }

    pub fn agreement(self, agreement: &AgreementView) {
        self.say(&json!({ "agreement": agreement }), || {
            let most = self.lang.pick("每筆上限", "at most");
            let mut text = format!(
                "{:<10} {}  {}  {most} {}",
                agreement.provider,
                agreement.provider_name,
                agreement.words,
                dollars(agreement.limit)
            );
            if let Some(until) = &agreement.expires_at {
                text.push_str(&format!("  {} {until}", self.lang.pick("到期", "until")));
            }
            if let Some(url) = &agreement.url {
                text.push_str(&format!("\n  {url}"));
            }
            text
        });
    }

    pub fn deal(self, deal: &DealView) {
        self.say(&json!({ "deal": deal }), || {
            let over = if deal.current { "" } else { self.lang.pick("（不在期間內）", " (not now)") };
            format!("{}  {}{over}\n  {}", deal.id, deal.name, deal.words)
        });
    }

    pub fn receipt(self, receipt: &ReceiptView) {
        self.say(&json!({ "receipt": receipt }), || {
            let r = receipt;
            let period = r.period.as_deref().unwrap_or("");
            let back = match r.cashback {
                0 => String::new(),
                back => format!("  {} {}", self.lang.pick("回饋", "back"), dollars(back)),
            };
            let verified = self.lang.pick("✓ 平台簽署，未經竄改", "✓ signed by the platform, unaltered");
            format!(
                "{verified}\n  {} {} {period}\n  {}{back}  {} {}  {}\n  {}",
                r.biller_name,
                r.number,
                dollars(r.charged),
                r.provider_name,
                r.receipt,
                r.settled_at,
                r.signed
            )
        });
    }

    pub fn reminder(self, reminder: &ReminderView) {
        self.say(&json!({ "reminder": reminder }), || {
            format!("{}  {}\n  {}", reminder.at, reminder.text, reminder.bill)
        });
    }

    pub fn month(self, month: &MonthView) {
        self.say(&json!({ "month": month }), || {
            let mut text = format!("{}  {}  ({})", month.month, dollars(month.charged), month.payments);
            for spent in &month.billers {
                text.push_str(&format!("\n  {}  {}  ({})", spent.biller_name, dollars(spent.charged), spent.payments));
            }
            text
        });
    }

    pub fn way(self, way: &OtherWayView) {
        self.say(&json!({ "way": way }), || format!("{}\n  {}", way.name, way.how));
    }

    pub fn table(self, csv: &str) {
        line(csv.trim_end());
    }

    pub fn export(self, export: &Export) {
        if self.json {
            self.say(export, String::new);
        } else {
            line(&serde_json::to_string_pretty(export).unwrap_or_default());
        }
    }

    fn say(self, value: &impl Serialize, words: impl FnOnce() -> String) {
        if self.json {
            line(&serde_json::to_string(value).unwrap_or_default());
        } else {
            line(&words());
        }
    }
}

fn dollars(amount: i64) -> String {
    paytaipei_app::money(amount)
}

/// A reader that went away is no reason to fail: what was done is stored. A full disk is: somebody wanted to keep this.
fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    let Err(error) = writeln!(out, "{text}").and_then(|()| out.flush()) else { return };
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        std::process::exit(0);
    }
    let failed = Code::OutputFailed;
    // It cannot be told where it was asked for.
    for lang in [Lang::ZhHant, Lang::En] {
        let _ = writeln!(std::io::stderr(), "✗ {}\n  → {}", failed.message(lang), failed.hint(lang));
    }
    std::process::exit(failed.exit_code().into());
}
