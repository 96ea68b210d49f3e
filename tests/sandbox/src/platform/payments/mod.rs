//! Payments, exactly once under one identifier.
//!
//! A `PUT` is recorded in one transaction (which burns the token it carried), then ordered at the business under an order
//! id that follows from the payment's identifier, then finished by the business's webhook. A sandbox that was killed in
//! between orders again at its next start: the business knows the order.

mod asking;
mod ending;
mod order_id;
mod record;
mod row;

use super::Platform;
use crate::control::types::BillName;
use crate::problem::Problem;
use serde::Deserialize;

pub use order_id::order_id;

/// The contract's `PaymentRequest`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentRequest {
    pub bill: BillName,
    pub amount: i64,
    pub fee: i64,
    pub discount: i64,
    pub payable: i64,
    pub provider: String,
    pub funding: Option<String>,
    /// What the person was promised.
    #[serde(default)]
    pub cashback: i64,
    pub consent: Consent,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    pub at: String,
    pub signature: String,
}

fn conflict(message: &str) -> Problem {
    Problem::new(409, "id_conflict", message)
}

impl Platform {
    fn check_id(&self, method: &str, suffix: &str, id: &str) -> Result<(), Problem> {
        self.contract
            .check_path(method, &format!("/v1/payments/{id}{suffix}"))
            .map_err(|_| Problem::malformed("A payment's identifier is a UUIDv7 in lower case."))
    }
}
