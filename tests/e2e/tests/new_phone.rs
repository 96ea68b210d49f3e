//! A new phone, or this one after a reinstallation: what the number has paid and left open is there again.
#![allow(clippy::unwrap_used, clippy::panic)]

use paytaipei_e2e::world::{World, holdings, refuses, shown};
use paytaipei_sandbox::{Fault, FaultKind, Route};

#[test]
fn what_was_paid_and_what_is_open_reappear_and_are_not_paid_again() {
    let world = World::new().unwrap();
    let old = world.verified_phone().unwrap();
    let (paid, open, waiting) =
        (world.water_bill(410).unwrap(), world.water_bill(520).unwrap(), world.water_bill(630).unwrap());
    let settled = world.agree(&old, &paid, "esun").unwrap();
    old.run(&["sync"]).unwrap().well().unwrap();
    world.sandbox.control().fault(Fault::new(FaultKind::HandOff).route(Route::Put).times(1)).unwrap();
    let handed_off = world.agree(&old, &open, "jkopay").unwrap();
    old.run(&["sync"]).unwrap().well().unwrap();
    assert_eq!(shown(&old, &handed_off).unwrap()["state"], "awaiting_hand_off");

    let new = world.phone("new").unwrap();
    world.verify(&new, "0900000019", "+886900000019").unwrap();
    let strangers = holdings(&new).unwrap();
    assert_eq!(strangers["payments"].as_array().unwrap().len(), 0, "another number sees nothing of it");

    let again = world.phone("again").unwrap();
    let msisdn = old.export().unwrap()["msisdn"].as_str().unwrap().to_owned();
    world.verify(&again, &msisdn, &msisdn).unwrap();
    assert_eq!(shown(&again, &settled).unwrap()["state"], "settled");
    assert_eq!(shown(&again, &settled).unwrap()["charged"], 410);
    assert_eq!(shown(&again, &handed_off).unwrap()["state"], "awaiting_hand_off");
    for bill in [&paid, &open] {
        let id = world.key_in(&again, bill).unwrap();
        refuses(&again, &["pay", &id, "--provider", "opay", "--yes"], 7, "already_being_paid").unwrap();
    }
    let elsewhere = world.agree(&again, &waiting, "opay").unwrap();

    world.sandbox.control().finish_hand_off(&handed_off, true).unwrap();
    again.run(&["sync"]).unwrap().well().unwrap();
    assert_eq!(shown(&again, &handed_off).unwrap()["state"], "settled");
    assert_eq!(shown(&again, &elsewhere).unwrap()["state"], "settled");
    assert!(world.ledger().unwrap().double_charged.is_empty());
    assert_eq!(world.ledger().unwrap().charges.len(), 3);
}

#[test]
fn a_payment_whose_row_is_damaged_is_told_and_fetched_from_the_platform() {
    let world = World::new().unwrap();
    let phone = world.verified_phone().unwrap();
    let (paid, waiting) = (world.water_bill(410).unwrap(), world.water_bill(520).unwrap());
    let settled = world.agree(&phone, &paid, "esun").unwrap();
    phone.run(&["sync"]).unwrap().well().unwrap();
    let intact = world.agree(&phone, &waiting, "jkopay").unwrap();

    let raw = rusqlite::Connection::open(phone.data.join("paytaipei.sqlite")).unwrap();
    let flip = "UPDATE payment SET sealed = zeroblob(length(sealed)) WHERE id = ?1";
    assert_eq!(raw.execute(flip, [&settled]).unwrap(), 1);
    drop(raw);

    let queue = phone.run(&["queue"]).unwrap();
    assert_eq!(queue.last("payment").unwrap()["id"], intact.as_str(), "a damaged row hides no other");
    phone.run(&["history"]).map(|ran| assert_eq!(ran.error(), Some("store_corrupt"))).unwrap();
    phone.run(&["sync"]).unwrap().well().unwrap();
    assert_eq!(shown(&phone, &settled).unwrap()["charged"], 410, "the platform's record is back");
    assert_eq!(shown(&phone, &intact).unwrap()["state"], "settled");
    phone.run(&["history"]).unwrap().well().unwrap();
    assert_eq!(world.ledger().unwrap().charges.len(), 2);
}
