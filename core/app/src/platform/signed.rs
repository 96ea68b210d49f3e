//! What the platform signs: a JSON Web Signature in flattened form, ES256 (RFC 7515, section 7.2.2; RFC 7518, section 3.4).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use rustls::pki_types::SubjectPublicKeyInfoDer;
use rustls::pki_types::pem::PemObject;
use serde::Deserialize;

use crate::error::{Code, Result};

/// `typ` of a catalogue.
pub const CATALOGUE: &str = "paytaipei-catalogue";

/// The platform's public keys that a release pins. The real platform's are not known: until they stand in this file, no
/// catalogue but the bundled one counts there.
const PINNED: &[u8] = include_bytes!("platform_keys.pem");

/// SubjectPublicKeyInfo of P-256 up to the uncompressed point (RFC 5480, section 2).
const SPKI: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// Keys by which the platform is believed: uncompressed points.
#[derive(Clone, Debug, Default)]
pub struct PlatformKeys(Vec<Vec<u8>>);

#[derive(Deserialize)]
struct Signed {
    protected: String,
    payload: String,
    signature: String,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: String,
    /// Extensions that have to be understood: none is.
    crit: Option<serde_json::Value>,
}

impl PlatformKeys {
    /// The pinned ones, and those that stand as `PUBLIC KEY` in the PEM of a test platform, which phone builds refuse.
    #[must_use]
    pub fn pinned(extra: Option<&[u8]>) -> Self {
        let mut keys = points(PINNED);
        #[cfg(not(paytaipei_phone))]
        keys.extend(extra.into_iter().flat_map(points));
        #[cfg(paytaipei_phone)]
        let _ = extra;
        Self(keys)
    }

    /// The payload, if one of the keys signed it for this purpose.
    pub fn open(&self, purpose: &str, json: &[u8]) -> Result<Vec<u8>> {
        let signed: Signed = serde_json::from_slice(json).map_err(|_| Code::PlatformGarbled)?;
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| Code::PlatformGarbled);
        let header: Header = serde_json::from_slice(&decode(&signed.protected)?).map_err(|_| Code::PlatformGarbled)?;
        let (payload, signature) = (decode(&signed.payload)?, decode(&signed.signature)?);
        let input = [signed.protected.as_str(), ".", signed.payload.as_str()].concat();
        let fits = |point: &Vec<u8>| {
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(input.as_bytes(), &signature).is_ok()
        };
        let meant = header.alg == "ES256" && header.typ == purpose && header.crit.is_none();
        if meant && self.0.iter().any(fits) { Ok(payload) } else { Err(Code::SignatureWrong.into()) }
    }
}

fn points(pem: &[u8]) -> Vec<Vec<u8>> {
    let keys = SubjectPublicKeyInfoDer::pem_slice_iter(pem).filter_map(std::result::Result::ok);
    keys.filter_map(|key| key.strip_prefix(&SPKI[..]).filter(|point| point.len() == 65).map(<[u8]>::to_vec)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};

    fn pair() -> EcdsaKeyPair {
        let rng = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &rng).unwrap();
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &rng).unwrap()
    }

    fn keys(pair: &EcdsaKeyPair) -> PlatformKeys {
        PlatformKeys(vec![pair.public_key().as_ref().to_vec()])
    }

    fn signed(pair: &EcdsaKeyPair, header: &str, payload: &[u8]) -> serde_json::Value {
        let (header, payload) = (URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let signature = pair.sign(&SystemRandom::new(), format!("{header}.{payload}").as_bytes()).unwrap();
        serde_json::json!({"protected": header, "payload": payload, "signature": URL_SAFE_NO_PAD.encode(signature)})
    }

    const GOOD: &str = r#"{"alg":"ES256","typ":"paytaipei-catalogue"}"#;

    /// RFC 7515, appendix A.3: its key and signature, the header without `typ`.
    #[test]
    fn the_rfcs_own_example_verifies_and_is_no_catalogue() {
        let coordinates =
            ["f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"];
        let point = [vec![4], coordinates.map(|c| URL_SAFE_NO_PAD.decode(c).unwrap()).concat()].concat();
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point);
        let input = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let signature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
        key.verify(input.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
        let (protected, payload) = input.split_once('.').unwrap();
        let json = serde_json::json!({"protected": protected, "payload": payload, "signature": signature});
        let refused = PlatformKeys(vec![point]).open(CATALOGUE, json.to_string().as_bytes()).unwrap_err();
        assert_eq!(refused.code, Code::PlatformGarbled, "what it is signed for is not said");
    }

    #[test]
    fn only_a_pinned_key_and_only_for_its_purpose_is_believed() {
        let (ours, other) = (pair(), pair());
        let open = |json: &serde_json::Value| keys(&ours).open(CATALOGUE, json.to_string().as_bytes());
        assert_eq!(open(&signed(&ours, GOOD, b"{}")).unwrap(), b"{}");
        let refusals = [
            signed(&other, GOOD, b"{}"),
            signed(&ours, &GOOD.replace("catalogue", "receipt"), b"{}"),
            signed(&ours, &GOOD.replace("ES256", "none"), b"{}"),
            signed(&ours, &GOOD.replace("ES256", "HS256"), b"{}"),
            signed(&ours, r#"{"alg":"ES256","typ":"paytaipei-catalogue","crit":["b64"],"b64":false}"#, b"{}"),
            {
                let mut tampered = signed(&ours, GOOD, b"{}");
                tampered["payload"] = URL_SAFE_NO_PAD.encode(b"[]").into();
                tampered
            },
            {
                let mut unsigned = signed(&ours, GOOD, b"{}");
                unsigned["signature"] = "".into();
                unsigned
            },
        ];
        for refused in refusals {
            assert_eq!(open(&refused).unwrap_err().code, Code::SignatureWrong, "{refused}");
        }
        assert_eq!(open(&serde_json::json!({"payload": "x"})).unwrap_err().code, Code::PlatformGarbled);
        assert_eq!(keys(&ours).open(CATALOGUE, b"<html>").unwrap_err().code, Code::PlatformGarbled);
    }
}
