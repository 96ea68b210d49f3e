//! Calls under way: a few at once, and none to a business in trouble.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use paytaipei_payment::{Breaker, Call, PaymentId, Provider, Timestamp};
use tokio::task::{JoinError, JoinSet};

use super::{Desk, Runner};
use crate::error::{Code, Error, Result};
use crate::platform::{Silence, Why};
use crate::ports::HttpError;
use crate::store::PaymentRecord;

/// So many calls at once.
const AT_ONCE: usize = 4;

/// Calls under way.
#[derive(Default)]
pub(super) struct Crew {
    pub tasks: JoinSet<Result<Option<Silence>>>,
    at_work: HashMap<tokio::task::Id, At>,
    /// Tried at least once in this run.
    pub tried: HashSet<PaymentId>,
    /// Why the last call of a payment taught nothing.
    silent: HashMap<PaymentId, Code>,
    pub unreachable: Option<Code>,
    pub lost_connection: bool,
    breakers: HashMap<Provider, Breaker>,
}

impl Crew {
    pub fn hire(&mut self, runner: &Arc<Runner>, desk: &Arc<Desk>, pending: &[PaymentRecord], now: Timestamp) {
        let busy: HashSet<PaymentId> = self.at_work.values().map(|at| at.payment).collect();
        for record in pending {
            let payment = &record.payment;
            let Some(wanted) = payment.pending.filter(|pending| pending.is_due(now)) else { continue };
            // Where a business is in trouble its payments are neither sent nor brought to where they would be.
            let leads_to_business = payment.consent.is_some() && matches!(wanted.call, Call::Inquire | Call::Submit);
            let breaker = self.breakers.entry(payment.provider).or_default();
            let held = leads_to_business && !breaker.allows(now);
            if self.tasks.len() < AT_ONCE && !held && !busy.contains(&payment.id) {
                let submits = wanted.call == Call::Submit;
                if submits {
                    breaker.begun();
                }
                let handle = self.tasks.spawn(Arc::clone(runner).perform(Arc::clone(desk), payment.id));
                let at = At { payment: payment.id, submits_to: submits.then_some(payment.provider) };
                self.at_work.insert(handle.id(), at);
                self.tried.insert(payment.id);
            }
        }
    }

    /// Why one of these payments still waits.
    pub fn trouble(&self, pending: &[PaymentRecord]) -> Option<Code> {
        pending.iter().find_map(|record| self.silent.get(&record.payment.id).copied())
    }

    pub fn finish(
        &mut self,
        done: Result<(tokio::task::Id, Result<Option<Silence>>), JoinError>,
        now: Timestamp,
    ) -> Result<()> {
        let (task, silence) = match done {
            Ok((task, silence)) => (task, silence?),
            // A panic in a call: the row says what was under way, and the next start asks about it.
            Err(error) => {
                self.at_work.remove(&error.id());
                return Err(Code::Internal.into());
            }
        };
        if let Some(at) = self.at_work.remove(&task) {
            match silence {
                Some(silence) => self.silent.insert(at.payment, Error::from(silence).code),
                None => self.silent.remove(&at.payment),
            };
            self.note(at.submits_to, silence, now);
        }
        match silence.map(|silence| silence.why) {
            Some(Why::SessionInvalid) => return Err(Code::NumberNotVerified.into()),
            Some(Why::Network(error @ (HttpError::Offline | HttpError::Tls | HttpError::Clock))) => {
                self.unreachable = Some(Error::from(Silence::from(error)).code);
                self.lost_connection = true;
            }
            // The other side was there, whatever it said.
            _ => {
                self.unreachable = None;
                self.lost_connection = false;
            }
        }
        Ok(())
    }

    /// A platform that cannot be reached says nothing of the business behind it.
    fn note(&mut self, business: Option<Provider>, silence: Option<Silence>, now: Timestamp) {
        let Some(breaker) = business.map(|business| self.breakers.entry(business).or_default()) else { return };
        match silence.map(|silence| silence.why) {
            None => breaker.answered(),
            Some(Why::Network(HttpError::Offline | HttpError::Tls | HttpError::Clock) | Why::SessionInvalid) => {
                *breaker = Breaker::default();
            }
            Some(_) => breaker.failed(now),
        }
    }
}

/// What a task works on.
struct At {
    payment: PaymentId,
    submits_to: Option<Provider>,
}
