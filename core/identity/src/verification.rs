//! Following one verification, from asking the operator to the session.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::device::{Authorization, Client, ReturnError};
use crate::{Msisdn, Verifier};

/// How the operator is to recognise the number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// The person approves on the handset (CIBA).
    #[default]
    Handset,
    /// The person approves on the operator's page, in this phone's browser (device-initiated).
    Page,
    /// The mobile network knows its SIM, and nobody is asked (CAMARA Number Verification).
    MobileData,
}

impl Method {
    /// The contract's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Handset => "ciba",
            Self::Page => "device",
            Self::MobileData => "camara",
        }
    }
}

/// A verification under way. It is stored, sealed, so that a process that was killed picks it up again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    pub msisdn: Msisdn,
    pub verifier: Verifier,
    /// The platform's name for it.
    pub id: String,
    /// Shown here and on the handset, so that the person sees that they belong together.
    pub binding_message: String,
    interval_ms: i64,
    /// With [`Method::Page`]: the page that was opened.
    #[serde(default)]
    page: Option<Authorization>,
    /// Unix milliseconds on the phone's clock.
    started_at: i64,
    next_at: i64,
    expires_at: i64,
}

/// The platform's answer to starting.
#[derive(Clone, PartialEq, Eq)]
pub struct Started {
    pub id: String,
    pub interval_s: i64,
    pub expires_in_s: i64,
    pub binding_message: String,
    /// Fetched over the mobile network, it lets the operator recognise the number by the network itself.
    pub cellular_url: Option<String>,
    /// Whose page to open, with [`Method::Page`].
    pub operator: Option<Client>,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Ask for the session now.
    Ask,
    /// Milliseconds to wait first.
    Wait(i64),
    /// Nobody approved in time.
    Expired,
    /// The operator's page led back without a code.
    Refused,
}

/// What the platform said when it was asked.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    Pending {
        interval_s: i64,
    },
    Session {
        token: String,
        expires_in_s: i64,
    },
    /// CIBA `access_denied`.
    Denied,
    /// CIBA `expired_token`, or already collected.
    Expired,
    /// The platform does not take this phone for the one that asked.
    Mismatch,
    /// The operator recognised another number.
    OtherNumber,
    /// Nothing was learned: asked again later.
    NoAnswer,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Waiting,
    Verified(Session),
    Refused,
    Expired,
    Mismatch,
    OtherNumber,
}

/// Proof that a number was verified, and the right to act for it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub msisdn: Msisdn,
    pub token: Zeroizing<String>,
    /// Unix milliseconds on the phone's clock.
    pub expires_at: i64,
}

/// CIBA Core 1.0, section 7.3: where no interval is given, five seconds.
const DEFAULT_INTERVAL_S: i64 = 5;
const LONGEST_INTERVAL_S: i64 = 60;
/// How often somebody who waits looks whether the page has led back.
const PAGE_MS: i64 = 200;

impl Verification {
    /// The platform has taken the request up.
    #[must_use]
    pub fn started(msisdn: Msisdn, verifier: Verifier, answer: Started, now: i64) -> Self {
        let interval_ms = interval(answer.interval_s);
        Self {
            msisdn,
            verifier,
            id: answer.id,
            binding_message: answer.binding_message,
            interval_ms,
            page: None,
            started_at: now,
            next_at: now.saturating_add(interval_ms),
            expires_at: now.saturating_add(answer.expires_in_s.clamp(1, 3_600).saturating_mul(1_000)),
        }
    }

    #[must_use]
    pub fn next(&self, now: i64) -> Next {
        // A clock that was set back must not make a verification eternal.
        if now >= self.expires_at || now < self.started_at {
            Next::Expired
        } else if self.page.as_ref().is_some_and(Authorization::was_refused) {
            Next::Refused
        } else if self.page.as_ref().is_some_and(|page| page.code().is_none()) {
            Next::Wait(PAGE_MS)
        } else if now >= self.next_at {
            Next::Ask
        } else {
            Next::Wait(self.next_at.saturating_sub(now))
        }
    }

    /// The operator's page is open in the browser.
    pub fn opened(&mut self, page: Authorization) {
        self.page = Some(page);
    }

    /// The page that was opened.
    #[must_use]
    pub const fn page(&self) -> Option<&Authorization> {
        self.page.as_ref()
    }

    /// Takes the app link that the page led back by. `None`: no page was opened.
    pub fn returned(&mut self, link: &str, now: i64) -> Option<Result<(), ReturnError>> {
        let answer = self.page.as_mut()?.returned(link, now).map(|_| ());
        if answer.is_ok() {
            self.next_at = now;
        }
        Some(answer)
    }

    /// The operator has recognised the number by its network: there is nothing to wait for any more.
    pub fn recognised(&mut self, now: i64) {
        self.next_at = self.next_at.min(now);
    }

    /// Takes an answer in. An interval only ever grows (CIBA Core 1.0, section 11: `slow_down`).
    pub fn heard(&mut self, answer: Answer, now: i64) -> Outcome {
        match answer {
            Answer::Pending { interval_s } => {
                self.interval_ms = self.interval_ms.max(interval(interval_s));
                self.next_at = now.saturating_add(self.interval_ms);
                Outcome::Waiting
            }
            Answer::NoAnswer => {
                self.next_at = now.saturating_add(self.interval_ms);
                Outcome::Waiting
            }
            Answer::Session { token, expires_in_s } => Outcome::Verified(Session {
                msisdn: self.msisdn.clone(),
                token: Zeroizing::new(token),
                expires_at: now.saturating_add(expires_in_s.max(0).saturating_mul(1_000)),
            }),
            Answer::Denied => Outcome::Refused,
            Answer::Expired => Outcome::Expired,
            Answer::Mismatch => Outcome::Mismatch,
            Answer::OtherNumber => Outcome::OtherNumber,
        }
    }
}

fn interval(seconds: i64) -> i64 {
    let seconds = if seconds <= 0 { DEFAULT_INTERVAL_S } else { seconds.min(LONGEST_INTERVAL_S) };
    seconds.saturating_mul(1_000)
}

impl Session {
    /// Whether the number still counts as verified. The platform has the last word.
    #[must_use]
    pub fn is_current(&self, now: i64) -> bool {
        now < self.expires_at
    }
}

impl fmt::Debug for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verification(..)")
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun(interval_s: i64, expires_in_s: i64) -> Verification {
        let started = Started {
            id: "v".into(),
            interval_s,
            expires_in_s,
            binding_message: "A1".into(),
            cellular_url: None,
            operator: None,
        };
        Verification::started(Msisdn::parse("0912345678").unwrap(), Verifier::new(&[1; 32]), started, 1_000)
    }

    #[test]
    fn it_asks_no_sooner_than_told() {
        let verification = begun(2, 60);
        assert_eq!(verification.next(1_000), Next::Wait(2_000));
        assert_eq!(verification.next(2_999), Next::Wait(1));
        assert_eq!(verification.next(3_000), Next::Ask);
    }

    #[test]
    fn slowing_down_is_for_good() {
        let mut verification = begun(2, 600);
        assert_eq!(verification.heard(Answer::Pending { interval_s: 7 }, 3_000), Outcome::Waiting);
        assert_eq!(verification.next(3_000), Next::Wait(7_000));
        verification.heard(Answer::Pending { interval_s: 2 }, 10_000);
        assert_eq!(verification.next(10_000), Next::Wait(7_000));
    }

    #[test]
    fn no_interval_means_five_seconds_and_an_absurd_one_a_minute() {
        assert_eq!(begun(0, 60).next(1_000), Next::Wait(5_000));
        assert_eq!(begun(i64::MAX, 3_600).next(1_000), Next::Wait(60_000));
    }

    #[test]
    fn it_ends_when_nobody_approves_and_when_the_clock_goes_back() {
        assert_eq!(begun(2, 60).next(61_000), Next::Expired);
        assert_eq!(begun(2, 60).next(0), Next::Expired);
    }

    #[test]
    fn silence_is_not_a_refusal() {
        let mut verification = begun(2, 60);
        assert_eq!(verification.heard(Answer::NoAnswer, 3_000), Outcome::Waiting);
        assert_eq!(verification.heard(Answer::Denied, 5_000), Outcome::Refused);
    }

    #[test]
    fn a_session_ends_on_time() {
        let mut verification = begun(2, 60);
        let Outcome::Verified(session) =
            verification.heard(Answer::Session { token: "t".into(), expires_in_s: 10 }, 3_000)
        else {
            panic!("not verified")
        };
        assert!(session.is_current(12_999) && !session.is_current(13_000));
        assert_eq!(format!("{session:?} {verification:?}"), "Session(..) Verification(..)");
    }
}
