//! Every fault: what the phone hears, and what the platform has done by then.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{AMY, BOB, World};
use paytaipei_sandbox::{Fault, FaultKind, NewBill, Route, Settings};
use reqwest::Method;
use std::time::Duration;

#[tokio::test]
async fn a_lost_reply_has_charged_and_the_connection_ends_without_a_byte() {
    let world = World::new();
    let bill = world.water_bill(428);
    let phone = world.phone(AMY).await;
    let payment = phone.consent(&bill, "jkopay").await;
    world.sandbox.fault(Fault::new(FaultKind::LostReply).route(Route::Put).provider("jkopay").times(1)).unwrap();
    let lost = phone.put_request(&payment).send().await.unwrap_err();
    assert!(!lost.is_timeout() && !lost.is_connect() && lost.status().is_none(), "{lost:?}");
    assert_eq!(world.charges_of(&bill), 1);
    assert_eq!(phone.get(&payment.id).await.state(), "settled");
    assert_eq!(phone.put(&payment).await.state(), "settled");
    assert_eq!(world.charges_of(&bill), 1);
    assert!(world.recording().lines().any(|line| line.contains(r#""fault":"lost_reply""#)));
}

#[tokio::test]
async fn a_dropped_request_never_reached_the_platform() {
    let world = World::new();
    let bill = world.water_bill(428);
    let phone = world.phone(AMY).await;
    let payment = phone.consent(&bill, "jkopay").await;
    world.sandbox.fault(Fault::new(FaultKind::DropRequest).route(Route::Put).times(1)).unwrap();
    assert!(phone.put_request(&payment).send().await.is_err());
    assert_eq!(phone.get(&payment.id).await.code(), "payment_not_found");
    assert_eq!(world.charges_of(&bill), 0);
}

#[tokio::test]
async fn an_error_after_the_commit_has_charged() {
    let world = World::new();
    let bill = world.water_bill(428);
    let phone = world.phone(AMY).await;
    let payment = phone.consent(&bill, "esun").await;
    world.sandbox.fault(Fault::new(FaultKind::ErrorAfter).route(Route::Put).status(502).times(1)).unwrap();
    assert_eq!(phone.put(&payment).await.status, 502);
    assert_eq!(world.charges_of(&bill), 1);
    assert_eq!(phone.get(&payment.id).await.state(), "settled");
}

#[tokio::test]
async fn an_error_that_looks_like_not_found_has_another_code_and_promises_nothing() {
    let world = World::new();
    let bill = world.water_bill(428);
    let phone = world.phone(AMY).await;
    let payment = phone.consent(&bill, "esun").await;
    phone.put(&payment).await;
    world.sandbox.fault(Fault::new(FaultKind::ErrorBefore).route(Route::Get).status(404).times(1)).unwrap();
    let proxys = phone.get(&payment.id).await;
    assert_eq!(proxys.status, 404);
    assert_ne!(proxys.code(), "payment_not_found");
    assert!(proxys.json.get("resend_for_s").is_none());
}

#[tokio::test]
async fn too_many_says_when_to_come_again() {
    let world = World::new();
    let bill = world.water_bill(428);
    let phone = world.phone(AMY).await;
    world.sandbox.fault(Fault::new(FaultKind::TooMany).route(Route::Inquire).retry_after_s(7).times(1)).unwrap();
    let refused = phone.inquire(&bill, "pay").await;
    assert_eq!((refused.status, refused.retry_after), (429, Some(7)));
    assert_eq!(phone.inquire(&bill, "pay").await.status, 200);
}

#[tokio::test]
async fn quiet_hours_refuse_the_billers_inquiries_and_nothing_else() {
    let world = World::new();
    let slip = world.sandbox.issue(NewBill::new("taipei-parking", 40)).unwrap();
    let water = world.water_bill(428);
    let phone = world.phone(AMY).await;
    world.sandbox.fault(Fault::new(FaultKind::QuietHours).biller("taipei-parking").retry_after_s(1_800)).unwrap();
    let quiet = phone.inquire(&slip, "pay").await;
    assert_eq!((quiet.status, quiet.code(), quiet.retry_after), (409, "quiet_hours", Some(1_800)));
    let payment = phone.consent(&water, "esun").await;
    assert_eq!(phone.put(&payment).await.state(), "settled");
}

#[tokio::test]
async fn a_slow_request_arrives_though_the_phone_has_given_up_and_a_void_in_between_stops_it() {
    let world = World::new();
    let (bill, voided) = (world.water_bill(428), world.water_bill(99));
    let phone = world.phone(AMY).await;
    let (late, stopped) = (phone.consent(&bill, "esun").await, phone.consent(&voided, "esun").await);
    world.sandbox.fault(Fault::new(FaultKind::Slow).route(Route::Put).ms(60_000).times(2)).unwrap();
    for payment in [&late, &stopped] {
        let given_up = phone.put_request(payment).timeout(Duration::from_millis(200)).send().await.unwrap_err();
        assert!(given_up.is_timeout());
        assert_eq!(phone.get(&payment.id).await.code(), "payment_not_found");
    }
    common::until(|| world.sandbox.requests().unwrap().get(&Route::Put) == Some(&2)).await;
    assert_eq!(phone.void(&stopped.id).await.state(), "voided");
    world.sandbox.clear_faults().unwrap();
    let arrived = |payment: &common::Payment| {
        let seen = world.sandbox.payments().unwrap();
        seen.iter().any(|one| one.id == payment.id && one.puts == 1)
    };
    common::until(|| arrived(&late) && arrived(&stopped)).await;
    assert_eq!(phone.settled(&late.id).await.state(), "settled");
    assert_eq!(phone.get(&stopped.id).await.state(), "voided");
    assert_eq!((world.charges_of(&bill), world.charges_of(&voided)), (1, 0));
}

#[tokio::test]
async fn a_slow_reply_comes_late_for_what_is_done_already() {
    let world = World::new();
    let bill = world.water_bill(428);
    let phone = world.phone(AMY).await;
    let payment = phone.consent(&bill, "esun").await;
    world.sandbox.fault(Fault::new(FaultKind::SlowReply).route(Route::Put).ms(60_000).times(1)).unwrap();
    let sent = tokio::spawn(phone.put_request(&payment).send());
    common::until(|| world.charges_of(&bill) == 1).await;
    assert!(!sent.is_finished(), "the bill is charged before the answer is there");
    world.sandbox.clear_faults().unwrap();
    assert_eq!(common::answer(sent.await.unwrap().unwrap()).await.state(), "settled");
}

/// What each spoiling fault looks like from outside.
async fn spoiled(phone: &common::Phone, kind: FaultKind) -> reqwest::Response {
    let response = phone.request(Method::GET, "/v1/catalogue").send().await.unwrap();
    let kind_of = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    match kind {
        FaultKind::Html => assert!(kind_of("content-type").unwrap().starts_with("text/html")),
        FaultKind::Redirect => assert!(kind_of("location").unwrap().starts_with("https://elsewhere.")),
        _ => assert_eq!(kind_of("content-type").as_deref(), Some("application/json")),
    }
    response
}

#[tokio::test]
async fn answers_that_are_not_the_platforms_look_as_they_should() {
    let world = World::new();
    let phone = common::Phone::new(&world.sandbox);
    for (kind, status) in
        [(FaultKind::Html, 200), (FaultKind::Garbage, 200), (FaultKind::Empty, 200), (FaultKind::Redirect, 302)]
    {
        world.sandbox.fault(Fault::new(kind).route(Route::Catalogue).times(1)).unwrap();
        let response = spoiled(&phone, kind).await;
        assert_eq!(response.status(), status);
        let body = response.text().await.unwrap();
        assert!(serde_json::from_str::<serde_json::Value>(&body).is_err(), "{kind:?} is no JSON");
        assert_eq!(body.is_empty(), matches!(kind, FaultKind::Empty | FaultKind::Redirect));
    }
}

#[tokio::test]
async fn a_huge_answer_goes_on_until_the_phone_hangs_up() {
    let world = World::new();
    let phone = common::Phone::new(&world.sandbox);
    world.sandbox.fault(Fault::new(FaultKind::Huge).times(1)).unwrap();
    let mut response = spoiled(&phone, FaultKind::Huge).await;
    let mut read = 0;
    while read < 32 * 1024 * 1024 {
        read += response.chunk().await.unwrap().expect("it ends too soon").len();
    }
    drop(response);
    assert_eq!(phone.ask(Method::GET, "/v1/catalogue", None).await.status, 200);
}

#[tokio::test]
async fn a_spoiled_answer_keeps_the_request_away_or_comes_after_it_as_wanted() {
    let world = World::new();
    let phone = world.phone(AMY).await;
    for kind in [FaultKind::Html, FaultKind::Garbage, FaultKind::Empty, FaultKind::Redirect] {
        let (before, after) = (world.water_bill(100), world.water_bill(200));
        let (first, second) = (phone.consent(&before, "esun").await, phone.consent(&after, "esun").await);
        world.sandbox.fault(Fault::new(kind).route(Route::Put).times(1)).unwrap();
        phone.put_request(&first).send().await.unwrap();
        assert_eq!(phone.get(&first.id).await.code(), "payment_not_found", "{kind:?}");
        world.sandbox.fault(Fault::new(kind).route(Route::Put).after().times(1)).unwrap();
        phone.put_request(&second).send().await.unwrap();
        assert_eq!(phone.get(&second.id).await.state(), "settled", "{kind:?}");
        assert_eq!((world.charges_of(&before), world.charges_of(&after)), (0, 1));
    }
}

#[tokio::test]
async fn a_webhook_that_comes_twice_settles_once() {
    let world = World::new();
    let bill = world.water_bill(428);
    let phone = world.phone(AMY).await;
    world.sandbox.fault(Fault::new(FaultKind::DuplicateWebhook).times(1)).unwrap();
    let payment = phone.consent(&bill, "esun").await;
    let paid = phone.put(&payment).await;
    common::until(|| world.sandbox.payments().unwrap()[0].webhooks == 2).await;
    assert_eq!(phone.get(&payment.id).await.json, paid.json);
    assert_eq!(world.charges_of(&bill), 1);
}

#[tokio::test]
async fn a_stale_bill_is_shown_as_payable_although_it_is_paid() {
    let world = World::new();
    let (bill, other) = (world.water_bill(428), world.water_bill(99));
    let phone = world.phone(AMY).await;
    world.sandbox.pay_elsewhere(&bill.name()).unwrap();
    world.sandbox.pay_elsewhere(&other.name()).unwrap();
    world.sandbox.fault(Fault::new(FaultKind::StaleBill).number(&bill.number)).unwrap();
    let stale = phone.inquire(&bill, "pay").await.json["bills"][0].clone();
    assert_eq!(stale["status"], "payable");
    assert!(stale["bill_token"].is_string());
    assert_eq!(phone.inquire(&other, "pay").await.json["bills"][0]["status"], "paid", "the filter is by number");
}

#[tokio::test]
async fn a_business_declines_with_the_reason_asked_for() {
    let world = World::new();
    let phone = world.phone(AMY).await;
    for reason in ["insufficient_funds", "over_limit", "no_agreement", "refused_by_person", "provider_refused"] {
        let bill = world.water_bill(428);
        world.sandbox.fault(Fault::new(FaultKind::Decline).provider("opay").reason(reason).times(1)).unwrap();
        let elsewhere = world.water_bill(7);
        let unharmed = phone.consent(&elsewhere, "esun").await;
        assert_eq!(phone.put(&unharmed).await.state(), "settled", "the filter is by provider");
        let payment = phone.consent(&bill, "opay").await;
        let declined = phone.put(&payment).await;
        assert_eq!((declined.state(), declined.json["reason"].as_str()), ("declined", Some(reason)));
        assert_eq!(world.charges_of(&bill), 0);
    }
}

#[tokio::test]
async fn a_fault_meets_only_what_its_filters_say_and_only_so_often() {
    let world = World::new();
    let (bill, other) = (world.water_bill(428), world.water_bill(99));
    let phone = world.phone(AMY).await;
    let error = || Fault::new(FaultKind::ErrorBefore).status(503);
    world.sandbox.fault(error().number(&bill.number).route(Route::Inquire).times(2)).unwrap();
    assert_eq!(phone.inquire(&other, "pay").await.status, 200);
    assert_eq!(phone.inquire(&bill, "pay").await.status, 503);
    assert_eq!(phone.inquire(&bill, "pay").await.status, 503);
    assert_eq!(phone.inquire(&bill, "pay").await.status, 200);
    assert_eq!(world.sandbox.faults_left().unwrap(), 0);

    // A look-up or void names no bill: the recorded payment does.
    let payment = phone.consent(&bill, "esun").await;
    phone.put(&payment).await;
    world.sandbox.fault(error().provider("opay").route(Route::Get)).unwrap();
    assert_eq!(phone.get(&payment.id).await.status, 200);
    world.sandbox.clear_faults().unwrap();
    world.sandbox.fault(error().provider("esun").route(Route::Get)).unwrap();
    assert_eq!(phone.get(&payment.id).await.status, 503);
    assert_eq!(phone.void(&payment.id).await.status, 200);
    world.sandbox.clear_faults().unwrap();
    assert_eq!(phone.get(&payment.id).await.status, 200);
}

#[tokio::test]
async fn faults_of_verify_meet_its_start_and_its_collection() {
    let world = World::new();
    let mut phone = common::Phone::new(&world.sandbox);
    let verifier = "v".repeat(43);
    world.sandbox.fault(Fault::new(FaultKind::ErrorBefore).route(Route::Verify).times(1)).unwrap();
    assert_eq!(phone.start_verification(BOB, &verifier).await.status, 500);
    let started = phone.start_verification(BOB, &verifier).await;
    world.sandbox.fault(Fault::new(FaultKind::ErrorBefore).route(Route::Verify).times(1)).unwrap();
    assert_eq!(phone.collect(&started, &verifier).await.status, 500);
    phone.verify(&world.sandbox, BOB).await;
}

#[tokio::test]
async fn a_fault_that_makes_no_sense_is_refused() {
    let world = World::new();
    assert!(world.sandbox.fault(Fault::new(FaultKind::ErrorBefore).status(200)).is_err());
    assert!(world.sandbox.fault(Fault::new(FaultKind::Decline).reason("bad_mood")).is_err());
    assert!(world.sandbox.settings(Settings { poll_interval_s: Some(0), ..Settings::default() }).is_err());
    assert_eq!(world.sandbox.faults_left().unwrap(), 0);
}
