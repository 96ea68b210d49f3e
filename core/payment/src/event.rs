//! What can happen to a payment: the person, the network, the process.

use std::fmt;

use paytaipei_bill::{BillKey, Twd};
use serde::{Deserialize, Serialize};

use crate::{Cashback, Consent, PaymentId, Reason, State, Terms, Timestamp};

/// Something happened. `Debug` shows no personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The person agreed, present and by their key.
    Consented(Consent),
    /// The person wants it stopped.
    CancelRequested,
    /// The person came back from the business's app. A hint only: the platform's word counts.
    Returned,
    /// The connection came back. It wakes, and proves nothing.
    Woke,
    /// The pending call is about to be made. Stored before the first byte.
    Began,
    /// Whoever worked on this payment is dead: nothing it had under way will ever be answered.
    Abandoned,
    /// Another number was verified: what ended under the former one can be asked about no more.
    NumberChanged,
    /// The keys that signed are gone: what was agreed to and not sent has to be agreed to anew.
    KeysRenewed,
    /// Another payment of this phone turned out to hold the same bill.
    Held {
        by: PaymentId,
        state: State,
    },
    Inquired(InquiryOutcome),
    /// The answer to sending, and the bill token that went along.
    Submitted {
        with: String,
        outcome: SubmitOutcome,
    },
    /// The answer to asking, or to voiding: both tell how the payment stands.
    Told(AskOutcome),
}

/// Nothing was learned. Everything that is not an answer of the platform's interface ends here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trouble {
    /// Milliseconds to wait at least, where the platform said so (`Retry-After`, RFC 9110, section 10.2.3).
    pub retry_after_ms: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InquiryOutcome {
    Bill(Box<ConfirmedBill>),
    NotFound,
    BillerUnknown,
    /// The biller rests.
    Quiet {
        retry_after_ms: i64,
    },
    NoAnswer(Trouble),
}

/// The biller's word on a bill, through the platform.
#[derive(Clone, PartialEq, Eq)]
pub struct ConfirmedBill {
    /// Never provisional.
    pub key: BillKey,
    pub status: BillStatus,
    pub terms: Terms,
    /// The single-use token, where the inquiry was for paying.
    pub token: Option<String>,
    /// Another payment of this phone that holds the same bill: found by the store in the same transaction.
    pub held_by: Option<(PaymentId, State)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BillStatus {
    Payable,
    Paid,
    Expired,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubmitOutcome {
    Recorded(Recorded),
    /// A typed refusal: nothing recorded, nothing charged, and the same bytes never will be.
    Refused(Refusal),
    NoAnswer(Trouble),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Other bytes stand under this identifier.
    IdConflict,
    TokenStale,
    AlreadyPaid,
    AmountChanged,
    BillExpired,
    ProviderClosed,
    /// Less would be given back than was promised.
    DealChanged,
    ConsentInvalid,
    NotUnderstood,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskOutcome {
    Recorded(Recorded),
    /// Nothing recorded. The same bytes may be sent for so long from now; 0: never again.
    NotFound {
        resend_for_s: i64,
    },
    NoAnswer(Trouble),
}

/// How the platform has the payment on record.
#[derive(Clone, PartialEq, Eq)]
pub enum Recorded {
    Processing,
    AwaitingHandOff {
        url: Option<String>,
    },
    Settled(Box<Charged>),
    /// Charged, and all of it given back since.
    Refunded(Box<Charged>, Refund),
    Declined(Reason),
    Voided,
}

/// What the platform says of a charge.
#[derive(Clone, PartialEq, Eq)]
pub struct Charged {
    pub amount: Twd,
    /// The business's own number of it.
    pub receipt: Option<String>,
    pub at: Option<Timestamp>,
    /// What is given back.
    pub cashback: Cashback,
    /// The platform's receipt, a JWS: not judged yet.
    pub signed_receipt: Option<String>,
}

impl Charged {
    /// So much, and nothing more is known.
    #[must_use]
    pub fn of(amount: Twd) -> Self {
        Self { amount, receipt: None, at: None, cashback: Cashback::default(), signed_receipt: None }
    }
}

/// How the money came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    pub kind: RefundKind,
    pub at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundKind {
    /// The charge was undone before it was booked.
    Reversal,
    /// It was booked, and the money came back later.
    Refund,
}

impl RefundKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reversal => "reversal",
            Self::Refund => "refund",
        }
    }
}

impl fmt::Debug for ConfirmedBill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfirmedBill")
            .field("key", &self.key)
            .field("status", &self.status)
            .field("held_by", &self.held_by)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Processing => f.write_str("Processing"),
            Self::AwaitingHandOff { .. } => f.write_str("AwaitingHandOff(..)"),
            Self::Settled(_) => f.write_str("Settled(..)"),
            Self::Refunded(..) => f.write_str("Refunded(..)"),
            Self::Declined(reason) => write!(f, "Declined({})", reason.as_str()),
            Self::Voided => f.write_str("Voided"),
        }
    }
}
