//! One business's protocol, whichever it is: the platform knows no more of it than this.

use paytaipei_bill::Twd;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Answer, Delivery, Exchange, NoticeError, Opened, Opening, Order, OrderState, Refund, RefundOutcome, RequestError,
    Told,
};

/// Requests to build, answers and notices to judge. Nothing is sent here.
pub trait Protocol: Send + Sync {
    /// # Errors
    /// [`RequestError`] where the order is none that this business takes.
    fn open(&self, order: &Order<'_>) -> Result<Opening, RequestError>;

    /// Judges the answer to an opening; `None` where none came.
    fn opened(&self, asked: &Exchange, answer: Option<Answer<'_>>) -> Opened;

    /// # Errors
    /// [`RequestError`] where the payment's id makes no order id.
    fn inquire(&self, payment: Uuid, amount: Twd, now: OffsetDateTime) -> Result<Exchange, RequestError>;

    /// Judges the answer to an inquiry.
    fn inquired(&self, asked: &Exchange, answer: Option<Answer<'_>>) -> OrderState;

    /// # Errors
    /// [`RequestError`] where this business gives nothing back in this way.
    fn refund(&self, refund: &Refund<'_>) -> Result<Exchange, RequestError>;

    /// Judges the answer to a refund.
    fn refunded(&self, asked: &Exchange, answer: Option<Answer<'_>>) -> RefundOutcome;

    /// Checks and reads a notice.
    ///
    /// # Errors
    /// [`NoticeError`] where it is none, or somebody else's.
    fn notice(&self, delivery: Delivery<'_>) -> Result<Told, NoticeError>;

    /// What the business wants to hear, or it tells the same again.
    fn acknowledgement(&self) -> &'static str;
}
