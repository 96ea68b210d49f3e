//! What holds of payments, whatever the guard.

#![allow(clippy::unwrap_used)]

mod common;

use common::{AMY, BOB, World};
use paytaipei_sandbox::{BillChange, Fault, FaultKind, IssuedBill, Route, Settings, Totals};
use reqwest::Method;
use serde_json::json;

fn seconds_ago(seconds: u64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let at = uuid::Timestamp::from_unix(uuid::NoContext, now - seconds, 0);
    uuid::Uuid::new_v7(at).to_string()
}

#[tokio::test]
async fn a_bill_is_inquired_paid_and_charged_once_at_the_chosen_business() {
    let world = World::new();
    let bill = world.water_bill(428);
    let phone = world.phone(AMY).await;
    let payment = phone.consent(&bill, "jkopay").await;
    let paid = phone.put(&payment).await;
    assert_eq!((paid.status, paid.state()), (200, "settled"), "{paid:?}");
    assert!(paid.json["receipt"].as_str().unwrap().starts_with("JK"));
    let charges = world.sandbox.ledger().unwrap().charges;
    assert_eq!(charges.len(), 1);
    assert_eq!((charges[0].business.as_str(), charges[0].account.as_str(), charges[0].amount), ("jkopay", AMY, 428));
    let inquiry = phone.inquire(&bill, "pay").await;
    assert_eq!(inquiry.json["bills"][0]["status"], "paid");
    assert!(inquiry.json["bills"][0].get("bill_token").is_none(), "a paid bill gets no token");
}

#[tokio::test]
async fn the_same_bytes_under_the_same_identifier_are_answered_as_before_and_charge_nothing_again() {
    let world = World::new();
    let bill = world.water_bill(428);
    let phone = world.phone(AMY).await;
    let payment = phone.consent(&bill, "esun").await;
    let first = phone.put(&payment).await;
    let second = phone.put(&payment).await;
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(first.json, second.json);
    assert_eq!(world.charges_of(&bill), 1);
}

#[tokio::test]
async fn other_bytes_under_the_same_identifier_are_refused() {
    let world = World::new();
    let bill = world.water_bill(428);
    let phone = world.phone(AMY).await;
    let payment = phone.consent(&bill, "esun").await;
    phone.put(&payment).await;
    let mut other = payment.clone();
    other.body.push(' ');
    let refused = phone.put(&other).await;
    assert_eq!((refused.status, refused.code()), (409, "id_conflict"));
    assert_eq!(world.charges_of(&bill), 1);
}

#[tokio::test]
async fn concurrent_sends_of_one_identifier_charge_once_and_all_hear_the_same() {
    let world = World::new();
    let phone = world.phone(AMY).await;
    for _ in 0..5 {
        let bill = world.water_bill(100);
        let payment = phone.consent(&bill, "opay").await;
        let sends: Vec<_> = (0..12).map(|_| tokio::spawn(phone.put_request(&payment).send())).collect();
        let mut receipts = std::collections::BTreeSet::new();
        for send in sends {
            let answer = common::answer(send.await.unwrap().unwrap()).await;
            assert_eq!((answer.status, answer.state()), (200, "settled"), "{answer:?}");
            receipts.insert(answer.json["receipt"].as_str().unwrap().to_owned());
        }
        assert_eq!(receipts.len(), 1);
        assert_eq!(world.charges_of(&bill), 1);
    }
}

#[tokio::test]
async fn a_void_before_the_original_makes_the_late_original_charge_nothing() {
    let world = World::new();
    let bill = world.water_bill(428);
    let phone = world.phone(AMY).await;
    let payment = phone.consent(&bill, "taishin").await;
    let void = phone.void(&payment.id).await;
    assert_eq!((void.status, void.state()), (200, "voided"));
    assert!(void.json.get("body_sha256").is_none(), "a tombstone has no body");
    let late = phone.put(&payment).await;
    assert_eq!((late.status, late.state()), (200, "voided"));
    assert_eq!(phone.get(&payment.id).await.state(), "voided");
    assert_eq!(world.charges_of(&bill), 0);
    // The token went with the late original; the bill can be paid by a new payment.
    let again = phone.consent(&bill, "taishin").await;
    assert_eq!(phone.put(&again).await.state(), "settled");
}

#[tokio::test]
async fn a_settled_payment_stays_settled_when_voided() {
    let world = World::new();
    let bill = world.water_bill(428);
    let phone = world.phone(AMY).await;
    let payment = phone.consent(&bill, "taishin").await;
    phone.put(&payment).await;
    let void = phone.void(&payment.id).await;
    assert_eq!((void.status, void.state()), (200, "settled"));
    assert_eq!(world.charges_of(&bill), 1);
}

#[tokio::test]
async fn a_void_while_the_business_is_slow_cancels_there_and_nothing_is_charged() {
    let world = World::new();
    let bill = world.water_bill(428);
    let phone = world.phone(AMY).await;
    world.sandbox.settings(Settings { patience_ms: Some(50), ..Settings::default() }).unwrap();
    world.sandbox.fault(Fault::new(FaultKind::SlowBusiness).ms(60_000).times(1)).unwrap();
    let payment = phone.consent(&bill, "taishin").await;
    assert_eq!(phone.put(&payment).await.state(), "processing");
    let shown = phone.inquire(&bill, "pay").await.json["bills"][0].clone();
    assert_eq!(shown["status"], "payable");
    assert!(shown.get("bill_token").is_none(), "while a payment is under way nobody gets a token");
    assert_eq!(phone.void(&payment.id).await.state(), "voided");
    // Only now the order reaches the business, which knows it as cancelled.
    world.sandbox.clear_faults().unwrap();
    common::until(|| world.sandbox.payments().unwrap()[0].webhooks == 1).await;
    assert_eq!(phone.get(&payment.id).await.state(), "voided");
    assert_eq!(world.charges_of(&bill), 0);
}

#[tokio::test]
async fn a_payment_that_the_business_settles_late_is_processing_until_then() {
    let world = World::new();
    let bill = world.water_bill(428);
    let phone = world.phone(AMY).await;
    world.sandbox.settings(Settings { patience_ms: Some(50), ..Settings::default() }).unwrap();
    world.sandbox.fault(Fault::new(FaultKind::SlowBusiness).provider("pi-wallet").ms(60_000).times(1)).unwrap();
    let payment = phone.consent(&bill, "pi-wallet").await;
    assert_eq!(phone.put(&payment).await.state(), "processing");
    assert_eq!(world.charges_of(&bill), 0);
    world.sandbox.clear_faults().unwrap();
    assert_eq!(phone.settled(&payment.id).await.state(), "settled");
    assert_eq!(world.charges_of(&bill), 1);
}

#[tokio::test]
async fn a_second_inquiry_ends_the_first_ones_token() {
    let world = World::new();
    let bill = world.water_bill(428);
    let (amy, bob) = (world.phone(AMY).await, world.phone(BOB).await);
    let amys = amy.consent(&bill, "esun").await;
    let bobs = bob.consent(&bill, "esun").await;
    let refused = amy.put(&amys).await;
    assert_eq!((refused.status, refused.code()), (409, "bill_token_stale"));
    assert_eq!(bob.put(&bobs).await.state(), "settled");
    assert_eq!(amy.inquire(&bill, "pay").await.json["bills"][0]["status"], "paid");
    assert_eq!(world.charges_of(&bill), 1);
}

#[tokio::test]
async fn an_inquiry_that_only_looks_leaves_the_token_alive() {
    let world = World::new();
    let bill = world.water_bill(428);
    let phone = world.phone(AMY).await;
    let payment = phone.consent(&bill, "esun").await;
    let look = phone.inquire(&bill, "status").await;
    assert!(look.json["bills"][0].get("bill_token").is_none());
    assert_eq!(phone.put(&payment).await.state(), "settled");
}

#[tokio::test]
async fn a_token_is_burnt_by_a_refused_payment_and_never_lives_again() {
    let world = World::new();
    let bill = world.water_bill(428);
    let phone = world.phone(AMY).await;
    let payment = phone.consent(&bill, "esun").await;
    world.sandbox.open_provider("esun", false).unwrap();
    assert_eq!(phone.put(&payment).await.code(), "provider_closed");
    world.sandbox.open_provider("esun", true).unwrap();
    assert_eq!(phone.put(&payment).await.code(), "bill_token_stale");
    assert_eq!(world.charges_of(&bill), 0);
}

#[tokio::test]
async fn a_token_serves_only_its_own_bill_and_its_own_number() {
    let world = World::new();
    let (bill, other) = (world.water_bill(428), world.water_bill(428));
    let (amy, bob) = (world.phone(AMY).await, world.phone(BOB).await);
    let amys = amy.consent(&bill, "esun").await;
    let mut crossed = amy.consent(&other, "esun").await;
    crossed.token = amys.token.clone();
    assert_eq!(amy.put(&crossed).await.code(), "bill_token_stale");

    let fresh = amy.consent(&bill, "esun").await;
    let shown = bob.inquire(&bill, "status").await;
    let id = uuid::Uuid::now_v7().to_string();
    let stolen = bob.payment(&id, &shown.json["bills"][0], &fresh.token, "esun");
    assert_eq!(bob.put(&stolen).await.code(), "bill_token_stale");
    assert_eq!(amy.put(&fresh).await.state(), "settled", "nobody burns another number's token");
}

#[tokio::test]
async fn trouble_before_the_commit_burns_nothing_and_the_same_bytes_go_through() {
    let world = World::new();
    let phone = world.phone(AMY).await;
    for status in [408, 425, 429, 500, 503] {
        let bill = world.water_bill(428);
        let payment = phone.consent(&bill, "esun").await;
        let fault = Fault::new(FaultKind::ErrorBefore).route(Route::Put).status(status).times(1);
        world.sandbox.fault(fault).unwrap();
        assert_eq!(phone.put(&payment).await.status, status);
        assert_eq!(phone.get(&payment.id).await.code(), "payment_not_found");
        assert_eq!(phone.put(&payment).await.state(), "settled");
    }
}

#[tokio::test]
async fn the_guard_refuses_a_bill_that_was_paid_elsewhere_in_between() {
    let world = World::new();
    let bill = world.water_bill(428);
    let phone = world.phone(AMY).await;
    let payment = phone.consent(&bill, "esun").await;
    world.sandbox.pay_elsewhere(&bill.name()).unwrap();
    let refused = phone.put(&payment).await;
    assert_eq!((refused.status, refused.code()), (409, "already_paid"));
    assert_eq!(world.charges_of(&bill), 0);
}

#[tokio::test]
async fn with_the_guard_off_a_bill_is_charged_twice_under_two_identifiers_and_the_ledger_shows_it() {
    let world = World::new();
    let bill = world.water_bill(428);
    let phone = world.phone(AMY).await;
    let first = phone.consent(&bill, "esun").await;
    assert_eq!(phone.put(&first).await.state(), "settled");
    world.sandbox.fault(Fault::new(FaultKind::StaleBill)).unwrap();
    let refused = phone.consent(&bill, "opay").await;
    assert_eq!(phone.put(&refused).await.code(), "already_paid");
    assert!(world.sandbox.ledger().unwrap().double_charged.is_empty());

    world.sandbox.guard(false).unwrap();
    let second = phone.consent(&bill, "opay").await;
    assert_eq!(phone.put(&second).await.state(), "settled");
    let doubled = world.sandbox.ledger().unwrap().double_charged;
    assert_eq!(doubled.len(), 1);
    let businesses: Vec<&str> = doubled[0].charges.iter().map(|charge| charge.business.as_str()).collect();
    assert_eq!(businesses, ["esun", "opay"]);
    // What the guard isn't: idempotency holds without it.
    assert_eq!(phone.put(&second).await.state(), "settled");
    assert_eq!(world.charges_of(&bill), 2);
}

#[tokio::test]
async fn an_amount_that_changed_since_the_inquiry_is_refused() {
    let world = World::new();
    let bill = world.water_bill(428);
    let phone = world.phone(AMY).await;
    let payment = phone.consent(&bill, "esun").await;
    let name = bill.name();
    let change = BillChange {
        biller: name.biller,
        number: name.number,
        period: name.period,
        discount: Some(2),
        ..BillChange::default()
    };
    world.sandbox.change(change).unwrap();
    assert_eq!(phone.put(&payment).await.code(), "amount_changed");
    let shown = phone.inquire(&bill, "pay").await.json["bills"][0].clone();
    assert_eq!((&shown["amount"], &shown["discount"], &shown["payable"]), (&json!(428), &json!(2), &json!(426)));
}

#[tokio::test]
async fn a_bill_past_its_deadline_is_said_to_be_and_not_taken() {
    let world = World::new();
    let bill = world.water_bill(428);
    let phone = world.phone(AMY).await;
    let payment = phone.consent(&bill, "esun").await;
    let name = bill.name();
    let change = BillChange {
        biller: name.biller,
        number: name.number,
        period: name.period,
        due: Some("2020-01-31".to_owned()),
        ..BillChange::default()
    };
    world.sandbox.change(change).unwrap();
    assert_eq!(phone.put(&payment).await.code(), "bill_expired");
    let shown = phone.inquire(&bill, "pay").await;
    assert_eq!(shown.json["bills"][0]["status"], "expired");
    assert!(shown.json["bills"][0].get("bill_token").is_none());
}

#[tokio::test]
async fn a_consent_of_another_key_or_over_another_payment_is_invalid() {
    let world = World::new();
    let bill = world.water_bill(428);
    let mut phone = world.phone(AMY).await;
    let genuine = phone.consent(&bill, "esun").await;
    let moved = common::Payment { id: uuid::Uuid::now_v7().to_string(), ..genuine.clone() };
    assert_eq!(phone.put(&moved).await.code(), "consent_invalid", "a consent is for one identifier");
    let to_another = phone.consent(&bill, "esun").await;
    let body = to_another.body.replace("esun", "opay");
    assert_eq!(phone.put(&common::Payment { body, ..to_another }).await.code(), "consent_invalid");
    phone.consent_key = common::new_key();
    let forged = phone.consent(&bill, "esun").await;
    let refused = phone.put(&forged).await;
    assert_eq!((refused.status, refused.code()), (403, "consent_invalid"));
    assert_eq!(world.charges_of(&bill), 0);
}

#[tokio::test]
async fn not_found_says_for_how_long_the_same_bytes_may_be_sent() {
    let world = World::new();
    let phone = world.phone(AMY).await;
    let fresh = phone.get(&uuid::Uuid::now_v7().to_string()).await;
    assert_eq!((fresh.status, fresh.code()), (404, "payment_not_found"));
    let day = fresh.json["resend_for_s"].as_u64().unwrap();
    assert!((86_390..=86_400).contains(&day), "{day}");
    assert_eq!(phone.get(&seconds_ago(86_401)).await.json["resend_for_s"], 0);
    world.sandbox.settings(Settings { resend_window_s: Some(100), ..Settings::default() }).unwrap();
    let left = phone.get(&seconds_ago(40)).await.json["resend_for_s"].as_u64().unwrap();
    assert!((58..=60).contains(&left), "{left}");
}

#[tokio::test]
async fn an_identifier_of_another_number_is_neither_shown_nor_voided_nor_shared() {
    let world = World::new();
    let (bill, other) = (world.water_bill(428), world.water_bill(99));
    let (amy, bob) = (world.phone(AMY).await, world.phone(BOB).await);
    let payment = amy.consent(&bill, "esun").await;
    amy.put(&payment).await;
    let looked = bob.get(&payment.id).await;
    assert_eq!((looked.status, looked.code(), &looked.json["resend_for_s"]), (404, "payment_not_found", &json!(0)));
    assert_eq!(bob.void(&payment.id).await.code(), "id_conflict");
    let mut taken = bob.consent(&other, "esun").await;
    taken.id = payment.id.clone();
    assert_eq!(bob.put(&taken).await.code(), "id_conflict");
    assert_eq!(bob.put(&payment).await.code(), "id_conflict");
    assert_eq!(amy.get(&payment.id).await.state(), "settled");
    assert!(bob.ask(Method::GET, "/v1/payments", None).await.json["payments"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_body_that_is_no_payment_of_the_interface_is_malformed_and_nothing_is_recorded() {
    let mut world = World::new();
    world.requests_are_wrong_on_purpose = true;
    let bill = world.water_bill(428);
    let phone = world.phone(AMY).await;
    let spoil: [fn(&str) -> String; 8] = [
        |_| "{".to_owned(),
        |_| "[]".to_owned(),
        |body| body.replace("\"amount\":428", "\"amount\":428.0"),
        |body| body.replace("\"amount\":428", "\"amount\":-428"),
        |body| body.replace("\"amount\":428", "\"amount\":\"428\""),
        |body| body.replace("\"payable\":428", "\"payable\":427"),
        |body| body.replacen('{', "{\"surprise\":1,", 1),
        |body| body.replacen('{', "{\"fee\":0,", 1),
    ];
    for spoil in spoil {
        let mut payment = phone.consent(&bill, "esun").await;
        payment.body = spoil(&payment.body);
        let refused = phone.put(&payment).await;
        assert_eq!((refused.status, refused.code()), (422, "malformed"), "{}", payment.body);
        assert_eq!(phone.get(&payment.id).await.code(), "payment_not_found");
    }
    let mut payment = phone.consent(&bill, "esun").await;
    payment.id = "0192f0c4-0000-4000-8000-000000000000".to_owned();
    assert_eq!(phone.put(&payment).await.status, 422, "not a UUIDv7");
    let huge = " ".repeat(200_000);
    let mut payment = phone.consent(&bill, "esun").await;
    payment.body.push_str(&huge);
    assert_eq!(phone.put(&payment).await.status, 413);
    assert_eq!(world.charges_of(&bill), 0);
}

#[tokio::test]
async fn the_list_gives_every_payment_once_oldest_first_over_all_pages() {
    let world = World::new();
    let phone = world.phone(AMY).await;
    let mut expected = Vec::new();
    for _ in 0..203 {
        let id = uuid::Uuid::now_v7().to_string();
        assert_eq!(phone.void(&id).await.state(), "voided");
        expected.push(id);
    }
    let mut listed = Vec::new();
    let mut path = "/v1/payments".to_owned();
    loop {
        let page = phone.ask(Method::GET, &path, None).await;
        let payments = page.json["payments"].as_array().unwrap();
        listed.extend(payments.iter().map(|payment| payment["id"].as_str().unwrap().to_owned()));
        match page.json["next"].as_str() {
            Some(next) => path = format!("/v1/payments?after={next}"),
            None => break,
        }
    }
    assert_eq!(listed, expected);
}

#[tokio::test]
async fn an_account_without_money_declines_and_the_bill_stays_payable() {
    let world = World::new();
    let bill = world.water_bill(428);
    let phone = world.phone(AMY).await;
    world.sandbox.account("gamapay", AMY, 427).unwrap();
    let payment = phone.consent(&bill, "gamapay").await;
    let declined = phone.put(&payment).await;
    assert_eq!((declined.status, declined.state()), (200, "declined"));
    assert_eq!(declined.json["reason"], "insufficient_funds");
    world.sandbox.account("gamapay", AMY, 428).unwrap();
    assert_eq!(phone.put(&payment).await.state(), "declined", "what was declined stays declined");
    let again = phone.consent(&bill, "gamapay").await;
    assert_eq!(phone.put(&again).await.state(), "settled");
    assert_eq!(world.charges_of(&bill), 1);
}

#[tokio::test]
async fn a_payment_handed_off_is_finished_in_the_businesss_app() {
    let world = World::new();
    let phone = world.phone(AMY).await;
    for (approve, state) in [(true, "settled"), (false, "declined")] {
        let bill = world.water_bill(428);
        world.sandbox.fault(Fault::new(FaultKind::HandOff).times(1)).unwrap();
        let payment = phone.consent(&bill, "aipei").await;
        let waiting = phone.put(&payment).await;
        assert_eq!(waiting.state(), "awaiting_hand_off");
        assert!(waiting.json["hand_off_url"].as_str().unwrap().starts_with("https://"));
        assert_eq!(world.charges_of(&bill), 0);
        world.sandbox.finish_hand_off(&payment.id, approve).unwrap();
        common::until(|| {
            let payments = world.sandbox.payments().unwrap();
            payments.iter().all(|payment| payment.state != "awaiting_hand_off")
        })
        .await;
        assert_eq!(phone.get(&payment.id).await.state(), state);
        assert_eq!(world.charges_of(&bill), usize::from(approve));
    }
}

#[tokio::test]
async fn a_preloaded_ledger_adds_up_and_takes_new_payments() {
    let world = World::new();
    world.sandbox.preload(2_400).unwrap();
    assert_eq!(world.sandbox.totals().unwrap(), Totals { payments: 2_400, charges: 2_400, double_charged: 0 });
    assert_eq!(world.sandbox.ledger().unwrap().charges.len(), 2_400);
    let old = world.sandbox.payments().unwrap().remove(0);

    let phone = world.phone(AMY).await;
    let bill = world.water_bill(428);
    let payment = phone.consent(&bill, "taishin").await;
    assert_eq!(phone.put(&payment).await.state(), "settled");
    assert_eq!(world.sandbox.totals().unwrap(), Totals { payments: 2_401, charges: 2_401, double_charged: 0 });

    let paid_long_ago = IssuedBill { biller: old.biller, number: old.number, period: old.period, ..bill };
    assert_eq!(phone.inquire(&paid_long_ago, "pay").await.json["bills"][0]["status"], "paid");
    assert!(world.sandbox.preload(10).is_err(), "nobody's past is overwritten");
}
