//! What an ID token must say to be believed (OpenID Connect Core 1.0, sections 2, 3.1.3.7 and 3.1.3.8; Mobile Connect 2.3).
//! Every claim is compared with what was asked for: none counts for being there.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::json::{self, JsonError};
use crate::{Jwks, Jws, JwsError};

/// Seconds by which two clocks may differ.
pub const SKEW_S: i64 = 60;
/// Seconds after which a token that was just asked for is an old one.
const OLDEST_S: i64 = 600;
const LONGEST_CLAIMS: usize = 16 * 1024;

/// What was asked for, and of whom.
#[derive(Clone)]
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    /// `None` where none was sent (CIBA Core 1.0 knows no nonce).
    pub nonce: Option<&'a str>,
    /// Mobile Connect's level of assurance asked for, 2 to 4; `None` where none was.
    pub acr: Option<u8>,
    /// Ways to authenticate that count; empty where any does.
    pub amr: &'a [&'a str],
    /// The access token that came with it, of which `at_hash` is the hash.
    pub access_token: Option<&'a str>,
    /// The login hint sent, of which `hashed_login_hint` is the hash.
    pub login_hint: Option<&'a str>,
    /// Whether `amr` and both hashes must be there, as in Mobile Connect from 2.3 on. Otherwise they are compared where they
    /// are.
    pub complete: bool,
    /// Seconds since the person authenticated, at most.
    pub max_age: Option<i64>,
}

/// A token that was believed.
#[derive(Clone, PartialEq, Eq)]
pub struct Claims {
    /// The person's name at this operator: pseudonymous, and personal data none the less.
    pub subject: String,
    /// Level of assurance.
    pub acr: Option<u8>,
    /// How the person authenticated.
    pub amr: Vec<String>,
    /// Unix seconds.
    pub expires_at: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum IdTokenError {
    #[error(transparent)]
    Jws(#[from] JwsError),
    #[error("the token's claims cannot be read: {0}")]
    Claims(JsonError),
    #[error("the token says not who issued it: report it to the operator")]
    NoIssuer,
    #[error("another operator issued the token: start again with the right one")]
    Issuer,
    #[error("the token names nobody: report it to the operator")]
    NoSubject,
    #[error("the token says not for whom it is: report it to the operator")]
    NoAudience,
    #[error("the token is for somebody else: start again")]
    Audience,
    #[error("the token is for others too, who are not trusted here: report it to the operator")]
    MoreAudiences,
    #[error("the token was asked for by somebody else: start again")]
    AuthorizedParty,
    #[error("the token has no end: report it to the operator")]
    NoExpiry,
    #[error("the token is past its end: check the date and time, then start again")]
    Expired,
    #[error("the token says not when it was issued: report it to the operator")]
    NoIssueTime,
    #[error("the token is issued in the future: check the date and time, then start again")]
    IssuedInFuture,
    #[error("the token was issued long ago: check the date and time, then start again")]
    IssuedLongAgo,
    #[error("the token is not valid yet: check the date and time, then start again")]
    NotYetValid,
    #[error("the token does not repeat the nonce: start again")]
    NoNonce,
    #[error("the token answers another request: start again")]
    Nonce,
    #[error("the token says not how surely the person was recognised: ask the operator for acr")]
    NoAcr,
    #[error("the person was recognised less surely than asked: start again, and confirm with the SIM's PIN")]
    AcrTooLow,
    #[error("the token says not how the person was recognised: ask the operator for amr")]
    NoAmr,
    #[error("the person was recognised in a way that does not count: start again")]
    Amr,
    #[error("the token does not say which access token it belongs to: ask the operator for at_hash")]
    NoAccessTokenHash,
    #[error("the token belongs to another access token: start again")]
    AccessTokenHash,
    #[error("the token does not repeat whom was asked for: ask the operator for hashed_login_hint")]
    NoLoginHintHash,
    #[error("the token is about another number: start again with your own")]
    LoginHintHash,
    #[error("the token says not when the person authenticated: ask the operator for auth_time")]
    NoAuthTime,
    #[error("the person authenticated too long ago: start again")]
    AuthTime,
    #[error("a claim of the token is of the wrong kind: report it to the operator")]
    WrongKind,
}

impl Expected<'_> {
    /// Believes a token, or says why not. `now`: Unix seconds.
    pub fn validate(&self, token: &str, keys: &Jwks, now: i64) -> Result<Claims, IdTokenError> {
        let jws = Jws::parse(token)?;
        let payload = jws.verified_by(keys)?;
        self.judge(&json::object(payload, LONGEST_CLAIMS).map_err(IdTokenError::Claims)?, now)
    }

    fn judge(&self, claims: &Map<String, Value>, now: i64) -> Result<Claims, IdTokenError> {
        let text = |name: &str| match claims.get(name) {
            None => Ok(None),
            Some(value) => value.as_str().map(Some).ok_or(IdTokenError::WrongKind),
        };
        if text("iss")?.ok_or(IdTokenError::NoIssuer)? != self.issuer {
            return Err(IdTokenError::Issuer);
        }
        self.is_for_us(claims, text("azp")?)?;
        let expires_at = in_time(claims, now)?;
        let subject = json::text(claims, "sub", 255).ok_or(IdTokenError::NoSubject)?.to_owned();
        if let Some(nonce) = self.nonce
            && text("nonce")?.ok_or(IdTokenError::NoNonce)? != nonce
        {
            return Err(IdTokenError::Nonce);
        }
        let acr = text("acr")?.and_then(|acr| acr.parse().ok());
        if let Some(asked) = self.acr {
            match acr {
                None => return Err(IdTokenError::NoAcr),
                Some(given) if given < asked => return Err(IdTokenError::AcrTooLow),
                Some(_) => {}
            }
        }
        let amr = self.methods(claims)?;
        if let Some(token) = self.access_token {
            match text("at_hash")? {
                None if self.complete => return Err(IdTokenError::NoAccessTokenHash),
                Some(hash) if hash != access_token_hash(token) => return Err(IdTokenError::AccessTokenHash),
                _ => {}
            }
        }
        if let Some(hint) = self.login_hint {
            match text("hashed_login_hint")? {
                None if self.complete => return Err(IdTokenError::NoLoginHintHash),
                Some(hash) if hash != login_hint_hash(hint) => return Err(IdTokenError::LoginHintHash),
                _ => {}
            }
        }
        if let Some(max_age) = self.max_age {
            let at = instant(claims, "auth_time")?.ok_or(IdTokenError::NoAuthTime)?;
            if now.saturating_sub(at) > max_age.saturating_add(SKEW_S) {
                return Err(IdTokenError::AuthTime);
            }
        }
        Ok(Claims { subject, acr, amr, expires_at })
    }

    fn is_for_us(&self, claims: &Map<String, Value>, authorized: Option<&str>) -> Result<(), IdTokenError> {
        match claims.get("aud").ok_or(IdTokenError::NoAudience)? {
            Value::String(audience) if audience == self.client_id => {}
            Value::String(_) => return Err(IdTokenError::Audience),
            Value::Array(audiences) if !audiences.iter().any(|audience| audience == self.client_id) => {
                return Err(IdTokenError::Audience);
            }
            Value::Array(audiences) if audiences.len() > 1 => return Err(IdTokenError::MoreAudiences),
            Value::Array(_) => {}
            _ => return Err(IdTokenError::WrongKind),
        }
        if authorized.is_some_and(|party| party != self.client_id) {
            return Err(IdTokenError::AuthorizedParty);
        }
        Ok(())
    }

    fn methods(&self, claims: &Map<String, Value>) -> Result<Vec<String>, IdTokenError> {
        let methods: Vec<String> = match claims.get("amr") {
            None => Vec::new(),
            Some(Value::Array(methods)) => {
                let read = methods.iter().map(|method| method.as_str().map(str::to_owned));
                read.collect::<Option<_>>().ok_or(IdTokenError::WrongKind)?
            }
            Some(_) => return Err(IdTokenError::WrongKind),
        };
        if methods.is_empty() && (self.complete || !self.amr.is_empty()) {
            return Err(IdTokenError::NoAmr);
        }
        let counts = self.amr.is_empty() || methods.iter().any(|method| self.amr.contains(&method.as_str()));
        if counts { Ok(methods) } else { Err(IdTokenError::Amr) }
    }
}

/// The token's end, where now is between its beginning and its end.
fn in_time(claims: &Map<String, Value>, now: i64) -> Result<i64, IdTokenError> {
    let expires_at = instant(claims, "exp")?.ok_or(IdTokenError::NoExpiry)?;
    if now >= expires_at.saturating_add(SKEW_S) {
        return Err(IdTokenError::Expired);
    }
    let issued_at = instant(claims, "iat")?.ok_or(IdTokenError::NoIssueTime)?;
    if issued_at > now.saturating_add(SKEW_S) {
        return Err(IdTokenError::IssuedInFuture);
    }
    if now.saturating_sub(issued_at) > OLDEST_S.saturating_add(SKEW_S) {
        return Err(IdTokenError::IssuedLongAgo);
    }
    if instant(claims, "nbf")?.is_some_and(|from| from > now.saturating_add(SKEW_S)) {
        return Err(IdTokenError::NotYetValid);
    }
    Ok(expires_at)
}

/// Unix seconds; a fraction is cut off (RFC 7519, section 2: NumericDate).
fn instant(claims: &Map<String, Value>, name: &str) -> Result<Option<i64>, IdTokenError> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    #[expect(clippy::cast_possible_truncation, reason = "bounded first")]
    let whole = |seconds: f64| (0.0..=253_402_300_799.0).contains(&seconds).then_some(seconds as i64);
    let seconds = value.as_i64().or_else(|| value.as_f64().and_then(whole));
    seconds.filter(|seconds| *seconds >= 0).map(Some).ok_or(IdTokenError::WrongKind)
}

/// Left half of the SHA-256, base64url (OpenID Connect Core 1.0, section 3.1.3.6).
#[must_use]
pub fn access_token_hash(token: &str) -> String {
    let hash = digest(&SHA256, token.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.as_ref().split_at(16).0)
}

/// Lower-case hexadecimal SHA-256 of the login hint as it was sent, `MSISDN:8869…`. As an operator's public gateway makes it;
/// Mobile Connect's own text is not public.
#[must_use]
pub fn login_hint_hash(hint: &str) -> String {
    use std::fmt::Write as _;
    digest(&SHA256, hint.as_bytes()).as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl fmt::Debug for Expected<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Expected(..)")
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims").field("acr", &self.acr).finish_non_exhaustive()
    }
}
