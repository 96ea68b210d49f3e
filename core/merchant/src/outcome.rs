//! What became of an order, in words that are the same for every business.

use std::fmt;

use paytaipei_bill::Twd;
use thiserror::Error;
use uuid::Uuid;

use crate::Doubt;

/// What became of opening an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    Page(PaymentPage),
    /// Opened; what became of it is told by a notice, or by an inquiry.
    Waiting,
    /// Paid before: inquire for how much.
    AlreadyPaid,
    /// The business opened nothing.
    Refused(Refusal),
    Unknown(Doubt),
}

/// Where the person pays. Whoever has the link sees the order, so `Debug` tells nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct PaymentPage {
    pub url: String,
}

/// A refusal in the business's own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    NoSuchOrder,
    /// An order, or a refund, of this id is there already.
    Repeated,
    RefundAmount,
    AmountsInconsistent,
    LimitReached,
    RefundTooLarge,
    Parameters,
    /// The request's signature or key is wrong.
    Signature,
    Declined(Decline),
}

/// Why a business takes no money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decline {
    InsufficientFunds,
    OverLimit,
    NoAgreement,
    ByPerson,
    /// For no reason that its documents name.
    Unnamed,
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderState {
    Paid(PaidOrder),
    /// The person has confirmed and the business is at it.
    Processing,
    /// Not paid yet; it can still be, until its time is up.
    NotPaidYet,
    /// The business has no such order now.
    NotThere,
    /// It never will be paid.
    Failed(Decline),
    Unknown(Doubt),
}

/// A paid order. The caller compares `amount` with what the person agreed to.
#[derive(Clone, PartialEq, Eq)]
pub struct PaidOrder {
    /// The business's own number.
    pub trade_no: String,
    pub amount: Twd,
    /// Given back so far.
    pub refunded: Twd,
}

/// What became of a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundOutcome {
    /// `trade_no`: the business's number of the refund, where it gives one.
    Done {
        trade_no: Option<String>,
    },
    Refused(Refusal),
    Unknown(Doubt),
}

/// A notice as it came in.
#[derive(Clone, Copy)]
pub struct Delivery<'a> {
    /// JKOPAY's `DIGEST` header.
    pub digest: Option<&'a str>,
    pub body: &'a [u8],
    /// The platform's own list: which payment has this order id. Asked where an order id is a hash.
    pub known: &'a dyn Fn(&str) -> Option<Uuid>,
}

/// What a notice is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    Result(Notice),
    /// It names an order and proves nothing: a reason to inquire.
    Hint(Uuid),
}

/// A notice that the business signed.
#[derive(Clone, PartialEq, Eq)]
pub struct Notice {
    pub payment: Uuid,
    pub state: OrderState,
    /// Notices of the same trade and status are one: what is done for the first is not done again.
    pub dedupe_key: String,
}

/// Why a notice is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoticeError {
    #[error("the notice is not signed: inquire about the order")]
    Unsigned,
    #[error("the notice's signature is wrong: somebody else wrote it, or the keys are not this store's")]
    Forged,
    #[error("the notice is not of this interface: inquire about the order")]
    Malformed,
    #[error("the notice speaks of another store or of an order that is not from here")]
    ForeignOrder,
    #[error("the notice is a trial from the merchant page: no money moved")]
    Trial,
}

/// What a business answers where the agreement of a silent debit is gone. Ours: no public document has such a code.
pub(crate) const NO_AGREEMENT: &str = "9404";

/// Larger than any notice of these interfaces.
pub(crate) const LARGEST_NOTICE: usize = 64 * 1024;

/// A business's own number: short, letters and digits.
pub(crate) fn trade_no(text: &str) -> Option<String> {
    let fits = (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
    fits.then(|| text.to_owned())
}

impl fmt::Debug for PaymentPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PaymentPage")
    }
}

impl fmt::Debug for PaidOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PaidOrder")
    }
}

impl fmt::Debug for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notice").field("state", &self.state).finish_non_exhaustive()
    }
}
