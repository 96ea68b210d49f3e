//! The order id that a business knows a payment by: made from the payment's id alone, so that the same payment never
//! has two, and back again where there is room.
//!
//! | Business | Rule | Form |
//! |---|---|---|
//! | JKOPAY `platform_order_id` | at most 60 | the UUID as RFC 9562 writes it, 36 characters |
//! | NewebPay, ezPay `MerchantOrderNo` | at most 30, letters, digits, `_` | the UUID's 128 bits in base 36, 25 characters |
//! | O'Pay `MerchantTradeNo`, Scan2Pay `StoreOrderNo` | at most 20, letters and digits | the 117 bits of a UUIDv7 that vary, in base 62, 20 characters |
//! | E.SUN `ONO`, Taishin `order_no` | 20, digits and capitals | 103 bits of the UUID's SHA-256 in base 36, 20 characters |
//!
//! Twenty characters of either case hold 119 bits. A UUIDv7 fixes six (version and variant), and the first five of its
//! 48-bit count of milliseconds are zero until the year 2248: what is left fits without loss. Twenty capitals hold 103
//! bits, too few: a hash is cut there, and leads back only through the platform's own list, which is why a platform
//! keeps order ids unique and refuses a collision before it sends anything.

use ring::digest;
use thiserror::Error;
use uuid::Uuid;

/// Which business's rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderIdRule {
    JkoPay,
    NewebPay,
    OPay,
    Scan2Pay,
    Esun,
    Taishin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OrderIdError {
    #[error("a payment's id is a UUID of version 7 (RFC 9562): make a new one")]
    NotVersion7,
    #[error("the payment's id is dated after the year 2248, which order ids of twenty characters have no room for")]
    TooLate,
}

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

impl OrderIdRule {
    /// The order id of a payment.
    pub fn order_id(self, payment: Uuid) -> Result<String, OrderIdError> {
        if payment.get_version_num() != 7 || payment.get_variant() != uuid::Variant::RFC4122 {
            return Err(OrderIdError::NotVersion7);
        }
        match self {
            Self::JkoPay => Ok(payment.hyphenated().to_string()),
            Self::NewebPay => Ok(encode(payment.as_u128(), 36, 25)),
            Self::OPay | Self::Scan2Pay => pack(payment).map(|bits| encode(bits, 62, 20)).ok_or(OrderIdError::TooLate),
            Self::Esun | Self::Taishin => Ok(encode(hashed(payment), 36, 20)),
        }
    }

    /// Whether an order id is this payment's.
    #[must_use]
    pub fn names(self, order_id: &str, payment: Uuid) -> bool {
        self.order_id(payment).as_deref() == Ok(order_id)
    }

    /// The payment that an order id stands for; `None` for an id that [`Self::order_id`] never gives, and for every hash.
    #[must_use]
    pub fn payment(self, order_id: &str) -> Option<Uuid> {
        let payment = match self {
            Self::JkoPay => Uuid::try_parse(order_id).ok()?,
            Self::NewebPay => Uuid::from_u128(decode(order_id, 36, 25)?),
            Self::OPay | Self::Scan2Pay => unpack(decode(order_id, 62, 20)?),
            Self::Esun | Self::Taishin => return None,
        };
        // Only the one form: a UUID can be written in several.
        self.names(order_id, payment).then_some(payment)
    }
}

// Layout of a UUIDv7 (RFC 9562, section 5.7): 48 bits time, 4 version, 12 random, 2 variant, 62 random.
const RANDOM_A: u128 = 0xFFF << 64;
const RANDOM_B: u128 = (1 << 62) - 1;

fn pack(payment: Uuid) -> Option<u128> {
    let bits = payment.as_u128();
    let time = bits >> 80;
    (time < 1 << 43).then_some(time << 74 | (bits & RANDOM_A) >> 2 | bits & RANDOM_B)
}

fn unpack(bits: u128) -> Uuid {
    let time = bits >> 74;
    let random_a = bits << 2 & RANDOM_A;
    Uuid::from_u128(time << 80 | 7 << 76 | random_a | 2 << 62 | bits & RANDOM_B)
}

/// The first 103 bits of the identifier's SHA-256: 36²⁰ is a little more than 2¹⁰³.
fn hashed(payment: Uuid) -> u128 {
    let hash = digest::digest(&digest::SHA256, payment.as_bytes());
    hash.as_ref().iter().take(16).fold(0, |bits: u128, byte| bits << 8 | u128::from(*byte)) >> 25
}

fn encode(mut value: u128, base: u128, width: usize) -> String {
    let mut digits = vec!['0'; width];
    for digit in digits.iter_mut().rev() {
        let at = usize::try_from(value % base).unwrap_or(0);
        *digit = DIGITS.get(at).copied().map_or('0', char::from);
        value /= base;
    }
    digits.into_iter().collect()
}

fn decode(text: &str, base: u128, width: usize) -> Option<u128> {
    if text.len() != width {
        return None;
    }
    text.bytes().try_fold(0u128, |value, b| {
        let digit = DIGITS.iter().position(|digit| *digit == b).and_then(|at| u128::try_from(at).ok())?;
        if digit < base { value.checked_mul(base)?.checked_add(digit) } else { None }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RULES: [OrderIdRule; 6] = [
        OrderIdRule::JkoPay,
        OrderIdRule::NewebPay,
        OrderIdRule::OPay,
        OrderIdRule::Scan2Pay,
        OrderIdRule::Esun,
        OrderIdRule::Taishin,
    ];
    /// Those that lead back.
    const WHOLE: [OrderIdRule; 4] = [RULES[0], RULES[1], RULES[2], RULES[3]];

    /// The example of RFC 9562, appendix A.6.
    const EXAMPLE: Uuid = Uuid::from_u128(0x017F22E2_79B0_7CC3_98C4_DC0C0C07398F);

    #[test]
    fn an_order_id_keeps_to_the_businesss_rule() {
        for (rule, longest) in RULES.into_iter().zip([60, 30, 20, 20, 20, 20]) {
            let id = rule.order_id(EXAMPLE).unwrap();
            assert!(id.len() <= longest, "{rule:?} {id}");
            assert!(id.bytes().all(|b| b.is_ascii_alphanumeric() || (rule == OrderIdRule::JkoPay && b == b'-')));
        }
        assert_eq!(OrderIdRule::JkoPay.order_id(EXAMPLE).unwrap(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
        let ono = OrderIdRule::Esun.order_id(EXAMPLE).unwrap();
        assert!(ono.len() == 20 && ono.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()), "{ono}");
    }

    #[test]
    fn a_hash_is_the_same_each_time_and_names_its_payment_only() {
        let other = Uuid::from_u128(EXAMPLE.as_u128() ^ 1);
        for rule in [OrderIdRule::Esun, OrderIdRule::Taishin] {
            let id = rule.order_id(EXAMPLE).unwrap();
            assert!(rule.names(&id, EXAMPLE) && !rule.names(&id, other));
            assert_eq!(rule.payment(&id), None);
        }
    }

    #[test]
    fn ids_that_are_no_version_7_are_refused() {
        for id in [Uuid::nil(), Uuid::max(), Uuid::from_u128(0x919108F7_52D1_4320_9BAC_F847DB4148A8)] {
            for rule in RULES {
                assert_eq!(rule.order_id(id), Err(OrderIdError::NotVersion7));
            }
        }
        let late = Uuid::from_u128(1 << 123 | 7 << 76 | 2 << 62);
        assert_eq!(OrderIdRule::OPay.order_id(late), Err(OrderIdError::TooLate));
    }

    #[test]
    fn other_writings_of_an_order_id_stand_for_nothing() {
        for text in [
            "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
            "017f22e279b07cc398c4dc0c0c07398f",
            "",
            "z",
            "zzzzzzzzzzzzzzzzzzzz",
        ] {
            for rule in RULES {
                assert_eq!(rule.payment(text), None, "{rule:?} {text}");
            }
        }
    }

    proptest! {
        #[test]
        fn every_payment_has_one_order_id_and_comes_back_from_it(
            time in 0u128..1 << 43, a in 0u128..1 << 12, b in 0u128..1 << 62,
        ) {
            let payment = Uuid::from_u128(time << 80 | 7 << 76 | a << 64 | 2 << 62 | b);
            for rule in WHOLE {
                let id = rule.order_id(payment).unwrap();
                prop_assert_eq!(rule.payment(&id), Some(payment));
            }
        }

        #[test]
        fn any_text_is_some_payments_order_id_or_none(text in ".{0,40}") {
            for rule in RULES {
                if let Some(payment) = rule.payment(&text) {
                    prop_assert_eq!(rule.order_id(payment).unwrap(), text.clone());
                }
            }
        }
    }
}
