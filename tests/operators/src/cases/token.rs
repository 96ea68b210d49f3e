//! The token's form: headers that ask a verifier for more than it should do.

use paytaipei_oidc::Jwks;
use serde_json::{Value, json};

use super::{Case, NOW, Outcome, claims, good_claims};
use crate::signer::{Signer, encode};

const GROUP: &str = "The token's form";

pub fn run(signer: &Signer, cases: &mut Vec<Case>) {
    let keys = json!({ "keys": [signer.ec_key("ec"), signer.rsa_key("rsa")] });
    let Ok(keys) = Jwks::parse(keys.to_string().as_bytes()) else { return };
    let good = good_claims().to_string();
    let mut add = |attempt, refusal, token: String| {
        let outcome = Outcome::of(claims::expected().validate(&token, &keys, NOW));
        cases.push(Case { group: GROUP, attempt, refusal, outcome });
    };
    let header = |change: Value| {
        let mut header = json!({ "alg": "ES256", "kid": "ec", "typ": "JWT" });
        if let (Some(header), Some(change)) = (header.as_object_mut(), change.as_object()) {
            for (name, value) in change {
                // `null` takes a member away.
                if value.is_null() {
                    header.remove(name)
                } else {
                    header.insert(name.clone(), value.clone())
                };
            }
        }
        header
    };
    let mut headed = |attempt, refusal, change| add(attempt, refusal, signer.token(&header(change), &good));

    headed("`alg` is `none`", "Jws(Unsigned)", json!({ "alg": "none" }));
    headed("`alg` is `nOnE`", "Jws(Unsigned)", json!({ "alg": "nOnE" }));
    headed("no `alg`", "Jws(Unsigned)", json!({ "alg": null }));
    headed("HS256 with the public key as its secret", "Jws(Symmetric)", json!({ "alg": "HS256", "kid": "rsa" }));
    headed("another algorithm", "Jws(Algorithm)", json!({ "alg": "RS1" }));
    headed("an RSA token under the name of a P-256 key", "Jws(KeyDoesNotFit)", json!({ "alg": "RS256" }));
    headed("a PS256 token under the name of a P-256 key", "Jws(KeyDoesNotFit)", json!({ "alg": "PS256" }));
    headed("no `kid`", "Jws(NoKeyId)", json!({ "kid": null }));
    headed("`kid` is a path", "Jws(UnknownKey)", json!({ "kid": "../../../dev/null" }));
    headed("`kid` is a piece of SQL", "Jws(KeyId)", json!({ "kid": "x' UNION SELECT 'k" }));
    headed("`kid` has 9,000 characters", "Jws(KeyId)", json!({ "kid": "k".repeat(9_000) }));
    headed("`kid` of another operator", "Jws(UnknownKey)", json!({ "kid": "elsewhere" }));
    headed("`jku` tells where to fetch the key", "Jws(BringsKey)", json!({ "jku": "https://thief.example/jwks" }));
    headed("`x5u` tells where to fetch the certificate", "Jws(BringsKey)", json!({ "x5u": "https://thief.example/c" }));
    headed("`x5c` brings a certificate", "Jws(BringsKey)", json!({ "x5c": ["MIIB"] }));
    headed("`jwk` brings the key that signed", "Jws(BringsKey)", json!({ "jwk": signer.ec_key("ec") }));
    headed("`crit` names an unknown extension", "Jws(Critical)", json!({ "crit": ["exp2"], "exp2": 1 }));
    headed("`b64` false: another payload is signed", "Jws(Critical)", json!({ "b64": false }));
    headed("`zip`: a compressed bomb", "Jws(Compressed)", json!({ "zip": "DEF" }));
    headed("a DPoP proof in the place of a token", "Jws(Type)", json!({ "typ": "dpop+jwt" }));
    headed("an access token in the place of an ID token", "Jws(Type)", json!({ "typ": "at+jwt" }));

    let signed = signer.token(&header(json!({})), &good);
    let (unsigned, _) = signed.rsplit_once('.').unwrap_or_default();
    add("the signature is cut off", "Jws(Signature)", format!("{unsigned}."));
    add("only two parts", "Jws(NotCompact)", unsigned.to_owned());
    add("encrypted: five parts", "Jws(Encrypted)", format!("{signed}.AA.AA"));
    add("a million parts", "Jws(TooLong)", ".".repeat(1_000_000));
    add("a token of 1 MB", "Jws(TooLong)", format!("{unsigned}.{}", "A".repeat(1 << 20)));
    let spaced = format!("{unsigned}.{}=", "A".repeat(86));
    add("padded base64", "Jws(NotCompact)", spaced);
    let other = signer.token(&header(json!({})), &good.replace("886900000017", "886900000018").replace("a1b2c3", "z9"));
    let moved = other.rsplit_once('.').map(|(_, signature)| format!("{unsigned}.{signature}")).unwrap_or_default();
    add("the signature of another token", "Jws(Signature)", moved);
    let raw = |header: &str| format!("{}.{}.AA", encode(header), encode(&good));
    add("`alg` twice in the header", "Jws(Header(DuplicateMember))", raw(r#"{"alg":"none","alg":"ES256","kid":"ec"}"#));
    let deep = format!(r#"{{"alg":"ES256","kid":"ec","a":{}{}}}"#, "[".repeat(5_000), "]".repeat(5_000));
    add("a header 5,000 levels deep", "Jws(Header(TooDeep))", raw(&deep));
    add("a header that is no object", "Jws(Header(NotAnObject))", raw("[]"));
    let claimed = |claims: &str| signer.token(&header(json!({})), claims);
    let twice = good.replace(r#""sub":"#, r#""sub":"thief","sub":"#);
    add("a claim twice", "Claims(DuplicateMember)", claimed(&twice));
    let deep = format!(r#"{{"iss":{}{}}}"#, "[".repeat(5_000), "]".repeat(5_000));
    add("claims 5,000 levels deep", "Claims(TooDeep)", claimed(&deep));
    add("claims that are no object", "Claims(NotAnObject)", claimed("\"sub\""));
}
