//! What an inquiry shows.

#![allow(clippy::unwrap_used)]

mod common;

use common::{AMY, World};
use paytaipei_sandbox::platform::billers::BILLERS;
use paytaipei_sandbox::{NewBill, Options, Sandbox};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_number_without_a_period_shows_its_payable_and_lately_paid_bills_oldest_due_first() {
    let world = World::new();
    let phone = world.phone(AMY).await;
    let issue = |period: &str, due: &str| {
        let bill = NewBill::new("kinmen-water", 100).number("1234567").period(period).due(due);
        world.sandbox.issue(bill).unwrap()
    };
    issue("11602", "2099-03-31");
    let paid = issue("11512", "2099-01-31");
    issue("11508", "2020-09-30");
    issue("11510", "2098-11-30");
    world.sandbox.pay_elsewhere(&paid.name()).unwrap();
    let body = json!({"biller": "kinmen-water", "number": "1234567", "purpose": "pay"});
    let answer = phone.ask(Method::POST, "/v1/inquiries", Some(&body)).await;
    let shown: Vec<(&str, &str, bool)> = answer.json["bills"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bill| {
            let text = |name: &str| bill[name].as_str().unwrap();
            (text("period"), text("status"), bill["bill_token"].is_string())
        })
        .collect();
    assert_eq!(shown, [("11510", "payable", true), ("11512", "paid", false), ("11602", "payable", true)]);
}

#[tokio::test]
async fn what_nobody_issued_is_not_found() {
    let world = World::new();
    let phone = world.phone(AMY).await;
    for (biller, number, code) in [
        ("kinmen-water", "7654321", "bill_not_found"),
        ("kinmen-water", "76543210", "bill_not_found"),
        ("taipei-parking", "Q0000000A000001", "bill_not_found"),
        ("nobody", "7654321", "biller_unknown"),
    ] {
        let body = json!({"biller": biller, "number": number, "purpose": "status"});
        let answer = phone.ask(Method::POST, "/v1/inquiries", Some(&body)).await;
        assert_eq!((answer.status, answer.code()), (404, code), "{biller}");
    }
}

#[tokio::test]
async fn what_people_know_of_themselves_names_their_bills_and_nobody_elses() {
    let world = World::new();
    let phone = world.phone(AMY).await;
    let issue = |amount, plate| {
        world.sandbox.issue(NewBill::new("taipei-parking", amount).fields([("car_plate", plate)])).unwrap()
    };
    let (first, second, _) = (issue(40, "AAA-8888"), issue(60, "AAA-8888"), issue(80, "AAA-8889"));
    let phone = &phone;
    let ask = |fields: serde_json::Value| {
        let body = json!({"biller": "taipei-parking", "fields": fields, "purpose": "status"});
        async move { phone.ask(Method::POST, "/v1/inquiries", Some(&body)).await }
    };
    let shown = ask(json!({"car_plate": "AAA-8888"})).await;
    let numbers: std::collections::BTreeSet<&str> =
        shown.json["bills"].as_array().unwrap().iter().map(|bill| bill["number"].as_str().unwrap()).collect();
    assert_eq!(numbers, [first.number.as_str(), second.number.as_str()].into());
    assert_eq!(ask(json!({"motorcycle_plate": "AAA-8888"})).await.code(), "bill_not_found");
}

#[tokio::test]
async fn the_owner_and_the_address_are_shown_masked() {
    let world = World::new();
    let phone = world.phone(AMY).await;
    let new = NewBill { owner: Some("陳大文".to_owned()), ..NewBill::new("kinmen-water", 100) };
    let bill = world.sandbox.issue(new).unwrap();
    assert_eq!(bill.owner, "陳大文", "the printer prints what the biller knows");
    let shown = phone.inquire(&bill, "status").await.json["bills"][0].clone();
    assert_eq!(shown["owner_masked"], "陳○文");
    assert!(!shown["address_masked"].as_str().unwrap().contains('1'));
}

#[tokio::test]
async fn each_biller_issues_bills_with_valid_names_of_its_own() {
    let world = World::new();
    let phone = world.phone(AMY).await;
    for biller in BILLERS.iter().map(|biller| biller.id) {
        let bill = world.sandbox.issue(NewBill::new(biller, 55)).unwrap();
        assert_eq!(phone.inquire(&bill, "status").await.json["bills"][0]["payable"], 55, "{biller}");
        let twice = NewBill::new(biller, 55).number(&bill.number).period(&bill.period);
        assert!(world.sandbox.issue(twice).is_err(), "a bill is issued once");
    }
    for (biller, number, period) in [
        ("kinmen-water", "123456", "11510"),
        ("kinmen-water", "1234567", "11513"),
        ("taipei-water", "2081234560", "20260231"),
        ("taipei-parking", "A0000000A000001", ""),
    ] {
        assert!(world.sandbox.issue(NewBill::new(biller, 1).number(number).period(period)).is_err(), "{number}");
    }
    assert!(world.sandbox.issue(NewBill::new("kinmen-water", -1)).is_err());
}

#[tokio::test]
async fn the_catalogue_names_the_eight_businesses_and_who_is_closed() {
    let world = World::new();
    let phone = common::Phone::new(&world.sandbox);
    world.sandbox.open_provider("aipei", false).unwrap();
    let signed = phone.ask(Method::GET, "/v1/catalogue", None).await.json;
    let catalogue = payload(&signed);
    let open: Vec<(&str, bool)> = catalogue["providers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["id"].as_str().unwrap(), one["open"].as_bool().unwrap()))
        .collect();
    let ids = ["pi-wallet", "taishin", "esun", "ezpay", "opay", "aipei", "jkopay", "gamapay"];
    assert_eq!(open, ids.map(|id| (id, id != "aipei")));
}

/// What is signed.
fn payload(signed: &serde_json::Value) -> serde_json::Value {
    use base64::Engine;
    let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(signed["payload"].as_str().unwrap()).unwrap();
    serde_json::from_slice(&text).unwrap()
}

#[tokio::test]
async fn the_platform_takes_the_bills_of_every_biller_that_its_catalogue_opens() {
    let world = World::new();
    let phone = common::Phone::new(&world.sandbox);
    let signed = phone.ask(Method::GET, "/v1/catalogue", None).await.json;
    let catalogue = payload(&signed);
    let entries = catalogue["billers"].as_array().unwrap().iter().filter(|one| one["state"] == "open");
    let open: Vec<&str> = entries.map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(open, BILLERS.map(|biller| biller.id));
}

#[test]
fn a_sandbox_without_a_folder_keeps_none_behind() {
    let sandbox = Sandbox::spawn(Options::default()).unwrap();
    let folder = sandbox.ca().parent().unwrap().to_owned();
    assert!(folder.exists());
    drop(sandbox);
    assert!(!folder.exists());
}
