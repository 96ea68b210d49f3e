//! The code's worth: tokens bound to the phone's key (RFC 6749, sections 4.1.3, 5 and 6; RFC 9449, section 5).

use std::fmt;

use paytaipei_oidc::dpop::{self, PointError, Unsigned};
use paytaipei_oidc::{Claims, Expected, IdTokenError, JsonError, Jws, JwsError, KeyCache, json};
use serde_json::{Map, Value};
use thiserror::Error;
use zeroize::Zeroizing;

use super::{Authorization, Client};
use crate::Verifier;

const LONGEST_ANSWER: usize = 64 * 1024;
const LONGEST_TOKEN: usize = 16 * 1024;

/// A form to post, with a proof beside it. `Debug` shows the address only.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenRequest {
    pub url: String,
    /// `application/x-www-form-urlencoded`.
    pub body: Zeroizing<String>,
}

/// What came back of it.
#[derive(Clone, Copy)]
pub struct HttpAnswer<'a> {
    pub status: u16,
    pub body: &'a [u8],
}

/// What a person's approval is worth. Wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Tokens {
    pub access_token: Zeroizing<String>,
    pub refresh_token: Option<Zeroizing<String>>,
    /// Seconds.
    pub expires_in: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RedeemError {
    #[error("the operator was not heard: start again")]
    NotHeard,
    #[error("no code came back that could be redeemed: start again")]
    NothingToRedeem,
    #[error("the operator's answer cannot be read: {0}")]
    Json(JsonError),
    #[error("the operator wants its nonce in the proof: send it again with the header DPoP-Nonce")]
    UseNonce,
    #[error("the operator does not take the proof of the phone's key: check the date and time, then start again")]
    Proof,
    #[error("the code or token was used, is too old, or belongs to another phone: start again")]
    InvalidGrant,
    #[error("the operator does not know this app: update the app")]
    InvalidClient,
    #[error("the operator refuses: try later, or verify in another way")]
    Refused,
    #[error("the operator gave a token that any thief could use: report it to the operator")]
    NotBound,
    #[error("the operator's answer holds no access token: start again")]
    NoAccessToken,
    #[error("the operator's answer holds no ID token: start again")]
    NoIdToken,
    #[error("the operator's keys are not known: fetch them, then judge the answer again")]
    FetchKeys,
    #[error(transparent)]
    IdToken(#[from] IdTokenError),
}

impl TokenRequest {
    fn new(client: &Client, pairs: &[(&str, &str)]) -> Self {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("client_id", &client.client_id).extend_pairs(pairs);
        Self { url: client.provider.token_endpoint.clone(), body: Zeroizing::new(body.finish()) }
    }

    pub(super) fn of_code(client: &Client, code: &str, verifier: &Verifier) -> Self {
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", client.redirect_uri.as_str()),
            ("code_verifier", verifier.reveal()),
        ];
        Self::new(client, &pairs)
    }

    /// The proof to be signed and sent as `DPoP`. `at`: Unix seconds by the operator's clock as far as it is known.
    pub fn proof(&self, point: &[u8], nonce: Option<&str>, at: i64, id: [u8; 16]) -> Result<Unsigned, PointError> {
        dpop::proof(point, &dpop::Use { method: "POST", url: &self.url, access_token: None, nonce, at, id })
    }
}

impl Client {
    /// New tokens for an old refresh token, which the operator then takes no more.
    #[must_use]
    pub fn refresh(&self, refresh_token: &str) -> TokenRequest {
        TokenRequest::new(self, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)])
    }
}

impl Tokens {
    /// Judges the answer to [`Client::refresh`].
    pub fn refreshed(answer: Option<HttpAnswer<'_>>) -> Result<Self, RedeemError> {
        Self::read(&successful(answer)?)
    }

    fn read(answer: &Map<String, Value>) -> Result<Self, RedeemError> {
        let token = |name| json_text(answer, name).map(|text| Zeroizing::new(text.to_owned()));
        let access_token = token("access_token").ok_or(RedeemError::NoAccessToken)?;
        // RFC 9449, section 5: any other type means that the proof was passed over.
        if !json_text(answer, "token_type").is_some_and(|kind| kind.eq_ignore_ascii_case("DPoP")) {
            return Err(RedeemError::NotBound);
        }
        let expires_in = answer.get("expires_in").and_then(Value::as_u64);
        Ok(Self { access_token, refresh_token: token("refresh_token"), expires_in })
    }
}

impl Authorization {
    /// Judges the answer to the token request: tokens, and what the operator says of the person. `now`: Unix seconds.
    ///
    /// [`RedeemError::FetchKeys`]: fetch the operator's keys into `keys` and judge the same answer again.
    pub fn redeemed(
        &self,
        answer: Option<HttpAnswer<'_>>,
        keys: &mut KeyCache,
        now: i64,
    ) -> Result<(Tokens, Claims), RedeemError> {
        if self.code.is_none() {
            return Err(RedeemError::NothingToRedeem);
        }
        let answer = successful(answer)?;
        let tokens = Tokens::read(&answer)?;
        let id_token = json_text(&answer, "id_token").ok_or(RedeemError::NoIdToken)?;
        let refused = |error: JwsError| RedeemError::IdToken(error.into());
        let jws = Jws::parse(id_token).map_err(refused)?;
        let keys = keys.keys(jws.kid().map_err(refused)?, now).ok_or(RedeemError::FetchKeys)?;
        let expected = Expected {
            issuer: &self.client.provider.issuer,
            client_id: &self.client.client_id,
            nonce: Some(&self.nonce),
            acr: self.acr,
            amr: &[],
            access_token: Some(&tokens.access_token),
            login_hint: self.hint.as_deref(),
            complete: self.complete,
            max_age: self.max_age.map(i64::from),
        };
        let claims = expected.validate(id_token, keys, now)?;
        Ok((tokens, claims))
    }

    /// Where the operator's keys are fetched.
    #[must_use]
    pub fn jwks_uri(&self) -> &str {
        &self.client.provider.jwks_uri
    }
}

fn json_text<'a>(answer: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let text = answer.get(name)?.as_str()?;
    ((1..=LONGEST_TOKEN).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())).then_some(text)
}

/// The members of an answer that grants something.
fn successful(answer: Option<HttpAnswer<'_>>) -> Result<Map<String, Value>, RedeemError> {
    let answer = answer.ok_or(RedeemError::NotHeard)?;
    if !matches!(answer.status, 200 | 400 | 401) {
        return Err(RedeemError::NotHeard);
    }
    let read = json::object(answer.body, LONGEST_ANSWER).map_err(RedeemError::Json)?;
    if answer.status == 200 {
        return Ok(read);
    }
    Err(match read.get("error").and_then(Value::as_str).unwrap_or_default() {
        "use_dpop_nonce" => RedeemError::UseNonce,
        "invalid_dpop_proof" => RedeemError::Proof,
        "invalid_grant" => RedeemError::InvalidGrant,
        "invalid_client" | "unauthorized_client" => RedeemError::InvalidClient,
        _ => RedeemError::Refused,
    })
}

impl fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRequest").field("url", &self.url).finish_non_exhaustive()
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}
