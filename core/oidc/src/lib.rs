//! OpenID Connect and JOSE as phone and platform both need them: an operator's keys, its ID tokens, and proofs of possession.
//! Pure: keys are fetched and clocks are read by whoever calls.

pub mod dpop;
pub mod id_token;
pub mod json;
pub mod jwks;
pub mod jws;
mod login_hint;
pub mod provider;

pub use id_token::{Claims, Expected, IdTokenError};
pub use json::JsonError;
pub use jwks::{Jwks, JwksError, Key, KeyCache};
pub use jws::{Algorithm, Jws, JwsError};
pub use login_hint::{LoginHint, LoginHintError};
pub use provider::{Provider, ProviderError};
