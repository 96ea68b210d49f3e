//! Names and instants.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An instant: milliseconds since 1970-01-01T00:00:00Z, as the phone's clock had it. Never trusted to be right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Milliseconds from `earlier` to this; negative where the clock went back.
    #[must_use]
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// The idempotency key of a payment, and its name everywhere: UUIDv7 (RFC 9562, section 5.7), made and stored with the
/// person's consent before the first byte leaves the phone. The platform and the payment business remove duplicates by it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PaymentId(Uuid);

impl PaymentId {
    /// From the phone's clock and ten bytes of entropy (74 bits of which are kept).
    #[must_use]
    pub fn new(now: Timestamp, entropy: [u8; 10]) -> Self {
        let millis = u64::try_from(now.0).unwrap_or(0);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &entropy).into_uuid())
    }

    /// The instant in it: when it was made, by the clock of the phone that made it.
    #[must_use]
    pub fn made_at(self) -> Timestamp {
        let [a, b, c, d, e, f, ..] = *self.0.as_bytes();
        Timestamp(i64::from_be_bytes([0, 0, a, b, c, d, e, f]))
    }

    /// The name of a row that stands beside this payment's: the same instant, its chance inverted. Always the same for one
    /// payment, so that what is noted twice is noted once.
    #[must_use]
    pub const fn beside(self) -> Self {
        let version_and_chance: u128 = 0x0FFF_3FFF_FFFF_FFFF_FFFF;
        Self(Uuid::from_u128(self.0.as_u128() ^ version_and_chance))
    }

    /// Only version 7 in canonical text is taken.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let id = Uuid::try_parse(text).ok()?;
        (id.get_version_num() == 7 && id.hyphenated().to_string() == text).then_some(Self(id))
    }
}

impl fmt::Display for PaymentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl fmt::Debug for PaymentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl TryFrom<String> for PaymentId {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, &'static str> {
        Self::parse(&text).ok_or("a payment's id is a UUID of version 7")
    }
}

impl From<PaymentId> for String {
    fn from(id: PaymentId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_version_7_and_sort_by_time() {
        let first = PaymentId::new(Timestamp(1_795_500_000_000), [0xFF; 10]);
        let later = PaymentId::new(Timestamp(1_795_500_000_001), [0; 10]);
        assert!(first < later);
        assert_eq!(PaymentId::parse(&first.to_string()), Some(first));
    }

    #[test]
    fn the_row_beside_has_a_name_of_its_own_of_the_same_instant() {
        let id = PaymentId::parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f").unwrap();
        assert_eq!(id.beside().to_string(), "017f22e2-79b0-733c-a73b-23f3f3f8c670");
        assert_eq!(PaymentId::parse(&id.beside().to_string()), Some(id.beside()));
    }

    #[test]
    fn the_rfcs_own_example_is_read() {
        // RFC 9562, appendix A.6: UUIDv7 for 2022-02-22T19:22:22Z.
        let id = PaymentId::parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f").unwrap();
        assert_eq!(id.to_string(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
        assert_eq!(id.made_at(), Timestamp(1_645_557_742_000));
    }

    #[test]
    fn other_versions_and_spellings_are_refused() {
        for bad in [
            "",
            "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
            "919108f7-52d1-4320-9bac-f847db4148a8",
            "017f22e279b07cc398c4dc0c0c07398f",
        ] {
            assert_eq!(PaymentId::parse(bad), None, "{bad}");
        }
    }
}
