//! Platform side: the protocols of the payment businesses. No phone links this crate.
//!
//! Sans-I/O: requests are built, answers and notices are judged; sending is the platform's. One rule holds for all:
//! *an order is refused only where the business says so in its own words*. No answer, an HTTP error, a page in place of
//! JSON, a code that is not documented: the outcome is unknown, and the business is asked by the same order id.
//!
//! A protocol a folder, each behind [`Protocol`]; [`business::BUSINESSES`] says who speaks which, from which source, and
//! what no public document shows.

pub mod answer;
pub mod business;
pub mod esun;
mod form;
mod hex;
pub mod intella;
pub mod jkopay;
pub mod newebpay;
pub mod opay;
pub mod order_id;
pub mod outcome;
pub mod protocol;
pub mod request;
pub mod secret;
pub mod taishin;

pub use answer::{Answer, Doubt};
pub use order_id::{OrderIdError, OrderIdRule};
pub use outcome::{
    Decline, Delivery, Notice, NoticeError, Opened, OrderState, PaidOrder, PaymentPage, RefundOutcome, Refusal, Told,
};
pub use protocol::Protocol;
pub use request::{Exchange, Form, Method, Opening, Order, Refund, Request, RequestError};
pub use secret::Secret;
