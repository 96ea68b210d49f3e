//! Payments: idempotent on identifier and body, voided by tombstones.

use paytaipei_app::ports::{HttpReply, HttpRequest};
use serde_json::{Value, json};

use super::inquiries::Status;
use super::{Handled, Instant, Plant, Platform, problem, reply};
use crate::business::{Businesses, Order, PROVIDERS, Standing};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentState {
    Processing,
    AwaitingHandOff,
    Settled,
    Declined,
    Voided,
}

impl PaymentState {
    const fn text(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::AwaitingHandOff => "awaiting_hand_off",
            Self::Settled => "settled",
            Self::Declined => "declined",
            Self::Voided => "voided",
        }
    }

    const fn is_finished(self) -> bool {
        matches!(self, Self::Settled | Self::Declined | Self::Voided)
    }
}

pub(super) struct Payment {
    /// Its place among all that were recorded.
    place: usize,
    pub id: String,
    number: String,
    /// Every byte of it; absent for a tombstone.
    body: Option<Vec<u8>>,
    pub state: PaymentState,
    reason: Option<&'static str>,
    /// Empty for a tombstone.
    pub bill: String,
    payable: i64,
    provider: String,
    settled_at: Option<Instant>,
    /// Grows only with [`Plant::ForgetsIdentifiers`].
    orders: u32,
}

impl Payment {
    pub fn hear(&mut self, standing: Standing, now: Instant) {
        if self.state.is_finished() {
            return;
        }
        match standing {
            Standing::Charged => {
                self.state = PaymentState::Settled;
                self.settled_at = Some(now);
            }
            Standing::Declined(reason) => {
                self.state = PaymentState::Declined;
                self.reason = Some(reason);
            }
            Standing::HandedOff => self.state = PaymentState::AwaitingHandOff,
            Standing::Cancelled => self.state = PaymentState::Voided,
        }
    }

    pub fn holds(&self, bill: &str) -> bool {
        self.bill == bill && !matches!(self.state, PaymentState::Declined | PaymentState::Voided)
    }

    /// The order that the business was or will be given; its id follows from the payment's.
    pub fn order(&self) -> Option<Order> {
        self.body.as_ref()?;
        let order_id = format!("{}#{}", self.id, self.orders);
        Some(Order {
            provider: self.provider.clone(),
            order_id,
            payment: self.id.clone(),
            account: self.number.clone(),
            bill: self.bill.clone(),
            amount: self.payable,
        })
    }
}

impl Platform {
    pub(super) fn put(&mut self, owner: (&str, &str), id: &str, request: &HttpRequest) -> Handled {
        let body = request.body.clone().unwrap_or_default();
        let handled = self.record(owner, id, request.bill_token.as_deref(), body);
        // Recorded or refused: the token is burnt.
        if let Some(token) = &request.bill_token {
            for bill in &mut self.bills {
                bill.tokens.retain(|(live, _)| live != token);
            }
        }
        handled
    }

    fn record(&mut self, (number, key): (&str, &str), id: &str, token: Option<&str>, body: Vec<u8>) -> Handled {
        let refuse = |code: &str| Handled::Reply(problem(409, code, None));
        let forgets = self.plant == Some(Plant::ForgetsIdentifiers);
        if let Some(known) = self.payments.get_mut(id) {
            if known.number != number || known.body.as_ref().is_some_and(|recorded| *recorded != body) {
                return refuse("id_conflict");
            }
            if forgets && known.state == PaymentState::Settled {
                known.orders += 1;
                return Handled::Recorded { payment: id.to_owned(), order: known.order() };
            }
            return Handled::Recorded { payment: id.to_owned(), order: None };
        }
        let Ok(value) = serde_json::from_slice::<Value>(&body) else {
            return Handled::Reply(problem(422, "malformed", None));
        };
        let text = |place: &Value| place.as_str().unwrap_or_default().to_owned();
        let name = format!(
            "{}/{}/{}",
            text(&value["bill"]["biller"]),
            text(&value["bill"]["number"]),
            text(&value["bill"]["period"])
        );
        let provider = text(&value["provider"]);
        let (Some(amount), Some(fee), Some(discount), Some(payable)) =
            (value["amount"].as_i64(), value["fee"].as_i64(), value["discount"].as_i64(), value["payable"].as_i64())
        else {
            return Handled::Reply(problem(422, "malformed", None));
        };
        if amount + fee - discount != payable || !PROVIDERS.contains(&provider.as_str()) {
            return Handled::Reply(problem(422, "malformed", None));
        }
        let Some((index, bill)) = self.bills.iter().enumerate().find(|(_, bill)| bill.name() == name) else {
            return refuse("bill_token_stale");
        };
        if !bill.tokens.iter().any(|(live, owner)| Some(live.as_str()) == token && owner == number) {
            return refuse("bill_token_stale");
        }
        if self.revoked.contains(key) {
            return Handled::Reply(problem(403, "consent_invalid", None));
        }
        let status = self.status(index);
        if self.guard && matches!(status, Status::Paid | Status::BeingPaid) {
            return refuse("already_paid");
        }
        if bill.expired {
            return refuse("bill_expired");
        }
        if (bill.amount, bill.fee, bill.discount) != (amount, fee, discount) {
            return refuse("amount_changed");
        }
        if self.closed.contains(&provider) {
            return refuse("provider_closed");
        }
        let too_early = self.plant == Some(Plant::SettlesTooEarly);
        let payment = Payment {
            place: self.payments.len(),
            id: id.to_owned(),
            number: number.to_owned(),
            body: Some(body),
            state: if too_early { PaymentState::Settled } else { PaymentState::Processing },
            reason: None,
            bill: name,
            payable: if self.plant == Some(Plant::Overcharges) { payable + 1 } else { payable },
            provider,
            settled_at: None,
            orders: 0,
        };
        let order = payment.order();
        self.payments.insert(id.to_owned(), payment);
        Handled::Recorded { payment: id.to_owned(), order }
    }

    pub(super) fn get(&self, number: &str, id: &str, now: Instant) -> HttpReply {
        match self.payments.get(id) {
            Some(payment) if payment.number == number => self.tell(id),
            Some(_) => not_found(0),
            None => not_found(self.resend_for_s(id, now)),
        }
    }

    /// The window counts from the time in the identifier; a phone's clock that is ahead gains nothing by it.
    fn resend_for_s(&self, id: &str, now: Instant) -> i64 {
        let hex: String = id.chars().filter(|letter| *letter != '-').take(12).collect();
        let made_at = i64::from_str_radix(&hex, 16).unwrap_or(0).min(now);
        (made_at + self.resend_window_s * 1_000 - now).clamp(0, self.resend_window_s * 1_000) / 1_000
    }

    pub(super) fn void(&mut self, number: &str, id: &str, businesses: &mut Businesses) -> HttpReply {
        let place = self.payments.len();
        let lies = self.plant == Some(Plant::VoidsWhatWasCharged);
        let Some(payment) = self.payments.get_mut(id) else {
            let tombstone = Payment {
                place,
                id: id.to_owned(),
                number: number.to_owned(),
                body: None,
                state: PaymentState::Voided,
                reason: None,
                bill: String::new(),
                payable: 0,
                provider: String::new(),
                settled_at: None,
                orders: 0,
            };
            self.payments.insert(id.to_owned(), tombstone);
            return self.tell(id);
        };
        if payment.number != number {
            return not_found(0);
        }
        if !payment.state.is_finished()
            && let Some(order) = payment.order()
        {
            // The business has the last word: what it charged already is settled.
            let standing = businesses.cancel(&order);
            payment.hear(standing, 0);
        }
        if lies {
            payment.state = PaymentState::Voided;
        }
        self.tell(id)
    }

    /// The payments of a number in the order in which they were recorded, a few at a time.
    pub(super) fn list(&self, number: &str, query: &str) -> HttpReply {
        const PAGE: usize = 3;
        let after = query.strip_prefix("after=c").and_then(|place| place.parse::<usize>().ok());
        let mut rows: Vec<&Payment> = self.payments.values().filter(|payment| payment.number == number).collect();
        rows.retain(|payment| after.is_none_or(|after| payment.place > after));
        rows.sort_by_key(|payment| payment.place);
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let mut page = json!({"payments": rows.iter().map(|payment| answer(payment)).collect::<Vec<Value>>()});
        if let (true, Some(last), Some(members)) = (more, rows.last(), page.as_object_mut()) {
            members.insert("next".into(), format!("c{}", last.place).into());
        }
        reply::json(200, &page)
    }

    pub fn tell(&self, id: &str) -> HttpReply {
        match self.payments.get(id) {
            Some(payment) => reply::json(200, &answer(payment)),
            None => problem(500, "internal", None),
        }
    }
}

/// The contract's `Payment`.
fn answer(payment: &Payment) -> Value {
    let mut parts = payment.bill.split('/');
    let mut part = || parts.next().unwrap_or_default();
    let mut answer = json!({
        "id": payment.id, "state": payment.state.text(),
        "bill": {"biller": part(), "number": part(), "period": part()},
        "payable": payment.payable, "provider": payment.provider,
    });
    if let Some(members) = answer.as_object_mut() {
        if let Some(reason) = payment.reason {
            members.insert("reason".into(), reason.into());
        }
        if payment.state == PaymentState::Settled {
            members.insert("receipt".into(), "R1".into());
            members.insert("settled_at".into(), "2026-11-24T02:00:00Z".into());
        }
        if payment.state == PaymentState::AwaitingHandOff {
            members.insert("hand_off_url".into(), "https://example.invalid/pay".into());
        }
    }
    answer
}

fn not_found(resend_for_s: i64) -> HttpReply {
    let body = json!({
        "error": {"code": "payment_not_found", "message": "Simulated."}, "resend_for_s": resend_for_s,
    });
    reply::json(404, &body)
}
