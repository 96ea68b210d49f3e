//! Calls under way: a few at once, and none to a business in trouble.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use paytaipei_payment::{Breaker, Call, PaymentId, Provider, Timestamp};
use tokio::task::{JoinError, JoinSet};

use super::agenda::Agenda;
use super::{Desk, Performed, Runner, TICK};
use crate::error::{Code, Error, Result};
use crate::platform::{Silence, Why};
use crate::ports::HttpError;

/// So many calls at once.
const AT_ONCE: usize = 4;

/// Calls under way.
#[derive(Default)]
pub(super) struct Crew {
    pub tasks: JoinSet<Result<Performed>>,
    at_work: HashMap<tokio::task::Id, At>,
    /// Tried at least once in this run.
    pub tried: HashSet<PaymentId>,
    /// Why the last call of a payment taught nothing.
    silent: HashMap<PaymentId, Code>,
    pub unreachable: Option<Code>,
    /// The last call did not reach the platform.
    pub lost_connection: bool,
    /// One did, after one that did not.
    pub came_back: bool,
    breakers: HashMap<Provider, Breaker>,
}

impl Crew {
    pub fn hire(&mut self, runner: &Arc<Runner>, desk: &Arc<Desk>, agenda: &Agenda, now: Timestamp) {
        let busy: HashSet<PaymentId> = self.at_work.values().map(|at| at.payment).collect();
        for wanted in agenda.in_turn() {
            if self.is_full() {
                return;
            }
            if !wanted.pending.is_due(now) || busy.contains(&wanted.id) {
                continue;
            }
            // Where a business is in trouble its payments are neither sent nor brought to where they would be.
            let leads_to_business = wanted.consented && matches!(wanted.pending.call, Call::Inquire | Call::Submit);
            let breaker = self.breakers.entry(wanted.provider).or_default();
            if leads_to_business && !breaker.allows(now) {
                continue;
            }
            let submits = wanted.pending.call == Call::Submit;
            if submits {
                breaker.begun();
            }
            let handle = self.tasks.spawn(Arc::clone(runner).perform(Arc::clone(desk), wanted.id));
            let at = At { payment: wanted.id, submits_to: submits.then_some(wanted.provider) };
            self.at_work.insert(handle.id(), at);
            self.tried.insert(wanted.id);
        }
    }

    fn is_full(&self) -> bool {
        self.tasks.len() >= AT_ONCE
    }

    /// How long nothing is to be done, unless a call ends. With no hand free that is all that matters.
    pub fn nap(&self, agenda: &Agenda, now: Timestamp) -> Duration {
        if self.is_full() {
            return TICK;
        }
        let next = agenda.in_turn().map(|wanted| wanted.pending.not_before.max(wanted.pending.floor));
        let wait = next.map(|at| at.millis_since(now)).filter(|wait| *wait > 0).min().unwrap_or(i64::MAX);
        Duration::from_millis(u64::try_from(wait).unwrap_or(0)).min(TICK)
    }

    /// Why one of these payments still waits.
    pub fn trouble(&self, agenda: &Agenda) -> Option<Code> {
        agenda.in_turn().find_map(|wanted| self.silent.get(&wanted.id).copied())
    }

    /// Takes in how a call ended; gives the payment of which none was made.
    pub fn finish(
        &mut self,
        done: Result<(tokio::task::Id, Result<Performed>), JoinError>,
        now: Timestamp,
    ) -> Result<Option<PaymentId>> {
        let (task, performed) = match done {
            Ok((task, performed)) => (task, performed?),
            // A panic in a call: the row says what was under way, and the next start asks about it.
            Err(error) => {
                self.at_work.remove(&error.id());
                return Err(Code::Internal.into());
            }
        };
        let silence = match performed {
            Performed::Silent(silence) => Some(silence),
            Performed::Answered | Performed::Nothing => None,
        };
        let mut in_vain = None;
        if let Some(at) = self.at_work.remove(&task) {
            if matches!(performed, Performed::Nothing) {
                in_vain = Some(at.payment);
            }
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
                self.came_back |= self.lost_connection;
                self.lost_connection = false;
            }
        }
        Ok(in_vain)
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
