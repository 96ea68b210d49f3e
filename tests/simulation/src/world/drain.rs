//! What the runner does on a phone, step by step in simulated time: look what is wanted, begin, send, take answers in.

use paytaipei_app::Code;
use paytaipei_app::drain::Desk;
use paytaipei_app::platform::{Errand, Order};
use paytaipei_app::ports::{HttpError, HttpReply};
use paytaipei_payment::PaymentId;

use super::network::For;
use super::phone::Called;
use super::{Event, HOUR, SECOND, World};
use crate::check::{Checked, broken};
use crate::counts::Fault;
use crate::platform::Plant;

/// As the runner: so many calls at once.
const AT_ONCE: usize = 4;

impl World {
    /// The process looks at its queue in so many milliseconds, or earlier where it meant to.
    pub(super) fn wake_drain(&mut self, phone: usize, process: u64, millis: i64) {
        let at = self.now + millis;
        let Some(running) = self.phones.get_mut(phone).and_then(|sim| sim.process(process)) else { return };
        if at < running.next_drain {
            running.next_drain = at;
            self.at(at, Event::Drain { phone, process });
        }
    }

    pub(super) fn drain(&mut self, phone: usize, process: u64) -> Checked {
        let now = self.now;
        let Some(sim) = self.phones.get_mut(phone) else { return Ok(()) };
        let offset = sim.offset;
        let Some(running) = sim.process(process) else { return Ok(()) };
        if running.next_drain > now {
            return Ok(());
        }
        running.next_drain = i64::MAX;
        if running.frozen_until > now {
            let wait = running.frozen_until - now;
            self.wake_drain(phone, process, wait);
            return Ok(());
        }
        if running.desk.is_none() {
            return self.take_over(phone, process);
        }
        let pending = match self.call(phone, process, |_, desk| desk.map_or(Ok(Vec::new()), Desk::pending))? {
            Called::Done(pending) => pending,
            Called::Refused(_) => {
                self.stop_draining(phone, process);
                return Ok(());
            }
            Called::Died => return Ok(()),
        };
        let phone_now = paytaipei_payment::Timestamp(now + offset);
        let mut next = HOUR;
        for record in pending {
            let Some(running) = self.phones.get_mut(phone).and_then(|sim| sim.process(process)) else { return Ok(()) };
            let Some(wanted) = record.payment.pending else { continue };
            if running.busy.contains(&record.payment.id) {
                continue;
            }
            if !wanted.is_due(phone_now) {
                next = next.min(wanted.not_before.max(wanted.floor).millis_since(phone_now).max(1));
            } else if running.busy.len() < AT_ONCE && !self.perform(phone, process, record.payment.id)? {
                return Ok(());
            }
        }
        self.wake_drain(phone, process, next);
        Ok(())
    }

    /// Begins and sends the call that a payment wants. False where the drainer is gone.
    fn perform(&mut self, phone: usize, process: u64, id: PaymentId) -> Checked<bool> {
        let begun = self.call(phone, process, |_, desk| desk.map_or(Ok(None), |desk| desk.begin(id)))?;
        let order = match begun {
            Called::Done(order) => order,
            Called::Refused(error) => {
                self.stop_draining(phone, process);
                if error.code == Code::NumberNotVerified && self.calm {
                    self.verify(phone, process)?;
                }
                return Ok(false);
            }
            Called::Died => return Ok(false),
        };
        let Some(order) = order else { return Ok(true) };
        self.check_order(phone, id, &order.errand)?;
        if self.goes_wrong(5) {
            self.counts.fault(Fault::KilledBeforeSending);
            self.kill(phone, process);
            return Ok(false);
        }
        if let Some(running) = self.phones.get_mut(phone).and_then(|sim| sim.process(process)) {
            running.busy.insert(id);
        }
        // The worst moment to lose the lease, and for something to change.
        if let (Errand::Submit { consent, .. }, true) = (&order.errand, self.goes_wrong(40)) {
            let (bill, provider) = (consent.bill.canonical(), consent.provider.id());
            let (steal, ambush) = (self.rng.between(0, SECOND), self.rng.between(0, 300));
            self.after(steal, Event::Steal { phone, longest_freeze: 15 * SECOND });
            self.after(ambush, Event::Ambush { bill, provider });
        }
        if matches!(order.errand, Errand::Submit { .. }) && self.goes_wrong(15) {
            let (stop, change) = (self.rng.between(0, 3 * SECOND), self.rng.between(0, 2 * SECOND));
            self.after(stop, Event::Stop { phone, payment: id });
            self.after(change, Event::Change);
        }
        self.send(phone, process, For::Payment(id, Box::new(order)));
        Ok(true)
    }

    /// What the phone is about to send is stored already, and nothing is sent anew that its person stopped.
    fn check_order(&mut self, phone: usize, id: PaymentId, errand: &Errand) -> Checked {
        let Errand::Submit { bill_token, consent, .. } = errand else { return Ok(()) };
        let Some(sim) = self.phones.get_mut(phone) else { return Ok(()) };
        if sim.uncertain {
            return Ok(());
        }
        let stored = sim.memory.payments().find(|payment| payment.id == id);
        let Some(stored) = stored else { return broken("stored before it is sent", id.to_string()) };
        if stored.state != paytaipei_payment::State::Submitting
            || stored.token.as_ref() != Some(bill_token)
            || stored.consent.as_ref().map(|stored| &stored.body) != Some(&consent.body)
        {
            return broken("stored before it is sent", id.to_string());
        }
        match sim.stopped.get(&id) {
            Some(token) if token.as_ref() != Some(bill_token) => {
                broken("what a person stopped is not sent anew", id.to_string())
            }
            _ => Ok(()),
        }
    }

    /// A reply, or its absence, reaches the phone, if somebody still waits for it.
    pub(super) fn deliver(&mut self, call: u64, reply: Result<HttpReply, HttpError>) -> Checked {
        let Some(waiting) = self.calls.get(&call) else { return Ok(()) };
        let (phone, process) = (waiting.phone, waiting.process);
        // What reaches a frozen process waits in its socket.
        let running = self.phones.get_mut(phone).and_then(|sim| sim.process(process));
        if let Some(thaw) = running.map(|running| running.frozen_until).filter(|thaw| *thaw > self.now) {
            self.at(thaw, Event::Deliver { call, reply });
            return Ok(());
        }
        let Some(waiting) = self.calls.get_mut(&call) else { return Ok(()) };
        let Some(purpose) = waiting.purpose.take() else { return Ok(()) };
        self.note(|| match &reply {
            Ok(reply) => format!("phone {phone}: call {call} ← {}", reply.status),
            Err(error) => format!("phone {phone}: call {call} ← {error}"),
        });
        if self.goes_wrong(5) {
            self.counts.fault(Fault::KilledBeforeTaking);
            self.kill(phone, process);
            return Ok(());
        }
        match purpose {
            For::Payment(id, mut order) => {
                let answer = order.answer(reply);
                self.plant_late_refusal(phone, id, &mut order);
                let lost = self.phones.get(phone).is_some_and(|sim| sim.lock != Some(process));
                if lost {
                    self.counts.fault(Fault::ZombieFinishes);
                }
                let finished =
                    self.call(phone, process, |_, desk| desk.map_or(Ok(()), |desk| desk.finish(id, &order, answer)))?;
                if let Some(running) = self.phones.get_mut(phone).and_then(|sim| sim.process(process)) {
                    running.busy.remove(&id);
                }
                match finished {
                    Called::Done(()) => self.wake_drain(phone, process, 0),
                    Called::Refused(_) => self.stop_draining(phone, process),
                    Called::Died => {}
                }
            }
            For::Look(inquiry) => {
                let answer = inquiry.order.answer(reply);
                self.call(phone, process, |core, _| core.inquired(&inquiry, answer))?;
                self.wake_drain(phone, process, 0);
            }
        }
        Ok(())
    }

    /// The planted bug: an answer is taken for one to whatever was sent last.
    fn plant_late_refusal(&self, phone: usize, id: PaymentId, order: &mut Order) {
        if let (Some(Plant::LateRefusalsCount), Errand::Submit { bill_token, .. }) =
            (self.setup.plant, &mut order.errand)
        {
            let stored = self.phones.get(phone).and_then(|sim| sim.memory.payments().find(|row| row.id == id));
            if let Some(latest) = stored.and_then(|row| row.token.clone()) {
                *bill_token = latest;
            }
        }
    }
}
