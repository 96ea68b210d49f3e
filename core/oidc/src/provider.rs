//! Where an operator's services are (OpenID Connect Discovery 1.0, sections 3 and 4).

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::json::{self, JsonError};

const LONGEST_DOCUMENT: usize = 64 * 1024;
const LONGEST_URL: usize = 500;

/// An operator's addresses, all of them `https://`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub jwks_uri: String,
    /// Where the operator can be asked to ask the person (CIBA Core 1.0, section 4).
    pub backchannel_authentication_endpoint: Option<String>,
    /// Whether its answers name it (RFC 9207, section 3); then one without the name is refused.
    pub names_itself: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ProviderError {
    #[error("the operator's description cannot be read: {0}")]
    Json(JsonError),
    #[error("another operator describes itself there: check the operator's address")]
    Issuer,
    #[error("an address of the operator is missing or not https: report it to the operator")]
    Address,
}

/// Whether this is an address that may be called: `https://`, visible ASCII, bounded.
#[must_use]
pub fn is_address(url: &str) -> bool {
    url.len() <= LONGEST_URL && url.starts_with("https://") && url.bytes().all(|b| b.is_ascii_graphic())
}

impl Provider {
    /// Where the description stands.
    #[must_use]
    pub fn description_of(issuer: &str) -> String {
        format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))
    }

    /// Reads the description that was found there.
    pub fn described(issuer: &str, bytes: &[u8]) -> Result<Self, ProviderError> {
        let read = json::object(bytes, LONGEST_DOCUMENT).map_err(ProviderError::Json)?;
        if read.get("issuer").and_then(serde_json::Value::as_str) != Some(issuer) {
            return Err(ProviderError::Issuer);
        }
        let address =
            |name: &str| json::text(&read, name, LONGEST_URL).filter(|url| is_address(url)).map(str::to_owned);
        let needed = |name: &str| address(name).ok_or(ProviderError::Address);
        Ok(Self {
            issuer: issuer.to_owned(),
            authorization_endpoint: needed("authorization_endpoint")?,
            token_endpoint: needed("token_endpoint")?,
            jwks_uri: needed("jwks_uri")?,
            backchannel_authentication_endpoint: address("backchannel_authentication_endpoint"),
            names_itself: read.get("authorization_response_iss_parameter_supported") == Some(&true.into()),
        })
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}
