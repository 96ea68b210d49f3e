//! What JKOPAY's answers mean.
//!
//! Result codes: 000 done, 100 no such order, 101 already paid, 103 refund amount wrong, 105 amounts inconsistent,
//! 108 limits reached, 113 and 922 refund larger than what there is, 200 and 201 parameters wrong, 999 their trouble.
//! Order status: 0 paid, 1 being paid, 101 not paid yet, 102 no such order. Neither 101 nor 102 is a refusal: an order
//! that is not paid yet can still be paid until its time is up, and an entry on its way can still arrive.

use paytaipei_bill::Twd;
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::outcome::{NO_AGREEMENT, trade_no};
use crate::{Answer, Decline, Doubt, Opened, OrderIdRule, OrderState, PaidOrder, PaymentPage, RefundOutcome, Refusal};

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    result: std::borrow::Cow<'a, str>,
    #[serde(borrow, default)]
    result_object: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct EntryObject {
    payment_url: String,
    qr_img: String,
}

#[derive(Deserialize)]
struct RefundObject {
    #[serde(rename = "refund_tradeNo")]
    refund_trade_no: String,
}

#[derive(Deserialize)]
struct InquiryObject {
    transactions: Vec<Transaction>,
}

#[derive(Deserialize)]
pub(super) struct Transaction {
    platform_order_id: String,
    status: i64,
    #[serde(rename = "tradeNo", default)]
    trade_no: Option<String>,
    #[serde(default)]
    final_price: Option<Price>,
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    refund_history: Option<Vec<RefundEntry>>,
}

#[derive(Deserialize)]
struct RefundEntry {
    amount: Price,
}

/// Written as a string in answers, as a number in notices.
#[derive(Deserialize)]
#[serde(untagged)]
enum Price {
    Number(i64),
    Text(String),
}

impl Price {
    fn dollars(&self) -> Option<Twd> {
        match self {
            Self::Number(dollars) => Twd::new(*dollars).ok(),
            Self::Text(text) => {
                let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
                if fraction.bytes().all(|b| b == b'0') { Twd::from_digits(whole).ok() } else { None }
            }
        }
    }
}

/// The envelope's code and object.
fn open(body: &[u8]) -> Result<(Code, Option<&RawValue>), Doubt> {
    let envelope: Envelope<'_> = serde_json::from_slice(body).map_err(|_| Doubt::NotOfThisInterface)?;
    let code = match envelope.result.as_ref() {
        "000" => Code::Done,
        "100" => Code::Refused(Refusal::NoSuchOrder),
        "101" => Code::AlreadyPaid,
        "103" => Code::Refused(Refusal::RefundAmount),
        "105" => Code::Refused(Refusal::AmountsInconsistent),
        "108" => Code::Refused(Refusal::LimitReached),
        "113" | "922" => Code::Refused(Refusal::RefundTooLarge),
        "200" | "201" => Code::Refused(Refusal::Parameters),
        NO_AGREEMENT => Code::Refused(Refusal::Declined(Decline::NoAgreement)),
        "999" => return Err(Doubt::TheirTrouble),
        _ => return Err(Doubt::UndocumentedCode),
    };
    Ok((code, envelope.result_object))
}

enum Code {
    Done,
    AlreadyPaid,
    Refused(Refusal),
}

fn object<'a, T: Deserialize<'a>>(object: Option<&'a RawValue>) -> Result<T, Doubt> {
    let object = object.ok_or(Doubt::NotOfThisInterface)?;
    serde_json::from_str(object.get()).map_err(|_| Doubt::NotOfThisInterface)
}

/// Judges the answer to an entry; `None` where none came. `theirs`: domains of pages that the person may be sent to.
#[must_use]
pub fn entry(answer: Option<Answer<'_>>, theirs: &[String]) -> Opened {
    let judge = || {
        let (code, result) = open(Answer::of_business(answer)?)?;
        Ok(match code {
            Code::Done => {
                let page: EntryObject = object(result)?;
                if !(is_theirs(&page.payment_url, theirs) && is_theirs(&page.qr_img, theirs)) {
                    return Err(Doubt::Contradiction);
                }
                Opened::Page(PaymentPage { url: page.payment_url })
            }
            Code::AlreadyPaid => Opened::AlreadyPaid,
            Code::Refused(refusal @ (Refusal::Parameters | Refusal::LimitReached | Refusal::Declined(_))) => {
                Opened::Refused(refusal)
            }
            Code::Refused(_) => return Err(Doubt::Contradiction),
        })
    };
    judge().unwrap_or_else(Opened::Unknown)
}

/// Judges the answer to an inquiry about `asked`: one state for each, in that order.
#[must_use]
pub fn inquiry(answer: Option<Answer<'_>>, asked: &[Uuid]) -> Vec<(Uuid, OrderState)> {
    let judge = || {
        let (code, result) = open(Answer::of_business(answer)?)?;
        match code {
            Code::Done => object::<InquiryObject>(result).map(|object| object.transactions),
            Code::Refused(Refusal::NoSuchOrder) if asked.len() == 1 => Ok(Vec::new()),
            // Whatever is wrong with the question says nothing about the orders.
            Code::Refused(_) | Code::AlreadyPaid => Err(Doubt::Contradiction),
        }
    };
    let told = judge();
    asked
        .iter()
        .map(|payment| {
            let state = match &told {
                Err(doubt) => OrderState::Unknown(*doubt),
                Ok(transactions) => {
                    let mut about = transactions.iter().filter(|told| told.payment() == Some(*payment));
                    match (about.next(), about.next()) {
                        (Some(one), None) => one.state(),
                        (None, _) if transactions.is_empty() && asked.len() == 1 => OrderState::NotThere,
                        _ => OrderState::Unknown(Doubt::Contradiction),
                    }
                }
            };
            (*payment, state)
        })
        .collect()
}

/// Judges the answer to a refund; `None` where none came.
///
/// An unknown outcome is settled by the refund history that an inquiry gives. What a refund that was already carried
/// out is answered when sent again is not documented: a refusal of the second says nothing about the first.
#[must_use]
pub fn refund(answer: Option<Answer<'_>>) -> RefundOutcome {
    let judge = || {
        let (code, result) = open(Answer::of_business(answer)?)?;
        Ok(match code {
            Code::Done => {
                let done: RefundObject = object(result)?;
                let trade_no = trade_no(&done.refund_trade_no).ok_or(Doubt::NotOfThisInterface)?;
                RefundOutcome::Done { trade_no: Some(trade_no) }
            }
            Code::AlreadyPaid | Code::Refused(Refusal::LimitReached) => return Err(Doubt::Contradiction),
            Code::Refused(refusal) => RefundOutcome::Refused(refusal),
        })
    };
    judge().unwrap_or_else(RefundOutcome::Unknown)
}

impl Transaction {
    pub(super) fn payment(&self) -> Option<Uuid> {
        OrderIdRule::JkoPay.payment(&self.platform_order_id)
    }

    pub(super) fn state(&self) -> OrderState {
        match self.status {
            0 => self.paid().map_or(OrderState::Unknown(Doubt::NotOfThisInterface), OrderState::Paid),
            1 => OrderState::Processing,
            101 => OrderState::NotPaidYet,
            102 => OrderState::NotThere,
            _ => OrderState::Unknown(Doubt::UndocumentedCode),
        }
    }

    pub(super) const fn status(&self) -> i64 {
        self.status
    }

    pub(super) fn trade_no(&self) -> Option<String> {
        self.trade_no.as_deref().and_then(trade_no)
    }

    fn paid(&self) -> Option<PaidOrder> {
        if self.currency.as_deref().is_some_and(|currency| currency != "TWD") {
            return None;
        }
        let refunds = self.refund_history.iter().flatten();
        let refunded = refunds
            .map(|refund| refund.amount.dollars())
            .try_fold(Twd::ZERO, |sum, part| sum.checked_add(part?).ok())?;
        Some(PaidOrder { trade_no: self.trade_no()?, amount: self.final_price.as_ref()?.dollars()?, refunded })
    }
}

/// Whether a page that the person is sent to is JKOPAY's.
fn is_theirs(url: &str, theirs: &[String]) -> bool {
    let Some(rest) = url.strip_prefix("https://") else { return false };
    let host = rest.split(['/', '?', '#', '\\']).next().unwrap_or("");
    let of = |domain: &str| host.strip_suffix(domain).is_some_and(|before| before.is_empty() || before.ends_with('.'));
    url.len() <= 2000
        && url.bytes().all(|b| b.is_ascii_graphic())
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b':'))
        && theirs.iter().any(|domain| of(domain))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYMENT: Uuid = Uuid::from_u128(0x017F22E2_79B0_7CC3_98C4_DC0C0C07398F);
    const OTHER: Uuid = Uuid::from_u128(0x017F22E2_79B0_7CC3_98C4_DC0C0C073990);

    fn opened_by(answer: Option<Answer<'_>>) -> Opened {
        entry(answer, &["jkopay.com".to_owned()])
    }

    fn ok(body: &str) -> Option<Answer<'_>> {
        Some(Answer { status: 200, body: body.as_bytes() })
    }

    fn told(transactions: &str) -> String {
        format!(r#"{{"result":"000","message":null,"result_object":{{"transactions":[{transactions}]}}}}"#)
    }

    fn transaction(payment: Uuid, status: i64) -> String {
        format!(
            r#"{{"platform_order_id":"{payment}","status":{status},"tradeNo":"J0081521125050800003","trans_time":"2026-11-24 11:50:57","final_price":"428","redeem_amount":"0","debit_amount":"428"}}"#
        )
    }

    fn state(body: &str) -> OrderState {
        inquiry(ok(body), &[PAYMENT]).remove(0).1
    }

    #[test]
    fn no_answer_an_error_page_and_garbage_are_never_a_refusal() {
        let html = Some(Answer { status: 200, body: b"<html>503</html>" });
        let huge = vec![b' '; 70_000];
        for (answer, doubt) in [
            (None, Doubt::NoAnswer),
            (Some(Answer { status: 500, body: b"" }), Doubt::HttpStatus(500)),
            (Some(Answer { status: 400, body: br#"{"result":"200"}"# }), Doubt::HttpStatus(400)),
            (Some(Answer { status: 302, body: b"" }), Doubt::HttpStatus(302)),
            (html, Doubt::NotOfThisInterface),
            (Some(Answer { status: 200, body: b"" }), Doubt::NotOfThisInterface),
            (Some(Answer { status: 200, body: b"\xff\xfe" }), Doubt::NotOfThisInterface),
            (Some(Answer { status: 200, body: &huge }), Doubt::TooLarge),
            (ok(r#"{"result":"999","message":"Internal Error","result_object":null}"#), Doubt::TheirTrouble),
            (ok(r#"{"result":"777","message":"?","result_object":null}"#), Doubt::UndocumentedCode),
            (ok(r#"{"result":200}"#), Doubt::NotOfThisInterface),
        ] {
            assert_eq!(entry(answer, &[]), Opened::Unknown(doubt));
            assert_eq!(refund(answer), RefundOutcome::Unknown(doubt));
            assert_eq!(inquiry(answer, &[PAYMENT, OTHER]).len(), 2);
            assert!(inquiry(answer, &[PAYMENT]).iter().all(|(_, state)| *state == OrderState::Unknown(doubt)));
        }
    }

    #[test]
    fn an_opened_order_leads_to_jkopays_own_page_only() {
        let opened = |url: &str| {
            let object = format!(r#"{{"payment_url":"{url}","qr_img":"https://x.jkopay.com/qr","qr_timeout":600}}"#);
            opened_by(ok(&format!(r#"{{"result":"000","message":null,"result_object":{object}}}"#)))
        };
        assert!(matches!(opened("https://onlinepay.jkopay.com/pay?j=1"), Opened::Page(_)));
        for url in [
            "http://onlinepay.jkopay.com/",
            "https://jkopay.com.example/",
            "https://notjkopay.com/",
            "https://jkopay.com@example.com/",
            "https://example.com\\\\@jkopay.com/",
            "javascript:alert(1)",
        ] {
            assert_eq!(opened(url), Opened::Unknown(Doubt::Contradiction), "{url}");
        }
    }

    #[test]
    fn refusals_are_those_that_jkopay_words() {
        let code = |code: &str| format!(r#"{{"result":"{code}","message":"x","result_object":null}}"#);
        assert_eq!(opened_by(ok(&code("101"))), Opened::AlreadyPaid);
        assert_eq!(opened_by(ok(&code("200"))), Opened::Refused(Refusal::Parameters));
        assert_eq!(opened_by(ok(&code("108"))), Opened::Refused(Refusal::LimitReached));
        for foreign in ["100", "103", "105", "113", "922"] {
            assert_eq!(opened_by(ok(&code(foreign))), Opened::Unknown(Doubt::Contradiction), "no code of an entry's");
        }
        assert_eq!(refund(ok(&code("101"))), RefundOutcome::Unknown(Doubt::Contradiction));
        assert_eq!(refund(ok(&code("922"))), RefundOutcome::Refused(Refusal::RefundTooLarge));
        assert_eq!(refund(ok(&code("103"))), RefundOutcome::Refused(Refusal::RefundAmount));
    }

    #[test]
    fn a_paid_order_says_how_much_and_what_was_given_back() {
        let OrderState::Paid(paid) = state(&told(&transaction(PAYMENT, 0))) else { panic!("not paid") };
        assert_eq!(
            (paid.trade_no.as_str(), paid.amount, paid.refunded),
            ("J0081521125050800003", Twd::new(428).unwrap(), Twd::ZERO)
        );
        let with_refunds = transaction(PAYMENT, 0).replace(
            r#""debit_amount""#,
            r#""refund_history":[{"refund_tradeNo":"R1","amount":"100"},{"refund_tradeNo":"R2","amount":"28.00"}],"debit_amount""#,
        );
        let OrderState::Paid(paid) = state(&told(&with_refunds)) else { panic!("not paid") };
        assert_eq!(paid.refunded, Twd::new(128).unwrap());
    }

    #[test]
    fn an_order_not_paid_yet_and_one_that_is_not_there_are_told_apart_from_refusals() {
        assert_eq!(state(&told(&transaction(PAYMENT, 1))), OrderState::Processing);
        assert_eq!(state(&told(&transaction(PAYMENT, 101))), OrderState::NotPaidYet);
        assert_eq!(state(&told(&transaction(PAYMENT, 102))), OrderState::NotThere);
        assert_eq!(state(&told(&transaction(PAYMENT, 100))), OrderState::Unknown(Doubt::UndocumentedCode));
        assert_eq!(
            state(r#"{"result":"100","message":"Order does not exist","result_object":null}"#),
            OrderState::NotThere
        );
    }

    #[test]
    fn answers_about_another_order_twice_about_one_or_about_too_few_are_in_doubt() {
        let doubt = OrderState::Unknown(Doubt::Contradiction);
        assert_eq!(state(&told(&transaction(OTHER, 0))), doubt);
        let twice = format!("{},{}", transaction(PAYMENT, 0), transaction(PAYMENT, 101));
        assert_eq!(state(&told(&twice)), doubt);
        let both = inquiry(ok(&told(&transaction(PAYMENT, 1))), &[PAYMENT, OTHER])
            .into_iter()
            .map(|(_, s)| s)
            .collect::<Vec<_>>();
        assert_eq!(both, [OrderState::Processing, doubt.clone()]);
        assert_eq!(inquiry(ok(&told("")), &[PAYMENT, OTHER]), [(PAYMENT, doubt.clone()), (OTHER, doubt)]);
    }

    #[test]
    fn a_paid_order_without_a_whole_amount_in_dollars_or_a_number_is_in_doubt() {
        let paid = transaction(PAYMENT, 0);
        for broken in [
            paid.replace(r#""428","redeem"#, r#""428.5","redeem"#),
            paid.replace(r#""428","redeem"#, r#""-428","redeem"#),
            paid.replace(r#""428","redeem"#, r#""99999999999999999999","redeem"#),
            paid.replace(r#""final_price":"428","#, ""),
            paid.replace("J0081521125050800003", "J/../1"),
            paid.replace(r#""status":0"#, r#""status":0,"currency":"JPY""#),
        ] {
            assert_ne!(broken, paid);
            assert_eq!(state(&told(&broken)), OrderState::Unknown(Doubt::NotOfThisInterface), "{broken}");
        }
    }
}
