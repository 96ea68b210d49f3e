//! Device-initiated: the phone as an operator's public client (RFC 8252). It opens the operator's page in a browser, checks
//! what comes back by app link, and redeems the code with the verifier that only it has (RFC 7636) for tokens bound to its
//! own key (RFC 9449).
//!
//! [`Client::begin`] → the page → [`Authorization::returned`] → [`TokenRequest`] → [`Authorization::redeemed`].

mod ask;
mod authorization;
mod tokens;

pub use ask::{Ask, AskError, Client, ClientError, Purpose, Version};
pub use authorization::{Authorization, Code, ReturnError};
pub use tokens::{HttpAnswer, RedeemError, TokenRequest, Tokens};
