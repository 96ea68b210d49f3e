//! A phone: a store, up to two processes on it, and how they die.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use paytaipei_app::drain::Desk;
use paytaipei_app::{Code, Core, Error, Lang};
use paytaipei_payment::PaymentId;

use super::{Event, SECOND, World};
use crate::check::{Checked, Memory, broken};
use crate::counts::Fault;
use crate::ports::{self, SetClock, SimulatedVault};
use crate::rng::Rng;
use crate::vfs::{self, Backup, Disk, Doom};

/// A running process of the app.
pub struct Process {
    pub id: u64,
    pub core: Core,
    /// Its right to make calls, if it has it or believes so.
    pub desk: Option<Desk>,
    /// Payments with a call under way.
    pub busy: BTreeSet<PaymentId>,
    pub next_drain: i64,
    /// The system lets it run again at this time.
    pub frozen_until: i64,
}

pub struct SimPhone {
    pub name: String,
    pub number: String,
    clock: Arc<SetClock>,
    pub vault: Arc<SimulatedVault>,
    /// How far its clock is ahead of the world's, in milliseconds.
    pub offset: i64,
    rng: Rng,
    pub processes: Vec<Process>,
    next_process: u64,
    /// The operating system's lock: the process that may drain.
    pub lock: Option<u64>,
    /// Whether the number is verified, as far as the person knows.
    pub verified: bool,
    /// Bills whose paper lies here.
    pub papers: Vec<usize>,
    pub memory: Memory,
    pub backup: Option<(Backup, Memory)>,
    /// Payments that the person stopped, and the bill token that each had then.
    pub stopped: BTreeMap<PaymentId, Option<String>>,
    /// What is cancelled as soon as the app is open again.
    pub unwanted: Option<PaymentId>,
    /// A process died amid a transaction: what is not synced yet may be seen now and gone after a power cut.
    pub(super) uncertain: bool,
    /// The disk's changes when its rows were last looked at.
    pub(super) observed: u64,
}

/// What came of a call into the core.
pub enum Called<T> {
    Done(T),
    Refused(Error),
    /// The process died in it.
    Died,
}

impl SimPhone {
    pub fn name_of(index: usize) -> String {
        format!("phone-{index}")
    }

    pub fn new(index: usize, papers: Vec<usize>, disk: Rng, rng: Rng) -> Self {
        let name = Self::name_of(index);
        vfs::insert(&name, Disk::new(disk));
        Self {
            name,
            number: format!("091234500{index}"),
            clock: Arc::new(SetClock::default()),
            vault: Arc::default(),
            offset: 0,
            rng,
            processes: Vec::new(),
            next_process: 0,
            lock: None,
            verified: false,
            papers,
            memory: Memory::default(),
            backup: None,
            stopped: BTreeMap::new(),
            unwanted: None,
            uncertain: false,
            observed: 0,
        }
    }

    /// The number as the platform has it.
    pub fn msisdn(&self) -> String {
        format!("+886{}", self.number.trim_start_matches('0'))
    }

    pub fn process(&mut self, id: u64) -> Option<&mut Process> {
        self.processes.iter_mut().find(|process| process.id == id)
    }

    pub fn close_all(&mut self) {
        for process in std::mem::take(&mut self.processes) {
            self.close(process);
        }
    }

    /// Tidily, as when the app is closed.
    pub fn close(&mut self, process: Process) {
        let id = process.id;
        vfs::with(&self.name, |disk| disk.enter(id));
        drop(process);
        vfs::with(&self.name, |disk| disk.bury(id));
        self.lock = self.lock.filter(|holder| *holder != id);
    }

    fn bury(&mut self, id: u64) {
        if let Some(at) = self.processes.iter().position(|process| process.id == id) {
            drop(self.processes.remove(at));
        }
        vfs::with(&self.name, |disk| disk.bury(id));
        self.lock = self.lock.filter(|holder| *holder != id);
    }
}

impl World {
    /// Opens the store in a new process, and drains if nobody else does.
    pub(super) fn boot(&mut self, phone: usize) -> Checked {
        if self.phones.get(phone).is_none_or(|phone| !phone.processes.is_empty()) {
            return Ok(());
        }
        let Some(process) = self.open(phone)? else { return Ok(()) };
        if let Some(payment) = self.phones.get_mut(phone).and_then(|sim| sim.unwanted.take()) {
            self.stop_this(phone, payment)?;
        }
        self.take_over(phone, process)
    }

    /// A further process on this phone. `None` where it died at once.
    pub(super) fn open(&mut self, phone: usize) -> Checked<Option<u64>> {
        let now = self.now;
        let doom = self.draw_doom();
        let Some(sim) = self.phones.get_mut(phone) else { return Ok(None) };
        sim.next_process += 1;
        let id = sim.next_process;
        sim.clock.set(now + sim.offset);
        vfs::with(&sim.name, |disk| {
            disk.enter(id);
            if let Some((after, doom)) = doom {
                disk.doom(id, after, doom);
            }
        });
        let entropy = sim.rng.fork();
        let path = vfs::database_path(&sim.name);
        let opened = Core::open(Path::new(&path), ports::phone(&sim.clock, &sim.vault, entropy), Lang::En);
        vfs::with(&sim.name, |disk| disk.spare(id));
        if vfs::with(&sim.name, |disk| disk.is_dead(id)).unwrap_or(true) {
            drop(opened);
            self.note(|| format!("phone {phone}: process {id} died while opening"));
            self.died(phone, id);
            return Ok(None);
        }
        match opened {
            Ok(core) => {
                self.note(|| format!("phone {phone}: process {id} opened the store"));
                let process =
                    Process { id, core, desk: None, busy: BTreeSet::new(), next_drain: i64::MAX, frozen_until: 0 };
                if let Some(sim) = self.phones.get_mut(phone) {
                    sim.processes.push(process);
                }
                self.observe(phone)?;
                Ok(Some(id))
            }
            Err(error) if error.code == Code::StoreFull => {
                if let Some(sim) = self.phones.get_mut(phone) {
                    sim.bury(id);
                }
                self.after(30 * SECOND, Event::Boot(phone));
                Ok(None)
            }
            Err(error) => broken("the store always opens", format!("phone {phone}: {error}")),
        }
    }

    /// The process becomes the drainer, if the lock is free.
    pub(super) fn take_over(&mut self, phone: usize, process: u64) -> Checked {
        let Some(sim) = self.phones.get_mut(phone) else { return Ok(()) };
        if sim.lock.is_some_and(|holder| holder != process) || sim.process(process).is_none() {
            return Ok(());
        }
        sim.lock = Some(process);
        self.seize(phone, process)
    }

    /// The process takes the lease, whoever holds the lock.
    pub(super) fn seize(&mut self, phone: usize, process: u64) -> Checked {
        let taken = self.call(phone, process, |core, _| {
            let desk = core.take_over()?;
            desk.wake()?;
            Ok(desk)
        })?;
        match taken {
            Called::Done(desk) => {
                self.note(|| format!("phone {phone}: process {process} took the lease"));
                if let Some(process) = self.phones.get_mut(phone).and_then(|sim| sim.process(process)) {
                    process.desk = Some(desk);
                    process.busy.clear();
                }
                self.drop_calls(phone, process);
                self.wake_drain(phone, process, 0);
            }
            Called::Refused(_) => self.stop_draining(phone, process),
            Called::Died => {}
        }
        Ok(())
    }

    /// The drainer ends with an error, as the runner does: what it had under way is dropped, and the app tries again.
    pub(super) fn stop_draining(&mut self, phone: usize, process: u64) {
        self.drop_calls(phone, process);
        let Some(sim) = self.phones.get_mut(phone) else { return };
        sim.lock = sim.lock.filter(|holder| *holder != process);
        if let Some(process) = sim.process(process) {
            process.desk = None;
            process.busy.clear();
        }
        let wait = self.rng.between(SECOND, 60 * SECOND);
        self.wake_drain(phone, process, wait);
    }

    /// Calls into the core, and finds out whether the process lived through it.
    pub(super) fn call<T>(
        &mut self,
        phone: usize,
        process: u64,
        work: impl FnOnce(&Core, Option<&Desk>) -> Result<T, Error>,
    ) -> Checked<Called<T>> {
        let now = self.now;
        let doom = self.draw_doom();
        let Some(sim) = self.phones.get_mut(phone) else { return Ok(Called::Died) };
        sim.clock.set(now + sim.offset);
        let Some(running) = sim.processes.iter().find(|running| running.id == process) else {
            return Ok(Called::Died);
        };
        vfs::with(&sim.name, |disk| {
            disk.enter(process);
            if let Some((after, doom)) = doom {
                disk.doom(process, after, doom);
            }
        });
        let result = work(&running.core, running.desk.as_ref());
        let dead = vfs::with(&sim.name, |disk| {
            disk.spare(process);
            disk.is_dead(process)
        });
        if dead.unwrap_or(true) {
            drop(result);
            self.note(|| format!("phone {phone}: process {process} died in a call"));
            self.died(phone, process);
            return Ok(Called::Died);
        }
        self.observe(phone)?;
        match result {
            Ok(value) => Ok(Called::Done(value)),
            Err(error) => {
                self.note(|| format!("phone {phone}: refused: {}", error.code.as_str()));
                if let (Code::NumberNotVerified, Some(sim)) = (error.code, self.phones.get_mut(phone)) {
                    sim.verified = false;
                }
                let broken_store = [
                    Code::StoreCorrupt,
                    Code::StoreFailed,
                    Code::StoreReadOnly,
                    Code::StoreNewer,
                    Code::KeyLost,
                    Code::VaultFailed,
                    Code::Internal,
                ];
                if broken_store.contains(&error.code) {
                    return broken("the store always answers", format!("phone {phone}: {error}"));
                }
                Ok(Called::Refused(error))
            }
        }
    }

    fn draw_doom(&mut self) -> Option<(u64, Doom)> {
        if !self.goes_wrong(5) {
            return None;
        }
        let after = self.rng.below(14);
        Some((after, if self.rng.chance(500) { Doom::Kill } else { Doom::PowerCut }))
    }

    /// A process died in a call, or the whole phone with it.
    fn died(&mut self, phone: usize, process: u64) {
        let Some(sim) = self.phones.get_mut(phone) else { return };
        let cut = vfs::with(&sim.name, Disk::power_was_cut).unwrap_or(false);
        self.counts.fault(if cut { Fault::PowerCutInCall } else { Fault::KilledInCall });
        sim.uncertain = !cut;
        if cut {
            self.all_died(phone, process);
        } else {
            sim.bury(process);
            self.after_death(phone, process);
        }
    }

    /// The power is gone: nobody lives.
    pub(super) fn all_died(&mut self, phone: usize, also: u64) {
        let Some(sim) = self.phones.get_mut(phone) else { return };
        let ids: Vec<u64> = sim.processes.iter().map(|process| process.id).chain([also]).collect();
        sim.uncertain = false;
        // All connections go before anything is buried: the dead must not meet.
        sim.processes.clear();
        for id in ids {
            if let Some(sim) = self.phones.get_mut(phone) {
                sim.bury(id);
            }
            self.after_death(phone, id);
        }
    }

    /// SIGKILL between two calls.
    pub(super) fn kill(&mut self, phone: usize, process: u64) {
        self.note(|| format!("phone {phone}: process {process} killed"));
        let Some(sim) = self.phones.get_mut(phone) else { return };
        vfs::with(&sim.name, |disk| disk.kill(process));
        sim.bury(process);
        self.after_death(phone, process);
    }

    pub(super) fn after_death(&mut self, phone: usize, process: u64) {
        self.drop_calls(phone, process);
        let others: Vec<u64> =
            self.phones.get(phone).map_or_else(Vec::new, |sim| sim.processes.iter().map(|p| p.id).collect());
        // Who waited for the lock gets it.
        for other in others {
            self.wake_drain(phone, other, SECOND);
        }
        let wait = self.rng.between(10, 90 * SECOND);
        self.after(wait, Event::Boot(phone));
    }

    /// Looks at all rows, by a process that lives.
    pub(super) fn observe(&mut self, phone: usize) -> Checked {
        let Some(sim) = self.phones.get_mut(phone) else { return Ok(()) };
        if sim.uncertain && !vfs::with(&sim.name, |disk| disk.commits_are_synced()).unwrap_or(false) {
            return Ok(());
        }
        sim.uncertain = false;
        let Some(process) = sim.processes.last() else { return Ok(()) };
        let changes = vfs::with(&sim.name, |disk| {
            disk.enter(process.id);
            disk.changes
        });
        if changes == Some(sim.observed) {
            return Ok(());
        }
        sim.observed = changes.unwrap_or(0);
        match process.core.records() {
            Ok(records) => sim.memory.observe(&records, &self.audit, &mut self.counts),
            Err(error) => broken("the store always answers", format!("phone {phone}: {error}")),
        }
    }
}
