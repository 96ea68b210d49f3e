//! What holds for every bill and for every text.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic in a test is its report")]

mod writer;

use paytaipei_bill::Catalogue;
use paytaipei_bill::{
    BillClaim, CivilDate, CodeKind, PaperCode, PaperReading, Reading, Twd, check_number, read_barcodes, read_paper,
    read_text,
};
use proptest::prelude::*;
use writer::Due;

fn today() -> CivilDate {
    "2026-11-24".parse().unwrap()
}

/// Within thirty years of today, so that two-digit years mean one year only.
fn due() -> impl Strategy<Value = Due> {
    (2000i32..2050, 1u8..=12, 1u8..=28).prop_map(|(year, month, day)| Due { year, month, day })
}

fn claim_of(reading: Reading) -> BillClaim {
    match reading {
        Reading::Bill(claim) => *claim,
        other => panic!("no bill but {other:?}"),
    }
}

fn of_barcodes(segments: &[String; 3], order: usize) -> BillClaim {
    let [a, b, c] = segments.each_ref().map(String::as_str);
    let orders = [[a, b, c], [a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]];
    claim_of(read_barcodes(&orders[order], today()).unwrap().reading)
}

fn of_paper(qr: &str, segments: &[String; 3]) -> BillClaim {
    let mut codes = vec![PaperCode { kind: CodeKind::Qr, text: qr }];
    codes.extend(segments.iter().map(|text| PaperCode { kind: CodeKind::Code39, text }));
    match read_paper(&codes, today()) {
        PaperReading::Bill(claim) => *claim,
        other => panic!("not one bill: {other:?}"),
    }
}

/// Percent-encodes every byte that is no letter or digit.
fn encode(text: &str, times: usize) -> String {
    let once = |text: &str| {
        text.bytes().fold(String::new(), |mut out, b| {
            if b.is_ascii_alphanumeric() {
                out.push(char::from(b))
            } else {
                out.push_str(&format!("%{b:02X}"))
            }
            out
        })
    };
    (0..times).fold(text.to_owned(), |text, _| once(&text))
}

fn full_width(text: &str) -> String {
    text.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect()
}

proptest! {
    #[test]
    fn kinmen_bills_come_back_as_printed_and_under_one_key(
        number in "[0-9]{7}", year in 100u32..140, month in 1u32..=12, amount in 1u64..1_000_000_000,
        due in due(), order in 0usize..6, times in 0usize..3,
    ) {
        let period = format!("{year:03}{month:02}");
        let qr = writer::kinmen_qr(&number, &period, amount, due);
        let bars = writer::kinmen_barcodes(&number, &period, amount, due);
        let by_qr = claim_of(read_text(&encode(&qr, times), today()));
        let by_bars = of_barcodes(&bars, order);
        prop_assert_eq!(by_qr.key().canonical(), format!("kinmen-water/{number}/{period}"));
        prop_assert_eq!(by_qr.key(), by_bars.key());
        prop_assert_eq!(by_qr.amount, Twd::new(i64::try_from(amount).unwrap()).ok());
        prop_assert_eq!(by_qr.due.map(|d| d.to_string()), Some(due.iso()));
        prop_assert_eq!((by_bars.amount, by_bars.due), (by_qr.amount, by_qr.due));
        let both = of_paper(&qr, &bars);
        prop_assert_eq!((both.key(), both.amount, both.due), (by_qr.key(), by_qr.amount, by_qr.due));
        let (keyed, _) = check_number(Catalogue::bundled().biller(&by_qr.biller).unwrap(), &full_width(&number)).unwrap();
        prop_assert_eq!(keyed, by_qr.number);
    }

    #[test]
    fn taipei_water_bills_come_back_as_printed_and_under_one_key(
        number in "[1-4A-F][0-2][0-9][0-9]{7}", reading in "[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|2[0-8])",
        amount in 1u64..1_000_000_000, due in due(), order in 0usize..6,
    ) {
        let qr = writer::taipei_qr(&number, amount, due);
        let bars = writer::taipei_barcodes(&number, &reading, amount, due);
        let (by_qr, by_bars) = (claim_of(read_text(&qr, today())), of_barcodes(&bars, order));
        prop_assert_eq!(by_qr.key().canonical(), format!("taipei-water/{number}/{}", due.ad()));
        prop_assert_eq!(by_qr.key(), by_bars.key());
        prop_assert_eq!((by_bars.amount, by_bars.due), (by_qr.amount, by_qr.due));
        prop_assert_eq!(of_paper(&qr, &bars).key(), by_qr.key());
        let (keyed, warnings) = check_number(Catalogue::bundled().biller(&by_qr.biller).unwrap(), &full_width(&number)).unwrap();
        prop_assert_eq!(&keyed, &by_qr.number);
        prop_assert!(warnings.iter().all(|warning| by_qr.warnings.contains(warning)));
    }

    #[test]
    fn parking_slips_come_back_as_printed_and_under_one_key(
        slip in "Q[0-9A-Z]{14}", amount in 1u64..1_000_000_000, due in due(), order in 0usize..6,
    ) {
        let qr = writer::parking_qr(&slip);
        let bars = writer::parking_barcodes(&slip, amount, due);
        let by_bars = of_barcodes(&bars, order);
        let both = of_paper(&qr, &bars);
        prop_assert_eq!(both.key().canonical(), format!("taipei-parking/{slip}/"));
        prop_assert_eq!(both.key(), by_bars.key());
        prop_assert_eq!(both.key(), claim_of(read_text(&format!("https://parkingfee.pma.gov.taipei/qr?tno={slip}"), today())).key());
        prop_assert_eq!(both.amount, Twd::new(i64::try_from(amount).unwrap()).ok());
        prop_assert_eq!(both.due.map(|d| d.to_string()), Some(due.iso()));
    }

    #[test]
    fn a_changed_digit_of_a_parking_link_is_never_read_as_another_slip(
        slip in "Q[0-9A-Z]{14}", place in 1usize..15, digit in "[0-9A-Z]",
    ) {
        let mut changed = slip.clone();
        changed.replace_range(place..=place, &digit);
        prop_assume!(changed != slip);
        let link = writer::parking_qr(&slip).replace(&slip, &changed);
        // Four hexadecimal digits leave one chance in 65,536.
        if let Reading::Bill(bill) = read_text(&link, today()) {
            prop_assert_eq!(writer::parking_qr(bill.number.as_str()), link);
        }
    }

    #[test]
    fn no_text_makes_a_parser_panic_or_is_taken_for_a_bill(text in any::<String>()) {
        prop_assert!(!matches!(read_text(&text, today()), Reading::Bill(_)));
        read_barcodes(&[&text], today()).ok();
        for biller in &Catalogue::bundled().billers {
            check_number(biller, &text).ok();
        }
    }

    #[test]
    fn no_bytes_make_a_parser_panic_or_are_taken_for_a_bill(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(!matches!(read_text(&String::from_utf8_lossy(&bytes), today()), Reading::Bill(_)));
        let latin: String = bytes.iter().map(|b| char::from(*b)).collect();
        prop_assert!(!matches!(read_text(&latin, today()), Reading::Bill(_)));
    }

    #[test]
    fn no_text_that_begins_like_a_code_makes_a_parser_panic(
        start in prop::sample::select(vec![
            "TWQRP://金門縣自來水廠/158/03/V1?", "TWQRP://台北自來水費/158/03/V1?D7=", "TWQRP%3A%2F%2F", "TWQRP%253A%252F%252F",
            "https://pay.taipei/qr/", "https://parkingfee.pma.gov.taipei/qr?tno=Q", "https://paytax.nat.gov.tw/QRCODE.aspx?par=",
            "000201", "00020135", "AB112233441151124", "**", "/", "https://xn--", "https://", "https://ebilltest.fisc.com.tw/payQR.aspx?TWQRP://",
        ]),
        rest in "(\\PC|[0-9&=%/?+,;DE]){0,120}",
    ) {
        let _ = read_text(&format!("{start}{rest}"), today());
    }

    #[test]
    fn no_segments_make_the_barcode_reader_panic(
        segments in proptest::collection::vec("([0-9]{6}(6KM|168|2PK)|[0-9A-Z $%./+-]{8,20}|[0-9]{4}[0-9A-Z]{2}[0-9]{9}|.*)", 0..20),
    ) {
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        read_barcodes(&segments, today()).ok();
        let codes: Vec<_> = segments.iter().map(|text| PaperCode { kind: CodeKind::Code128, text }).collect();
        let _ = read_paper(&codes, today());
    }

    #[test]
    fn a_reading_is_never_larger_than_what_was_read(name in "[^/?&%]{1,300}", note in "[^&%]{0,300}") {
        let text = format!("TWQRP://{name}/158/03/V1?D1=100&D3=AVWYrjDqQES+&D8={note}&D11=00,1");
        if let Reading::Known(known) = read_text(&text, today()) {
            let room = known.message(paytaipei_bill::Lang::ZhHant).len();
            prop_assert!(room <= 40 * 4 + 100, "{room}");
        }
    }

    #[test]
    fn debug_output_of_a_bill_tells_neither_number_nor_amount(
        slip in "Q[0-9A-Z]{14}", amount in 10_000u64..1_000_000_000, due in due(),
    ) {
        let bars = writer::parking_barcodes(&slip, amount, due);
        let reading = read_barcodes(&bars.each_ref().map(String::as_str), today());
        let shown = format!("{reading:?} {:?}", of_paper(&writer::parking_qr(&slip), &bars));
        prop_assert!(!shown.contains(&slip) && !shown.contains(&amount.to_string()), "{}", shown);
    }
}

#[test]
fn texts_of_a_megabyte_are_refused_and_not_worked_on() {
    for text in ["9".repeat(1 << 20), "TWQRP://".repeat(1 << 17), "https://pay.taipei/".repeat(1 << 16)] {
        assert_eq!(read_text(&text, today()), Reading::Unknown);
    }
}

#[test]
fn a_picture_full_of_long_texts_ends() {
    let text = format!("TWQRP://金門縣自來水廠/158/03/V1?{}", "D1=1&".repeat(6_000));
    let codes = vec![PaperCode { kind: CodeKind::Qr, text: &text }; 500];
    assert!(matches!(read_paper(&codes, today()), PaperReading::Nothing(_)));
}
