//! The end of a world: nothing goes wrong any more, and everything must come to rest.

use super::{HOUR, World};
use crate::check::{Checked, broken};

/// The longest that a payment may wait for its own reasons is a day (`Retry-After`); twice that, and a clock that went back.
const LONGEST_CALM: i64 = 96 * HOUR;

impl World {
    pub(super) fn calm_down(&mut self) -> Checked {
        self.calm = true;
        self.note(|| "calm".to_owned());
        self.horizon = self.now;
        self.platform.quiet_until = 0;
        self.platform.closed.clear();
        for phone in 0..self.phones.len() {
            self.free_disk(phone);
            let ids: Vec<u64> =
                self.phones.get(phone).map_or_else(Vec::new, |sim| sim.processes.iter().map(|p| p.id).collect());
            for id in ids {
                if self.is_alive(phone, id)? {
                    self.wake_drain(phone, id, 0);
                }
            }
            self.boot_soon(phone);
        }
        Ok(())
    }

    /// Whether all rows are at rest and nothing that could still charge is under way.
    pub(super) fn is_over(&mut self) -> Checked<bool> {
        if self.now > self.horizon + LONGEST_CALM {
            self.must_be_over()?;
        }
        let quiet = self.phones.iter().all(|phone| !phone.processes.is_empty() && phone.memory.is_at_rest());
        Ok(quiet && self.platform.is_idle())
    }

    pub(super) fn must_be_over(&mut self) -> Checked {
        for phone in &self.phones {
            for payment in phone.memory.payments() {
                let waits = !payment.state.is_terminal() && payment.state != paytaipei_payment::State::NeedsConsent;
                if waits {
                    return broken(
                        "everything comes to rest once the platform answers",
                        format!("{} is {}, wants {:?}", payment.id, payment.state.as_str(), payment.pending),
                    );
                }
            }
        }
        self.settle_up()
    }

    /// The phones' money is the accounts' money.
    pub(super) fn settle_up(&mut self) -> Checked {
        for phone in 0..self.phones.len() {
            self.observe(phone)?;
        }
        for phone in &self.phones {
            phone.memory.settle_up(&phone.name, &self.audit, &mut self.counts)?;
        }
        Ok(())
    }
}
