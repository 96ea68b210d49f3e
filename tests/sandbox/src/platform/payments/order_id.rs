//! What a payment is called at its business.

use crate::entropy;

/// O'Pay's `MerchantTradeNo` takes twenty characters, and no business takes fewer.
const ORDER_ID_LENGTH: usize = 20;

/// The business's order id of a payment: the same for ever, and no longer than any business allows.
pub fn order_id(payment_id: &str) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let hash = entropy::sha256(payment_id.as_bytes());
    let letters = hash.iter().filter_map(|byte| ALPHABET.get(usize::from(byte & 31)).copied().map(char::from));
    "PT".chars().chain(letters).take(ORDER_ID_LENGTH).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 9562, appendix A.6.
    const ID: &str = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";

    #[test]
    fn an_order_id_is_twenty_characters_and_always_the_same() {
        assert_eq!(order_id(ID).len(), 20);
        assert_eq!(order_id(ID), order_id(ID));
        assert_ne!(order_id(ID), order_id("017f22e2-79b0-7cc3-98c4-dc0c0c073990"));
    }
}
