//! Inquiries and bill tokens.

use paytaipei_app::ports::{HttpReply, HttpRequest};
use serde_json::{Value, json};

use super::payments::PaymentState;
use super::{Instant, Mood, Plant, Platform, problem, reply};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Payable,
    /// Payable, but a payment of it is recorded and not finished.
    BeingPaid,
    Paid,
    Expired,
}

impl Platform {
    pub(super) fn inquire(&mut self, number: &str, request: &HttpRequest, mood: Mood, now: Instant) -> HttpReply {
        let Some(body) = request.body.as_deref().and_then(|body| serde_json::from_slice::<Value>(body).ok()) else {
            return problem(422, "malformed", None);
        };
        if now < self.quiet_until {
            return problem(409, "quiet_hours", Some((self.quiet_until - now) / 1_000 + 1));
        }
        let (for_pay, period) = (body["purpose"] == "pay", body.get("period").and_then(Value::as_str));
        let asked: Vec<usize> = self
            .bills
            .iter()
            .enumerate()
            .filter(|(_, bill)| body["biller"] == bill.biller && body["number"] == bill.number.as_str() && !bill.gone)
            .filter(|(_, bill)| period.is_none_or(|period| period == bill.period))
            .map(|(index, _)| index)
            .collect();
        let mut bills = Vec::new();
        for index in asked {
            let status = self.status(index);
            // Without a period, what is past its deadline is not shown.
            if period.is_none() && status == Status::Expired {
                continue;
            }
            let stale = mood.stale && matches!(status, Status::Paid | Status::BeingPaid);
            let status = if stale { Status::Payable } else { status };
            let token = (for_pay && status == Status::Payable).then(|| self.give_token(index, number));
            let Some(bill) = self.bills.get(index) else { continue };
            let mut answer = json!({
                "biller": bill.biller, "number": bill.number, "period": bill.period,
                "status": match status {
                    Status::Payable | Status::BeingPaid => "payable",
                    Status::Paid => "paid",
                    Status::Expired => "expired",
                },
                "amount": bill.amount, "fee": bill.fee, "discount": bill.discount, "payable": bill.payable(),
                "due": bill.due,
            });
            if let (Some(token), Some(members)) = (token, answer.as_object_mut()) {
                members.insert("bill_token".into(), token.into());
            }
            bills.push(answer);
        }
        if bills.is_empty() { problem(404, "bill_not_found", None) } else { reply::json(200, &json!({"bills": bills})) }
    }

    /// Somebody outside of this world inquires the bill in order to pay it, and never does.
    pub fn stranger_inquires(&mut self, index: usize) {
        if self.status(index) == Status::Payable {
            self.give_token(index, "+886900000000");
        }
    }

    /// A token for the bill; any earlier one dies.
    fn give_token(&mut self, index: usize, number: &str) -> String {
        let token = self.token('b');
        let keeps = self.plant == Some(Plant::ManyTokens);
        if let Some(bill) = self.bills.get_mut(index) {
            if !keeps {
                bill.tokens.clear();
            }
            bill.tokens.push((token.clone(), number.to_owned()));
        }
        token
    }

    pub(super) fn status(&self, index: usize) -> Status {
        let Some(bill) = self.bills.get(index) else { return Status::Expired };
        let name = bill.name();
        let mut states = self.payments.values().filter(|payment| payment.bill == name).map(|payment| payment.state);
        if bill.paid_elsewhere || states.clone().any(|state| state == PaymentState::Settled) {
            Status::Paid
        } else if states.any(|state| matches!(state, PaymentState::Processing | PaymentState::AwaitingHandOff)) {
            Status::BeingPaid
        } else if bill.expired {
            Status::Expired
        } else {
            Status::Payable
        }
    }
}
