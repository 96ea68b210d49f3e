//! The phone's core against a small reference model: whatever people do and the platform answers, in whatever order, both
//! stand the same. The model knows nothing of the engine's code; it is the table in `docs/exactly-once.md`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::sync::Arc;

use paytaipei_app::drain::Desk;
use paytaipei_app::ports::{HttpError, HttpReply};
use paytaipei_app::store::PaymentRecord;
use paytaipei_app::{Code, Core, Lang, Method, platform};
use paytaipei_payment::{PaymentId, Reason};
use paytaipei_simulation::ports::{SetClock, phone};
use paytaipei_simulation::rng::Rng;
use paytaipei_simulation::vfs::{self, Disk};
use proptest::prelude::*;

const PHONE: &str = "model";
const BILLS: usize = 3;
/// The last bill comes in without its period.
const SHORT: usize = 2;
const PAPER: i64 = 100;

#[derive(Clone, Copy, Debug)]
enum Answer {
    /// The bill, payable, at this amount.
    Payable(i64),
    Paid,
    Expired,
    NotFound,
    Settled,
    Declined,
    Processing,
    Stale,
    AlreadyPaid,
    NeverSeen {
        resend_for_s: i64,
    },
    Nothing,
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Pay(usize),
    Consent(usize),
    Cancel(usize),
    /// The call that the bill's payment wants is made, and answered like this where the call can be.
    Call(usize, Answer),
    /// The process dies between sending and taking the answer in.
    Die(usize),
    Reopen,
}

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    NeedsInquiry,
    NeedsConsent(i64),
    Agreed(i64),
    Sending(i64),
    Asking(i64),
    Voiding(i64),
    /// Ends so once the platform has promised that it never charges.
    Closing(&'static str),
    /// Ended by the person, and the platform is still asked whether it had been charged.
    GivenUp,
    Ended(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Open,
    Paid,
    Expired,
}

#[derive(Debug)]
struct Model {
    /// By bill: what it is known to cost, and how it stands.
    bills: [(Option<i64>, Known); BILLS],
    payments: [Vec<Stand>; BILLS],
}

impl Model {
    fn live(&mut self, bill: usize) -> Option<&mut Stand> {
        self.payments[bill].last_mut().filter(|stand| !matches!(stand, Stand::Ended(_) | Stand::GivenUp))
    }

    fn pay(&mut self, bill: usize) -> Result<(), Code> {
        let held = self.payments[bill].last().is_some_and(|stand| match stand {
            Stand::Ended(end) => matches!(*end, "settled" | "charged_before"),
            stand => *stand != Stand::GivenUp,
        });
        match (held, self.bills[bill]) {
            (true, _) => return Err(Code::AlreadyBeingPaid),
            (_, (_, Known::Paid)) => return Err(Code::BillPaid),
            (_, (_, Known::Expired)) => return Err(Code::BillExpired),
            (_, (Some(amount), Known::Open)) => self.payments[bill].push(Stand::NeedsConsent(amount)),
            (_, (None, Known::Open)) => self.payments[bill].push(Stand::NeedsInquiry),
        }
        Ok(())
    }

    fn consent(&mut self, bill: usize) -> Result<(), Code> {
        match self.payments[bill].last_mut() {
            Some(Stand::Ended(_) | Stand::GivenUp) => Err(Code::PaymentEnded),
            Some(stand) => match *stand {
                Stand::NeedsConsent(amount) => {
                    *stand = Stand::Agreed(amount);
                    Ok(())
                }
                _ => Err(Code::ConsentNotAsked),
            },
            None => Err(Code::PaymentUnknown),
        }
    }

    fn cancel(&mut self, bill: usize) -> Result<(), Code> {
        match self.payments[bill].last_mut() {
            Some(Stand::Ended(_) | Stand::GivenUp) => Err(Code::PaymentEnded),
            Some(stand) => {
                *stand = match *stand {
                    Stand::Sending(amount) | Stand::Asking(amount) | Stand::Voiding(amount) => Stand::Voiding(amount),
                    _ => Stand::GivenUp,
                };
                Ok(())
            }
            None => Err(Code::PaymentUnknown),
        }
    }

    fn answered(&mut self, bill: usize, answer: Answer) {
        use Stand::{Agreed, Asking, Closing, Ended, NeedsConsent, NeedsInquiry, Sending, Voiding};
        if let (Some(stand @ Stand::GivenUp), Answer::Settled | Answer::Declined | Answer::NeverSeen { .. }) =
            (self.payments[bill].last_mut(), answer)
        {
            let charged = matches!(answer, Answer::Settled);
            *stand = Ended(if charged { "charged_before" } else { "cancelled" });
            if charged {
                self.bills[bill].1 = Known::Paid;
            }
            return;
        }
        let Some(stand) = self.live(bill) else { return };
        let was = *stand;
        let next = match (was, answer) {
            (NeedsInquiry, Answer::Payable(amount)) => NeedsConsent(amount),
            (Agreed(agreed), Answer::Payable(amount)) if amount == agreed => Sending(agreed),
            (Agreed(_), Answer::Payable(amount)) => NeedsConsent(amount),
            (NeedsInquiry | Agreed(_), Answer::Paid) => Closing("paid_elsewhere"),
            (NeedsInquiry | Agreed(_), Answer::Expired) => Closing("expired"),
            (NeedsInquiry | Agreed(_), Answer::NotFound) => Closing("declined"),
            (Closing(end), Answer::NeverSeen { .. }) => Ended(end),
            (Sending(_) | Asking(_) | Voiding(_) | Closing(_), Answer::Settled) => Ended("settled"),
            (Sending(_) | Asking(_) | Voiding(_) | Closing(_), Answer::Declined) => Ended("declined"),
            (Sending(amount) | Asking(amount), Answer::Processing | Answer::Nothing) => Asking(amount),
            (Sending(amount), Answer::Stale) => Agreed(amount),
            (Sending(_), Answer::AlreadyPaid) => Ended("paid_elsewhere"),
            (Asking(amount), Answer::NeverSeen { resend_for_s: 0 }) => Voiding(amount),
            (Asking(amount), Answer::NeverSeen { .. }) => Sending(amount),
            (Voiding(_), Answer::NeverSeen { .. }) => Ended("voided"),
            _ => was,
        };
        *stand = next;
        let asked = matches!(was, NeedsInquiry | Agreed(_));
        match answer {
            Answer::Payable(amount) if asked => self.bills[bill] = (Some(amount), Known::Open),
            Answer::Paid if asked => self.bills[bill] = (Some(PAPER), Known::Paid),
            Answer::Expired if asked => self.bills[bill] = (Some(PAPER), Known::Expired),
            _ => {}
        }
        if next == Ended("settled") {
            self.bills[bill].1 = Known::Paid;
        }
    }

    fn restarted(&mut self) {
        for bill in 0..BILLS {
            if let Some(stand) = self.live(bill)
                && let Stand::Sending(amount) = *stand
            {
                *stand = Stand::Asking(amount);
            }
        }
    }
}

struct Real {
    clock: Arc<SetClock>,
    now: i64,
    rng: Rng,
    process: u64,
    open: Option<(Core, Desk)>,
    bills: Vec<String>,
}

impl Real {
    fn new() -> Self {
        vfs::register();
        vfs::insert(PHONE, Disk::new(Rng::new(1)));
        let mut real = Self {
            clock: Arc::new(SetClock::default()),
            now: 1_795_497_600_000,
            rng: Rng::new(2),
            process: 0,
            open: None,
            bills: Vec::new(),
        };
        real.reopen(false);
        real.verify();
        for bill in 0..BILLS {
            let period = if bill == SHORT { String::new() } else { period(bill) };
            let text = format!(
                "TWQRP://金門縣自來水廠/158/03/V1?D1={PAPER}00&D3=AVWYrjDqQES+&D4=20261220&D7={}{period}&D11=00,4614611000051300010001000100513965",
                number(bill)
            );
            let kept = real.core().add_text(&text).unwrap();
            real.bills.push(kept.id);
        }
        real
    }

    fn core(&self) -> &Core {
        &self.open.as_ref().unwrap().0
    }

    fn desk(&self) -> &Desk {
        &self.open.as_ref().unwrap().1
    }

    /// Longer than any wait between two tries.
    fn later(&mut self) {
        self.now += 20 * 60 * 1_000;
        self.clock.set(self.now);
    }

    fn reopen(&mut self, killed: bool) {
        self.later();
        if killed {
            vfs::with(PHONE, |disk| disk.kill(self.process));
        }
        drop(self.open.take());
        vfs::with(PHONE, |disk| disk.bury(self.process));
        self.process += 1;
        vfs::with(PHONE, |disk| disk.enter(self.process));
        let path = vfs::database_path(PHONE);
        let core =
            Core::open(Path::new(&path), phone(&self.clock, &Arc::default(), self.rng.fork()), Lang::En).unwrap();
        let desk = core.take_over().unwrap();
        self.open = Some((core, desk));
    }

    fn verify(&self) {
        let prepared = self.core().prepare_verification("0912345678", Method::Handset).unwrap();
        let started = r#"{"verification":"0123456789abcdef","interval_s":1,"expires_in_s":60,"binding_message":"A"}"#;
        self.core().verification_started(prepared, Ok(json(202, started))).unwrap();
        let mut verification = self.core().verification().unwrap().unwrap();
        let session = r#"{"token":"0123456789abcdef0123","expires_in_s":99999999}"#;
        let outcome = verification.heard(platform::collected(Ok(json(200, session))), self.now);
        assert!(self.core().verification_went(&verification, outcome).unwrap());
    }

    /// The latest payment of a bill.
    fn latest(&self, bill: usize) -> Option<PaymentId> {
        let records = self.core().records().unwrap();
        let of_bill = |record: &&PaymentRecord| record.bill == self.bills[bill] && record.payment.receipt_of.is_none();
        records.iter().rev().find(of_bill).map(|record| record.payment.id)
    }

    fn call(&mut self, bill: usize, answer: Answer) {
        self.later();
        let Some(id) = self.latest(bill) else { return };
        let Some(order) = self.desk().begin(id).unwrap() else { return };
        let request = order.request();
        let reply = reply(bill, id, request.path.as_str(), answer);
        self.desk().finish(id, &order, order.answer(reply)).unwrap();
    }

    fn stands(&self) -> Vec<Vec<Stand>> {
        let records = self.core().records().unwrap();
        // A receipt is seen by what it says of the payment that it belongs to.
        let receipts = records.iter().filter_map(|record| record.payment.receipt_of).collect::<Vec<_>>();
        let unaware = records.iter().filter(|record| record.payment.reason == Some(Reason::ChargedBefore));
        assert!(
            unaware
                .filter(|record| record.payment.receipt_of.is_none())
                .all(|record| receipts.contains(&record.payment.id))
        );
        let own = |record: &&PaymentRecord| record.payment.receipt_of.is_none();
        let of = |bill: &String| records.iter().filter(own).filter(|record| record.bill == *bill).collect::<Vec<_>>();
        self.bills.iter().map(|bill| of(bill).into_iter().map(|record| stand(&record.payment)).collect()).collect()
    }
}

fn stand(payment: &paytaipei_payment::Payment) -> Stand {
    use paytaipei_payment::{Call, State};
    let now = payment.terms.and_then(|terms| terms.payable().ok()).map_or(0, |payable| payable.dollars());
    let agreed = payment.consent.as_ref().map_or(0, |consent| consent.payable.dollars());
    match (payment.state, payment.pending.map(|pending| pending.call)) {
        (State::NeedsInquiry, _) => Stand::NeedsInquiry,
        (State::NeedsConsent, _) => Stand::NeedsConsent(now),
        (State::AwaitingNetwork, _) => Stand::Agreed(agreed),
        (State::Submitting, _) => Stand::Sending(agreed),
        (State::Checking, Some(Call::Void)) => Stand::Closing(payment.closing.map_or("", |end| end.state.as_str())),
        (State::Unknown, Some(Call::Void)) => Stand::Voiding(agreed),
        (State::Unknown, _) => Stand::Asking(agreed),
        (State::Cancelled, Some(Call::Void)) => Stand::GivenUp,
        (state, _) if payment.reason == Some(Reason::ChargedBefore) && state.is_terminal() => {
            Stand::Ended("charged_before")
        }
        (state, _) if state.is_terminal() => Stand::Ended(state.as_str()),
        (state, _) => panic!("the model has no {}", state.as_str()),
    }
}

fn number(bill: usize) -> String {
    format!("200000{bill}")
}

fn period(bill: usize) -> String {
    format!("1150{}", bill + 1)
}

fn json(status: u16, body: &str) -> HttpReply {
    let content_type = Some("application/json".to_owned());
    HttpReply { status, content_type, retry_after: None, etag: None, body: body.as_bytes().to_vec() }
}

/// The answer in the contract's words; silence where this call cannot be answered so.
fn reply(bill: usize, id: PaymentId, path: &str, answer: Answer) -> Result<HttpReply, HttpError> {
    let problem = |status, code: &str| Ok(json(status, &format!(r#"{{"error":{{"code":"{code}","message":""}}}}"#)));
    let payment = |state: &str| {
        let name = format!(r#"{{"biller":"kinmen-water","number":"{}","period":"{}"}}"#, number(bill), period(bill));
        let text = format!(r#"{{"id":"{id}","state":"{state}","bill":{name},"payable":7,"provider":"esun"}}"#);
        Ok(json(200, &text))
    };
    let shown = |status: &str, amount: i64| {
        let text = format!(
            r#"{{"bills":[{{"biller":"kinmen-water","number":"{}","period":"{}","status":"{status}","amount":{amount},"fee":0,"discount":0,"payable":{amount},"due":"2026-12-20","bill_token":"0123456789abcdef"}}]}}"#,
            number(bill),
            period(bill)
        );
        Ok(json(200, &text))
    };
    let (inquiry, void) = (path == "/v1/inquiries", path.ends_with("/void"));
    match answer {
        Answer::Payable(amount) if inquiry => shown("payable", amount),
        Answer::Paid if inquiry => shown("paid", PAPER),
        Answer::Expired if inquiry => shown("expired", PAPER),
        Answer::NotFound if inquiry => problem(404, "bill_not_found"),
        Answer::Settled if !inquiry => payment("settled"),
        Answer::Declined if !inquiry => payment("declined"),
        Answer::Processing if !inquiry && !void => payment("processing"),
        Answer::Stale if !inquiry => problem(409, "bill_token_stale"),
        Answer::AlreadyPaid if !inquiry => problem(409, "already_paid"),
        // A void of what was never seen plants a tombstone.
        Answer::NeverSeen { .. } if void => payment("voided"),
        Answer::NeverSeen { resend_for_s } if !inquiry => Ok(json(
            404,
            &format!(r#"{{"error":{{"code":"payment_not_found","message":""}},"resend_for_s":{resend_for_s}}}"#),
        )),
        _ => Err(HttpError::Timeout),
    }
}

/// What a call can be answered with, by what the payment wants; everything else is silence.
fn understood(stand: Option<Stand>, answer: Answer) -> Answer {
    let inquiry = matches!(stand, Some(Stand::NeedsInquiry | Stand::Agreed(_)));
    let fits = match answer {
        Answer::Payable(_) | Answer::Paid | Answer::Expired | Answer::NotFound => inquiry,
        Answer::Settled | Answer::Declined => !inquiry,
        Answer::Processing => matches!(stand, Some(Stand::Sending(_) | Stand::Asking(_))),
        Answer::Stale | Answer::AlreadyPaid => matches!(stand, Some(Stand::Sending(_))),
        Answer::NeverSeen { .. } => {
            matches!(stand, Some(Stand::Asking(_) | Stand::Voiding(_) | Stand::Closing(_) | Stand::GivenUp))
        }
        Answer::Nothing => true,
    };
    if fits { answer } else { Answer::Nothing }
}

fn act() -> impl Strategy<Value = Act> {
    let bill = 0..BILLS;
    let answer = prop_oneof![
        6 => Just(Answer::Payable(PAPER)),
        2 => (90_i64..110).prop_map(Answer::Payable),
        1 => Just(Answer::Paid),
        1 => Just(Answer::Expired),
        1 => Just(Answer::NotFound),
        2 => Just(Answer::Settled),
        1 => Just(Answer::Declined),
        1 => Just(Answer::Processing),
        1 => Just(Answer::Stale),
        1 => Just(Answer::AlreadyPaid),
        2 => prop_oneof![Just(0), Just(600)].prop_map(|resend_for_s| Answer::NeverSeen { resend_for_s }),
        2 => Just(Answer::Nothing),
    ];
    prop_oneof![
        3 => bill.clone().prop_map(Act::Pay),
        4 => bill.clone().prop_map(Act::Consent),
        1 => bill.clone().prop_map(Act::Cancel),
        12 => (bill.clone(), answer).prop_map(|(bill, answer)| Act::Call(bill, answer)),
        1 => bill.prop_map(Act::Die),
        1 => Just(Act::Reopen),
    ]
}

fn code<T>(result: Result<T, paytaipei_app::Error>) -> Result<(), Code> {
    result.map(|_| ()).map_err(|error| error.code)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_core_stands_where_the_model_stands(acts in prop::collection::vec(act(), 1..60)) {
        let mut real = Real::new();
        let paper = |bill| if bill == SHORT { None } else { Some(PAPER) };
        let mut model = Model {
            bills: std::array::from_fn(|bill| (paper(bill), Known::Open)),
            payments: Default::default(),
        };
        for act in acts {
            real.later();
            match act {
                Act::Pay(bill) => {
                    prop_assert_eq!(code(real.core().pay_when_confirmed(&real.bills[bill], "esun", None)), model.pay(bill));
                }
                Act::Consent(bill) => {
                    let id = real.latest(bill).map_or_else(|| "none".to_owned(), |id| id.to_string());
                    prop_assert_eq!(code(real.core().consent(&id)), model.consent(bill));
                }
                Act::Cancel(bill) => {
                    let id = real.latest(bill).map_or_else(|| "none".to_owned(), |id| id.to_string());
                    prop_assert_eq!(code(real.core().cancel(&id)), model.cancel(bill));
                }
                Act::Call(bill, answer) => {
                    let answer = understood(model.payments[bill].last().copied(), answer);
                    real.call(bill, answer);
                    model.answered(bill, answer);
                }
                Act::Die(bill) => {
                    if let Some(id) = real.latest(bill) {
                        real.desk().begin(id).unwrap();
                    }
                    real.reopen(true);
                    model.restarted();
                }
                Act::Reopen => {
                    real.reopen(false);
                    model.restarted();
                }
            }
            prop_assert_eq!(real.stands(), model.payments.to_vec(), "after {:?}", act);
        }
    }
}
