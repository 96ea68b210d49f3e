//! The verified mobile number, sans-I/O: this crate says what to send and when, and judges what comes back.
//!
//! The platform is the operator's OIDC client, since it holds the client secret; the phone owns what proves that the
//! session it collects is the one that it asked for: a PKCE verifier (RFC 7636) that never leaves it before then. Where an
//! operator knows the phone itself as a public client, [`device`] needs no platform.

pub mod device;
pub mod msisdn;
pub mod pkce;
pub mod verification;

pub use msisdn::{Msisdn, MsisdnError};
pub use pkce::Verifier;
pub use verification::{Answer, Method, Next, Outcome, Session, Started, Verification};
