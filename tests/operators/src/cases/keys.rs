//! Key sets.

use paytaipei_oidc::Jwks;
use serde_json::{Value, json};

use super::{Case, Outcome};
use crate::signer::{Signer, encode};

const GROUP: &str = "The operator's keys";

pub fn run(signer: &Signer, cases: &mut Vec<Case>) {
    let mut add = |attempt, refusal, set: &str| {
        cases.push(Case { group: GROUP, attempt, refusal, outcome: Outcome::of(Jwks::parse(set.as_bytes())) });
    };
    let set = |keys: Vec<Value>| json!({ "keys": keys }).to_string();
    add("a captive portal's page", "Json(NotAnObject)", "<html><body>Wi-Fi</body></html>");
    add("no `keys`", "NotASet", "{}");
    add("`keys` twice", "Json(DuplicateMember)", r#"{"keys":[],"keys":[]}"#);
    add("keys that are no objects", "NotASet", r#"{"keys":[1]}"#);
    add("10,000 keys", "TooManyKeys", &set((0..10_000).map(|n| signer.ec_key(&n.to_string())).collect()));
    add("33 keys", "TooManyKeys", &set((0..33).map(|n| signer.ec_key(&n.to_string())).collect()));
    add("two keys of one name", "SameName", &set(vec![signer.ec_key("a"), signer.rsa_key("a")]));
    let weak = json!({ "kty": "RSA", "kid": "weak", "n": encode([0xC5; 128]), "e": "AQAB" });
    add("an RSA key of 1024 bits", "WeakKey", &set(vec![weak]));
    let mut private = signer.ec_key("a");
    private["d"] = encode([1; 32]).into();
    add("a private key among the public ones", "PrivateKey", &set(vec![private]));
    add("a shared secret among the keys", "PrivateKey", &set(vec![json!({ "kty": "oct", "k": "AAAA" })]));
}
