//! What choosing the next call needs to know of a payment, taken from its row as it is written or read.

use paytaipei_bill::CivilDate;
use paytaipei_payment::{Payment, PaymentId, Pending, Provider, Reason, State, Timestamp};

/// A payment that wants a call made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub id: PaymentId,
    pub pending: Pending,
    pub provider: Provider,
    pub consented: bool,
    /// In the business's app, or of a biller at rest: asking again at once would tell nothing new.
    pub rests: bool,
    pub turn: Turn,
}

/// Whose turn comes first: no due date last, the earlier due, the earlier made. Nothing that is stuck holds up what follows.
pub type Turn = (bool, Option<i64>, Timestamp, PaymentId);

impl Wanted {
    /// `None` where the payment wants no call.
    pub fn of(payment: &Payment) -> Option<Self> {
        let due = payment.terms.and_then(|terms| terms.due).map(CivilDate::ordinal);
        payment.pending.map(|pending| Self {
            id: payment.id,
            pending,
            provider: payment.provider,
            consented: payment.consent.is_some(),
            rests: payment.state == State::AwaitingHandOff || payment.reason == Some(Reason::QuietHours),
            turn: (due.is_none(), due, payment.created_at, payment.id),
        })
    }
}
