//! What must hold after each step, and how it is known.

use std::collections::{BTreeMap, BTreeSet};

use paytaipei_app::store::PaymentRecord;
use paytaipei_payment::{Payment, PaymentId, Reason, State};

use crate::business::Charge;
use crate::counts::Counts;

/// A rule that did not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: {detail}")]
pub struct Violation {
    pub rule: &'static str,
    pub detail: String,
}

pub type Checked<T = ()> = Result<T, Violation>;

pub(crate) fn broken<T>(rule: &'static str, detail: impl Into<String>) -> Checked<T> {
    Err(Violation { rule, detail: detail.into() })
}

/// What has been seen of one store's rows.
#[derive(Clone, Default)]
pub struct Memory {
    rows: BTreeMap<PaymentId, Seen>,
}

#[derive(Clone)]
struct Seen {
    payment: Payment,
    /// The row came back with an old copy of the database: what happened to the payment since, its row cannot know.
    from_old_copy: bool,
}

impl Memory {
    /// The store was replaced by an old copy, of which this is the memory.
    pub fn restored(&mut self) {
        for seen in self.rows.values_mut() {
            seen.from_old_copy = true;
        }
    }

    #[must_use]
    pub fn state(&self, id: PaymentId) -> Option<State> {
        self.rows.get(&id).map(|seen| seen.payment.state)
    }

    pub fn payments(&self) -> impl Iterator<Item = &Payment> {
        self.rows.values().map(|seen| &seen.payment)
    }

    /// Whether the store knows for certain that this payment holds its bill.
    #[must_use]
    pub fn knows_holder(&self, id: &str) -> bool {
        PaymentId::parse(id)
            .and_then(|id| self.rows.get(&id))
            .is_some_and(|seen| seen.payment.state.holds_bill() && seen.payment.state.may_have_charged_or_has())
    }

    /// Nothing moves any more: every payment has ended, or waits for the person, and none wants a call.
    #[must_use]
    pub fn is_at_rest(&self) -> bool {
        self.payments().all(|payment| payment.pending.is_none())
    }

    /// Takes in all rows of the store, and compares with what was seen before.
    pub fn observe(&mut self, records: &[PaymentRecord], audit: &Audit, counts: &mut Counts) -> Checked {
        let mut held = BTreeMap::new();
        for PaymentRecord { payment, .. } in records {
            // What was fetched is the platform's word, and may stand beside a payment whose end this store forgot.
            if payment.state.holds_bill()
                && !payment.restored
                && let Some(other) = held.insert(&payment.bill, payment.id)
            {
                return broken("one live payment per bill and store", format!("{other} and {}", payment.id));
            }
            let before = self.rows.get(&payment.id);
            if before.is_some_and(|seen| seen.payment == *payment) {
                continue;
            }
            if let Some(seen) = before {
                let was = seen.payment.state;
                if was.is_terminal() && was != payment.state {
                    return broken(
                        "what has ended stays as it ended",
                        format!("{}: {} → {}", payment.id, was.as_str(), payment.state.as_str()),
                    );
                }
            }
            let from_old_copy = before.is_some_and(|seen| seen.from_old_copy);
            audit.truthful(payment, from_old_copy)?;
            counts.moved(before.map_or("", |seen| seen.payment.state.as_str()), payment.state.as_str());
            self.rows.insert(payment.id, Seen { payment: payment.clone(), from_old_copy });
        }
        if let Some(id) = self.rows.keys().find(|id| records.iter().all(|record| record.payment.id != **id)) {
            return broken("no payment is lost", id.to_string());
        }
        Ok(())
    }

    /// After the end: the phone's money is the accounts' money, payment by payment and in all.
    pub fn settle_up(&self, owner: &str, audit: &Audit, counts: &mut Counts) -> Checked {
        let (mut shown, mut charged) = (0_i64, 0_i64);
        for seen in self.rows.values() {
            let payment = &seen.payment;
            *counts.ends.entry(payment.state.as_str().to_owned()).or_default() += 1;
            audit.truthful(payment, seen.from_old_copy)?;
            let at_business = audit.charged(&payment.id.to_string());
            counts.receipts += u64::from(payment.receipt_of.is_some());
            // It waits for the person, who is told the truth as soon as they agree.
            if seen.from_old_copy && payment.state == State::NeedsConsent {
                counts.waiting_charges += u64::from(at_business.is_some());
                continue;
            }
            let ended_unaware = at_business.is_some() && payment.state != State::Settled;
            if ended_unaware && !self.rows.values().any(|row| row.payment.receipt_of == Some(payment.id)) {
                return broken("a charge is shown in the end", payment.id.to_string());
            }
            shown += payment.charged.map_or(0, |charged| charged.dollars());
            charged += at_business.unwrap_or(0);
        }
        if shown != charged {
            return broken(
                "the phone's money is the accounts'",
                format!("{owner}: NT${shown} shown, NT${charged} charged"),
            );
        }
        Ok(())
    }
}

trait MayHaveCharged {
    fn may_have_charged_or_has(self) -> bool;
}

impl MayHaveCharged for State {
    fn may_have_charged_or_has(self) -> bool {
        self.may_have_charged() || self == Self::Settled
    }
}

/// What is known of the world beside the phones: consents that people gave, and money that moved.
#[derive(Default)]
pub struct Audit {
    /// By payment: the bills and amounts that its person agreed to.
    consents: BTreeMap<String, BTreeSet<(String, i64)>>,
    /// By payment: what was charged.
    charged: BTreeMap<String, i64>,
    /// By bill: the payment that was charged for it.
    paid: BTreeMap<String, String>,
    seen: usize,
}

impl Audit {
    pub fn consented(&mut self, payment: &str, bill: String, payable: i64) {
        self.consents.entry(payment.to_owned()).or_default().insert((bill, payable));
    }

    #[must_use]
    pub fn charged(&self, payment: &str) -> Option<i64> {
        self.charged.get(payment).copied()
    }

    /// Takes in the charges since the last time, and gives the payments charged.
    pub fn charges(&mut self, charges: &[Charge]) -> Checked<Vec<String>> {
        let new = charges.get(self.seen..).unwrap_or_default();
        for charge in new {
            if let Some(first) = self.paid.insert(charge.bill.clone(), charge.payment.clone()) {
                return broken(
                    "a bill is charged at most once",
                    format!("{}: {first}, then {}", charge.bill, charge.payment),
                );
            }
            let agreed = self.consents.get(&charge.payment);
            if !agreed.is_some_and(|agreed| agreed.contains(&(charge.bill.clone(), charge.amount))) {
                return broken(
                    "only what was agreed to is charged",
                    format!("{} NT${}", charge.payment, charge.amount),
                );
            }
            self.charged.insert(charge.payment.clone(), charge.amount);
        }
        self.seen = charges.len();
        Ok(new.iter().map(|charge| charge.payment.clone()).collect())
    }

    /// The phone never shows settled what was not charged, nor ended without a charge what was.
    ///
    /// What an old copy of the database ended by this phone's own word may have been charged before: then the platform is
    /// about to be asked, or the receipt stands beside it.
    pub fn truthful(&self, payment: &Payment, from_old_copy: bool) -> Checked {
        let charged = self.charged(&payment.receipt_of.unwrap_or(payment.id).to_string());
        let asks = payment.pending.is_some() || payment.reason == Some(Reason::ChargedBefore);
        let by_own_word = payment.state == State::Cancelled || payment.reason == Some(Reason::PaidByThisPhone);
        let may_be_unaware = from_old_copy && asks && (by_own_word || payment.reason == Some(Reason::ChargedBefore));
        match payment.state {
            State::Settled if charged.is_none() => broken("settled is charged", payment.id.to_string()),
            State::Settled if payment.charged.map(|charged| charged.dollars()) != charged => {
                broken("the receipt is the account's", payment.id.to_string())
            }
            State::Settled => Ok(()),
            state if state.is_terminal() && charged.is_some() && !may_be_unaware => {
                broken("ended without a charge is not charged", format!("{} is {}", payment.id, state.as_str()))
            }
            _ => Ok(()),
        }
    }

    /// The same, seen from the money: called for each charge, on each store that has the payment.
    pub fn charge_fits(&self, memory: &Memory, payment: &str) -> Checked {
        let Some(seen) = PaymentId::parse(payment).and_then(|id| memory.rows.get(&id)) else { return Ok(()) };
        if seen.payment.state.is_terminal() {
            return self.truthful(&seen.payment, seen.from_old_copy);
        }
        Ok(())
    }
}
