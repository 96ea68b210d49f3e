//! Deals: what a payment business gives back, as data.
//!
//! A [`Deal`] says who gets how much of what, in whole dollars and hundredths of a percent; [`cashback`] says what a payment
//! gets by the deals of a day. The phone does so before the person agrees, so that they agree to a figure, and the platform
//! does so again when it records the payment: by the same rules (`docs/deals.md`), and by code of its own.

mod best;
mod evaluate;
mod rule;
mod words;

pub use best::{Choice, choices};
pub use evaluate::{Cashback, Earlier, Offer, Part, cashback, is_used_up};
pub use rule::{Deal, DealError, DealId, Rounding, Who};
