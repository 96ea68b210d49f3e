//! Signatures of the phone's keys: whatever the vault answers in, raw r ‖ s goes out.

use crate::error::{Code, Result};

/// ECDSA P-256: 32 bytes each for r and s.
const SCALAR: usize = 32;

/// Keystore and Secure Enclave answer in DER (`ECDSA-Sig-Value`, RFC 3279, section 2.2.3); JOSE wants r ‖ s (RFC 7518,
/// section 3.4). What is 64 bytes long and no DER is taken as raw already.
pub fn to_raw(signature: &[u8]) -> Result<[u8; 2 * SCALAR]> {
    if let Some(raw) = from_der(signature) {
        return Ok(raw);
    }
    signature.try_into().map_err(|_| Code::VaultFailed.into())
}

fn from_der(der: &[u8]) -> Option<[u8; 2 * SCALAR]> {
    let (body, rest) = element(der, 0x30)?;
    let (r, body) = element(body, 0x02)?;
    let (s, end) = element(body, 0x02)?;
    if !rest.is_empty() || !end.is_empty() {
        return None;
    }
    let mut raw = [0; 2 * SCALAR];
    let (left, right) = raw.split_at_mut(SCALAR);
    place(r, left)?;
    place(s, right)?;
    Some(raw)
}

/// One short-form element of this tag, and what follows it. A P-256 signature is at most 72 bytes, so no other form occurs.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (header, rest) = der.split_at_checked(2)?;
    if header.first() != Some(&tag) {
        return None;
    }
    let length = header.get(1).copied().filter(|length| *length < 0x80)?;
    rest.split_at_checked(usize::from(length))
}

/// A positive integer, big-endian, right-aligned.
fn place(integer: &[u8], into: &mut [u8]) -> Option<()> {
    let digits = match integer {
        [0, rest @ ..] if !rest.is_empty() => rest,
        [first, ..] if *first < 0x80 => integer,
        _ => return None,
    };
    let start = into.len().checked_sub(digits.len())?;
    into.get_mut(start..)?.copy_from_slice(digits);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;
    use ring::signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
    };

    #[test]
    fn what_a_keystore_signs_in_der_verifies_as_raw() {
        let rng = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &rng).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &rng).unwrap();
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref().to_vec());
        // Often enough that short and padded integers both occur.
        for message in 0..600_u32 {
            let der = pair.sign(&rng, &message.to_be_bytes()).unwrap();
            let raw = to_raw(der.as_ref()).unwrap();
            public.verify(&message.to_be_bytes(), &raw).unwrap();
            assert_eq!(to_raw(&raw).unwrap(), raw, "raw stays raw");
        }
    }

    #[test]
    fn what_is_no_signature_is_refused() {
        for bad in [&[][..], &[0x30], &[0x30, 0x80], &[0x30, 6, 2, 1, 1, 2, 1, 0x80], &[0; 63], &[0; 65]] {
            assert_eq!(to_raw(bad).unwrap_err().code, Code::VaultFailed, "{bad:?}");
        }
    }
}
