//! Three barcodes of one bill, by vectors computed outside this crate.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic in a test is its report")]

use paytaipei_bill::{BarcodesError, CivilDate, CodeFormat, Reading, Suspicion, Twd, read_barcodes, read_text};

fn today() -> CivilDate {
    "2026-11-24".parse().unwrap()
}

fn reading(segments: [&str; 3]) -> Reading {
    read_barcodes(&segments, today()).unwrap().reading
}

fn suspicion(segments: [&str; 3]) -> Suspicion {
    match reading(segments) {
        Reading::Suspicious(suspicion) => suspicion,
        other => panic!("{other:?}"),
    }
}

#[test]
fn kinmen_water_barcodes_say_number_period_amount_and_due_date() {
    let Reading::Bill(bill) = reading(["1512206KM", "1234567115100000", "122039000000428"]) else { panic!() };
    assert_eq!(bill.key().canonical(), "kinmen-water/1234567/11510");
    assert_eq!((bill.amount, bill.due), (Twd::new(428).ok(), "2026-12-20".parse().ok()));
    assert_eq!(bill.format, CodeFormat::KmWaterBarcodes);
}

#[test]
fn parking_barcodes_say_slip_amount_and_due_date() {
    let Reading::Bill(bill) = reading(["1512202PK", "Q0000000A0000010", "122079000000048"]) else { panic!() };
    assert_eq!(bill.key().canonical(), "taipei-parking/Q0000000A000001/");
    assert_eq!((bill.amount, bill.due), (Twd::new(48).ok(), "2026-12-20".parse().ok()));
    assert_eq!(bill.format, CodeFormat::ParkingBarcodes);
}

#[test]
fn two_digit_years_are_the_roc_years_nearest_today() {
    let at = |today: &str| {
        let segments = ["1512202PK", "Q0000000A0000010", "122079000000048"];
        match read_barcodes(&segments, today.parse().unwrap()).unwrap().reading {
            Reading::Bill(bill) => bill.due.unwrap().to_string(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(at("2026-11-24"), "2026-12-20");
    assert_eq!(at("2120-01-01"), "2126-12-20");
}

#[test]
fn a_reader_that_hands_over_start_and_stop_characters_is_understood() {
    let segments = ["*122079000000048*", "*1512202PK*", "*Q0000000A0000010*"];
    let read = read_barcodes(&segments, today()).unwrap();
    assert!(matches!(read.reading, Reading::Bill(_)));
    assert_eq!(read.order, [1, 2, 0]);
}

#[test]
fn wrong_check_digits_are_refused() {
    assert_eq!(suspicion(["1512206KM", "1234567115100000", "122093000000428"]), Suspicion::CheckDigitsWrong);
    assert_eq!(suspicion(["1512206KM", "1234568115100000", "122039000000428"]), Suspicion::CheckDigitsWrong);
    assert_eq!(suspicion(["1512206KM", "1234567115100000", "122039000000429"]), Suspicion::CheckDigitsWrong);
    assert_eq!(suspicion(["1512212PK", "Q0000000A0000010", "122079000000048"]), Suspicion::CheckDigitsWrong);
}

#[test]
fn right_check_digits_over_wrong_contents_are_refused_by_what_is_wrong() {
    // Moving a count from one odd place to another leaves both sums as they were.
    let swapped = |text: &str, a: usize, b: usize| {
        let mut bytes = text.as_bytes().to_vec();
        bytes.swap(a, b);
        String::from_utf8(bytes).unwrap()
    };
    let (first, second, third) = ("1512206KM", "1234567115100000", "122039000000428");
    let month = swapped(second, 9, 11);
    assert_eq!(suspicion([first, &month, third]), Suspicion::PeriodMalformed, "month 10 became 15");
    let date = swapped(first, 3, 5);
    assert_eq!(suspicion([&date, second, third]), Suspicion::MalformedField, "segments 1 and 3 name other days");
    let tail = swapped(second, 0, 14);
    assert_eq!(suspicion([first, &tail, third]), Suspicion::MalformedField, "the four zeros are gone");
    let slip = swapped("Q0000000A0000010", 0, 8);
    assert_eq!(suspicion(["1512202PK", &slip, "122079000000048"]), Suspicion::BillNumberMalformed, "Q is elsewhere");
}

#[test]
fn what_is_no_segment_is_told_from_what_is_incomplete() {
    assert_eq!(read_barcodes(&[], today()), Err(BarcodesError::NotSegments));
    assert_eq!(read_barcodes(&["4710088412345", "hello"], today()), Err(BarcodesError::NotSegments));
    let Err(BarcodesError::Missing(missing)) = read_barcodes(&["1512206KM", "4710088412345"], today()) else {
        panic!()
    };
    assert!(!missing.first && missing.third);
}

#[test]
fn segments_of_two_bills_are_not_guessed_at() {
    let segments = ["1512202PK", "Q0000000A0000010", "122079000000048", "Q0000000A0000020", "122089000000048"];
    assert_eq!(read_barcodes(&segments, today()), Err(BarcodesError::SeveralBills));
}

#[test]
fn three_segments_pasted_as_text_are_read_and_fewer_are_no_bill() {
    let text = "1512206KM\n1234567115100000\r\n122039000000428\n";
    let Reading::Bill(bill) = read_text(text, today()) else { panic!() };
    assert_eq!(bill.key().canonical(), "kinmen-water/1234567/11510");
    assert_eq!(read_text("1512206KM 1234567115100000", today()), Reading::Unknown);
}
