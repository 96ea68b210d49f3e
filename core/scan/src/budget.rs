//! The time that a scan may take.

use std::cell::Cell;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// What a budget is measured by.
#[derive(Clone, Copy, Debug, Default)]
pub enum Clock {
    /// Time as a person waits it.
    #[default]
    Wall,
    /// Processor time of the calling thread, by a function that tells it: what a reader does within its budget can then
    /// be compared on a machine that has other work. Threads of contained readers are added.
    Thread(fn() -> Duration),
}

impl Clock {
    /// Time since some instant that stays the same.
    pub fn now(self) -> Duration {
        static ORIGIN: OnceLock<Instant> = OnceLock::new();
        match self {
            Self::Wall => ORIGIN.get_or_init(Instant::now).elapsed(),
            Self::Thread(now) => now(),
        }
    }
}

/// A budget that is being spent.
pub struct Budget {
    clock: Clock,
    start: Duration,
    end: Duration,
    elsewhere: Cell<Duration>,
}

/// Part of a budget after which nothing new is begun: a step under way, and the answer, need the rest.
const BEGUN_WITHIN: f32 = 0.88;

impl Budget {
    pub fn new(clock: Clock, length: Duration) -> Self {
        let start = clock.now();
        Self { clock, start, end: start + length.mul_f32(BEGUN_WITHIN), elsewhere: Cell::new(Duration::ZERO) }
    }

    pub fn clock(&self) -> Clock {
        self.clock
    }

    pub fn spent(&self) -> Duration {
        self.clock.now().saturating_sub(self.start) + self.elsewhere.get()
    }

    pub fn left(&self) -> Duration {
        (self.end - self.start).saturating_sub(self.spent())
    }

    pub fn is_late(&self) -> bool {
        self.left().is_zero()
    }

    /// How long to wait for another thread, as a person waits it.
    pub fn patience(&self) -> Duration {
        match self.clock {
            Clock::Wall => self.left(),
            // The other thread may have to wait for a processor.
            Clock::Thread(_) => self.left() * 20,
        }
    }

    /// Time that another thread spent for this budget, by its own clock; the wall's runs for all.
    pub fn add(&self, elsewhere: Duration) {
        if let Clock::Thread(_) = self.clock {
            self.elsewhere.set(self.elsewhere.get() + elsewhere);
        }
    }

    /// Asks whether a share of what is left now is spent.
    pub fn share(&self, of: f32) -> impl Fn() -> bool + '_ {
        let until = self.spent() + self.left().mul_f32(of.clamp(0.0, 1.0));
        move || self.spent() >= until
    }
}
