//! Verifying the mobile number.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use paytaipei_identity::{Msisdn, Next, Outcome, Verification, Verifier};

use super::{Core, PayTaipei};
use crate::error::{Code, Result};
use crate::platform;
use crate::ports::KeyPurpose;
use crate::view::VerificationView;

impl PayTaipei {
    /// Asks the operator to verify this number on the handset. What is under way is kept, so that
    /// [`Self::finish_verification`] works after a restart too.
    pub async fn start_verification(&self, msisdn: &str) -> Result<VerificationView> {
        let msisdn = Msisdn::parse(msisdn).map_err(|_| Code::MsisdnMalformed)?;
        self.refuse_to_abandon(&msisdn)?;
        let verifier = Verifier::new(&self.store.random()?);
        let public = |purpose| Ok::<_, crate::Error>(URL_SAFE_NO_PAD.encode(self.vault.public_key(purpose)?));
        let (consent_key, session_key) = (public(KeyPurpose::Consent)?, public(KeyPurpose::Session)?);
        let (store, http, clock) = (Arc::clone(&self.core.store), Arc::clone(&self.http), Arc::clone(&self.core.clock));
        self.on_core(async move {
            let request = platform::verification_request(&msisdn, &verifier, &consent_key, &session_key);
            let started = platform::verification_started(http.send(request).await)?;
            let verification = Verification::started(msisdn, verifier, started, clock.now().0);
            store.write(|work| work.keep_verification(&verification))?;
            Ok(VerificationView { msisdn: verification.msisdn.masked(), binding_message: verification.binding_message })
        })
        .await
    }

    /// Waits until the person has approved or refused on the handset, or the time is up.
    pub async fn finish_verification(&self) -> Result<()> {
        let Some(mut verification) = self.store.read(|work| work.verification())? else {
            return Err(Code::VerificationExpired.into());
        };
        let (store, http, clock) = (Arc::clone(&self.core.store), Arc::clone(&self.http), Arc::clone(&self.core.clock));
        self.on_core(async move {
            loop {
                let outcome = match verification.next(clock.now().0) {
                    Next::Expired => Outcome::Expired,
                    Next::Wait(millis) => {
                        // In short naps: a clock that jumps is noticed.
                        let nap = u64::try_from(millis).unwrap_or(0).min(1_000);
                        tokio::time::sleep(Duration::from_millis(nap)).await;
                        continue;
                    }
                    Next::Ask => {
                        let reply = http.send(platform::collect_request(&verification)).await;
                        verification.heard(platform::collected(reply), clock.now().0)
                    }
                };
                let refusal = match outcome {
                    Outcome::Waiting => {
                        store.write(|work| work.keep_verification(&verification))?;
                        continue;
                    }
                    Outcome::Verified(session) => {
                        return store.write(|work| {
                            work.keep_session(&session)?;
                            work.forget_verification()
                        });
                    }
                    Outcome::Refused => Code::VerificationRefused,
                    Outcome::Expired => Code::VerificationExpired,
                    Outcome::Mismatch => Code::VerificationMismatch,
                };
                store.write(|work| work.forget_verification())?;
                return Err(refusal.into());
            }
        })
        .await
    }
}

impl Core {
    /// The verified number, all but its last three digits hidden; `None` before it is verified.
    pub fn verified_number(&self) -> Result<Option<String>> {
        match self.verified() {
            Ok(session) => Ok(Some(session.msisdn.masked())),
            Err(error) if error.code == Code::NumberNotVerified => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Another number must not take over a queue whose payments may be charged to the former one.
    fn refuse_to_abandon(&self, msisdn: &Msisdn) -> Result<()> {
        self.store.read(|work| {
            let other = work.session()?.is_some_and(|session| session.msisdn != *msisdn);
            let open = other && work.payments()?.iter().any(|record| !record.payment.state.is_terminal());
            if open { Err(Code::OtherNumberHasPayments.into()) } else { Ok(()) }
        })
    }
}
