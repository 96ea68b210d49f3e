//! The phone's history beside the accounts at the payment businesses.

use std::collections::BTreeSet;

use paytaipei_sandbox::Charge;

use super::html::{both, escape, plain};
use super::{Payment, Report};
use crate::story::diary::Words;
use crate::story::dollars;

/// A payment on the phone and what was charged for it.
struct Row<'a> {
    payment: &'a Payment,
    charges: Vec<&'a Charge>,
}

impl Row<'_> {
    /// What the phone says was charged, NT$.
    fn here(&self) -> Option<i64> {
        self.payment.money("charged")
    }

    /// What the account says, NT$.
    fn there(&self) -> Option<i64> {
        (!self.charges.is_empty()).then(|| self.charges.iter().map(|charge| charge.amount).sum())
    }

    fn agrees(&self) -> bool {
        self.here() == self.there() && self.charges.len() <= 1
    }
}

pub struct Accounts<'a> {
    rows: Vec<Row<'a>>,
    /// Charged to the resident, and unknown to the phone.
    foreign: Vec<&'a Charge>,
    twice: usize,
}

impl<'a> Accounts<'a> {
    pub fn of(report: &'a Report) -> Self {
        let charges = || report.ledger.charges.iter().filter(|charge| charge.account == report.account);
        let rows = report.payments.iter().map(|payment| {
            let own = charges().filter(|charge| payment.text("id") == Some(&charge.payment_id));
            Row { payment, charges: own.collect() }
        });
        let known: BTreeSet<&str> = report.payments.iter().filter_map(|payment| payment.text("id")).collect();
        let foreign = charges().filter(|charge| !known.contains(charge.payment_id.as_str())).collect();
        // Counted from the charges themselves: which bill has more than one.
        let mut seen = BTreeSet::new();
        let bill = |charge: &'a Charge| (charge.biller.as_str(), charge.number.as_str(), charge.period.as_str());
        let twice: BTreeSet<_> = report.ledger.charges.iter().map(bill).filter(|bill| !seen.insert(*bill)).collect();
        Self { rows: rows.collect(), foreign, twice: twice.len() }
    }

    fn here(&self) -> i64 {
        self.rows.iter().filter_map(Row::here).sum()
    }

    fn there(&self) -> i64 {
        let foreign: i64 = self.foreign.iter().map(|charge| charge.amount).sum();
        self.rows.iter().filter_map(Row::there).sum::<i64>() + foreign
    }

    /// Charges at the businesses' accounts.
    pub fn charges(&self) -> usize {
        self.rows.iter().map(|row| row.charges.len()).sum::<usize>() + self.foreign.len()
    }

    /// Bills charged more than once.
    pub const fn charged_twice(&self) -> usize {
        self.twice
    }

    /// Payments of which one side knows nothing.
    pub fn lost(&self) -> usize {
        let half = |row: &&Row<'_>| row.here().is_some() != row.there().is_some();
        self.rows.iter().filter(half).count() + self.foreign.len()
    }

    pub fn agree(&self) -> bool {
        self.twice == 0 && self.foreign.is_empty() && self.rows.iter().all(Row::agrees)
    }

    pub fn verdict(&self) -> Words {
        if self.agree() {
            Words::new("帳目一致，分毫不差", "The ledgers agree to the dollar")
        } else {
            Words::new("帳目不一致", "The ledgers do not agree")
        }
    }

    /// Both sums, and whether they are one.
    pub fn equation(&self) -> String {
        let (here, there) = (self.here(), self.there());
        let (sign, tone) = if self.agree() { ("=", "good") } else { ("≠", "bad") };
        format!(
            r#"<p class="equation {tone}"><span class="side"><span class="what">{phone}</span> <b data-sum="phone">{here}</b></span>
<span class="sign" data-sum="sign">{sign}</span>
<span class="side"><span class="what">{account}</span> <b data-sum="accounts">{there}</b></span></p>"#,
            phone = both("手機的紀錄", "on the phone"),
            account = both("支付業者的帳戶", "at the businesses"),
            here = escape(&dollars(here)),
            there = escape(&dollars(there)),
        )
    }

    pub fn section(&self) -> String {
        let mut body: String = self.rows.iter().map(row).collect();
        body.extend(self.foreign.iter().map(|charge| foreign(charge)));
        let (sign, tone) = if self.agree() { ("=", "good") } else { ("≠", "bad") };
        format!(
            r#"<section id="accounts" aria-labelledby="accounts-title">
<h2 id="accounts-title">{title}</h2>
<p class="note">{note}</p>
<table role="table">
<caption class="unseen">{title}</caption>
<thead role="rowgroup"><tr role="row">{heads}</tr></thead>
<tbody role="rowgroup">
{body}</tbody>
<tfoot role="rowgroup"><tr role="row" class="{tone}"><th role="rowheader" scope="row" colspan="3" class="total">{total}</th>{here}<td role="cell" class="sign">{sign}</td>{there}<td role="cell" class="empty"></td></tr></tfoot>
</table>
</section>
"#,
            title = both("手機的紀錄與業者的帳戶", "The phone beside the accounts"),
            note = both(
                "左邊是手機自己的紀錄，右邊是各支付業者帳戶裡真正的扣款；兩邊各自記帳，互不抄寫。",
                "On the left what the phone recorded, on the right what was really charged at each business; each side keeps its own books.",
            ),
            heads = [
                head("帳單", "bill", ""),
                head("支付業者", "business", ""),
                head("手機上的狀態", "state on the phone", ""),
                head("手機", "phone", "money"),
                "<td role=\"cell\"></td>".to_owned(),
                head("業者帳戶", "account", "money"),
                head("收據與訂單", "receipt and order", ""),
            ]
            .concat(),
            total = both("合計", "total"),
            here = cell("phone", "手機", "phone", "money", &escape(&dollars(self.here()))),
            there = cell("account", "業者帳戶", "account", "money", &escape(&dollars(self.there()))),
        )
    }
}

fn head(zh: &str, en: &str, class: &str) -> String {
    format!("<th role=\"columnheader\" scope=\"col\" class=\"{class}\">{}</th>", both(zh, en))
}

/// A cell that, on a narrow screen, says itself what it is.
fn cell(name: &str, zh: &str, en: &str, class: &str, html: &str) -> String {
    format!(
        "<td role=\"cell\" class=\"{class}\" data-is=\"{name}\"><span class=\"label\" aria-hidden=\"true\">{}</span><span class=\"value\">{html}</span></td>",
        both(zh, en)
    )
}

fn amount(money: Option<i64>) -> String {
    money.map_or_else(|| "—".to_owned(), |money| escape(&dollars(money)))
}

fn row(row: &Row<'_>) -> String {
    let payment = row.payment;
    let (sign, tone) = if row.agrees() { ("=", "good") } else { ("≠", "bad") };
    let number = payment.text("number").unwrap_or_default();
    let receipt = payment.text("receipt").unwrap_or("—");
    let orders: Vec<String> = row.charges.iter().map(|charge| escape(&charge.order_id)).collect();
    let papers = if orders.is_empty() {
        escape(receipt)
    } else {
        format!("{} <span class=\"quiet\">{}</span>", escape(receipt), orders.join(" "))
    };
    let bill = format!("{} <span class=\"code quiet\">{}</span>", plain(&payment.words("biller_name")), escape(number));
    let cells = [
        format!("<th role=\"rowheader\" scope=\"row\" data-is=\"bill\">{bill}</th>"),
        cell("provider", "支付業者", "business", "", &plain(&payment.words("provider_name"))),
        cell("state", "手機上的狀態", "state on the phone", "", &plain(&payment.words("words"))),
        cell("phone", "手機", "phone", "money", &amount(row.here())),
        format!("<td role=\"cell\" class=\"sign\">{sign}</td>"),
        cell("account", "業者帳戶", "account", "money", &amount(row.there())),
        cell("papers", "收據與訂單", "receipt and order", "code papers", &papers),
    ];
    format!("<tr role=\"row\" class=\"{tone}\" data-number=\"{}\">{}</tr>\n", escape(number), cells.concat())
}

/// Money that the phone knows nothing of.
fn foreign(charge: &Charge) -> String {
    let cells = [
        format!(
            "<th role=\"rowheader\" scope=\"row\" data-is=\"bill\">{} <span class=\"code quiet\">{}</span></th>",
            escape(&charge.biller),
            escape(&charge.number)
        ),
        cell("provider", "支付業者", "business", "", &escape(&charge.business)),
        cell("state", "手機上的狀態", "state on the phone", "", &both("手機不知道", "unknown to the phone")),
        cell("phone", "手機", "phone", "money", "—"),
        "<td role=\"cell\" class=\"sign\">≠</td>".to_owned(),
        cell("account", "業者帳戶", "account", "money", &amount(Some(charge.amount))),
        cell("papers", "收據與訂單", "receipt and order", "code papers", &escape(&charge.order_id)),
    ];
    format!("<tr role=\"row\" class=\"bad\" data-number=\"{}\">{}</tr>\n", escape(&charge.number), cells.concat())
}
