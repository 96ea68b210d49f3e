//! Platform side: the protocols of the payment businesses. No phone links this crate.
//!
//! Sans-I/O: requests are built, answers and notices are judged; sending is the platform's. One rule holds for all:
//! *an order is refused only where the business says so in its own words*. No answer, an HTTP error, a page in place of
//! JSON, a code that is not documented: the outcome is unknown, and the business is asked by the same order id.

pub mod answer;
mod hex;
pub mod jkopay;
pub mod newebpay;
pub mod opay;
pub mod order_id;
pub mod secret;

pub use answer::{Answer, Doubt};
pub use order_id::{OrderIdError, OrderIdRule};
pub use secret::Secret;
