//! Platform side: the OIDC client that has a mobile operator ask a person on the handset. No phone links this crate.
//!
//! OpenID Connect Client-Initiated Backchannel Authentication (CIBA) Core 1.0, poll mode, sans-I/O: [`Client`] builds
//! requests, [`Pending`] says when to ask again and judges what comes back. The clock is an argument.

mod client;
mod pending;

pub use client::{Ask, AskError, Client, ClientError, Request};
pub use paytaipei_oidc::LoginHint;
pub use pending::{Answer, Failure, Next, Pending, StartError, Step, Tokens};
