//! A phone's disk in memory: what has been written, what is safe from a power cut, and who holds which lock.
//!
//! Nothing here knows SQLite's calling conventions; [`super::ffi`] does.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::shm::Shm;
use crate::rng::Rng;

/// The unit that a power cut keeps or loses as a whole, unless it tears it.
const SECTOR: usize = 512;

/// Why a call failed, in words for SQLite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Input or output failed, or the caller is dead.
    Io,
    Full,
    Busy,
    NoSuchFile,
}

/// How a process ends in the middle of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doom {
    /// SIGKILL: what was written stays written.
    Kill,
    /// The battery falls out: what was not synced may be lost, in any part.
    PowerCut,
}

#[derive(Clone)]
enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Truncate(usize),
}

/// One file's content: as processes see it, and as the medium is known to hold it.
#[derive(Clone, Default)]
struct Content {
    seen: Vec<u8>,
    synced: Vec<u8>,
    since: Vec<Change>,
}

impl Content {
    /// Room for what a small store writes, so that growing costs nothing.
    fn with_room() -> Self {
        const ROOM: usize = 512 * 1_024;
        Self { seen: Vec::with_capacity(ROOM), synced: Vec::with_capacity(ROOM), since: Vec::with_capacity(64) }
    }

    fn write(bytes: &mut Vec<u8>, offset: usize, part: &[u8]) {
        let end = offset.saturating_add(part.len());
        if offset == bytes.len() {
            bytes.extend_from_slice(part);
            return;
        }
        if bytes.len() < end {
            bytes.resize(end, 0);
        }
        if let Some(place) = bytes.get_mut(offset..end) {
            place.copy_from_slice(part);
        }
    }

    fn apply(bytes: &mut Vec<u8>, change: &Change) {
        match change {
            Change::Write { offset, bytes: part } => Self::write(bytes, *offset, part),
            Change::Truncate(length) => bytes.truncate(*length),
        }
    }

    fn change(&mut self, change: Change) {
        Self::apply(&mut self.seen, &change);
        self.since.push(change);
    }

    fn sync(&mut self) {
        for change in self.since.drain(..) {
            Self::apply(&mut self.synced, &change);
        }
    }

    /// What the medium holds after a power cut: any subset of the sectors written since the last sync, one of them torn.
    fn lose(&mut self, rng: &mut Rng) {
        // All, none, a prefix, or each by itself.
        let (mode, total) = (rng.below(4), self.since.len());
        let prefix = rng.index(total.saturating_add(1));
        for (index, change) in self.since.drain(..).enumerate() {
            let whole = match mode {
                0 => Some(true),
                1 => Some(false),
                2 => Some(index < prefix),
                _ => None,
            };
            match (whole, change) {
                (Some(false), _) => {}
                (Some(true), change) => Self::apply(&mut self.synced, &change),
                (None, Change::Truncate(length)) => {
                    if rng.chance(500) {
                        self.synced.truncate(length);
                    }
                }
                (None, Change::Write { offset, bytes }) => Self::lose_sectors(&mut self.synced, offset, &bytes, rng),
            }
        }
        self.seen = self.synced.clone();
    }

    fn lose_sectors(into: &mut Vec<u8>, offset: usize, bytes: &[u8], rng: &mut Rng) {
        let mut at = 0;
        while at < bytes.len() {
            let to_boundary = SECTOR.saturating_sub(offset.saturating_add(at) % SECTOR);
            let end = at.saturating_add(to_boundary).min(bytes.len());
            let kept = match rng.below(8) {
                0 => at.saturating_add(rng.index(end.saturating_sub(at))),
                1..=4 => end,
                _ => at,
            };
            if let Some(part) = bytes.get(at..kept).filter(|part| !part.is_empty()) {
                Self::write(into, offset.saturating_add(at), part);
            }
            at = end;
        }
    }
}

/// SQLite's five lock levels on the main file (`sqlite3.h`, "File Locking Levels").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    #[default]
    None,
    Shared,
    Reserved,
    Pending,
    Exclusive,
}

/// A process on this phone.
pub type ProcessId = u64;
/// An open file of a process.
pub type HandleId = usize;

struct Handle {
    path: Rc<str>,
    process: ProcessId,
    level: Level,
    /// The eight lock slots of the shared memory: 0 free, 1 shared, 2 exclusive.
    slots: [u8; 8],
    mapped: bool,
}

#[derive(Default)]
struct ProcessState {
    /// Changes that it may still make.
    doom: Option<(u64, Doom)>,
    dead: bool,
    /// The shared memory as it stood when the process died: the dead do not tidy up.
    left_behind: Vec<(Rc<str>, Vec<Vec<u8>>)>,
}

/// A phone's disk.
pub struct Disk {
    files: BTreeMap<Rc<str>, Content>,
    /// Deleted, and the folder not synced since: a power cut may bring them back.
    deleted: BTreeMap<Rc<str>, Content>,
    handles: Vec<Option<Handle>>,
    shared: BTreeMap<Rc<str>, Shm>,
    processes: BTreeMap<ProcessId, ProcessState>,
    current: ProcessId,
    rng: Rng,
    /// No further byte fits.
    full: bool,
    power_was_cut: bool,
    /// Power cuts that found something unsynced.
    pub losses: u64,
    /// Calls that changed something, of all processes.
    pub changes: u64,
    /// Planted: syncing does nothing, and says that it did.
    pub lies_about_sync: bool,
}

/// A copy of all files, as a backup program makes it.
#[derive(Clone)]
pub struct Backup(BTreeMap<Rc<str>, Vec<u8>>);

impl Backup {
    /// Of one file.
    #[must_use]
    pub fn of(path: &str, bytes: &[u8]) -> Self {
        Self([(path.into(), bytes.to_vec())].into())
    }
}

impl Disk {
    #[must_use]
    pub fn new(rng: Rng) -> Self {
        Self {
            files: BTreeMap::new(),
            deleted: BTreeMap::new(),
            handles: Vec::new(),
            shared: BTreeMap::new(),
            processes: BTreeMap::new(),
            current: 0,
            rng,
            full: false,
            power_was_cut: false,
            losses: 0,
            changes: 0,
            lies_about_sync: false,
        }
    }

    /// Whoever calls from now on is this process.
    pub fn enter(&mut self, process: ProcessId) {
        self.current = process;
        self.processes.entry(process).or_default();
    }

    /// The process dies at its `after`-th change from now on, before making it.
    pub fn doom(&mut self, process: ProcessId, after: u64, doom: Doom) {
        self.processes.entry(process).or_default().doom = Some((after, doom));
    }

    /// The process outlived what it was doing.
    pub fn spare(&mut self, process: ProcessId) {
        if let Some(state) = self.processes.get_mut(&process) {
            state.doom = None;
        }
    }

    #[must_use]
    pub fn is_dead(&self, process: ProcessId) -> bool {
        self.processes.get(&process).is_some_and(|state| state.dead)
    }

    /// Whether the phone lost its power since this was last asked.
    pub fn power_was_cut(&mut self) -> bool {
        std::mem::take(&mut self.power_was_cut)
    }

    pub fn set_full(&mut self, full: bool) {
        self.full = full;
    }

    /// Whether every commit that can be seen would survive a power cut. What a checkpoint copies is in the log too, until
    /// it is synced, so the log alone counts.
    #[must_use]
    pub fn commits_are_synced(&self) -> bool {
        self.files.iter().filter(|(path, _)| path.ends_with("-wal")).all(|(_, content)| content.since.is_empty())
    }

    /// A process ends between two calls, tidying up nothing.
    pub fn kill(&mut self, process: ProcessId) {
        let left_behind = self.shared.iter().map(|(path, shm)| (Rc::clone(path), shm.copy())).collect();
        let state = self.processes.entry(process).or_default();
        if state.dead {
            return;
        }
        state.dead = true;
        state.left_behind = left_behind;
        for handle in self.handles.iter_mut().flatten().filter(|handle| handle.process == process) {
            handle.level = Level::None;
            handle.slots = [0; 8];
        }
    }

    /// The phone loses its power: every process dies, and what was not synced is lost in any part.
    pub fn cut_power(&mut self) {
        let processes: Vec<ProcessId> = self.processes.keys().copied().collect();
        processes.into_iter().for_each(|process| self.kill(process));
        self.losses += u64::from(self.files.values().any(|content| !content.since.is_empty()));
        for content in self.files.values_mut() {
            content.lose(&mut self.rng);
        }
        for (path, mut content) in std::mem::take(&mut self.deleted) {
            if self.rng.chance(500) && !self.files.contains_key(&path) {
                content.lose(&mut self.rng);
                self.files.insert(path, content);
            }
        }
        self.power_was_cut = true;
    }

    /// After the dead process's connections were dropped: undoes what dropping did to the shared memory, and drops what
    /// nobody maps any more.
    pub fn bury(&mut self, process: ProcessId) {
        for slot in &mut self.handles {
            if slot.as_ref().is_some_and(|handle| handle.process == process) {
                *slot = None;
            }
        }
        let Some(state) = self.processes.remove(&process) else { return };
        for (path, copy) in state.left_behind {
            if let Some(shm) = self.shared.get(&path) {
                shm.restore(&copy);
            }
        }
        self.drop_unmapped();
    }

    /// A copy of all files. Meant for a moment when no process runs.
    #[must_use]
    pub fn backup(&self) -> Backup {
        Backup(self.files.iter().map(|(path, content)| (Rc::clone(path), content.seen.clone())).collect())
    }

    /// Puts the copy in the place of all files.
    pub fn restore(&mut self, backup: &Backup) {
        let whole = |bytes: &Vec<u8>| Content { seen: bytes.clone(), synced: bytes.clone(), since: Vec::new() };
        self.deleted.clear();
        self.files = backup.0.iter().map(|(path, bytes)| (Rc::clone(path), whole(bytes))).collect();
    }

    // What SQLite asks for.

    pub fn open(&mut self, path: &str, create: bool) -> Result<HandleId, Trouble> {
        self.alive(self.current)?;
        let path: Rc<str> = path.into();
        if !self.files.contains_key(&path) {
            if !create {
                return Err(Trouble::NoSuchFile);
            }
            self.change(self.current)?;
            self.files.insert(Rc::clone(&path), Content::with_room());
        }
        let handle = Handle { path, process: self.current, level: Level::None, slots: [0; 8], mapped: false };
        let free = self.handles.iter().position(Option::is_none);
        let id = free.unwrap_or(self.handles.len());
        match self.handles.get_mut(id) {
            Some(slot) => *slot = Some(handle),
            None => self.handles.push(Some(handle)),
        }
        Ok(id)
    }

    pub fn close(&mut self, id: HandleId) {
        if let Some(slot) = self.handles.get_mut(id) {
            *slot = None;
        }
    }

    pub fn delete(&mut self, path: &str, sync_folder: bool) -> Result<(), Trouble> {
        self.change(self.current)?;
        let Some((path, content)) = self.files.remove_entry(path) else { return Err(Trouble::NoSuchFile) };
        self.deleted.insert(path, content);
        if sync_folder {
            self.deleted.clear();
        }
        Ok(())
    }

    #[must_use]
    pub fn exists(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// How many bytes were read; the rest of `into` is zeroed.
    pub fn read(&self, id: HandleId, offset: usize, into: &mut [u8]) -> Result<usize, Trouble> {
        let content = self.content(id)?;
        let available = content.seen.get(offset..).unwrap_or_default();
        let count = available.len().min(into.len());
        let (read, rest) = into.split_at_mut(count);
        read.copy_from_slice(available.get(..count).unwrap_or_default());
        rest.fill(0);
        Ok(count)
    }

    pub fn write(&mut self, id: HandleId, offset: usize, bytes: &[u8]) -> Result<(), Trouble> {
        let (process, path) = self.of(id)?;
        self.change(process)?;
        let full = self.full;
        let content = self.files.get_mut(&path).ok_or(Trouble::Io)?;
        if full && offset.saturating_add(bytes.len()) > content.seen.len() {
            return Err(Trouble::Full);
        }
        content.change(Change::Write { offset, bytes: bytes.to_vec() });
        Ok(())
    }

    pub fn truncate(&mut self, id: HandleId, length: usize) -> Result<(), Trouble> {
        let (process, path) = self.of(id)?;
        self.change(process)?;
        self.files.get_mut(&path).ok_or(Trouble::Io)?.change(Change::Truncate(length));
        Ok(())
    }

    /// Syncs the file, and its folder with it, as the usual VFS does for files that it made.
    pub fn sync(&mut self, id: HandleId) -> Result<(), Trouble> {
        let (process, path) = self.of(id)?;
        self.change(process)?;
        if !self.lies_about_sync {
            self.files.get_mut(&path).ok_or(Trouble::Io)?.sync();
            self.deleted.clear();
        }
        Ok(())
    }

    pub fn size(&self, id: HandleId) -> Result<usize, Trouble> {
        Ok(self.content(id)?.seen.len())
    }

    pub fn lock(&mut self, id: HandleId, wanted: Level) -> Result<(), Trouble> {
        let (process, path) = self.of(id)?;
        self.alive(process)?;
        let highest = self.others(id, &path).map(|handle| handle.level).max().unwrap_or_default();
        let granted = match wanted {
            Level::None => true,
            Level::Shared => highest < Level::Pending,
            Level::Reserved | Level::Pending => highest < Level::Reserved,
            Level::Exclusive => highest == Level::None,
        };
        let Some(Some(handle)) = self.handles.get_mut(id) else { return Err(Trouble::Io) };
        if granted {
            handle.level = handle.level.max(wanted);
            return Ok(());
        }
        if wanted == Level::Exclusive && highest == Level::Shared {
            handle.level = Level::Pending;
        }
        Err(Trouble::Busy)
    }

    pub fn unlock(&mut self, id: HandleId, to: Level) {
        if let Some(Some(handle)) = self.handles.get_mut(id) {
            handle.level = handle.level.min(to);
        }
    }

    #[must_use]
    pub fn is_reserved(&self, id: HandleId) -> bool {
        self.of(id).is_ok_and(|(_, path)| {
            let mine = self.handles.get(id).and_then(Option::as_ref).is_some_and(|h| h.level >= Level::Reserved);
            mine || self.others(id, &path).any(|handle| handle.level >= Level::Reserved)
        })
    }

    /// The shared memory's region, made where `extend` allows it.
    pub fn map(&mut self, id: HandleId, region: usize, size: usize, extend: bool) -> Result<*mut u8, Trouble> {
        let (process, path) = self.of(id)?;
        self.alive(process)?;
        if let Some(Some(handle)) = self.handles.get_mut(id) {
            handle.mapped = true;
        }
        Ok(self.shared.entry(path).or_default().region(region, size, extend))
    }

    pub fn lock_slots(&mut self, id: HandleId, first: usize, count: usize, exclusive: bool) -> Result<(), Trouble> {
        let (process, path) = self.of(id)?;
        self.alive(process)?;
        let slots = first..first.saturating_add(count);
        let taken = self.others(id, &path).any(|handle| {
            handle
                .slots
                .get(slots.clone())
                .unwrap_or_default()
                .iter()
                .any(|slot| *slot == 2 || (*slot == 1 && exclusive))
        });
        if taken {
            return Err(Trouble::Busy);
        }
        self.set_slots(id, slots, if exclusive { 2 } else { 1 });
        Ok(())
    }

    pub fn unlock_slots(&mut self, id: HandleId, first: usize, count: usize) {
        self.set_slots(id, first..first.saturating_add(count), 0);
    }

    pub fn unmap(&mut self, id: HandleId) {
        if let Some(Some(handle)) = self.handles.get_mut(id) {
            handle.mapped = false;
            handle.slots = [0; 8];
        }
        // The memory of the dead is put back first, and dropped at their burial.
        if self.processes.values().all(|state| !state.dead) {
            self.drop_unmapped();
        }
    }

    pub fn randomness(&mut self, into: &mut [u8]) {
        self.rng.fill(into);
    }

    fn set_slots(&mut self, id: HandleId, slots: std::ops::Range<usize>, to: u8) {
        if let Some(Some(handle)) = self.handles.get_mut(id) {
            handle.slots.get_mut(slots).unwrap_or_default().fill(to);
        }
    }

    fn drop_unmapped(&mut self) {
        let mapped: Vec<Rc<str>> = self
            .handles
            .iter()
            .flatten()
            .filter(|handle| handle.mapped)
            .map(|handle| Rc::clone(&handle.path))
            .collect();
        self.shared.retain(|path, _| mapped.contains(path));
    }

    fn others<'a>(&'a self, id: HandleId, path: &'a Rc<str>) -> impl Iterator<Item = &'a Handle> {
        let handles = self.handles.iter().enumerate();
        handles
            .filter(move |(other, _)| *other != id)
            .filter_map(|(_, handle)| handle.as_ref())
            .filter(move |handle| handle.path == *path)
    }

    fn of(&self, id: HandleId) -> Result<(ProcessId, Rc<str>), Trouble> {
        let handle = self.handles.get(id).and_then(Option::as_ref).ok_or(Trouble::Io)?;
        Ok((handle.process, Rc::clone(&handle.path)))
    }

    fn content(&self, id: HandleId) -> Result<&Content, Trouble> {
        let (process, path) = self.of(id)?;
        self.alive(process)?;
        self.files.get(&path).ok_or(Trouble::Io)
    }

    fn alive(&self, process: ProcessId) -> Result<(), Trouble> {
        if self.is_dead(process) { Err(Trouble::Io) } else { Ok(()) }
    }

    /// A change is about to be made, if its maker lives to make it.
    fn change(&mut self, process: ProcessId) -> Result<(), Trouble> {
        self.alive(process)?;
        self.changes = self.changes.saturating_add(1);
        let Some(ProcessState { doom: Some((left, doom)), .. }) = self.processes.get_mut(&process) else {
            return Ok(());
        };
        if *left > 0 {
            *left = left.saturating_sub(1);
            return Ok(());
        }
        match *doom {
            Doom::Kill => self.kill(process),
            Doom::PowerCut => self.cut_power(),
        }
        Err(Trouble::Io)
    }
}
