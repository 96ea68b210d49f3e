//! A breaker per payment business: where one is in trouble, its payments wait, and nobody else's.

use crate::Timestamp;

/// So many submissions in a row without an answer open it.
const THRESHOLD: u32 = 3;
/// It stays open this long, doubled each time that the probe fails too.
const FIRST_PAUSE_MS: i64 = 10_000;
const LONGEST_PAUSE_MS: i64 = 5 * 60 * 1_000;

/// Closed: all pass. Open: none. After its pause: one at a time, the probe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Breaker {
    failures: u32,
    open_until: Option<Timestamp>,
    probing: bool,
}

impl Breaker {
    /// Whether a submission may be made now.
    #[must_use]
    pub fn allows(&self, now: Timestamp) -> bool {
        match self.open_until {
            None => true,
            // A clock that went back by more than the longest pause holds nothing up.
            Some(until) => !self.probing && (now >= until || until.millis_since(now) > LONGEST_PAUSE_MS),
        }
    }

    /// A submission is about to be made.
    pub fn begun(&mut self) {
        self.probing = self.open_until.is_some();
    }

    /// The platform answered: refusals count, they are answers.
    pub fn answered(&mut self) {
        *self = Self::default();
    }

    /// It did not.
    pub fn failed(&mut self, now: Timestamp) {
        self.failures = self.failures.saturating_add(1);
        self.probing = false;
        if self.failures >= THRESHOLD {
            let doublings = (self.failures - THRESHOLD).min(10);
            let pause = FIRST_PAUSE_MS.saturating_mul(1 << doublings).min(LONGEST_PAUSE_MS);
            self.open_until = Some(now.plus_millis(pause));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn opened() -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 0..THRESHOLD {
            assert!(breaker.allows(NOW));
            breaker.begun();
            breaker.failed(NOW);
        }
        breaker
    }

    #[test]
    fn three_failures_in_a_row_open_it_for_ten_seconds() {
        assert!(!opened().allows(NOW.plus_millis(9_999)));
        assert!(opened().allows(NOW.plus_millis(10_000)));
    }

    #[test]
    fn one_probe_at_a_time_and_a_failed_one_waits_twice_as_long() {
        let mut breaker = opened();
        let later = NOW.plus_millis(10_000);
        breaker.begun();
        assert!(!breaker.allows(later), "the probe is under way");
        breaker.failed(later);
        assert!(!breaker.allows(later.plus_millis(19_999)) && breaker.allows(later.plus_millis(20_000)));
    }

    #[test]
    fn any_answer_closes_it() {
        let mut breaker = opened();
        breaker.answered();
        assert!(breaker.allows(NOW));
        breaker.failed(NOW);
        assert!(breaker.allows(NOW), "one failure is no trouble");
    }

    #[test]
    fn a_clock_that_went_back_holds_nothing_up() {
        assert!(opened().allows(Timestamp(0)));
    }
}
