//! When to try again.

use crate::Timestamp;

/// The first wait is at most this long.
pub const BASE_MS: i64 = 1_000;
/// No wait is longer, unless the platform asked for one.
pub const CAP_MS: i64 = 5 * 60 * 1_000;
/// A person has this long to finish in the business's app; then the platform is asked.
pub const HAND_OFF_MS: i64 = 10 * 60 * 1_000;
/// No call is wanted later than this by the phone's own choice: one that seems to be was put off by a clock that was ahead.
pub const LONGEST_WAIT_MS: i64 = if HAND_OFF_MS > CAP_MS { HAND_OFF_MS } else { CAP_MS };
/// After a connection came back, calls spread over this long, so that a city's phones do not all speak in one instant.
pub const SPREAD_MS: i64 = 1_500;
/// A `Retry-After` longer than this is taken as this.
pub const LONGEST_RETRY_AFTER_MS: i64 = 24 * 60 * 60 * 1_000;

/// Full jitter: anywhere between nothing and the doubled wait, so that phones that failed together do not come back
/// together.
#[must_use]
pub fn back_off(now: Timestamp, attempt: u32, entropy: u64) -> Timestamp {
    let ceiling = BASE_MS.saturating_mul(1_i64.checked_shl(attempt.min(20)).unwrap_or(i64::MAX)).min(CAP_MS);
    now.plus_millis(uniform(entropy, ceiling))
}

/// Soon, but not in step with everybody else.
#[must_use]
pub fn spread(now: Timestamp, entropy: u64) -> Timestamp {
    now.plus_millis(uniform(entropy, SPREAD_MS))
}

/// 0 to `ceiling`, both included.
fn uniform(entropy: u64, ceiling: i64) -> i64 {
    let span = u64::try_from(ceiling).unwrap_or(0).saturating_add(1);
    i64::try_from(entropy % span).unwrap_or(ceiling)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_wait_goes_back_in_time_or_beyond_the_cap(attempt: u32, entropy: u64, now in 0_i64..4_000_000_000_000) {
            let at = back_off(Timestamp(now), attempt, entropy);
            prop_assert!((0..=CAP_MS).contains(&at.millis_since(Timestamp(now))));
        }
    }

    #[test]
    fn waits_grow_until_the_cap() {
        let longest = |attempt| (0..10_000_u64).map(|e| back_off(Timestamp(0), attempt, e * 7_919).0).max().unwrap();
        assert!(longest(0) <= 1_000 && longest(3) > longest(0) && longest(3) <= 8_000 && longest(30) <= CAP_MS);
    }
}
