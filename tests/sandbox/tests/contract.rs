//! The judge itself: what it lets pass and what it refuses, on exchanges written by hand.

#![allow(clippy::unwrap_used)]

use paytaipei_sandbox::contract::{Contract, Exchange};
use serde_json::{Value, json};

const ID: &str = "0192f0c4-8f3e-7a10-9c3b-2f6d1f0a5b77";

fn get(status: u16, body: Value) -> Exchange {
    Exchange {
        method: "GET".to_owned(),
        path: format!("/v1/payments/{ID}"),
        request_headers: [("authorization".to_owned(), "Bearer".to_owned())].into(),
        status: Some(status),
        response_headers: [("content-type".to_owned(), "application/json".to_owned())].into(),
        response_body: Some(body.to_string()),
        ..Exchange::default()
    }
}

fn payment() -> Value {
    json!({
        "id": ID,
        "state": "settled",
        "bill": {"biller": "kinmen-water", "number": "1234567", "period": "11510"},
        "payable": 428,
        "provider": "esun",
    })
}

fn refused(exchange: &Exchange) -> String {
    let contract = Contract::of_this_repository().unwrap();
    let request = contract.check_request(exchange).err().unwrap_or_default();
    let answer = contract.check_answer(exchange).err().unwrap_or_default();
    request.iter().chain(&answer).map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_contract_has_the_operations_that_a_phone_needs() {
    let contract = Contract::of_this_repository().unwrap();
    let operations: Vec<&str> = contract.operations().collect();
    for operation in [
        "getCatalogue",
        "startVerification",
        "collectSession",
        "inquire",
        "listPayments",
        "putPayment",
        "getPayment",
        "voidPayment",
    ] {
        assert!(operations.contains(&operation), "{operation}");
    }
}

#[test]
fn an_exchange_as_declared_passes() {
    assert_eq!(refused(&get(200, payment())), "");
    let unknown = json!({"error": {"code": "payment_not_found", "message": "none"}, "resend_for_s": 5});
    assert_eq!(refused(&get(404, unknown)), "");
    assert_eq!(refused(&get(503, json!({"error": {"code": "internal", "message": "later"}}))), "");
}

#[test]
fn an_operation_that_nobody_declared_is_refused() {
    for (method, path) in [("DELETE", format!("/v1/payments/{ID}")), ("GET", "/v2/payments".to_owned())] {
        let exchange = Exchange { method: method.to_owned(), path, ..get(200, payment()) };
        assert!(refused(&exchange).contains("unknown operation"), "{method}");
    }
}

#[test]
fn a_status_that_nobody_declared_is_refused_and_default_stands_for_errors_only() {
    assert!(refused(&get(201, payment())).contains("status 201 is not declared"));
    assert!(refused(&get(302, payment())).contains("status 302 is not declared"));
}

#[test]
fn an_answer_that_breaks_its_schema_is_refused_by_place_without_its_value() {
    let mut wrong = payment();
    wrong["payable"] = json!("0912345678");
    let found = refused(&get(200, wrong));
    assert!(found.contains("/payable") && !found.contains("0912345678"), "{found}");
    let mut wrong = payment();
    wrong["state"] = json!("done");
    assert!(refused(&get(200, wrong)).contains("/state"));
    // A 404 of this operation must say for how long to send again.
    assert_ne!(refused(&get(404, json!({"error": {"code": "payment_not_found", "message": "none"}}))), "");
}

#[test]
fn a_request_that_breaks_the_contract_is_refused() {
    let mut unsigned = get(200, payment());
    unsigned.request_headers.clear();
    assert!(refused(&unsigned).contains("Authorization"));
    let mut queried = get(200, payment());
    queried.query = Some("verbose=1".to_owned());
    assert!(refused(&queried).contains("query parameter"));
    let mut other_id = get(200, payment());
    other_id.path = "/v1/payments/0192f0c4-8f3e-4a10-9c3b-2f6d1f0a5b77".to_owned();
    assert!(refused(&other_id).contains("path parameter"), "not version 7");
    let mut with_body = get(200, payment());
    with_body.request_body = Some("{}".to_owned());
    assert!(refused(&with_body).contains("a body where none is declared"));
}

#[test]
fn a_put_needs_its_token_and_its_whole_body() {
    let put = Exchange {
        method: "PUT".to_owned(),
        request_body: Some(json!({"bill": {}}).to_string()),
        ..get(200, payment())
    };
    let found = refused(&put);
    assert!(found.contains("bill-token") && found.contains("request body"), "{found}");
}

#[test]
fn a_recording_is_judged_line_by_line_and_spoiled_answers_only_by_their_request() {
    let contract = Contract::of_this_repository().unwrap();
    let line = |exchange: &Exchange| serde_json::to_string(exchange).unwrap();
    let good = get(200, payment());
    let mut spoiled = get(200, json!(null));
    (spoiled.response_body, spoiled.fault) = (Some("<html>".to_owned()), Some("html".to_owned()));
    let report = contract.check_recording(&format!("{}\n{}\n", line(&good), line(&spoiled))).unwrap();
    assert_eq!((report.requests["getPayment"], report.answers["getPayment 200"], report.spoiled), (2, 1, 1));

    spoiled.fault = None;
    let found = contract.check_recording(&format!("{}\n{}\n", line(&good), line(&spoiled))).unwrap_err();
    assert!(found.iter().all(|one| one.to_string().starts_with("line 2: getPayment: ")), "{found:?}");
    assert!(contract.check_recording("{}").is_err());
}
