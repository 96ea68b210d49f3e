//! Verification of a number, and what its session is worth.

#![allow(clippy::unwrap_used)]

mod common;

use common::{AMY, BOB, Phone, World};
use paytaipei_sandbox::{ControlError, Settings};
use reqwest::Method;
use serde_json::json;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

#[tokio::test]
async fn nothing_is_collected_before_the_person_approves_and_then_once_only() {
    let world = World::new();
    let phone = Phone::new(&world.sandbox);
    let started = phone.start_verification(AMY, VERIFIER).await;
    let waiting = phone.collect(&started, VERIFIER).await;
    assert_eq!((waiting.status, waiting.state()), (202, "pending"));
    let shown = world.sandbox.pending(AMY).unwrap();
    assert_eq!(shown[0].binding_message, started.json["binding_message"].as_str().unwrap());
    world.sandbox.approve(AMY).unwrap();
    assert!(world.sandbox.pending(AMY).unwrap().is_empty());
    assert_eq!(phone.collect(&started, VERIFIER).await.status, 200);
    let again = phone.collect(&started, VERIFIER).await;
    assert_eq!((again.status, again.code()), (410, "expired_token"));
}

#[tokio::test]
async fn the_challenge_is_rfc_7636s_s256() {
    // Appendix B of RFC 7636 gives the pair.
    let world = World::new();
    let phone = Phone::new(&world.sandbox);
    let body = json!({
        "msisdn": AMY,
        "challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "consent_key": common::public(&common::new_key()),
        "session_key": common::public(&common::new_key()),
    });
    let started = phone.ask(Method::POST, "/v1/verifications", Some(&body)).await;
    world.sandbox.approve(AMY).unwrap();
    let thief = phone.collect(&started, &"x".repeat(43)).await;
    assert_eq!((thief.status, thief.code()), (403, "verifier_mismatch"));
    assert_eq!(phone.collect(&started, VERIFIER).await.status, 200, "a thief's try changes nothing");
}

#[tokio::test]
async fn who_polls_too_fast_gets_a_longer_interval_that_stays_longer() {
    let world = World::new();
    let phone = Phone::new(&world.sandbox);
    let started = phone.start_verification(AMY, VERIFIER).await;
    let first = started.json["interval_s"].as_u64().unwrap();
    assert_eq!(phone.collect(&started, VERIFIER).await.json["interval_s"], first);
    assert_eq!(phone.collect(&started, VERIFIER).await.json["interval_s"], first + 5);
    assert_eq!(phone.collect(&started, VERIFIER).await.json["interval_s"], first + 10);
}

#[tokio::test]
async fn a_refusal_on_the_handset_and_a_verification_nobody_answers_are_told_apart() {
    let world = World::new();
    let phone = Phone::new(&world.sandbox);
    let refused = phone.start_verification(AMY, VERIFIER).await;
    world.sandbox.deny(AMY).unwrap();
    let answer = phone.collect(&refused, VERIFIER).await;
    assert_eq!((answer.status, answer.code()), (403, "access_denied"));

    world.sandbox.settings(Settings { verification_s: Some(1), ..Settings::default() }).unwrap();
    let forgotten = phone.start_verification(BOB, VERIFIER).await;
    assert_eq!(forgotten.json["expires_in_s"], 1);
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let answer = phone.collect(&forgotten, VERIFIER).await;
    assert_eq!((answer.status, answer.code()), (410, "expired_token"));
    let nothing = world.sandbox.approve(BOB).unwrap_err();
    assert!(matches!(nothing, ControlError::Refused { status: 404, .. }), "{nothing}");
}

#[tokio::test]
async fn a_request_for_a_number_or_key_that_is_none_is_malformed() {
    let mut world = World::new();
    world.requests_are_wrong_on_purpose = true;
    let phone = Phone::new(&world.sandbox);
    let good = json!({
        "msisdn": AMY,
        "challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "consent_key": common::public(&common::new_key()),
        "session_key": common::public(&common::new_key()),
    });
    // A point of the right length that isn't on the curve.
    let off_the_curve = format!("B{}", "A".repeat(86));
    for (member, value) in [
        ("msisdn", json!("0912000001")),
        ("msisdn", json!("+8869120000011")),
        ("challenge", json!("short")),
        ("consent_key", json!(off_the_curve)),
        ("session_key", json!(off_the_curve)),
        ("surprise", json!(1)),
    ] {
        let mut body = good.clone();
        body[member] = value;
        let refused = phone.ask(Method::POST, "/v1/verifications", Some(&body)).await;
        assert_eq!((refused.status, refused.code()), (422, "malformed"), "{member}");
    }
    assert!(world.sandbox.pending(AMY).unwrap().is_empty());
}

#[tokio::test]
async fn nothing_personal_is_told_without_a_session() {
    let mut world = World::new();
    world.requests_are_wrong_on_purpose = true;
    let bill = world.water_bill(428);
    let mut phone = Phone::new(&world.sandbox);
    for token in ["", "not-a-token-of-this-platform"] {
        phone.token = token.to_owned();
        let id = uuid::Uuid::now_v7();
        assert_eq!(phone.inquire(&bill, "pay").await.code(), "session_invalid");
        assert_eq!(phone.get(&id.to_string()).await.status, 401);
        assert_eq!(phone.void(&id.to_string()).await.status, 401);
        assert_eq!(phone.ask(Method::GET, "/v1/payments", None).await.status, 401);
    }
    assert_eq!(phone.ask(Method::GET, "/v1/catalogue", None).await.status, 200);
}

#[tokio::test]
async fn a_revoked_phone_pays_nothing_and_its_consent_key_never_again() {
    let world = World::new();
    let bill = world.water_bill(428);
    let mut phone = world.phone(AMY).await;
    let payment = phone.consent(&bill, "esun").await;
    world.sandbox.revoke(AMY).unwrap();
    let refused = phone.put(&payment).await;
    assert_eq!((refused.status, refused.code()), (401, "session_invalid"));
    phone.token.clear();
    let refused = phone.start_verification(AMY, &"v".repeat(43)).await;
    assert_eq!((refused.status, refused.code()), (403, "key_revoked"));
    assert!(world.sandbox.pending(AMY).unwrap().is_empty(), "nobody is asked on the handset");
    let revoked = std::mem::replace(&mut phone.consent_key, common::new_key());
    phone.verify(&world.sandbox, AMY).await;
    let new = std::mem::replace(&mut phone.consent_key, revoked);
    let signed_by_the_old = phone.consent(&bill, "esun").await;
    let refused = phone.put(&signed_by_the_old).await;
    assert_eq!((refused.status, refused.code()), (403, "consent_invalid"));
    phone.consent_key = new;
    let new_key = phone.consent(&bill, "esun").await;
    assert_eq!(phone.put(&new_key).await.state(), "settled");
}

#[tokio::test]
async fn a_session_that_ended_burns_no_token_and_the_same_payment_goes_through_after_verifying_again() {
    let world = World::new();
    let bill = world.water_bill(428);
    let mut phone = world.phone(AMY).await;
    let payment = phone.consent(&bill, "esun").await;
    world.sandbox.end_sessions(AMY).unwrap();
    assert_eq!(phone.put(&payment).await.status, 401);
    phone.verify(&world.sandbox, AMY).await;
    assert_eq!(phone.put(&payment).await.state(), "settled");
}

#[tokio::test]
async fn a_session_expires_when_the_platform_said() {
    let world = World::new();
    let bill = world.water_bill(428);
    world.sandbox.settings(Settings { session_s: Some(1), ..Settings::default() }).unwrap();
    let phone = world.phone(AMY).await;
    assert_eq!(phone.inquire(&bill, "status").await.status, 200);
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    assert_eq!(phone.inquire(&bill, "status").await.code(), "session_invalid");
}

#[tokio::test]
async fn a_code_of_the_operators_page_is_taken_once_from_who_asked_and_for_the_number_asked_about() {
    let world = World::new();
    let phone = Phone::new(&world.sandbox);
    // RFC 7636, appendix B.
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let nonce = "n".repeat(43);
    let page = |sim: &str| {
        let url = format!(
            "https://operator.invalid/authorize?response_type=code&client_id=pay-taipei&scope=openid+mc_authn&acr_values=3\
             &redirect_uri=https%3A%2F%2Fpay.taipei%2Fapp%2Fverified&version=mc_di_v3.0&code_challenge_method=S256\
             &code_challenge={challenge}&nonce={nonce}&state={}",
            "s".repeat(43)
        );
        let link = world.sandbox.browse(&url, sim, true).unwrap();
        link.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned()
    };
    let body = |code: &str, code_verifier: &str, nonce: &str| json!({ "verifier": VERIFIER, "page": { "code": code, "code_verifier": code_verifier, "nonce": nonce } });
    let mut refusals = Vec::new();
    for (sim, code_verifier, nonce) in [
        (AMY, "x".repeat(43), nonce.clone()),
        (AMY, VERIFIER.to_owned(), "o".repeat(43)),
        (BOB, VERIFIER.to_owned(), nonce.clone()),
    ] {
        let started = phone.start_by("device", AMY, VERIFIER).await;
        let path = format!("/v1/verifications/{}/session", started.json["verification"].as_str().unwrap());
        refusals.push(
            phone.ask(Method::POST, &path, Some(&body(&page(sim), &code_verifier, &nonce))).await.code().to_owned(),
        );
    }
    assert_eq!(refusals, ["expired_token", "verifier_mismatch", "number_mismatch"]);

    let started = phone.start_by("device", AMY, VERIFIER).await;
    assert!(world.sandbox.pending(AMY).unwrap().is_empty(), "nobody is asked on the handset");
    let path = format!("/v1/verifications/{}/session", started.json["verification"].as_str().unwrap());
    let code = page(AMY);
    let session = phone.ask(Method::POST, &path, Some(&body(&code, VERIFIER, &nonce))).await;
    assert_eq!(session.status, 200);
    let other = phone.start_by("device", AMY, VERIFIER).await;
    let path = format!("/v1/verifications/{}/session", other.json["verification"].as_str().unwrap());
    assert_eq!(phone.ask(Method::POST, &path, Some(&body(&code, VERIFIER, &nonce))).await.code(), "expired_token");
}
