//! Third-party readers, contained: they run on a thread of their own against a deadline, and their panics become nothing.
//!
//! A running thread can't be stopped from outside, so a late reader is left to finish, its answer dropped, and no other of
//! its kind is started while it strays: for callers that scan one picture at a time at most one stray thread a kind,
//! holding no more than the picture that it was given.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::atomic::{AtomicI64, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use crate::budget::Budget;

static CAUGHT: AtomicU64 = AtomicU64::new(0);

/// Panics of third-party readers caught since the process started.
pub fn caught_panics() -> u64 {
    CAUGHT.load(Ordering::Relaxed)
}

/// How a contained reader ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ran<T> {
    /// It answered in time.
    Answered(T),
    /// It panicked.
    Panicked,
    /// The deadline passed; the thread runs on as a stray.
    Late,
    /// It was not started: an earlier one still strays, the deadline has passed, or no thread could be had.
    NotStarted,
}

/// One kind of reader; counts those of it that run on past their deadline.
pub struct Lane {
    name: &'static str,
    strays: AtomicI64,
}

const RUNNING: u8 = 0;
const ENDED: u8 = 1;
const STRAY: u8 = 2;

impl Lane {
    pub const fn new(name: &'static str) -> Self {
        Self { name, strays: AtomicI64::new(0) }
    }

    /// Runs `work` on a thread until the budget is spent.
    pub fn run<T, F>(&'static self, budget: &Budget, work: F) -> Ran<T>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        if budget.is_late() || self.strays.load(Ordering::Acquire) > 0 {
            return Ran::NotStarted;
        }
        let clock = budget.clock();
        let state = Arc::new(AtomicU8::new(RUNNING));
        let worker = Arc::clone(&state);
        let (answer, answered) = mpsc::sync_channel(1);
        let started = thread::Builder::new().name(self.name.to_owned()).spawn(move || {
            let start = clock.now();
            let result = contain(work);
            let result: (Option<T>, Duration) = (result, clock.now().saturating_sub(start));
            // Nobody listens any more where the deadline has passed.
            let _ = answer.send(result);
            if worker.swap(ENDED, Ordering::AcqRel) == STRAY {
                self.strays.fetch_sub(1, Ordering::AcqRel);
            }
        });
        if started.is_err() {
            return Ran::NotStarted;
        }
        match answered.recv_timeout(budget.patience()) {
            Ok((result, spent)) => {
                budget.add(spent);
                result.map_or(Ran::Panicked, Ran::Answered)
            }
            Err(_) => {
                if state.swap(STRAY, Ordering::AcqRel) == RUNNING {
                    self.strays.fetch_add(1, Ordering::AcqRel);
                }
                Ran::Late
            }
        }
    }
}

/// Runs `work` here; a panic in it is counted, says nothing on standard error, and becomes `None`.
pub fn contain<T>(work: impl FnOnce() -> T) -> Option<T> {
    let _quiet = Quiet::new();
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    if result.is_err() {
        CAUGHT.fetch_add(1, Ordering::Relaxed);
    }
    result.ok()
}

thread_local! {
    static QUIET: Cell<u32> = const { Cell::new(0) };
}

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send + 'static>;

/// The process's own hook while ours stands before it.
struct Standing {
    guards: usize,
    theirs: Arc<Mutex<Option<Hook>>>,
    ours: usize,
}

static STANDING: Mutex<Option<Standing>> = Mutex::new(None);

/// While one of these lives, panics of its thread are not reported; those of all other threads go to the process's own
/// hook as before. The last one puts that hook back: the default message would otherwise be printed into the terminal of
/// an application that never panicked.
struct Quiet;

fn address(hook: &Hook) -> usize {
    std::ptr::from_ref(hook.as_ref()).cast::<()>().addr()
}

impl Quiet {
    fn new() -> Self {
        QUIET.with(|depth| depth.set(depth.get() + 1));
        let mut standing = STANDING.lock().unwrap_or_else(PoisonError::into_inner);
        match standing.as_mut() {
            Some(standing) => standing.guards += 1,
            // Hooks can't be changed by a thread that panics; then its panic is being reported already.
            None if thread::panicking() => {}
            None => {
                let theirs = Arc::new(Mutex::new(Some(panic::take_hook())));
                let forward = Arc::clone(&theirs);
                let hook: Hook = Box::new(move |info| {
                    if QUIET.try_with(|depth| depth.get() > 0).unwrap_or(false) {
                        return;
                    }
                    if let Some(theirs) = forward.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
                        theirs(info);
                    }
                });
                let ours = address(&hook);
                panic::set_hook(hook);
                *standing = Some(Standing { guards: 1, theirs, ours });
            }
        }
        Self
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        QUIET.with(|depth| depth.set(depth.get().saturating_sub(1)));
        let mut standing = STANDING.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(state) = standing.as_mut() else { return };
        state.guards = state.guards.saturating_sub(1);
        if state.guards > 0 || thread::panicking() {
            return;
        }
        let current = panic::take_hook();
        if address(&current) == state.ours {
            if let Some(theirs) = state.theirs.lock().unwrap_or_else(PoisonError::into_inner).take() {
                panic::set_hook(theirs);
            }
        } else {
            // Somebody set another hook meanwhile, perhaps around ours, which goes on forwarding: theirs stays.
            panic::set_hook(current);
        }
        *standing = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Clock;

    static LANE: Lane = Lane::new("test-lane");
    /// The hook belongs to the process: tests that look at it take turns.
    static HOOK: Mutex<()> = Mutex::new(());

    #[test]
    fn a_panic_is_counted_and_the_hook_of_the_process_neither_hears_of_it_nor_is_lost() {
        let _turn = HOOK.lock().unwrap_or_else(PoisonError::into_inner);
        static HEARD: AtomicU64 = AtomicU64::new(0);
        let before = panic::take_hook();
        panic::set_hook(Box::new(|_| {
            HEARD.fetch_add(1, Ordering::SeqCst);
        }));
        let caught = caught_panics();
        assert_eq!(contain(|| -> u8 { panic!("inside a reader") }), None);
        assert!(caught_panics() > caught);
        assert_eq!(HEARD.load(Ordering::SeqCst), 0);
        let elsewhere = thread::spawn(|| panic!("somewhere else")).join();
        assert!(elsewhere.is_err());
        assert_eq!(HEARD.load(Ordering::SeqCst), 1, "the process's own hook is back");
        // A panic of another thread while a reader runs is still reported.
        contain(|| {
            let other = thread::spawn(|| panic!("beside a reader")).join();
            assert!(other.is_err());
        });
        assert_eq!(HEARD.load(Ordering::SeqCst), 2);
        panic::set_hook(before);
    }

    #[test]
    fn a_late_reader_is_left_behind_and_no_second_one_is_started_beside_it() {
        let _turn = HOOK.lock().unwrap_or_else(PoisonError::into_inner);
        let (release, wait) = mpsc::channel::<()>();
        let soon = Budget::new(Clock::Wall, Duration::from_millis(20));
        let late = LANE.run(&soon, move || {
            let _ = wait.recv();
        });
        assert_eq!(late, Ran::Late);
        let long = Budget::new(Clock::Wall, Duration::from_secs(20));
        assert_eq!(LANE.run(&long, || 1), Ran::NotStarted);
        drop(release);
        let mut answer = LANE.run(&long, || 1);
        while answer == Ran::NotStarted && !long.is_late() {
            thread::yield_now();
            answer = LANE.run(&long, || 1);
        }
        assert_eq!(answer, Ran::Answered(1));
    }
}
