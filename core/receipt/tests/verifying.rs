//! Receipts as the platform signs them, and as nobody may.
#![allow(clippy::unwrap_used)]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use paytaipei_bill::Lang;
use paytaipei_receipt::{KeySet, KeySetError, Receipt, ReceiptError, verify};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

struct Platform {
    pair: EcdsaKeyPair,
    key: Value,
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Platform {
    fn new() -> Self {
        let rng = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &rng).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &rng).unwrap();
        let point = pair.public_key().as_ref();
        let (x, y) = (encode(&point[1..33]), encode(&point[33..]));
        let thumbprint = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        let kid = encode(digest(&SHA256, thumbprint.as_bytes()).as_ref());
        Self { pair, key: json!({"kty": "EC", "crv": "P-256", "kid": kid, "x": x, "y": y}) }
    }

    fn keys(&self) -> KeySet {
        KeySet::read(json!({"keys": [self.key]}).to_string().as_bytes()).unwrap()
    }

    fn header(&self) -> Value {
        json!({"alg": "ES256", "kid": self.key["kid"], "typ": "paytaipei-receipt"})
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let signed = format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", encode(signature.as_ref()))
    }
}

fn claims() -> Value {
    json!({
        "id": "019ab6b2-5c00-7abc-8def-0123456789ab", "biller": "kinmen-water", "number": "1234567", "period": "11510",
        "charged": 428, "provider": "jkopay", "receipt": "JK00000000000001", "settled_at": "2026-11-24T04:00:00.250Z",
        "cashback": 20
    })
}

#[test]
fn what_the_platform_signed_is_read_back() {
    let platform = Platform::new();
    let Receipt { id, bill, charged, provider, number, settled_at, cashback } =
        verify(&platform.sign(&platform.header(), &claims()), &platform.keys()).unwrap();
    assert_eq!(id.to_string(), "019ab6b2-5c00-7abc-8def-0123456789ab");
    assert_eq!(bill.canonical(), "kinmen-water/1234567/11510");
    assert_eq!((charged.dollars(), cashback.dollars(), provider.id()), (428, 20, "jkopay"));
    assert_eq!((number.as_str(), settled_at.0), ("JK00000000000001", 1_763_956_800_250 + 31_536_000_000));
}

#[test]
fn one_changed_character_anywhere_is_seen() {
    let platform = Platform::new();
    let (receipt, keys) = (platform.sign(&platform.header(), &claims()), platform.keys());
    for at in 0..receipt.len() {
        let mut altered = receipt.clone().into_bytes();
        altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).unwrap();
        assert!(verify(&altered, &keys).is_err(), "character {at}");
    }
    for length in 0..receipt.len() {
        assert!(verify(&receipt[..length], &keys).is_err(), "{length} characters");
    }
}

#[test]
fn strangers_keys_other_algorithms_and_extensions_are_refused_by_name() {
    let (platform, stranger) = (Platform::new(), Platform::new());
    let keys = platform.keys();
    let with = |name: &str, value: Value| {
        let mut header = platform.header();
        header[name] = value;
        verify(&platform.sign(&header, &claims()), &keys).unwrap_err()
    };
    assert_eq!(with("alg", json!("none")), ReceiptError::Algorithm);
    assert_eq!(with("alg", json!("HS256")), ReceiptError::Algorithm);
    assert_eq!(with("crit", json!(["exp"])), ReceiptError::Algorithm);
    assert_eq!(with("typ", json!("JWT")), ReceiptError::NotAReceipt);
    assert_eq!(with("kid", json!("x")), ReceiptError::UnknownKey);
    let foreign = stranger.sign(&stranger.header(), &claims());
    assert_eq!(verify(&foreign, &keys).unwrap_err(), ReceiptError::UnknownKey);
    let posing = stranger.sign(&platform.header(), &claims());
    assert_eq!(verify(&posing, &keys).unwrap_err(), ReceiptError::Signature);
    assert_eq!(verify("https://pay.taipei/qr/2/x", &keys).unwrap_err(), ReceiptError::NotAReceipt);
    assert_eq!(verify(&"a.".repeat(4_000), &keys).unwrap_err(), ReceiptError::NotAReceipt);
}

#[test]
fn what_is_signed_and_makes_no_sense_is_no_receipt() {
    let platform = Platform::new();
    let bad = [
        ("id", json!("1")),
        ("charged", json!(-1)),
        ("charged", json!(1.5)),
        ("provider", json!("x")),
        ("settled_at", json!("yesterday")),
        ("number", json!("１２ ３<")),
        ("receipt", json!("\u{202e}1")),
    ];
    for (name, value) in bad {
        let mut claims = claims();
        claims[name] = value;
        let receipt = platform.sign(&platform.header(), &claims);
        assert_eq!(verify(&receipt, &platform.keys()).unwrap_err(), ReceiptError::Content, "{name}");
    }
}

#[test]
fn a_key_that_goes_by_anothers_name_spoils_its_set() {
    let (platform, stranger) = (Platform::new(), Platform::new());
    let mut posing = stranger.key.clone();
    posing["kid"] = platform.key["kid"].clone();
    let read = |keys: Value| KeySet::read(json!({ "keys": keys }).to_string().as_bytes());
    assert_eq!(read(json!([posing])), Err(KeySetError::Thumbprint));
    assert_eq!(read(json!([])), Err(KeySetError::Count));
    assert!(read(json!([platform.key, stranger.key])).is_ok());
    assert_eq!(KeySet::read(b"[]"), Err(KeySetError::NotASet));
}

#[test]
fn every_refusal_is_told_in_both_languages() {
    use ReceiptError::{Algorithm, Content, NotAReceipt, Signature, UnknownKey};
    for error in [NotAReceipt, Algorithm, UnknownKey, Signature, Content] {
        assert!(!error.message(Lang::ZhHant).is_ascii() && !error.hint(Lang::ZhHant).is_ascii());
        assert!(error.message(Lang::En).is_ascii() && error.hint(Lang::En).is_ascii());
    }
}
