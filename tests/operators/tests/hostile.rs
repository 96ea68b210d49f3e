//! Every attempt meets the refusal that is its own, and the document says so.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use paytaipei_oidc::Jwks;
use paytaipei_operators::cases::{self, Outcome};
use paytaipei_operators::signer::Signer;
use paytaipei_operators::table;
use serde_json::json;

#[test]
fn every_attempt_is_refused_by_its_own_name() {
    let cases = cases::run(&Signer::new().unwrap());
    assert!(cases.len() >= 80, "{}", cases.len());
    for case in &cases {
        let Outcome::Refused { name, words } = &case.outcome else { panic!("{}: believed", case.attempt) };
        assert_eq!(name, case.refusal, "{}", case.attempt);
        // What was wrong, and what to do.
        assert!(words.contains(": "), "{}: {words}", case.attempt);
    }
    let attempts: BTreeSet<_> = cases.iter().map(|case| (case.group, case.attempt)).collect();
    assert_eq!(attempts.len(), cases.len(), "no attempt stands twice");
}

#[test]
fn the_document_tells_the_results_as_they_are() {
    let document = std::fs::read_to_string(table::document()).unwrap();
    let placed = table::placed(&document, &cases::run(&Signer::new().unwrap())).unwrap();
    assert!(document == placed, "out of date; run: cargo run -p paytaipei-operators --bin paytaipei-hostile");
}

#[test]
fn the_same_token_unspoiled_is_believed_under_each_algorithm() {
    let signer = Signer::new().unwrap();
    let keys = json!({ "keys": [signer.ec_key("ec"), signer.rsa_key("rsa")] });
    let keys = Jwks::parse(keys.to_string().as_bytes()).unwrap();
    for (algorithm, kid) in [("RS256", "rsa"), ("PS256", "rsa"), ("ES256", "ec")] {
        let token = signer.token(&json!({ "alg": algorithm, "kid": kid }), &cases::good_claims().to_string());
        let claims = cases::expected().validate(&token, &keys, cases::NOW).unwrap();
        assert_eq!((claims.acr, claims.amr), (Some(3), vec!["SIM_PIN".to_owned()]), "{algorithm}");
    }
}
