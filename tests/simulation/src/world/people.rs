//! People: they scan, look, pay, agree, change their minds, and lose interest.

use paytaipei_app::{Code, Method, platform};
use paytaipei_payment::{Payment, PaymentId, Provider, State};

use super::network::For;
use super::phone::Called;
use super::{Event, MINUTE, SECOND, World};
use crate::check::{Checked, broken};
use crate::counts::Fault;
use crate::platform::{Handled, Mood};

impl World {
    /// A person does something, through whichever process is at hand.
    pub(super) fn person(&mut self, phone: usize) -> Checked {
        let Some(sim) = self.phones.get(phone) else { return Ok(()) };
        let now = self.now;
        let awake = sim.processes.iter().filter(|process| process.frozen_until <= now);
        let ids: Vec<u64> = awake.map(|process| process.id).collect();
        let Some(process) = self.rng.pick(&ids).copied() else { return Ok(()) };
        if !sim.verified {
            self.verify(phone, process)?;
        }
        let Some(sim) = self.phones.get(phone) else { return Ok(()) };
        let open: Vec<Payment> =
            sim.memory.payments().filter(|payment| !payment.state.is_terminal()).cloned().collect();
        let asked: Vec<Payment> = open.iter().filter(|payment| payment.state == State::NeedsConsent).cloned().collect();
        match self.rng.below(100) {
            0..=24 if !asked.is_empty() => self.agree(phone, process, &asked)?,
            25..=31 if !open.is_empty() => self.stop(phone, process, &open)?,
            32..=37 => self.look(phone, process)?,
            38..=40 => {
                self.call(phone, process, |_, desk| desk.map_or(Ok(()), paytaipei_app::drain::Desk::wake))?;
            }
            41..=60 => self.scan(phone, process)?,
            _ if !asked.is_empty() => self.agree(phone, process, &asked)?,
            _ => self.scan(phone, process)?,
        }
        self.wake_drain(phone, process, 0);
        Ok(())
    }

    /// The number is verified, by requests that nothing befalls.
    pub(super) fn verify(&mut self, phone: usize, process: u64) -> Checked {
        let Some(keys) = self.phones.get(phone).map(|sim| sim.vault.renewed()) else { return Ok(()) };
        match self.start_verification(phone, process)? {
            Called::Done(()) => {}
            // As the phone does: the platform refuses the keys, and new ones are sent at once.
            Called::Refused(error) if error.code == Code::KeysInvalid => {
                self.counts.fault(Fault::RevokedKeyRefused);
                let Called::Done(()) = self.start_verification(phone, process)? else { return Ok(()) };
            }
            _ => return Ok(()),
        }
        if self.phones.get(phone).is_some_and(|sim| sim.vault.renewed() > keys) {
            self.counts.fault(Fault::KeysRenewed);
        }
        let Called::Done(Some(mut verification)) = self.call(phone, process, |core, _| core.verification())? else {
            return Ok(());
        };
        let Some(reply) = self.ask_platform(&platform::collect_request(&verification)) else { return Ok(()) };
        let now = self.now + self.phones.get(phone).map_or(0, |sim| sim.offset);
        let outcome = verification.heard(platform::collected(Ok(reply)), now);
        let went = self.call(phone, process, |core, _| core.verification_went(&verification, outcome))?;
        if let (Called::Done(true), Some(sim)) = (went, self.phones.get_mut(phone)) {
            sim.verified = true;
        }
        self.note(|| format!("phone {phone}: number verified"));
        self.fetch_payments(phone, process)
    }

    fn start_verification(&mut self, phone: usize, process: u64) -> Checked<Called<()>> {
        let Some(number) = self.phones.get(phone).map(|sim| sim.number.clone()) else { return Ok(Called::Died) };
        let prepared = match self.call(phone, process, |core, _| core.prepare_verification(&number, Method::Handset))? {
            Called::Done(prepared) => prepared,
            Called::Refused(error) => return Ok(Called::Refused(error)),
            Called::Died => return Ok(Called::Died),
        };
        let Some(reply) = self.ask_platform(&prepared.request()) else { return Ok(Called::Died) };
        self.call(phone, process, |core, _| core.verification_started(prepared, Ok(reply)).map(|_| ()))
    }

    /// After a verification the platform tells of the number's payments, page by page.
    fn fetch_payments(&mut self, phone: usize, process: u64) -> Checked {
        while let Called::Done(Some(order)) = self.call(phone, process, |core, _| core.restore_order())? {
            let Some(reply) = self.ask_platform(&order.request()) else { return Ok(()) };
            let answer = order.answer(Ok(reply));
            self.counts.fault(Fault::PaymentsFetched);
            match self.call(phone, process, |core, _| core.restored(answer))? {
                Called::Done(()) => {}
                Called::Refused(error) if matches!(error.code, Code::StoreFull | Code::NumberNotVerified) => {
                    return Ok(());
                }
                Called::Refused(error) => return broken("payments can be fetched", error.to_string()),
                Called::Died => return Ok(()),
            }
        }
        Ok(())
    }

    fn ask_platform(&mut self, request: &paytaipei_app::ports::HttpRequest) -> Option<paytaipei_app::ports::HttpReply> {
        match self.platform.handle(request, &mut self.businesses, Mood::default(), self.now) {
            Handled::Reply(reply) => Some(reply),
            Handled::Recorded { .. } => None,
        }
    }

    /// A paper is scanned and its bill is to be paid.
    fn scan(&mut self, phone: usize, process: u64) -> Checked {
        let Some(sim) = self.phones.get(phone) else { return Ok(()) };
        let Some(bill) = self.rng.pick(&sim.papers).and_then(|index| self.platform.bills.get(*index)) else {
            return Ok(());
        };
        // People know what they are paying already, or is paid, as a rule.
        let name = bill.name();
        let over = |state: State| state.holds_bill() || state == State::PaidElsewhere;
        let held = sim.memory.payments().any(|row| over(row.state) && row.bill.canonical() == name);
        if held && self.rng.chance(930) {
            return Ok(());
        }
        let whole = self.rng.chance(750);
        let period = if whole { bill.period.as_str() } else { "" };
        let text = format!(
            "TWQRP://金門縣自來水廠/158/03/V1?D1={}00&D3=AVWYrjDqQES+&D4=20261220&D7={}{period}&D11=00,4614611000051300010001000100513965",
            bill.amount, bill.number,
        );
        self.counts.fault(if whole { Fault::Scanned } else { Fault::ScannedWithoutPeriod });
        let kept = match self.call(phone, process, |core, _| core.add_text(&text))? {
            Called::Done(kept) => kept,
            _ => return Ok(()),
        };
        let provider = self.rng.pick(&Provider::ALL).map_or("esun", |provider| provider.id());
        let asks_first = self.rng.chance(300);
        let intended = self.call(phone, process, |core, _| {
            if asks_first { core.pay(&kept.id, provider) } else { core.pay_when_confirmed(&kept.id, provider, None) }
        })?;
        match intended {
            Called::Done(view) => {
                self.note(|| format!("phone {phone}: wants to pay {} by {}: {}", kept.id, view.id, view.state));
            }
            Called::Refused(_) => self.counts.fault(Fault::PayRefused),
            Called::Died => {}
        }
        Ok(())
    }

    /// A number is looked at, without paying.
    fn look(&mut self, phone: usize, process: u64) -> Checked {
        let Some(sim) = self.phones.get(phone) else { return Ok(()) };
        let Some(bill) = self.rng.pick(&sim.papers).and_then(|index| self.platform.bills.get(*index)) else {
            return Ok(());
        };
        let number = bill.number.clone();
        self.counts.fault(Fault::Looked);
        let prepared = self.call(phone, process, |core, _| core.prepare_inquiry("kinmen-water", &number))?;
        if let Called::Done(prepared) = prepared {
            self.send(phone, process, For::Look(Box::new(prepared)));
        }
        Ok(())
    }

    fn agree(&mut self, phone: usize, process: u64, asked: &[Payment]) -> Checked {
        let Some(payment) = self.rng.pick(asked) else { return Ok(()) };
        if self.rng.chance(120) {
            self.counts.fault(Fault::LostInterest);
            return Ok(());
        }
        let Some(payable) = payment.terms.and_then(|terms| terms.payable().ok()) else { return Ok(()) };
        // What the person sees is what they agree to, whether or not the phone lives to write it down.
        self.audit.consented(&payment.id.to_string(), payment.bill.canonical(), payable.dollars());
        self.counts.fault(if payment.consent.is_some() { Fault::ConsentedAgain } else { Fault::Consented });
        self.note(|| format!("phone {phone}: agrees to {} for NT${}", payment.id, payable.dollars()));
        let consented = self.call(phone, process, |core, _| core.consent(&payment.id.to_string()))?;
        // The worst copy to come back is one of just before something was sent.
        if matches!(consented, Called::Done(_)) && self.goes_wrong(12) {
            self.back_up(phone);
            let wait = self.rng.between(10 * SECOND, 20 * MINUTE);
            self.after(wait, Event::Restore(phone));
        }
        if let (Called::Refused(error), Some(sim)) = (consented, self.phones.get_mut(phone)) {
            // What the refusal says to do is done before anything else.
            sim.verified &= error.code != Code::KeysInvalid;
        }
        Ok(())
    }

    /// In the very second in which it is being sent.
    pub(super) fn stop_this(&mut self, phone: usize, payment: PaymentId) -> Checked {
        let Some(sim) = self.phones.get(phone) else { return Ok(()) };
        let Some(process) = sim.processes.iter().find(|process| process.frozen_until <= self.now) else {
            return Ok(());
        };
        let id = process.id;
        let rows: Vec<Payment> = sim.memory.payments().filter(|row| row.id == payment).cloned().collect();
        self.stop(phone, id, &rows)?;
        self.wake_drain(phone, id, 0);
        Ok(())
    }

    fn stop(&mut self, phone: usize, process: u64, open: &[Payment]) -> Checked {
        let Some(payment) = self.rng.pick(open) else { return Ok(()) };
        let id = payment.id;
        self.note(|| format!("phone {phone}: cancels {id}"));
        if let Called::Done(view) = self.call(phone, process, |core, _| core.cancel(&id.to_string()))? {
            self.counts.fault(if view.state == "cancelled" { Fault::CancelledBefore } else { Fault::CancelledAfter });
            if let Some(sim) = self.phones.get_mut(phone) {
                sim.stopped.insert(id, payment.token.clone());
            }
        }
        Ok(())
    }
}
