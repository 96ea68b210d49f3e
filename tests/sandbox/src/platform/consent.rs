//! The consent's signature: ECDSA P-256 with SHA-256, raw r ‖ s, over the text that the contract gives.

use super::payments::PaymentRequest;
use crate::entropy::from_base64url;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};

const UNCOMPRESSED_POINT: usize = 65;

/// Reads a public key: an uncompressed point of P-256, base64url.
pub fn public_key(text: &str) -> Option<VerifyingKey> {
    let point = from_base64url(text).filter(|point| point.len() == UNCOMPRESSED_POINT && point.first() == Some(&4))?;
    VerifyingKey::from_sec1_bytes(&point).ok()
}

/// Does the consent key of the session cover this payment under this identifier?
pub fn covers(key: &str, id: &str, payment: &PaymentRequest) -> bool {
    let payable = payment.payable.to_string();
    let cashback = payment.cashback.to_string();
    let dealt = payment.funding.is_some() || payment.cashback > 0;
    let mut lines = vec![
        if dealt { "paytaipei-consent-v2" } else { "paytaipei-consent-v1" },
        id,
        &payment.bill.biller,
        &payment.bill.number,
        &payment.bill.period,
        &payable,
        &payment.provider,
        &payment.consent.at,
    ];
    if dealt {
        lines.extend([payment.funding.as_deref().unwrap_or("-"), &cashback]);
    }
    let text = lines.join("\n");
    let signature = from_base64url(&payment.consent.signature).and_then(|raw| Signature::from_slice(&raw).ok());
    match (public_key(key), signature) {
        (Some(key), Some(signature)) => key.verify(text.as_bytes(), &signature).is_ok(),
        _ => false,
    }
}
