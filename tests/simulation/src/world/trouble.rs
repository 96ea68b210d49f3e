//! What befalls phones, and what changes at billers, businesses and the platform.

use paytaipei_payment::{PaymentId, State};

use super::phone::Called;
use super::{Event, HOUR, MINUTE, SECOND, World};
use crate::business::PROVIDERS;
use crate::check::Checked;
use crate::counts::Fault;
use crate::vfs::{self, Disk};

impl World {
    pub(super) fn trouble(&mut self, phone: usize) -> Checked {
        let Some(sim) = self.phones.get(phone) else { return Ok(()) };
        let ids: Vec<u64> = sim.processes.iter().map(|process| process.id).collect();
        let one = self.rng.pick(&ids).copied();
        match (self.rng.below(15), one) {
            (0, Some(process)) => {
                self.counts.fault(Fault::KilledBetween);
                self.kill(phone, process);
            }
            (1, _) => self.cut_power(phone),
            (2, Some(process)) => self.close_one(phone, process),
            (3 | 4, Some(_)) if ids.len() < 2 => {
                if let Some(process) = self.open(phone)? {
                    self.counts.fault(Fault::SecondProcess);
                    self.take_over(phone, process)?;
                }
            }
            (5 | 6, Some(_)) => self.steal_lease(phone, 30 * MINUTE)?,
            (7..=9, _) => self.jump(phone),
            (10, _) => {
                self.counts.fault(Fault::DiskFull);
                if let Some(sim) = self.phones.get(phone) {
                    vfs::with(&sim.name, |disk| disk.set_full(true));
                }
                // Freed by the next trouble, or by the calm.
            }
            (11, _) => self.back_up(phone),
            (12, _) => self.restore(phone),
            (13, _) => {
                self.counts.fault(Fault::KeysLost);
                self.note(|| format!("phone {phone}: the vault loses the keys that sign"));
                if let Some(sim) = self.phones.get(phone) {
                    sim.vault.lose_keys();
                }
            }
            _ => self.free_disk(phone),
        }
        if self.rng.chance(600) {
            self.free_disk(phone);
        }
        Ok(())
    }

    pub(super) fn free_disk(&mut self, phone: usize) {
        if let Some(sim) = self.phones.get(phone) {
            vfs::with(&sim.name, |disk| disk.set_full(false));
        }
    }

    fn cut_power(&mut self, phone: usize) {
        self.counts.fault(Fault::PowerCutBetween);
        self.note(|| format!("phone {phone}: power cut"));
        if let Some(sim) = self.phones.get(phone) {
            vfs::with(&sim.name, |disk| {
                disk.cut_power();
                disk.power_was_cut();
            });
        }
        self.all_died(phone, 0);
    }

    fn close_one(&mut self, phone: usize, process: u64) {
        self.counts.fault(Fault::ClosedTidily);
        self.note(|| format!("phone {phone}: process {process} closed"));
        if let Some(sim) = self.phones.get_mut(phone)
            && let Some(at) = sim.processes.iter().position(|running| running.id == process)
        {
            let process = sim.processes.remove(at);
            sim.close(process);
        }
        self.after_death(phone, process);
    }

    /// The lock fails, and a second process takes the lease from one that lives.
    pub(super) fn steal_lease(&mut self, phone: usize, longest_freeze: i64) -> Checked {
        let Some(sim) = self.phones.get(phone) else { return Ok(()) };
        let (holder, ids) = (sim.lock, sim.processes.iter().map(|process| process.id).collect::<Vec<u64>>());
        let other = match ids.iter().find(|id| Some(**id) != holder) {
            Some(other) => Some(*other),
            None => self.open(phone)?,
        };
        let (Some(other), Some(_)) = (other, holder) else { return Ok(()) };
        self.counts.fault(Fault::LeaseStolen);
        self.note(|| format!("phone {phone}: process {other} steals the lease"));
        // As a rule the other one does not know, since the system has frozen it: what it wakes up to is stale.
        if self.rng.chance(800) {
            let thaw = self.now + self.rng.between(SECOND, longest_freeze);
            if let Some(process) = holder.and_then(|holder| self.phones.get_mut(phone)?.process(holder)) {
                process.frozen_until = thaw;
            }
        }
        if let Some(sim) = self.phones.get_mut(phone) {
            sim.lock = Some(other);
        }
        self.seize(phone, other)
    }

    pub(super) fn ambush(&mut self, bill: &str, provider: &'static str) {
        let index = self.platform.bills.iter().position(|known| known.name() == bill);
        let kind = self.rng.below(100);
        let held = self.platform.holders(bill).next().is_some();
        match index {
            Some(index) if kind >= 70 && !held => self.change_bill(index, kind),
            Some(index) if kind < 35 => {
                self.counts.fault(Fault::TokenTaken);
                self.note(|| format!("a stranger inquires {bill}"));
                self.platform.stranger_inquires(index);
            }
            _ if kind < 55 => {
                self.note(|| format!("agreements with {provider} are ended there"));
                for phone in &self.phones {
                    self.businesses.revoke(provider, &phone.msisdn());
                }
                let wait = self.rng.between(500, 4 * SECOND);
                self.after(wait, Event::Reopen);
            }
            _ => {
                self.counts.fault(Fault::ProviderClosed);
                self.note(|| format!("{provider} closes for a moment"));
                self.platform.closed.insert(provider.to_owned());
                let wait = self.rng.between(500, 4 * SECOND);
                self.after(wait, Event::Reopen);
            }
        }
    }

    /// The deadline passes, somebody pays at a counter, or the amount changes, just then.
    fn change_bill(&mut self, index: usize, kind: u64) {
        let Some(bill) = self.platform.bills.get_mut(index) else { return };
        let name = bill.name();
        let (fault, what) = match kind {
            70..=88 => {
                bill.expired = true;
                (Fault::BillExpired, "is past its deadline")
            }
            89..=94 => {
                bill.paid_elsewhere = true;
                (Fault::PaidElsewhere, "is paid at a counter")
            }
            _ => {
                bill.amount += 1;
                (Fault::AmountChanged, "costs a dollar more")
            }
        };
        self.counts.fault(fault);
        self.note(|| format!("{name} {what}"));
    }

    fn jump(&mut self, phone: usize) {
        let far = if self.rng.chance(500) { 3 * MINUTE } else { 72 * HOUR };
        let by = self.rng.between(SECOND, far);
        let forward = self.rng.chance(500);
        self.counts.fault(if forward { Fault::ClockForward } else { Fault::ClockBack });
        self.note(|| format!("phone {phone}: clock jumps by {} ms", if forward { by } else { -by }));
        let ids = match self.phones.get_mut(phone) {
            Some(sim) => {
                sim.offset += if forward { by } else { -by };
                sim.processes.iter().map(|process| process.id).collect()
            }
            None => Vec::new(),
        };
        for id in ids {
            self.wake_drain(phone, id, 0);
        }
    }

    /// Some backup program copies the files while the app is closed.
    pub(super) fn back_up(&mut self, phone: usize) {
        self.close_everything(phone);
        if let Some(sim) = self.phones.get_mut(phone) {
            sim.backup = vfs::with(&sim.name, |disk| disk.backup()).map(|backup| (backup, sim.memory.clone()));
        }
    }

    pub(super) fn restore(&mut self, phone: usize) {
        let Some((backup, mut memory)) = self.phones.get(phone).and_then(|sim| sim.backup.clone()) else {
            return self.back_up(phone);
        };
        self.close_everything(phone);
        self.counts.fault(Fault::OldCopyRestored);
        self.note(|| format!("phone {phone}: an old copy of the database is restored"));
        memory.restored();
        // What it says is agreed to may be charged by now; sometimes its person cancels it before anything else.
        let agreed: Vec<PaymentId> =
            memory.payments().filter(|row| row.state == State::AwaitingNetwork).map(|row| row.id).collect();
        let unwanted = self.rng.pick(&agreed).copied().filter(|_| self.rng.chance(400));
        // Sometimes the person verifies the number again; the copy's session may be good still.
        let anew = self.rng.chance(500);
        if let Some(sim) = self.phones.get_mut(phone) {
            vfs::with(&sim.name, |disk| disk.restore(&backup));
            sim.verified = !anew;
            sim.memory = memory;
            sim.observed = u64::MAX;
            sim.stopped.clear();
            sim.unwanted = unwanted;
        }
    }

    fn close_everything(&mut self, phone: usize) {
        let ids: Vec<u64> = self
            .phones
            .get(phone)
            .map_or_else(Vec::new, |sim| sim.processes.iter().map(|process| process.id).collect());
        for id in ids {
            self.close_one(phone, id);
        }
        // Should one have been there amid a crash: what is on the disk counts.
        if let Some(sim) = self.phones.get(phone) {
            vfs::with(&sim.name, Disk::power_was_cut);
        }
    }

    /// Something changes outside.
    pub(super) fn change(&mut self) {
        let index = self.rng.index(self.platform.bills.len());
        let kind = self.rng.below(14);
        let amount = self.rng.between(1, 3_000);
        let paid =
            self.platform.bills.get(index).is_some_and(|bill| self.platform.holders(&bill.name()).next().is_some());
        let Some(bill) = self.platform.bills.get_mut(index) else { return };
        let name = bill.name();
        match kind {
            0..=2 => {
                bill.amount = amount;
                bill.discount = amount / 100;
                self.counts.fault(Fault::AmountChanged);
                self.note(|| format!("{name} now costs NT${amount}"));
            }
            3 if !paid => {
                bill.expired = true;
                self.counts.fault(Fault::BillExpired);
                self.note(|| format!("{name} is past its deadline"));
            }
            4 if !paid => {
                bill.paid_elsewhere = true;
                self.counts.fault(Fault::PaidElsewhere);
                self.note(|| format!("{name} is paid at a counter"));
            }
            5 if !paid => {
                bill.gone = true;
                self.counts.fault(Fault::BillGone);
                self.note(|| format!("{name} is withdrawn"));
            }
            6 => {
                self.platform.quiet_until = self.now + self.rng.between(MINUTE, HOUR);
                self.counts.fault(Fault::QuietHours);
            }
            7 => {
                self.counts.fault(Fault::ProviderClosed);
                self.platform.closed.clear();
                for provider in PROVIDERS {
                    if self.rng.chance(500) {
                        self.platform.closed.insert(provider.to_owned());
                    }
                }
            }
            8 => {
                let number = self.rng.pick(&self.phones).map(super::SimPhone::msisdn).unwrap_or_default();
                self.platform.end_sessions(&number);
                self.counts.fault(Fault::SessionEnded);
                self.note(|| "sessions ended by the platform".to_owned());
            }
            9 => {
                let number = self.rng.pick(&self.phones).map(super::SimPhone::msisdn).unwrap_or_default();
                if self.platform.revoke_keys(&number) {
                    self.counts.fault(Fault::KeyRevoked);
                    self.note(|| "a consent key is revoked".to_owned());
                }
            }
            10..=12 => {
                self.counts.fault(Fault::TokenTaken);
                self.note(|| format!("a stranger inquires {name}"));
                self.platform.stranger_inquires(index);
            }
            _ => {
                self.platform.resend_window_s = 0;
                self.counts.fault(Fault::NoResend);
            }
        }
    }

    /// Reads nothing, changes nothing: for the calm to see whether a process still answers.
    pub(super) fn is_alive(&mut self, phone: usize, process: u64) -> Checked<bool> {
        Ok(matches!(self.call(phone, process, |core, _| core.records())?, Called::Done(_)))
    }

    pub(super) fn boot_soon(&mut self, phone: usize) {
        self.after(SECOND, Event::Boot(phone));
    }
}
