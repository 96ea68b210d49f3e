//! What the platform gives back, and the receipts that it signs.

#![allow(clippy::unwrap_used)]

mod common;

use common::{AMY, World};
use paytaipei_sandbox::{ControlError, NewBill};
use reqwest::Method;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::{Value, json};

fn decode(text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()
}

#[tokio::test]
async fn the_first_two_water_bills_of_kinmen_through_jkopay_give_something_back() {
    let world = World::new();
    let phone = world.phone(AMY).await;
    let mut given = Vec::new();
    for amount in [428, 100, 428] {
        let payment = phone.consent(&world.water_bill(amount), "jkopay").await;
        given.push(phone.put(&payment).await.json["cashback"].clone());
    }
    let twenty = json!([{"deal": "jkopay-kinmen", "amount": 20}]);
    assert_eq!(given, [twenty, json!([{"deal": "jkopay-kinmen", "amount": 8}]), Value::Null]);
    let taipei = world.sandbox.issue(NewBill::new("taipei-water", 428)).unwrap();
    let payment = phone.consent(&taipei, "jkopay").await;
    assert!(phone.put(&payment).await.json.get("cashback").is_none());
}

#[tokio::test]
async fn what_was_promised_and_is_not_given_is_refused_and_charges_nothing() {
    let world = World::new();
    let phone = world.phone(AMY).await;
    let bill = world.water_bill(428);
    let promised = phone.consent_to(&bill, "jkopay", Some("stored_value"), 28).await;
    world.sandbox.set_deals(&json!([])).unwrap();
    let refused = phone.put(&promised).await;
    assert_eq!((refused.status, refused.code()), (409, "deal_changed"));
    assert_eq!(world.charges_of(&bill), 0);
    let without = phone.consent_to(&bill, "jkopay", Some("stored_value"), 0).await;
    assert_eq!(phone.put(&without).await.state(), "settled");
}

#[tokio::test]
async fn the_source_and_the_promise_stand_under_the_signature() {
    let world = World::new();
    let phone = world.phone(AMY).await;
    let bill = world.water_bill(428);
    let right = phone.consent_to(&bill, "jkopay", Some("stored_value"), 28).await;
    for (of, to) in [(r#""cashback":28"#, r#""cashback":27"#), ("stored_value", "paired_account")] {
        let mut forged = phone.consent_to(&bill, "jkopay", Some("stored_value"), 28).await;
        assert!(forged.body.contains(of));
        forged.body = forged.body.replace(of, to);
        assert_eq!(phone.put(&forged).await.code(), "consent_invalid", "{to}");
    }
    let fresh = phone.consent_to(&bill, "jkopay", Some("stored_value"), 28).await;
    assert_eq!(phone.put(&right).await.code(), "bill_token_stale");
    let paid = phone.put(&fresh).await;
    let amounts: Vec<i64> =
        paid.json["cashback"].as_array().unwrap().iter().map(|part| part["amount"].as_i64().unwrap()).collect();
    assert_eq!(amounts, [20, 8]);
}

#[tokio::test]
async fn a_receipt_verifies_by_the_platforms_keys_also_after_they_were_renewed() {
    let world = World::new();
    let phone = world.phone(AMY).await;
    let first = phone.put(&phone.consent(&world.water_bill(428), "jkopay").await).await;
    let kid = world.sandbox.renew_receipt_key().unwrap();
    let second = phone.put(&phone.consent(&world.water_bill(300), "esun").await).await;
    let keys = phone.ask(Method::GET, "/v1/receipt-keys", None).await.json["keys"].clone();
    assert_eq!((keys.as_array().unwrap().len(), keys[0]["kid"].as_str()), (2, Some(kid.as_str())));
    for paid in [first, second] {
        let receipt = paid.json["signed_receipt"].as_str().unwrap();
        let parts: Vec<&str> = receipt.split('.').collect();
        let header: Value = serde_json::from_slice(&decode(parts[0])).unwrap();
        let key = keys.as_array().unwrap().iter().find(|key| key["kid"] == header["kid"]).unwrap();
        let part = |name: &str| decode(key[name].as_str().unwrap());
        let point = [vec![4], part("x"), part("y")].concat();
        let signed = receipt.rsplit_once('.').unwrap().0;
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed.as_bytes(), &decode(parts[2])).unwrap();
        let claims: Value = serde_json::from_slice(&decode(parts[1])).unwrap();
        for name in ["id", "receipt", "settled_at", "provider"] {
            assert_eq!(claims[name], paid.json[name], "{name}");
        }
        assert_eq!((&claims["charged"], &claims["number"]), (&paid.json["payable"], &paid.json["bill"]["number"]));
    }
}

#[tokio::test]
async fn a_refunded_payment_says_so_and_its_bill_is_owed_again() {
    let world = World::new();
    let phone = world.phone(AMY).await;
    let bill = world.water_bill(428);
    let payment = phone.consent(&bill, "esun").await;
    phone.put(&payment).await;
    for part in [1, 427, 429] {
        let refused = world.sandbox.refund_of(&payment.id, part).unwrap_err();
        assert!(matches!(refused, ControlError::Refused { status: 409, code, .. } if code == "partial_refund"));
    }
    assert_eq!(phone.get(&payment.id).await.state(), "settled");
    world.sandbox.refund(&payment.id, "reversal").unwrap();
    let known = phone.get(&payment.id).await;
    assert_eq!((known.state(), known.json["refund"]["kind"].as_str()), ("refunded", Some("reversal")));
    assert_eq!(world.sandbox.ledger().unwrap().charges[0].refunded, 428, "the account has its money");
    assert!(world.sandbox.refund(&payment.id, "refund").is_err(), "once only");
    assert_eq!(phone.put(&payment).await.state(), "refunded", "the same bytes charge nothing again");
    let again = phone.consent(&bill, "esun").await;
    assert_eq!(phone.put(&again).await.state(), "settled");
    assert!(world.sandbox.ledger().unwrap().double_charged.is_empty());
}
