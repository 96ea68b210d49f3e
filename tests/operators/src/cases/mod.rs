//! What hostile operators, thieves and the wrong clock try, one case each, and the refusal that each must meet.

mod claims;
mod device;
mod keys;
mod token;

use std::fmt;

pub use claims::expected;
use serde_json::{Value, json};

use crate::signer::Signer;

/// How an attempt ended: refused, by name and in words, or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Refused { name: String, words: String },
    Believed,
}

/// One attempt.
pub struct Case {
    pub group: &'static str,
    pub attempt: &'static str,
    /// The refusal's name.
    pub refusal: &'static str,
    pub outcome: Outcome,
}

impl Outcome {
    fn of<T, E: fmt::Debug + fmt::Display>(result: Result<T, E>) -> Self {
        match result {
            Ok(_) => Self::Believed,
            Err(error) => Self::Refused { name: format!("{error:?}"), words: error.to_string() },
        }
    }
}

pub(crate) const ISSUER: &str = "https://operator.example";
pub(crate) const CLIENT: &str = "pay-taipei";
pub(crate) const NONCE: &str = "n-0S6_WzA2Mj";
pub(crate) const HINT: &str = "MSISDN:886900000017";
pub(crate) const ACCESS_TOKEN: &str = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
/// Unix seconds.
pub const NOW: i64 = 1_795_478_400;

/// Claims that are believed.
#[must_use]
pub fn good_claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "a1b2c3", "aud": [CLIENT], "azp": CLIENT, "nonce": NONCE,
        "iat": NOW - 5, "exp": NOW + 300, "auth_time": NOW - 10, "acr": "3", "amr": ["SIM_PIN"],
        // Both computed with coreutils and OpenSSL, from ACCESS_TOKEN and HINT.
        "at_hash": "77QmUPtjPfzWtF2AnpK9RQ",
        "hashed_login_hint": "7ec460079542465728dcd769db5abf07cb59e88cda0e0e4f63043a27ddf11cc7",
    })
}

/// All cases, run.
#[must_use]
pub fn run(signer: &Signer) -> Vec<Case> {
    let mut cases = Vec::new();
    token::run(signer, &mut cases);
    claims::run(signer, &mut cases);
    keys::run(signer, &mut cases);
    device::run(signer, &mut cases);
    cases
}
