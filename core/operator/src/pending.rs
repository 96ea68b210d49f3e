//! An authentication under way: when to ask for the tokens, and what the operator's answers mean (CIBA Core 1.0,
//! sections 7.3, 10.1.1, 11 and 13).
//!
//! `now` is seconds on a clock of the caller's that never goes back.

use std::fmt;

use serde::Deserialize;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::client::is_visible;
use crate::{Client, Request};

/// An HTTP answer, headers aside.
#[derive(Clone, Copy)]
pub struct Answer<'a> {
    pub status: u16,
    pub body: &'a [u8],
}

/// The operator asks the person; the platform asks the operator.
#[derive(PartialEq, Eq)]
pub struct Pending {
    auth_req_id: Zeroizing<String>,
    /// Seconds between two polls. `slow_down` lengthens it for good.
    interval: u64,
    /// Polls in a row that gave no answer of the operator's.
    silent: u32,
    next_at: u64,
    expires_at: u64,
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Wait { seconds: u64 },
    Poll,
    Expired,
}

/// What a poll came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// The person has not answered yet, or the operator could not be heard: go on as [`Pending::next`] says.
    Pending(Pending),
    Approved(Tokens),
    /// The person said no (`access_denied`).
    Denied,
    /// Nobody answered in time (`expired_token`).
    Expired,
    Failed(Failure),
}

/// What an approved authentication gives. Wiped from memory when dropped. The ID token is as it came: who uses it
/// validates it first (OpenID Connect Core 1.0, section 3.1.3.7).
#[derive(PartialEq, Eq)]
pub struct Tokens {
    pub access_token: Zeroizing<String>,
    pub id_token: Zeroizing<String>,
    /// Seconds.
    pub expires_in: Option<u64>,
}

/// The operator refuses for a reason of the client's own: asking again does not help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    #[error("the operator does not know this client: check client id and secret")]
    InvalidClient,
    #[error("the operator allows this client no such request: ask the operator to enable CIBA in poll mode")]
    UnauthorizedClient,
    #[error("the operator knows nobody by this number: check the number and the operator")]
    UnknownUser,
    #[error("the operator does not accept the message that both devices show: choose another")]
    InvalidBindingMessage,
    #[error("the operator wants a user code, which this client does not ask for")]
    UserCode,
    #[error("the authentication is not this client's or was used already: start again")]
    InvalidGrant,
    #[error("the operator does not know the scope: check it against the operator's list")]
    InvalidScope,
    #[error("the operator does not understand the request, or refuses it for a reason of its own")]
    Refused,
}

/// Why an authentication did not start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum StartError {
    #[error("the operator could not be heard: try again")]
    NotHeard,
    #[error("the operator lets nobody be asked for this number: the person refuses such requests")]
    Denied,
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// Seconds between polls where the operator names none (section 7.3).
const DEFAULT_INTERVAL: u64 = 5;
/// What `slow_down` adds at least (section 11).
const SLOW_DOWN: u64 = 5;
/// Longer than an operator may make a person wait: a larger figure is not believed.
const LONGEST_INTERVAL: u64 = 120;
const LONGEST_LIFE: u64 = 3600;
const LARGEST: usize = 64 * 1024;

#[derive(Deserialize)]
struct Acknowledgement {
    auth_req_id: Zeroizing<String>,
    expires_in: u64,
    #[serde(default)]
    interval: Option<u64>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: Zeroizing<String>,
    token_type: String,
    id_token: Zeroizing<String>,
    #[serde(default)]
    expires_in: Option<u64>,
}

#[derive(Deserialize)]
struct ErrorAnswer {
    error: String,
}

/// An answer, sorted by what it can mean.
enum Heard<'a> {
    Success(&'a [u8]),
    Error(String),
    /// No answer, trouble on the way, or nothing of this interface.
    Nothing,
}

fn hear(answer: Option<Answer<'_>>) -> Heard<'_> {
    let Some(answer) = answer.filter(|answer| answer.body.len() <= LARGEST) else { return Heard::Nothing };
    match answer.status {
        200 => Heard::Success(answer.body),
        400 | 401 | 403 => serde_json::from_slice::<ErrorAnswer>(answer.body)
            .map_or(Heard::Nothing, |answer| Heard::Error(answer.error)),
        _ => Heard::Nothing,
    }
}

fn failure(error: &str) -> Failure {
    match error {
        "invalid_client" => Failure::InvalidClient,
        "unauthorized_client" => Failure::UnauthorizedClient,
        "unknown_user_id" | "expired_login_hint_token" => Failure::UnknownUser,
        "invalid_binding_message" => Failure::InvalidBindingMessage,
        "missing_user_code" | "invalid_user_code" => Failure::UserCode,
        "invalid_grant" => Failure::InvalidGrant,
        "invalid_scope" => Failure::InvalidScope,
        _ => Failure::Refused,
    }
}

impl Pending {
    /// Judges the answer to [`Client::authenticate`]; `None` where none came. An authentication that was not heard of
    /// may still reach the person: it ends by itself, since nobody can collect it.
    pub fn started(answer: Option<Answer<'_>>, now: u64) -> Result<Self, StartError> {
        let body = match hear(answer) {
            Heard::Success(body) => body,
            Heard::Error(error) if error == "access_denied" => return Err(StartError::Denied),
            Heard::Error(error) => return Err(StartError::Failed(failure(&error))),
            Heard::Nothing => return Err(StartError::NotHeard),
        };
        let told: Acknowledgement = serde_json::from_slice(body).map_err(|_| StartError::NotHeard)?;
        // Section 7.3: letters, digits, `.`, `-`, `_`.
        let id_fits = (1..=1024).contains(&told.auth_req_id.len())
            && told.auth_req_id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
        let interval = told.interval.unwrap_or(DEFAULT_INTERVAL).max(1);
        if !id_fits || told.expires_in == 0 || interval > LONGEST_INTERVAL {
            return Err(StartError::NotHeard);
        }
        let expires_at = now.saturating_add(told.expires_in.min(LONGEST_LIFE));
        let next_at = now.saturating_add(interval);
        Ok(Self { auth_req_id: told.auth_req_id, interval, silent: 0, next_at, expires_at })
    }

    /// What to do at `now`.
    #[must_use]
    pub const fn next(&self, now: u64) -> Next {
        if now >= self.expires_at {
            Next::Expired
        } else if now >= self.next_at {
            Next::Poll
        } else {
            Next::Wait { seconds: self.next_at.saturating_sub(now) }
        }
    }

    /// The poll, where it is time for one.
    #[must_use]
    pub fn poll(&self, client: &Client, now: u64) -> Option<Request> {
        (self.next(now) == Next::Poll).then(|| client.token(&self.auth_req_id))
    }

    /// Judges the answer to a poll; `None` where none came. `now` is when it came, or when it was given up.
    #[must_use]
    pub fn heard(mut self, answer: Option<Answer<'_>>, now: u64) -> Step {
        match hear(answer) {
            Heard::Success(body) => match tokens(body) {
                Some(tokens) => Step::Approved(tokens),
                None => self.not_heard(now),
            },
            Heard::Error(error) => match error.as_str() {
                "authorization_pending" => self.again(now),
                "slow_down" => {
                    self.interval = self.interval.saturating_add(SLOW_DOWN);
                    self.again(now)
                }
                "access_denied" => Step::Denied,
                "expired_token" => Step::Expired,
                error => Step::Failed(failure(error)),
            },
            Heard::Nothing => self.not_heard(now),
        }
    }

    fn again(mut self, now: u64) -> Step {
        self.silent = 0;
        self.next_at = now.saturating_add(self.interval);
        Step::Pending(self)
    }

    /// Twice as long after every silence (RFC 8628, section 3.5, which CIBA's polling follows), up to a minute.
    fn not_heard(mut self, now: u64) -> Step {
        self.silent = self.silent.saturating_add(1);
        let wait = self.interval.saturating_mul(1 << self.silent.min(6)).min(self.interval.max(60));
        self.next_at = now.saturating_add(wait);
        Step::Pending(self)
    }
}

fn tokens(body: &[u8]) -> Option<Tokens> {
    let told: TokenAnswer = serde_json::from_slice(body).ok()?;
    let is_token = |token: &str| (1..=16 * 1024).contains(&token.len()) && is_visible(token);
    // A compact JWS: three parts (RFC 7515, section 7.1).
    let fits = told.token_type.eq_ignore_ascii_case("bearer")
        && is_token(&told.access_token)
        && is_token(&told.id_token)
        && told.id_token.split('.').count() == 3;
    fits.then_some(Tokens { access_token: told.access_token, id_token: told.id_token, expires_in: told.expires_in })
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending")
            .field("interval", &self.interval)
            .field("next_at", &self.next_at)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::client::tests::client;

    /// The examples of CIBA Core 1.0, sections 7.3 and 10.1.1, tokens shortened.
    const STARTED: &str = r#"{"auth_req_id":"1c266114-a1be-4252-8ad1-04986c5b9ac1","expires_in":120,"interval":2}"#;
    const TOKENS: &str = r#"{"access_token":"G5kXH2wHvUra0sHlDy1iTkDJgsgUO1bN","token_type":"Bearer","refresh_token":"4bwc0ESC_IAhflf-ACC_vjD_ltc11ne-8gFPfA2Kx16","expires_in":120,"id_token":"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwcyJ9.cHJvb2Y"}"#;

    fn ok(body: &str) -> Option<Answer<'_>> {
        Some(Answer { status: 200, body: body.as_bytes() })
    }

    fn error(pending: Pending, error: &str, now: u64) -> Step {
        let body = format!(r#"{{"error":"{error}","error_description":"x"}}"#);
        pending.heard(Some(Answer { status: 400, body: body.as_bytes() }), now)
    }

    fn started() -> Pending {
        Pending::started(ok(STARTED), 1000).unwrap()
    }

    fn pending(step: Step) -> Pending {
        match step {
            Step::Pending(pending) => pending,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn nobody_polls_before_the_interval_or_after_the_end() {
        let pending = started();
        assert_eq!(pending.next(1000), Next::Wait { seconds: 2 });
        assert_eq!(pending.poll(&client(), 1001), None);
        assert!(pending.poll(&client(), 1002).unwrap().body.contains("1c266114-a1be-4252-8ad1-04986c5b9ac1"));
        assert_eq!(pending.next(1119), Next::Poll);
        assert_eq!(pending.next(1120), Next::Expired);
        assert_eq!(pending.poll(&client(), 1120), None);
    }

    #[test]
    fn without_an_interval_five_seconds_hold() {
        let pending = Pending::started(ok(r#"{"auth_req_id":"a","expires_in":60}"#), 0).unwrap();
        assert_eq!(pending.next(0), Next::Wait { seconds: 5 });
    }

    #[test]
    fn a_person_who_has_not_answered_is_waited_for() {
        let pending = pending(error(started(), "authorization_pending", 1002));
        assert_eq!(pending.next(1002), Next::Wait { seconds: 2 });
    }

    #[test]
    fn slow_down_adds_five_seconds_for_good() {
        let once = pending(error(started(), "slow_down", 1002));
        assert_eq!(once.next(1002), Next::Wait { seconds: 7 });
        let still = pending(error(once, "authorization_pending", 1009));
        assert_eq!(still.next(1009), Next::Wait { seconds: 7 });
        let twice = pending(error(still, "slow_down", 1016));
        assert_eq!(twice.next(1016), Next::Wait { seconds: 12 });
    }

    #[test]
    fn no_and_too_late_end_it() {
        assert_eq!(error(started(), "access_denied", 1002), Step::Denied);
        assert_eq!(error(started(), "expired_token", 1002), Step::Expired);
        assert_eq!(error(started(), "invalid_grant", 1002), Step::Failed(Failure::InvalidGrant));
        assert_eq!(error(started(), "something_new", 1002), Step::Failed(Failure::Refused));
        let body = br#"{"error":"invalid_client"}"#;
        let step = started().heard(Some(Answer { status: 401, body }), 1002);
        assert_eq!(step, Step::Failed(Failure::InvalidClient));
    }

    #[test]
    fn an_approval_gives_the_tokens() {
        let Step::Approved(tokens) = started().heard(ok(TOKENS), 1002) else { panic!("not approved") };
        assert_eq!(tokens.access_token.as_str(), "G5kXH2wHvUra0sHlDy1iTkDJgsgUO1bN");
        assert_eq!((tokens.id_token.split('.').count(), tokens.expires_in), (3, Some(120)));
    }

    #[test]
    fn silence_trouble_and_garbage_are_neither_yes_nor_no() {
        let huge = vec![b'x'; 70_000];
        let mut pending = started();
        for answer in [
            None,
            Some(Answer { status: 500, body: b"" }),
            Some(Answer { status: 429, body: b"" }),
            Some(Answer { status: 302, body: b"" }),
            Some(Answer { status: 400, body: b"<html>" }),
            ok("<html>"),
            ok("{}"),
            ok(&TOKENS.replace("Bearer", "mac")),
            ok(&TOKENS.replace(".cHJvb2Y", "")),
            ok(&TOKENS.replace("G5kXH2wHvUra0sHlDy1iTkDJgsgUO1bN", "a b")),
            Some(Answer { status: 200, body: &huge }),
        ] {
            pending = match pending.heard(answer, 1002) {
                Step::Pending(pending) => pending,
                other => panic!("{other:?}"),
            };
        }
        assert_eq!(pending.next(1002), Next::Wait { seconds: 60 });
    }

    #[test]
    fn every_silence_doubles_the_wait_and_an_answer_ends_that() {
        let mut silent = started();
        let mut waits = Vec::new();
        for _ in 0..6 {
            silent = pending(silent.heard(None, 1002));
            let Next::Wait { seconds } = silent.next(1002) else { panic!() };
            waits.push(seconds);
        }
        assert_eq!(waits, [4, 8, 16, 32, 60, 60]);
        let heard = pending(error(silent, "authorization_pending", 1010));
        assert_eq!(heard.next(1010), Next::Wait { seconds: 2 });
    }

    #[test]
    fn an_authentication_that_does_not_start_says_why() {
        let refused = |status: u16, error: &str| {
            let body = format!(r#"{{"error":"{error}"}}"#);
            Pending::started(Some(Answer { status, body: body.as_bytes() }), 0).err()
        };
        assert_eq!(refused(400, "unknown_user_id"), Some(StartError::Failed(Failure::UnknownUser)));
        assert_eq!(refused(400, "invalid_binding_message"), Some(StartError::Failed(Failure::InvalidBindingMessage)));
        assert_eq!(refused(400, "invalid_scope"), Some(StartError::Failed(Failure::InvalidScope)));
        assert_eq!(refused(403, "access_denied"), Some(StartError::Denied));
        assert_eq!(refused(503, "access_denied"), Some(StartError::NotHeard));
        assert_eq!(Pending::started(None, 0).err(), Some(StartError::NotHeard));
    }

    #[test]
    fn acknowledgements_out_of_bounds_are_not_believed() {
        for body in [
            r#"{"auth_req_id":"","expires_in":120}"#,
            r#"{"auth_req_id":"a b","expires_in":120}"#,
            r#"{"auth_req_id":"a&grant_type=x","expires_in":120}"#,
            r#"{"auth_req_id":"a","expires_in":0}"#,
            r#"{"auth_req_id":"a","expires_in":-1}"#,
            r#"{"auth_req_id":"a","expires_in":120,"interval":100000}"#,
            r#"{"expires_in":120}"#,
        ] {
            assert_eq!(Pending::started(ok(body), 0).err(), Some(StartError::NotHeard), "{body}");
        }
        let long = Pending::started(ok(r#"{"auth_req_id":"a","expires_in":99999999999}"#), 0).unwrap();
        assert_eq!(long.next(3600), Next::Expired);
    }

    #[test]
    fn debug_output_tells_no_token() {
        let shown = format!("{:?} {:?}", started(), started().heard(ok(TOKENS), 1002));
        assert!(!shown.contains("1c266114") && !shown.contains("G5kXH2wH") && !shown.contains("eyJ"), "{shown}");
    }

    proptest! {
        #[test]
        fn whatever_comes_back_the_next_poll_is_never_sooner_than_the_interval(
            answers in proptest::collection::vec((prop::sample::select(vec![200u16, 400, 401, 500]), ".{0,60}"), 0..20),
        ) {
            let mut now = 1000;
            let mut pending = started();
            for (status, body) in answers {
                match pending.heard(Some(Answer { status, body: body.as_bytes() }), now) {
                    Step::Pending(next) => {
                        let due = matches!(next.next(now), Next::Wait { seconds: 2.. } | Next::Expired);
                        prop_assert!(due);
                        pending = next;
                    }
                    other => {
                        prop_assert!(!matches!(other, Step::Approved(_)));
                        break;
                    }
                }
                now += 10;
            }
        }
    }
}
