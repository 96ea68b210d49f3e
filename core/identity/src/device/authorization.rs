//! One request under way, and the app link that ends it (RFC 6749, section 4.1.2; RFC 9207).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;
use zeroize::Zeroizing;

use super::{Ask, Client, TokenRequest, Version};
use crate::Verifier;

/// A person who is longer on the operator's page begins again.
const LONGEST_MS: i64 = 10 * 60 * 1_000;
const LONGEST_RETURN: usize = 8 * 1024;

/// A request under way. It is stored, sealed, so that a process that was killed while the page was open takes the return up.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorization {
    pub(super) client: Client,
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: Verifier,
    pub(super) hint: Option<String>,
    /// Whether the ID token must say all that Mobile Connect 2.3 has it say.
    pub(super) complete: bool,
    /// What it must say, where the operator speaks Mobile Connect.
    pub(super) acr: Option<u8>,
    pub(super) max_age: Option<u32>,
    /// Unix milliseconds on the phone's clock.
    started_at: i64,
    expires_at: i64,
    /// Of the code that came back: it is redeemed once.
    pub(super) code: Option<Zeroizing<String>>,
    returned: bool,
}

/// A code, and what only the phone that asked for it knows.
pub struct Code<'a> {
    pub code: &'a str,
    pub verifier: &'a Verifier,
    pub nonce: &'a str,
}

/// Why what came back is not taken. But for the last four it says nothing of the request, which goes on waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ReturnError {
    #[error("this is no address: go back to the operator's page")]
    NotAnAddress,
    #[error("the link is longer than any answer: go back to the operator's page")]
    TooLong,
    #[error("the link has another scheme than the app's: another app may have made it; go back to the operator's page")]
    OtherScheme,
    #[error("the link leads to another host than the app's: go back to the operator's page")]
    OtherHost,
    #[error("the link leads to another port than the app's: go back to the operator's page")]
    OtherPort,
    #[error("the link leads elsewhere in the app: go back to the operator's page")]
    OtherPath,
    #[error("the link carries a user's name or a fragment, which no answer does: go back to the operator's page")]
    Decorated,
    #[error("the link says something twice: go back to the operator's page")]
    ParameterTwice,
    #[error("the link does not say which request it answers: go back to the operator's page")]
    NoState,
    #[error("the link answers no request of this phone: another app or page may have opened it; start from the app")]
    State,
    #[error("the link was used before: start again in the app")]
    Replayed,
    #[error("nobody answered in time, or the clock was changed: start again in the app")]
    Late,
    #[error("the link does not say which operator answers: start again with your operator")]
    NoIssuer,
    #[error("another operator answers than was asked: start again with your own")]
    Issuer,
    #[error("the person said no: start again if that was a mistake")]
    Denied,
    #[error("the operator could not do it: try later, or verify in another way")]
    Refused,
    #[error("the operator answers without a code: start again")]
    NoCode,
}

impl ReturnError {
    /// Its name among machines.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotAnAddress => "not_an_address",
            Self::TooLong => "too_long",
            Self::OtherScheme => "other_scheme",
            Self::OtherHost => "other_host",
            Self::OtherPort => "other_port",
            Self::OtherPath => "other_path",
            Self::Decorated => "decorated",
            Self::ParameterTwice => "parameter_twice",
            Self::NoState => "no_state",
            Self::State => "other_state",
            Self::Replayed => "replayed",
            Self::Late => "late",
            Self::NoIssuer => "no_issuer",
            Self::Issuer => "other_issuer",
            Self::Denied => "denied",
            Self::Refused => "operator_trouble",
            Self::NoCode => "no_code",
        }
    }
}

fn constant_time_equals(a: &str, b: &str) -> bool {
    // Of hashes: how many characters agree tells nothing.
    digest(&SHA256, a.as_bytes()).as_ref() == digest(&SHA256, b.as_bytes()).as_ref()
}

impl Authorization {
    pub(super) fn new(client: &Client, ask: &Ask<'_>, hint: Option<String>, entropy: &[u8; 96], now: i64) -> Self {
        let (verifier, rest) = entropy.split_first_chunk::<32>().unwrap_or((&[0; 32], &[]));
        let (state, nonce) = rest.split_at(32);
        Self {
            client: client.clone(),
            state: URL_SAFE_NO_PAD.encode(state),
            nonce: URL_SAFE_NO_PAD.encode(nonce),
            verifier: Verifier::new(verifier),
            hint,
            complete: ask.version.is_some_and(Version::is_complete),
            acr: ask.version.map(|_| ask.acr),
            max_age: ask.max_age,
            started_at: now,
            expires_at: now.saturating_add(LONGEST_MS),
            code: None,
            returned: false,
        }
    }

    /// Takes the app link. `now` as for [`Client::begin`].
    pub fn returned(&mut self, link: &str, now: i64) -> Result<TokenRequest, ReturnError> {
        let link = self.is_ours(link)?;
        let answer = Answer::read(&link)?;
        if !constant_time_equals(answer.state.as_deref().ok_or(ReturnError::NoState)?, &self.state) {
            return Err(ReturnError::State);
        }
        if self.returned {
            return Err(ReturnError::Replayed);
        }
        match &answer.issuer {
            None if self.client.provider.names_itself => return Err(ReturnError::NoIssuer),
            Some(issuer) if *issuer != self.client.provider.issuer => return Err(ReturnError::Issuer),
            _ => {}
        }
        // From here on the answer is the operator's, and the only one.
        self.returned = true;
        if now >= self.expires_at || now < self.started_at {
            return Err(ReturnError::Late);
        }
        match answer.error.as_deref() {
            None => {}
            Some("access_denied" | "consent_required") => return Err(ReturnError::Denied),
            Some(_) => return Err(ReturnError::Refused),
        }
        let code = answer.code.filter(|code| (1..=2_048).contains(&code.len()) && is_visible(code));
        let code = Zeroizing::new(code.ok_or(ReturnError::NoCode)?);
        let request = TokenRequest::of_code(&self.client, &code, &self.verifier);
        self.code = Some(code);
        Ok(request)
    }

    /// What came back and what it was asked with, for who redeems it in the phone's place.
    #[must_use]
    pub fn code(&self) -> Option<Code<'_>> {
        let code = self.code.as_deref()?;
        Some(Code { code, verifier: &self.verifier, nonce: &self.nonce })
    }

    /// Whether it came back without a code.
    #[must_use]
    pub const fn was_refused(&self) -> bool {
        self.returned && self.code.is_none()
    }

    fn is_ours(&self, link: &str) -> Result<Url, ReturnError> {
        if link.len() > LONGEST_RETURN {
            return Err(ReturnError::TooLong);
        }
        let (link, own) = (Url::parse(link).map_err(|_| ReturnError::NotAnAddress)?, &self.client.redirect_uri);
        if link.scheme() != own.scheme() {
            return Err(ReturnError::OtherScheme);
        }
        if link.host() != own.host() {
            return Err(ReturnError::OtherHost);
        }
        if link.port_or_known_default() != own.port_or_known_default() {
            return Err(ReturnError::OtherPort);
        }
        if link.path() != own.path() {
            return Err(ReturnError::OtherPath);
        }
        if !link.username().is_empty() || link.password().is_some() || link.fragment().is_some() {
            return Err(ReturnError::Decorated);
        }
        Ok(link)
    }
}

fn is_visible(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_graphic())
}

/// What the link's query says. Names that nobody asked for are passed over (RFC 6749, section 4.1.2).
#[derive(Default)]
struct Answer {
    state: Option<String>,
    code: Option<String>,
    issuer: Option<String>,
    error: Option<String>,
}

impl Answer {
    fn read(link: &Url) -> Result<Self, ReturnError> {
        let mut answer = Self::default();
        for (name, value) in link.query_pairs() {
            let place = match name.as_ref() {
                "state" => &mut answer.state,
                "code" => &mut answer.code,
                "iss" => &mut answer.issuer,
                "error" => &mut answer.error,
                _ => continue,
            };
            if place.replace(value.into_owned()).is_some() {
                return Err(ReturnError::ParameterTwice);
            }
        }
        Ok(answer)
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authorization(..)")
    }
}
