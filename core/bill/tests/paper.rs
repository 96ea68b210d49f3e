//! All codes of one picture: one bill, several, or none and why.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic in a test is its report")]

mod writer;

use paytaipei_bill::{
    BillClaim, CivilDate, CodeKind, Explanation, Lang, PaperCode, PaperReading, Twd, Warning, read_paper,
};
use writer::{Due, kinmen_barcodes, kinmen_qr, parking_barcodes, parking_qr, taipei_barcodes, taipei_qr};

const DUE: Due = Due { year: 2026, month: 12, day: 20 };

fn today() -> CivilDate {
    "2026-11-24".parse().unwrap()
}

/// QR codes first, then barcodes.
fn picture(qr: &[&str], barcodes: &[&str]) -> PaperReading {
    let qr = qr.iter().map(|text| PaperCode { kind: CodeKind::Qr, text });
    let barcodes = barcodes.iter().map(|text| PaperCode { kind: CodeKind::Code39, text });
    read_paper(&qr.chain(barcodes).collect::<Vec<_>>(), today())
}

fn bill(reading: PaperReading) -> BillClaim {
    match reading {
        PaperReading::Bill(claim) => *claim,
        other => panic!("not one bill: {other:?}"),
    }
}

fn why(reading: PaperReading) -> &'static str {
    match reading {
        PaperReading::Nothing(explanation) => explanation.code(),
        other => panic!("not nothing: {other:?}"),
    }
}

fn several(reading: PaperReading) -> Vec<String> {
    match reading {
        PaperReading::TwoBills(claims) => claims.iter().map(|claim| claim.key().canonical()).collect(),
        other => panic!("not several bills: {other:?}"),
    }
}

fn strs(texts: &[String; 3]) -> [&str; 3] {
    texts.each_ref().map(String::as_str)
}

#[test]
fn a_parking_slips_barcodes_add_the_amount_and_the_due_date_that_its_qr_code_does_not_say() {
    let (qr, bars) = (parking_qr("Q0000000A000001"), parking_barcodes("Q0000000A000001", 48, DUE));
    let alone = bill(picture(&[&qr], &[]));
    assert_eq!((alone.amount, alone.due), (None, None));
    let both = bill(picture(&[&qr], &strs(&bars)));
    assert_eq!(both.key(), alone.key());
    assert_eq!((both.amount, both.due), (Twd::new(48).ok(), DUE.iso().parse().ok()));
}

#[test]
fn qr_code_and_barcodes_of_one_water_bill_are_one_bill_under_one_key() {
    let kinmen = (kinmen_qr("1234567", "11510", 428, DUE), kinmen_barcodes("1234567", "11510", 428, DUE));
    let taipei = (taipei_qr("2081234560", 428, DUE), taipei_barcodes("2081234560", "151120", 428, DUE));
    for (qr, bars) in [kinmen, taipei] {
        let (by_qr, by_bars) = (bill(picture(&[&qr], &[])), bill(picture(&[], &strs(&bars))));
        assert_eq!(by_qr.key(), by_bars.key());
        assert_eq!((by_qr.amount, by_qr.due), (by_bars.amount, by_bars.due));
        let both = bill(picture(&[&qr], &strs(&bars)));
        assert_eq!(both.key(), by_qr.key());
        assert!(!both.key().is_provisional());
    }
}

#[test]
fn a_qr_code_without_period_takes_it_from_the_barcodes() {
    let qr = kinmen_qr("1234567", "", 428, DUE);
    let bars = kinmen_barcodes("1234567", "11510", 428, DUE);
    assert!(bill(picture(&[&qr], &[])).key().is_provisional());
    assert_eq!(bill(picture(&[&qr], &strs(&bars))).key().canonical(), "kinmen-water/1234567/11510");
}

#[test]
fn barcodes_are_read_in_any_order() {
    let [a, b, c] = parking_barcodes("Q0000000A000001", 48, DUE);
    for order in [[&a, &b, &c], [&a, &c, &b], [&b, &a, &c], [&b, &c, &a], [&c, &a, &b], [&c, &b, &a]] {
        let order = order.map(String::as_str);
        assert_eq!(bill(picture(&[], &order)).amount, Twd::new(48).ok());
    }
}

#[test]
fn a_qr_code_and_barcodes_that_differ_in_number_amount_due_date_or_biller_are_refused_by_name() {
    let qr = kinmen_qr("1234567", "11510", 428, DUE);
    let later = Due { day: 21, ..DUE };
    for bars in [
        kinmen_barcodes("7654321", "11510", 428, DUE),
        kinmen_barcodes("1234567", "11510", 429, DUE),
        kinmen_barcodes("1234567", "11510", 428, later),
        kinmen_barcodes("1234567", "11508", 428, DUE),
        taipei_barcodes("2081234560", "151120", 428, DUE),
    ] {
        assert_eq!(why(picture(&[&qr], &strs(&bars))), "codes_disagree", "{bars:?}");
    }
}

#[test]
fn two_qr_codes_of_one_bill_are_one_and_of_two_bills_are_a_question() {
    let link = "https://parkingfee.pma.gov.taipei/qr?tno=Q0000000A000001";
    let one = parking_qr("Q0000000A000001");
    assert_eq!(bill(picture(&[&one, link, &one], &[])).number.as_str(), "Q0000000A000001");
    let two = parking_qr("Q0000000A000002");
    assert_eq!(
        several(picture(&[&one, &two], &[])),
        ["taipei-parking/Q0000000A000001/", "taipei-parking/Q0000000A000002/"]
    );
}

#[test]
fn two_papers_with_qr_codes_and_barcodes_are_two_bills_even_on_the_same_day() {
    let (one, two) = (kinmen_qr("1234567", "11510", 428, DUE), kinmen_qr("7650321", "11510", 1_280, DUE));
    let [a1, a2, a3] = kinmen_barcodes("1234567", "11510", 428, DUE);
    let [_, b2, b3] = kinmen_barcodes("7650321", "11510", 1_280, DUE);
    let bars = [&a1, &b3, &a2, &a3, &b2].map(String::as_str);
    let keys = ["kinmen-water/1234567/11510", "kinmen-water/7650321/11510"];
    assert_eq!(several(picture(&[&one, &two], &bars)), keys);
    assert_eq!(several(picture(&[&one, &two], &[&a1, &a2, &a3])), keys);
}

#[test]
fn two_sets_of_barcodes_whose_check_digits_cannot_tell_them_apart_are_never_guessed_at() {
    // Both numbers have the same sums at odd and at even places.
    let [a1, a2, a3] = kinmen_barcodes("1234567", "11510", 428, DUE);
    let [_, b2, b3] = kinmen_barcodes("7654321", "11510", 1_280, DUE);
    assert_eq!(why(picture(&[], &[&a1, &a2, &a3, &b2, &b3])), "ambiguous_barcodes");
}

#[test]
fn two_months_of_one_number_are_two_bills() {
    let (one, two) = (kinmen_qr("1234567", "11508", 428, DUE), kinmen_qr("1234567", "11510", 428, DUE));
    assert_eq!(several(picture(&[&one, &two], &[])).len(), 2);
}

#[test]
fn a_strangers_qr_code_stuck_on_a_paper_whose_barcodes_are_left_is_refused() {
    let mine = kinmen_barcodes("1234567", "11510", 428, DUE);
    let strangers = kinmen_qr("7654321", "11510", 9_999, DUE);
    assert_eq!(why(picture(&[&strangers], &strs(&mine))), "codes_disagree");
}

#[test]
fn an_advertisement_and_another_trades_barcode_beside_a_bill_are_passed_over() {
    let qr = taipei_qr("2081234560", 428, DUE);
    let reading =
        picture(&["https://www.water.gov.taipei/", &qr, "WIFI:T:WPA;S:guest;;"], &["4710088412345", "/ABC+123"]);
    assert_eq!(bill(reading).number.as_str(), "2081234560");
}

#[test]
fn a_suspicious_code_beside_a_bill_is_never_passed_over() {
    let qr = taipei_qr("2081234560", 428, DUE);
    let forged = "https://pay-taipei.example/qr/2/Q0000000A000001/d30a/2";
    assert_eq!(why(picture(&[&qr, forged], &[])), "look_alike_host");
}

#[test]
fn missing_segments_are_told_by_their_number() {
    let [first, second, third] = kinmen_barcodes("1234567", "11510", 428, DUE);
    for (read, missing) in [
        (vec![&first, &second], vec![3]),
        (vec![&third, &first], vec![2]),
        (vec![&third, &second], vec![1]),
        (vec![&first], vec![2, 3]),
        (vec![&third], vec![1, 2]),
    ] {
        let read: Vec<&str> = read.into_iter().map(String::as_str).collect();
        let PaperReading::Nothing(explanation @ Explanation::IncompleteBarcodes(segments)) = picture(&[], &read) else {
            panic!("{read:?}");
        };
        assert_eq!(segments.numbers().collect::<Vec<_>>(), missing);
        assert!(explanation.message(Lang::ZhHant).contains(&missing[0].to_string()));
    }
}

#[test]
fn incomplete_barcodes_do_not_keep_a_qr_code_from_being_read() {
    let qr = parking_qr("Q0000000A000001");
    let [first, _, third] = parking_barcodes("Q0000000A000001", 48, DUE);
    assert_eq!(bill(picture(&[&qr], &[&first, &third])).amount, None);
}

#[test]
fn barcodes_with_wrong_check_digits_are_refused_and_beside_the_same_bills_qr_code_left_aside_with_a_warning() {
    let [first, second, third] = kinmen_barcodes("1234567", "11510", 428, DUE);
    let misread = third.replace("428", "423");
    let bars = [first.as_str(), &second, &misread];
    assert_eq!(why(picture(&[], &bars)), "check_digits_wrong");
    let same = bill(picture(&[&kinmen_qr("1234567", "11510", 428, DUE)], &bars));
    assert_eq!((same.amount, same.warnings), (Twd::new(428).ok(), vec![Warning::BarcodesMisread]));
    assert_eq!(why(picture(&[&kinmen_qr("7654321", "11510", 428, DUE)], &bars)), "check_digits_wrong");
}

#[test]
fn two_misread_copies_of_a_segment_are_misread_and_no_riddle() {
    let [first, second, third] = kinmen_barcodes("1234567", "11510", 428, DUE);
    let (one, two) = (third.replace("428", "423"), third.replace("428", "478"));
    assert_eq!(why(picture(&[], &[&first, &second, &one, &two])), "check_digits_wrong");
}

#[test]
fn parking_barcodes_of_another_layout_under_right_check_digits_are_refused() {
    let bars = writer::cvs("1512202PK", "Q0000000A0000011", "1220", 48);
    assert_eq!(why(picture(&[], &strs(&bars))), "malformed_field");
}

#[test]
fn a_misread_copy_of_a_segment_beside_the_right_one_does_no_harm() {
    let [first, second, third] = kinmen_barcodes("1234567", "11510", 428, DUE);
    let misread = third.replace("428", "423");
    let reading = picture(&[], &[&first, &second, &misread, &third, &third]);
    assert_eq!(bill(reading).amount, Twd::new(428).ok());
}

#[test]
fn barcodes_of_a_biller_that_is_not_listed_are_known_and_never_contradict_a_bill() {
    let other = writer::cvs("1512206ZZ", "ABCDEFGHIKLMNPQR", "1220", 500);
    assert_eq!(why(picture(&[], &strs(&other))), "other_barcodes");
    let qr = parking_qr("Q0000000A000001");
    assert_eq!(bill(picture(&[&qr], &strs(&other))).amount, None);
}

#[test]
fn nothing_unknown_and_no_code_are_told_apart() {
    assert_eq!(why(picture(&[], &[])), "no_code");
    assert_eq!(why(picture(&["hello"], &[])), "unknown_code");
    assert_eq!(why(picture(&[], &["4710088412345"])), "unknown_code");
}

#[test]
fn of_hundreds_of_segments_the_first_dozen_are_put_together_and_other_barcodes_do_not_count() {
    let [first, second, third] = kinmen_barcodes("1234567", "11510", 428, DUE);
    let mut codes: Vec<String> = (0..50).map(|n| format!("47100884{n:05}/x")).collect();
    codes.extend([first, second, third]);
    codes.extend((0..1000).map(|n| format!("{n:06}6KM")));
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    assert_eq!(bill(picture(&[], &codes)).number.as_str(), "1234567");
    let after: Vec<&str> = codes.iter().skip(53).chain(&codes[50..53]).copied().collect();
    assert_eq!(why(picture(&[], &after)), "barcodes_incomplete");
}
