//! Verifying the mobile number.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use paytaipei_bill::Lang;
use paytaipei_identity::device::{Ask, Purpose, ReturnError, Version};
use paytaipei_identity::{Method, Msisdn, Next, Outcome, Verification, Verifier};
use paytaipei_oidc::LoginHint;
use paytaipei_payment::Timestamp;

use super::{Core, PayTaipei};
use crate::error::{Code, Error, Result};
use crate::platform::{self, Answer, Errand, Order};
use crate::ports::{Cellular, CellularError, Http, HttpError, HttpReply, HttpRequest, KeyPurpose, VaultError};
use crate::store::{Restoring, Work};
use crate::view::{MobileData, VerificationView};

/// A verification about to be asked for. Nothing of it is kept before the platform has taken it up.
pub struct PreparedVerification {
    msisdn: Msisdn,
    method: Method,
    verifier: Verifier,
    consent_key: String,
    session_key: String,
}

/// A verification that the platform has taken up.
pub struct StartedVerification {
    pub(super) verification: Verification,
    pub view: VerificationView,
    /// What lets whoever fetches it over the subscriber's mobile network pass for the subscriber: kept nowhere.
    pub(crate) cellular_url: Option<String>,
    /// The operator's page, where that is to be opened.
    pub(super) page_url: Option<String>,
}

impl PreparedVerification {
    /// What to send.
    #[must_use]
    pub fn request(&self) -> HttpRequest {
        platform::verification_request(&self.msisdn, self.method, &self.verifier, &self.consent_key, &self.session_key)
    }
}

/// How long the mobile network is waited for: whoever waits longer has approved on the handset by then.
const CELLULAR_PATIENCE: Duration = Duration::from_secs(10);

/// Mobile Connect's: two factors, the SIM and what its owner knows.
const LEVEL_OF_ASSURANCE: u8 = 3;

/// How a verification that somebody waits for stands in the store.
enum Standing {
    UnderWay(Box<Verification>),
    /// Somebody else who waited for it heard that it went well.
    Verified,
    Over(Code),
}

fn standing(work: &Work<'_>, verification: &Verification, now: Timestamp) -> Result<Standing> {
    Ok(match work.verification()? {
        Some(latest) if latest.id == verification.id => Standing::UnderWay(Box::new(latest)),
        Some(_) => Standing::Over(Code::VerificationReplaced),
        None if work.session()?.is_some_and(|session| session.is_current(now.0)) => Standing::Verified,
        None => Standing::Over(Code::VerificationExpired),
    })
}

impl PayTaipei {
    /// Asks the operator to verify this number on the handset. What is under way is kept, so that
    /// [`Self::finish_verification`] works after a restart too.
    ///
    /// Where the platform refuses this phone's keys, since it was revoked, new ones are made and sent at once.
    pub async fn start_verification(&self, msisdn: &str) -> Result<VerificationView> {
        Ok(self.begin_verification(msisdn, Method::Handset).await?.view)
    }

    /// The same, and where the operator offers it, this phone's SIM is recognised by the mobile network: then
    /// [`Self::finish_verification`] ends without anybody approving. Where that does not work, the handset has been asked.
    pub async fn start_verification_over(&self, msisdn: &str, cellular: Arc<dyn Cellular>) -> Result<VerificationView> {
        let started = self.begin_verification(msisdn, Method::Handset).await?;
        self.over_mobile_data(started, cellular).await
    }

    /// Has the mobile network recognise its SIM, where the operator offers that.
    pub(super) async fn over_mobile_data(
        &self,
        started: StartedVerification,
        cellular: Arc<dyn Cellular>,
    ) -> Result<VerificationView> {
        let StartedVerification { verification, mut view, cellular_url, .. } = started;
        let Some(url) = cellular_url else { return Ok(view) };
        let core = Arc::clone(&self.core);
        self.on_core(async move {
            let asked = tokio::task::spawn_blocking(move || cellular.cellular_get(url));
            view.mobile_data = match tokio::time::timeout(CELLULAR_PATIENCE, asked).await {
                Ok(Ok(Ok(200..=299))) => MobileData::Recognised,
                Ok(Ok(Err(CellularError::NoMobileData))) => MobileData::Off,
                _ => MobileData::NotRecognised,
            };
            if view.mobile_data == MobileData::Recognised {
                core.verification_recognised(verification)?;
            }
            Ok(view)
        })
        .await
    }

    pub(super) async fn begin_verification(&self, msisdn: &str, method: Method) -> Result<StartedVerification> {
        match self.ask_for_verification(msisdn, method).await {
            Err(error) if error.code == Code::KeysInvalid => self.ask_for_verification(msisdn, method).await,
            started => started,
        }
    }

    async fn ask_for_verification(&self, msisdn: &str, method: Method) -> Result<StartedVerification> {
        let prepared = self.prepare_verification(msisdn, method)?;
        let (core, http) = (Arc::clone(&self.core), Arc::clone(&self.http));
        self.on_core(async move {
            let reply = http.send(prepared.request()).await;
            core.verification_started(prepared, reply)
        })
        .await
    }

    /// Waits until the person has approved or refused on the handset, or the time is up. Refused with
    /// `verification_replaced` once a newer one was started.
    pub async fn finish_verification(&self) -> Result<()> {
        let Some(mut verification) = self.verification()? else {
            return Err(Code::VerificationExpired.into());
        };
        let (core, http, asking) = (Arc::clone(&self.core), Arc::clone(&self.http), Arc::clone(&self.asking));
        self.on_core(async move {
            // A session is given once: of several that wait for it, one asks, and the others hear of it from the store.
            let _one = asking.lock().await;
            loop {
                match core.store.read(|work| standing(work, &verification, core.clock.now()))? {
                    // What the operator's page led back with was stored by whoever took it.
                    Standing::UnderWay(latest) => verification = *latest,
                    Standing::Verified => return Ok(()),
                    Standing::Over(code) => return Err(code.into()),
                }
                let outcome = match verification.next(core.clock.now().0) {
                    Next::Expired => Outcome::Expired,
                    Next::Refused => Outcome::Refused,
                    Next::Wait(millis) => {
                        // In short naps: a clock that jumps is noticed, and so is a newer verification.
                        let nap = u64::try_from(millis).unwrap_or(0).min(1_000);
                        tokio::time::sleep(Duration::from_millis(nap)).await;
                        continue;
                    }
                    Next::Ask => {
                        let reply = http.send(platform::collect_request(&verification)).await;
                        verification.heard(platform::collected(reply), core.clock.now().0)
                    }
                };
                if core.verification_went(&verification, outcome)? {
                    // Not reached now, it is fetched when the queue is drained next.
                    let _ = core.restore(http.as_ref()).await;
                    return Ok(());
                }
            }
        })
        .await
    }
}

impl Core {
    /// The first half of [`PayTaipei::start_verification`], for whoever makes the call: what is to be sent.
    pub fn prepare_verification(&self, msisdn: &str, method: Method) -> Result<PreparedVerification> {
        let msisdn = Msisdn::parse(msisdn).map_err(|_| Code::MsisdnMalformed)?;
        self.refuse_to_abandon(&msisdn)?;
        if self.store.read(|work| work.keys_are_invalid())? {
            self.vault.renew()?;
        }
        let (consent_key, session_key) = match self.public_keys() {
            Err(VaultError::KeyLost) => {
                // Remembered first: what the lost keys signed has to be agreed to anew once the number is verified.
                self.store.invalidate_keys()?;
                self.vault.renew()?;
                self.public_keys()?
            }
            keys => keys?,
        };
        let verifier = Verifier::new(&self.store.random()?);
        Ok(PreparedVerification { msisdn, method, verifier, consent_key, session_key })
    }

    /// Those of consent and session, base64url.
    fn public_keys(&self) -> Result<(String, String), VaultError> {
        let public = |purpose| Ok(URL_SAFE_NO_PAD.encode(self.vault.public_key(purpose)?));
        Ok((public(KeyPurpose::Consent)?, public(KeyPurpose::Session)?))
    }

    /// The second half: what came back.
    pub fn verification_started(
        &self,
        prepared: PreparedVerification,
        reply: Result<HttpReply, HttpError>,
    ) -> Result<StartedVerification> {
        let started = platform::verification_started(reply);
        if started.as_ref().is_err_and(|error| error.code == Code::KeysInvalid) {
            self.store.invalidate_keys()?;
        }
        let started = started?;
        let PreparedVerification { msisdn, method, verifier, .. } = prepared;
        let (cellular_url, operator) = (started.cellular_url.clone(), started.operator.clone());
        let now = self.clock.now().0;
        let mut verification = Verification::started(msisdn, verifier, started, now);
        let mut page_url = None;
        if method == Method::Page {
            let operator = operator.ok_or(Code::PlatformGarbled)?;
            let ask = Ask {
                purpose: Purpose::Authenticate,
                version: Some(Version::DeviceInitiated2_3),
                hint: Some(LoginHint::Msisdn(verification.msisdn.e164())),
                acr: LEVEL_OF_ASSURANCE,
                max_age: None,
                ui_locales: self.lang.pick("zh-Hant", "en"),
                claims: None,
            };
            let begun = operator.begin(&ask, &self.store.random()?, now);
            let (page, url) = begun.map_err(|_| Code::PlatformGarbled)?;
            verification.opened(page);
            page_url = Some(url);
        }
        self.store.write(|work| work.keep_verification(&verification))?;
        let view = VerificationView {
            msisdn: verification.msisdn.masked(),
            binding_message: verification.binding_message.clone(),
            mobile_data: MobileData::NotAsked,
        };
        Ok(StartedVerification { verification, view, cellular_url, page_url })
    }

    /// Takes the app link that the operator's page led back by; [`PayTaipei::finish_verification`] then ends. It may be another
    /// process than the one that opened the page.
    ///
    /// Refused with `return_refused` where the link does not answer this verification, which goes on waiting.
    pub fn page_returned(&self, link: &str) -> Result<()> {
        let now = self.clock.now().0;
        self.store
            .write(|work| {
                let Some(mut verification) = work.verification()? else { return Err(Code::VerificationExpired.into()) };
                let Some(answer) = verification.returned(link, now) else { return Err(Code::ReturnRefused.into()) };
                work.keep_verification(&verification)?;
                Ok(answer)
            })?
            .map_err(|refusal| match refusal {
                ReturnError::Denied => Code::VerificationRefused.into(),
                ReturnError::Late => Code::VerificationExpired.into(),
                refusal => {
                    let message = [Lang::ZhHant, Lang::En].map(|lang| Code::ReturnRefused.message(lang));
                    Error::detailed(Code::ReturnRefused, refusal.name(), message, None)
                }
            })
    }

    /// Nobody has to be waited for: the platform is asked at once. A verification that is not the one under way any more
    /// stays as it is.
    fn verification_recognised(&self, mut verification: Verification) -> Result<()> {
        let now = self.clock.now();
        self.store.write(|work| {
            if matches!(standing(work, &verification, now)?, Standing::UnderWay(_)) {
                verification.recognised(now.0);
                work.keep_verification(&verification)?;
            }
            Ok(())
        })
    }

    /// The verification under way, if one is.
    pub fn verification(&self) -> Result<Option<Verification>> {
        self.store.read(|work| work.verification())
    }

    /// Keeps what became of a verification: `true` once the number is verified, `false` while nobody has answered. One that
    /// is not the one under way any more changes nothing.
    pub fn verification_went(&self, verification: &Verification, outcome: Outcome) -> Result<bool> {
        let now = self.clock.now();
        let went = self.store.write(|work| {
            match (standing(work, verification, now)?, &outcome) {
                (Standing::UnderWay(_), _) => {}
                // Another process was told meanwhile that the session was collected: by this one.
                (Standing::Over(Code::VerificationExpired), Outcome::Verified(_)) => {}
                (Standing::Verified, _) => return Ok(Ok(true)),
                (Standing::Over(code), _) => return Ok(Err(code)),
            }
            let refusal = match outcome {
                Outcome::Waiting => {
                    work.keep_verification(verification)?;
                    return Ok(Ok(false));
                }
                Outcome::Verified(session) => {
                    work.verified(&session, now)?;
                    return Ok(Ok(true));
                }
                Outcome::Refused => Code::VerificationRefused,
                Outcome::Expired => Code::VerificationExpired,
                Outcome::Mismatch => Code::VerificationMismatch,
                Outcome::OtherNumber => Code::NumberMismatch,
            };
            work.forget_verification()?;
            Ok(Err(refusal))
        })?;
        went.map_err(Into::into)
    }

    /// The next page of the number's payments to be fetched; `None` once all are known.
    pub fn restore_order(&self) -> Result<Option<Order>> {
        let (Some(restoring), Some(session)) = self.store.read(|work| Ok((work.restoring()?, work.session()?)))? else {
            return Ok(None);
        };
        Ok(Some(Order { token: session.token, errand: Errand::List { after: restoring.after } }))
    }

    /// Takes a page in: payments of a number that this phone does not know, or knows less of, appear.
    pub fn restored(&self, answer: Answer) -> Result<()> {
        let Answer::Listed(answer) = answer else { return Err(Code::Internal.into()) };
        let page = answer?;
        let now = self.clock.now();
        self.store.write(|work| {
            for payment in &page.payments {
                work.restore(payment, now)?;
            }
            work.keep_restoring(page.next.map(|next| Restoring { after: Some(next) }).as_ref())
        })
    }

    /// Where a row is damaged, all payments are fetched again: what was in flight is resolved by the platform's record.
    pub(crate) fn heal(&self) -> Result<()> {
        if self.store.inspect()? {
            self.store.write(|work| work.keep_restoring(Some(&Restoring::default())))?;
        }
        Ok(())
    }

    /// Fetches what is left to fetch; false where nothing was.
    pub(crate) async fn restore(&self, http: &dyn Http) -> Result<bool> {
        let mut fetched = false;
        while let Some(order) = self.restore_order()? {
            let reply = http.send(order.request()).await;
            self.restored(order.answer(reply))?;
            fetched = true;
        }
        Ok(fetched)
    }

    /// Refuses with `number_not_verified` before a number is verified.
    pub fn require_verified(&self) -> Result<()> {
        self.verified().map(|_| ())
    }

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
