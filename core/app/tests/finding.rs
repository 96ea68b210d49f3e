//! Lists as they are looked at, beside the plain list of everything.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

#[path = "kept/world.rs"]
mod world;

use paytaipei_app::store::PaymentRecord;
use paytaipei_app::view::BillView;
use paytaipei_app::{BillQuery, Code};
use world::{MADE_AT, World, bill, json, recorded};

const DAY: i64 = 86_400_000;

/// A phone with so many bills of Kinmen's waterworks, due one a day from 20 December on, all confirmed by the platform.
fn phone(home: &tempfile::TempDir, bills: u32) -> World {
    let world = World::open(&home.path().join("store"), MADE_AT, 1).unwrap();
    world.verify();
    for place in 0..bills {
        add(&world, place);
    }
    world
}

fn add(world: &World, place: u32) -> BillView {
    let number = format!("{:07}", 1_000_000 + place);
    let due = 20_261_201 + place % 28;
    let text = format!(
        "TWQRP://金門縣自來水廠/158/03/V1?D1={}00&D3=AVWYrjDqQES+&D4={due}&D7={number}11510&D11=00,4614611000051300010001000100513965",
        100 + place
    );
    world.core.add_text(&text).unwrap()
}

fn ids(bills: &[BillView]) -> Vec<&str> {
    bills.iter().map(|bill| bill.id.as_str()).collect()
}

#[test]
fn pages_follow_each_other_in_the_order_of_the_whole_list() {
    let home = tempfile::tempdir().unwrap();
    let world = phone(&home, 57);
    let all = world.core.bills().unwrap();
    let mut seen = Vec::new();
    let mut query = BillQuery::first(10);
    loop {
        let page = world.core.find_bills(&query).unwrap();
        assert!(page.bills.len() <= 10);
        seen.extend(page.bills);
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, all, "every bill once, as it stands in the list");
    query.after = Some("nobody".to_owned());
    assert_eq!(world.core.find_bills(&query).err().map(|error| error.code), Some(Code::BillUnknown));
}

#[test]
fn a_bill_is_found_by_any_words_of_what_is_known_of_it_however_they_are_typed() {
    let home = tempfile::tempdir().unwrap();
    let world = phone(&home, 40);
    let find = |text: &str| {
        let query = BillQuery { text: text.to_owned(), ..BillQuery::first(200) };
        world.core.find_bills(&query).unwrap().bills.iter().map(|bill| bill.number.clone()).collect::<Vec<_>>()
    };
    assert_eq!(find("1000007"), ["1000007"]);
    assert_eq!(find("１０００００７"), ["1000007"]);
    assert_eq!(find("金門 107"), ["1000007"]);
    assert_eq!(find("KINMEN waterworks 107"), ["1000007"]);
    assert_eq!(find("2026-12-08"), ["1000007", "1000035"]);
    assert_eq!(find("臺北").len() + find("台北").len(), 0);
    world.core.remember_number("kinmen-water", "1000007", Some("阿嬤家 Grandma")).unwrap();
    assert_eq!(find("阿嬤"), ["1000007"]);
    assert_eq!(find("ｇｒａｎｄｍａ 107"), ["1000007"]);
    assert_eq!(find("").len(), 40);
    assert_eq!(find(&"金".repeat(100_000)).len(), 0);
}

#[test]
fn a_list_knows_at_once_what_was_written_since_by_this_process_and_by_another() {
    let home = tempfile::tempdir().unwrap();
    let world = phone(&home, 3);
    let all = || world.core.find_bills(&BillQuery::first(200)).unwrap().bills;
    assert_eq!(all().len(), 3);
    let added = add(&world, 3);
    assert!(ids(&all()).contains(&added.id.as_str()));
    let payment = world.core.pay_when_confirmed(&added.id, "esun", None).unwrap();
    let shown = |id: &str| all().into_iter().find(|bill| bill.id == id).unwrap();
    assert_eq!(shown(&added.id).payment, Some(payment.id.clone()));
    world.core.cancel(&payment.id).unwrap();
    assert_eq!(shown(&added.id).payment, None);
    // A refused write leaves no trace.
    world.core.pay(&added.id, "esun").unwrap();
    let holder = shown(&added.id).payment;
    assert_eq!(world.core.pay(&added.id, "esun").unwrap_err().code, Code::AlreadyBeingPaid);
    assert_eq!(shown(&added.id).payment, holder);
    let other = World::open(&home.path().join("store"), MADE_AT, 2).unwrap();
    let theirs = add(&other, 9);
    assert!(ids(&all()).contains(&theirs.id.as_str()));
    assert_eq!(all(), world.core.bills().unwrap());
}

#[test]
fn filters_leave_only_what_is_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let world = phone(&home, 28);
    let count = |query: BillQuery| world.core.find_bills(&query).unwrap().bills.len();
    let base = || BillQuery::first(200);
    assert_eq!(count(BillQuery { status: Some("unchecked".into()), ..base() }), 28);
    assert_eq!(count(BillQuery { status: Some("paid".into()), ..base() }), 0);
    assert_eq!(count(BillQuery { biller: Some("taipei-water".into()), ..base() }), 0);
    let wrong = BillQuery { status: Some("lost".into()), ..base() };
    assert_eq!(world.core.find_bills(&wrong).err().map(|error| error.code), Some(Code::FieldUnknown));
    // From 24 November on: the first is due on 1 December.
    let soon = |days| count(BillQuery { due_within_days: Some(days), ..base() });
    assert_eq!((soon(6), soon(7), soon(8), soon(365)), (0, 1, 2, 28));
    let first = world.core.bills().unwrap()[0].id.clone();
    world.core.pay(&first, "esun").unwrap();
    assert_eq!(soon(7), 0, "what is being paid is not due soon");
}

#[test]
fn reminders_name_no_number_and_no_amount_and_end_when_a_bill_is_being_paid() {
    let home = tempfile::tempdir().unwrap();
    let world = phone(&home, 1);
    let bill = world.core.bills().unwrap().remove(0);
    let reminders = world.core.reminders().unwrap();
    let times: Vec<&str> = reminders.iter().map(|reminder| reminder.at.as_str()).collect();
    assert_eq!(times, ["2026-11-24T01:00:00Z", "2026-11-30T01:00:00Z", "2026-12-01T01:00:00Z"].split_at(1).1);
    for reminder in &reminders {
        assert_eq!(reminder.bill, bill.id);
        assert!(!reminder.text.contains(&bill.number) && !reminder.text.contains("100"), "{}", reminder.text);
    }
    world.core.pay(&bill.id, "esun").unwrap();
    assert!(world.core.reminders().unwrap().is_empty());
}

fn settle(world: &World, place: u32, dollars: i64) -> PaymentRecord {
    let added = add(world, place);
    let payment = world.core.pay_when_confirmed(&added.id, "esun", None).unwrap();
    world.core.consent(&payment.id).unwrap();
    let id = paytaipei_payment::PaymentId::parse(&payment.id).unwrap();
    world.call(id, Ok(bill(&added.number, "11510", "payable", 100 + i64::from(place))));
    world.call(id, Ok(json(200, &recorded(id, &added.number, "11510", dollars, "settled"))));
    world.record(id)
}

#[test]
fn spending_is_summed_by_the_citys_month_as_numbers_and_as_a_picture() {
    let home = tempfile::tempdir().unwrap();
    let world = phone(&home, 0);
    settle(&world, 0, 100);
    settle(&world, 1, 101);
    let months = world.core.spending().unwrap();
    assert_eq!(months.len(), 1);
    let month = &months[0];
    assert_eq!((month.month.as_str(), month.payments, month.charged), ("2026-11", 2, 201));
    assert_eq!((month.billers[0].biller.as_str(), month.billers[0].charged), ("kinmen-water", 201));
    let picture = world.core.spending_picture().unwrap();
    assert!(picture.starts_with("<svg") && picture.contains("NT$201") && picture.contains("Kinmen County Waterworks"));
    assert!(!picture.contains("href") && !picture.contains("url("), "it loads nothing");
    world.later(DAY);
}

#[test]
fn a_bill_can_be_paid_at_a_counter_by_its_own_three_barcodes_until_somebody_agrees_to_pay_it_here() {
    let home = tempfile::tempdir().unwrap();
    let world = phone(&home, 1);
    let bill = world.core.bills().unwrap().remove(0);
    let ways = world.core.other_ways(&bill.id).unwrap();
    assert_eq!(ways.len(), 7);
    let shown = world.core.bill_barcodes(&bill.id).unwrap();
    let scan = paytaipei_app::scan_picture(&shown.picture.png).unwrap();
    let read: Vec<&str> = scan.symbols.iter().map(|symbol| symbol.text.as_str()).collect();
    assert_eq!(read.len(), 3);
    assert!(shown.texts.iter().all(|text| read.contains(&text.as_str())));
    assert_eq!(world.core.add_scan(&scan).unwrap().id, bill.id, "it is the same bill");
    let payment = world.core.pay_when_confirmed(&bill.id, "esun", None).unwrap();
    assert!(world.core.bill_barcodes(&bill.id).is_ok(), "nothing is agreed to yet");
    world.core.consent(&payment.id).unwrap();
    assert_eq!(world.core.bill_barcodes(&bill.id).unwrap_err().code, Code::AlreadyBeingPaid);
}
