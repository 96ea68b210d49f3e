//! Files, codes, numbers and identifiers that are not what they should be: each is refused by name, and nothing is lost.
#![allow(clippy::unwrap_used, clippy::panic)]

mod pictures;

use std::process::Command;

use paytaipei_e2e::phone::Phone;
use paytaipei_e2e::world::{World, holdings, refusal, refuses, run, text};
use paytaipei_printer::{PaperBill, codes, to_png};
use paytaipei_sandbox::{IssuedBill, NewBill};
use pictures::{barcodes, blank, claiming, qr_codes};

/// A slip that the printer knows, so that codes around it can be forged.
fn slip(number: &str) -> PaperBill {
    PaperBill {
        biller: "taipei-parking".into(),
        number: number.into(),
        period: String::new(),
        amount: 48,
        due: "2099-12-20".into(),
        owner: "AAA-8888".into(),
        address: "市府路".into(),
    }
}

fn water(amount: i64, due: &str) -> PaperBill {
    PaperBill {
        biller: "kinmen-water".into(),
        number: "1234567".into(),
        period: "11510".into(),
        amount,
        due: due.into(),
        owner: "許志明".into(),
        address: "民生路".into(),
    }
}

fn paper(bill: &IssuedBill) -> PaperBill {
    PaperBill {
        biller: bill.biller.clone(),
        number: bill.number.clone(),
        period: bill.period.clone(),
        amount: bill.amount,
        due: bill.due.clone(),
        owner: bill.owner.clone(),
        address: bill.address.clone(),
    }
}

/// Every case is refused so, and what the phone held before it holds afterwards.
fn all_refused(phone: &Phone, cases: &[(&[&str], i32, &str, Option<&str>)]) {
    let before = holdings(phone).unwrap();
    for (arguments, exit, code, detail) in cases {
        let error = refuses(phone, arguments, *exit, code).unwrap();
        assert_eq!(error["detail"].as_str(), *detail, "{arguments:?}: {error}");
        let told = error.to_string();
        for secret in ["0000000A00000", "1234567", "090000001"] {
            assert!(!told.contains(secret), "a number in a refusal: {told}");
        }
    }
    assert_eq!(holdings(phone).unwrap(), before);
}

/// The phone of these tests, holding a bill and a payment that must not be lost.
fn phone_with_a_payment(world: &World) -> Phone {
    let phone = world.verified_phone().unwrap();
    let bill = world.water_bill(316).unwrap();
    world.agree(&phone, &bill, "jkopay").unwrap();
    phone
}

#[test]
fn files_that_are_no_pictures_of_a_bill_are_refused_for_what_they_are() {
    let world = World::new().unwrap();
    let phone = phone_with_a_payment(&world);
    let whole = to_png(&blank(640, 480)).unwrap();
    let file = |name: &str, bytes: &[u8]| world.file(name, bytes).unwrap();
    let folder = world.folder().display().to_string();
    let missing = world.folder().join("missing.png").display().to_string();
    let pipe = world.folder().join("pipe.png").display().to_string();
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let not_a_picture = Some("not_a_picture");
    let files: [(String, &str, Option<&str>); 15] = [
        (file("letter.txt", "水費帳單".as_bytes()), "broken_file", not_a_picture),
        (file("bill.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"), "broken_file", not_a_picture),
        (file("empty.jpg", b""), "broken_file", not_a_picture),
        (file("moving.gif", b"GIF89a"), "broken_file", not_a_picture),
        (file("0x0.png", &claiming(0, 0)), "broken_file", Some("picture_empty")),
        (file("truncated.png", &whole[..whole.len() / 2]), "broken_file", Some("picture_truncated")),
        (file("huge.png", &claiming(60_000, 60_000)), "picture_too_large", Some("picture_too_large")),
        (file("1x1.png", &to_png(&blank(1, 1)).unwrap()), "no_code", None),
        (file("white.png", &whole), "no_code", None),
        (folder, "unreadable_file", None),
        (missing.clone(), "missing_file", None),
        (pipe, "unreadable_file", None),
        ("/dev/zero".into(), "unreadable_file", None),
        (format!("{missing}/x.png"), "missing_file", None),
        (format!("{}/x.png", file("a.txt", b"x")), "unreadable_file", None),
    ];
    let arguments: Vec<[&str; 2]> = files.iter().map(|(file, ..)| ["add", file.as_str()]).collect();
    let cases: Vec<(&[&str], i32, &str, Option<&str>)> = arguments
        .iter()
        .zip(&files)
        .map(|(arguments, (_, code, detail))| (&arguments[..], 3, *code, *detail))
        .collect();
    all_refused(&phone, &cases);
}

#[test]
fn codes_that_are_no_bill_or_pretend_to_be_one_are_refused_by_name() {
    let world = World::new().unwrap();
    let phone = phone_with_a_payment(&world);
    let slips: Vec<String> =
        ["Q0000000A000001", "Q0000000A000002"].iter().map(|number| codes(&slip(number)).unwrap().qr).collect();
    let water_code = codes(&water(428, "2099-12-20")).unwrap().qr;
    let segments = codes(&water(428, "2099-12-20")).unwrap().barcodes.unwrap();
    let cents = water_code.replace("D1=42800", "D1=42850");
    let twice = water_code.replace("D1=42800", "D1=42800&D1=99900");
    let forged = slips[0].replace("d30a", "d30b");
    let look_alike = slips[0].replace("pay.taipei/", "pay-taipei.example/");
    let misread = segments[2].replace("428", "429");
    let invoice = format!("AB123456781151124{}", "1234000001A4000001AC0000000012345678AAAAAAAAAAAAAAAAAAAAAAAA");
    assert!(cents != water_code && twice != water_code && forged != slips[0] && misread != segments[2]);
    let file = |name: &str, bytes: Vec<u8>| world.file(name, &bytes).unwrap();
    let wrong = "suspicious_code";
    let files: [(String, &str, Option<&str>); 12] = [
        (file("shop.png", qr_codes(&["https://example.com/menu"])), "not_a_bill", Some("unknown_code")),
        (file("carrier.png", barcodes(&["/ABC.+-1"])), "not_a_bill", Some("mobile_carrier")),
        (file("invoice.png", qr_codes(&[&invoice])), "not_a_bill", Some("e_invoice")),
        (
            file("training.png", qr_codes(&["https://pay.taipei/qr/18/TEST0000000001/b211"])),
            "biller_not_served",
            Some("biller_not_served"),
        ),
        (file("two.png", qr_codes(&[&slips[0], &slips[1]])), "two_bills", None),
        (file("forged.png", qr_codes(&[&forged])), wrong, Some("link_check_wrong")),
        (file("look_alike.png", qr_codes(&[&look_alike])), wrong, Some("look_alike_host")),
        (file("cents.png", qr_codes(&[&cents])), wrong, Some("cents_not_zero")),
        (file("twice.png", qr_codes(&[&twice])), wrong, Some("duplicate_key")),
        (file("misread.png", barcodes(&[&segments[0], &segments[1], &misread])), wrong, Some("check_digits_wrong")),
        (file("cut.png", barcodes(&[&segments[0], &segments[2]])), "barcodes_incomplete", Some("barcodes_incomplete")),
        (file("sticker.png", qr_codes(&[&slips[0], &forged])), wrong, Some("link_check_wrong")),
    ];
    let arguments: Vec<[&str; 2]> = files.iter().map(|(file, ..)| ["add", file.as_str()]).collect();
    let cases: Vec<(&[&str], i32, &str, Option<&str>)> = arguments
        .iter()
        .zip(&files)
        .map(|(arguments, (_, code, detail))| (&arguments[..], 3, *code, *detail))
        .collect();
    all_refused(&phone, &cases);

    // The genuine code is taken, so that none of these was refused for the way it was drawn.
    let genuine = run(&phone, &["add", &file("genuine.png", qr_codes(&[&slips[0]]))]).unwrap().well().unwrap();
    assert_eq!(genuine.last("bill").unwrap()["number"], "Q0000000A000001");
    let genuine = run(&phone, &["add", &file("bars.png", barcodes(&segments.each_ref().map(String::as_str)))]);
    assert_eq!(genuine.unwrap().well().unwrap().last("bill").unwrap()["payable"], 428);
}

#[test]
fn texts_that_are_no_bills_code_are_refused_by_name() {
    let world = World::new().unwrap();
    let phone = phone_with_a_payment(&world);
    let slip = "https://pay.taipei/qr/2/Q0000000A000001/d30a/2";
    let turned = slip.replace("pay.", "pay.\u{202e}");
    let zero_width = slip.replace("A0000", "A00\u{200b}00");
    let bell = slip.replace("taipei", "tai\u{7}pei");
    let cyrillic = slip.replace("pay", "p\u{430}y");
    let endless = "9".repeat(100_000);
    let endless_link = format!("{slip}{}", "/9".repeat(50_000));
    let short_slip = codes(&water(428, "2099-12-20")).unwrap().qr.replace("D7=1234567", "D7=12E4567");
    let wrong = "suspicious_code";
    all_refused(
        &phone,
        &[
            (&["add", ""], 3, "not_a_bill", Some("unknown_code")),
            (&["add", "許秀英"], 3, "not_a_bill", Some("unknown_code")),
            (&["add", &endless], 3, "not_a_bill", Some("unknown_code")),
            (&["add", &endless_link], 3, "not_a_bill", Some("unknown_code")),
            (&["add", "\u{1b}[2J\u{202e}"], 3, "not_a_bill", Some("unknown_code")),
            (&["add", "--", "-1"], 3, "not_a_bill", Some("unknown_code")),
            (&["add", &turned], 3, wrong, Some("hidden_characters")),
            (&["add", &zero_width], 3, wrong, Some("hidden_characters")),
            (&["add", &bell], 3, wrong, Some("hidden_characters")),
            (&["add", &cyrillic], 3, wrong, Some("mixed_script_host")),
            (&["add", "http://pay.taipei/qr/2/Q0000000A000001/d30a/2"], 3, wrong, Some("not_https")),
            (
                &["add", "https://pay.taipei@example.com/qr/2/Q0000000A000001/d30a/2"],
                3,
                wrong,
                Some("user_info_in_link"),
            ),
            (&["add", &short_slip], 3, wrong, Some("bill_number_malformed")),
            (&["add", "1512206KM 1234567115100000 122039000000429"], 3, wrong, Some("check_digits_wrong")),
        ],
    );
}

#[test]
fn numbers_keyed_in_wrongly_are_refused_before_anything_is_asked() {
    let world = World::new().unwrap();
    let phone = phone_with_a_payment(&world);
    let asked = world.sandbox.requests().unwrap();
    let endless = "1".repeat(100_000);
    let malformed = "bill_number_malformed";
    all_refused(
        &phone,
        &[
            (&["inquire", "kinmen-water", "123456"], 3, malformed, Some("number_length")),
            (&["inquire", "kinmen-water", "12345678"], 3, malformed, Some("number_length")),
            (&["inquire", "kinmen-water", "12E4567"], 3, malformed, Some("number_foreign_characters")),
            (&["inquire", "kinmen-water", "一二三四五六七"], 3, malformed, Some("number_foreign_characters")),
            (&["inquire", "kinmen-water", "123\u{202e}4567"], 3, malformed, Some("number_hidden_characters")),
            (&["inquire", "kinmen-water", "123\u{1b}4567"], 3, malformed, Some("number_hidden_characters")),
            (&["inquire", "kinmen-water", &endless], 3, malformed, Some("number_too_long")),
            (&["inquire", "kinmen-water", ""], 3, malformed, Some("number_empty")),
            (&["inquire", "kinmen-water"], 3, malformed, None),
            (&["inquire", "kinmen-water", "number="], 3, malformed, Some("number_empty")),
            (&["inquire", "kinmen-water", "car_plate=AAA-8888"], 3, "field_unknown", None),
            (&["inquire", "kinmen-water", "1234567", "number=1234567"], 3, "field_unknown", None),
            (&["inquire", "taipei-hospital", "campus=renai"], 3, "field_missing", None),
            (&["inquire", "taipei-parking", "car_plate=AAA8888"], 3, malformed, Some("plate_without_hyphen")),
            (&["inquire", "taipei-parking", "AAA-8888"], 3, malformed, Some("slip_without_q")),
            (&["inquire", "taipei-parking", "Q000000"], 3, malformed, Some("number_length")),
            (&["inquire", "taipei-parking", "A0000000A000001"], 3, malformed, Some("slip_without_q")),
            (&["inquire", "nobody", "1234567"], 3, "biller_unknown", None),
            (&["inquire", "", "1234567"], 3, "biller_unknown", None),
            (&["inquire", "../kinmen-water", "1234567"], 3, "biller_unknown", None),
            (&["inquire", &endless, "1234567"], 3, "biller_unknown", None),
            (&["inquire", "income-tax", "1234567"], 3, "biller_not_served", Some("biller_not_served")),
            (&["inquire", "house-tax", "1234567"], 3, malformed, Some("scan_only")),
            (&["verify", "0912 34S 678"], 3, "msisdn_malformed", None),
            (&["verify", ""], 3, "msisdn_malformed", None),
            (&["verify", "+819012345678"], 3, "msisdn_malformed", None),
            (&["verify", "082321234"], 3, "msisdn_malformed", None),
            (&["verify", "09000\u{202e}00018"], 3, "msisdn_malformed", None),
            (&["verify", &endless], 3, "msisdn_malformed", None),
        ],
    );
    assert_eq!(world.sandbox.requests().unwrap(), asked);
}

#[test]
fn identifiers_that_nobody_was_given_are_refused() {
    let world = World::new().unwrap();
    let phone = phone_with_a_payment(&world);
    let bill = world.water_bill(428).unwrap();
    let bill = world.key_in(&phone, &bill).unwrap();
    let endless = "0".repeat(100_000);
    // RFC 9562, appendix A.6: well formed, and nobody's.
    let stranger = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
    all_refused(
        &phone,
        &[
            (&["pay", &bill, "--provider", "paypal", "--yes"], 3, "provider_unknown", None),
            (&["pay", &bill, "--provider", "JKOPAY", "--yes"], 3, "provider_unknown", None),
            (&["pay", &bill, "--provider", "", "--yes"], 3, "provider_unknown", None),
            (&["pay", "x", "--provider", "jkopay", "--yes"], 3, "bill_unknown", None),
            (&["pay", "' OR 1=1 --", "--provider", "jkopay", "--yes"], 3, "bill_unknown", None),
            (&["pay", &endless, "--provider", "jkopay", "--yes"], 3, "bill_unknown", None),
            (&["pay", stranger, "--provider", "jkopay", "--yes"], 3, "bill_unknown", None),
            (&["consent", stranger, "--yes"], 3, "payment_unknown", None),
            (&["consent", &bill, "--yes"], 3, "payment_unknown", None),
            (&["consent", &endless, "--yes"], 3, "payment_unknown", None),
            (&["cancel", stranger], 3, "payment_unknown", None),
            (&["cancel", "x"], 3, "payment_unknown", None),
            (&["show", stranger], 3, "bill_unknown", None),
            (&["show", "\u{202e}"], 3, "bill_unknown", None),
        ],
    );
}

#[test]
fn what_is_paid_expired_or_ended_is_not_paid_agreed_to_or_cancelled_again() {
    let world = World::new().unwrap();
    let phone = world.verified_phone().unwrap();

    let elsewhere = world.water_bill(428).unwrap();
    world.sandbox.pay_elsewhere(&elsewhere.name()).unwrap();
    let paid = world.key_in(&phone, &elsewhere).unwrap();
    let yes = |bill: &str| run(&phone, &["pay", bill, "--provider", "esun", "--yes"]).unwrap();
    refusal(&yes(&paid), 7, "bill_already_paid").unwrap();

    // On paper it looks like any other; only the biller knows that its deadline is over.
    let late = world.sandbox.issue(NewBill::new("kinmen-water", 264).due("2026-01-05")).unwrap();
    let kept = run(&phone, &["add", &codes(&paper(&late)).unwrap().qr]).unwrap().well().unwrap().last("bill").unwrap();
    assert!(!kept["warnings"].as_array().unwrap().is_empty(), "a past deadline is told: {kept}");
    let late_id = text(&kept, "id").unwrap();
    yes(&late_id).well().unwrap();
    let synced = run(&phone, &["sync"]).unwrap().well().unwrap().last("payment").unwrap();
    assert_eq!(synced["state"], "expired", "{synced}");
    refusal(&yes(&late_id), 7, "bill_expired").unwrap();

    let bill = world.water_bill(316).unwrap();
    let payment = world.agree(&phone, &bill, "jkopay").unwrap();
    let bill_id = world.key_in(&phone, &bill).unwrap();
    let again = run(&phone, &["consent", &payment, "--yes"]).unwrap();
    refusal(&again, 7, "consent_not_asked").unwrap();
    refusal(&yes(&bill_id), 7, "already_being_paid").unwrap();
    run(&phone, &["sync"]).unwrap().well().unwrap();
    refuses(&phone, &["cancel", &payment], 7, "payment_ended").unwrap();
    refusal(&yes(&bill_id), 7, "already_being_paid").unwrap();
    refusal(&run(&phone, &["consent", &payment, "--yes"]).unwrap(), 7, "payment_ended").unwrap();
    assert_eq!(world.ledger().unwrap().charges.len(), 1);
}

#[test]
fn nobody_agrees_without_being_present() {
    let world = World::new().unwrap();
    let phone = world.verified_phone().unwrap();
    let bill = world.water_bill(428).unwrap();
    let id = world.key_in(&phone, &bill).unwrap();
    let wanted = run(&phone, &["pay", &id, "--provider", "jkopay"]).unwrap().well().unwrap().last("payment").unwrap();
    assert_eq!((wanted["state"].as_str(), wanted["agreed"].as_i64()), (Some("needs_consent"), None));
    let payment = text(&wanted, "id").unwrap();
    refuses(&phone, &["consent", &payment], 7, "presence_refused").unwrap();
    run(&phone, &["sync"]).unwrap().well().unwrap();
    assert_eq!(world.charges_of(&bill).unwrap(), 0);
    run(&phone, &["consent", &payment, "--yes"]).unwrap().well().unwrap();
    run(&phone, &["sync"]).unwrap().well().unwrap();
    assert_eq!(world.charges_of(&bill).unwrap(), 1);
}

#[test]
fn several_files_are_told_line_by_line_in_order_and_one_bad_does_not_stop_the_rest() {
    let world = World::new().unwrap();
    let phone = world.phone("never-made").unwrap();
    let good = qr_codes(&["https://pay.taipei/qr/2/Q0000000A000001/d30a/2"]);
    std::fs::create_dir(world.folder().join("scans")).unwrap();
    world.file("scans/a.png", &good).unwrap();
    world.file("scans/b.png", b"no picture").unwrap();
    world.file("scans/金門 帳單.png", &good).unwrap();
    assert!(Command::new("mkfifo").arg(world.folder().join("scans/pipe.png")).status().unwrap().success());
    let given = ["scans/a.png", "./scans/b.png", "scans/nothing.png", "scans/pipe.png", "scans", "scans/金門 帳單.png"];
    let mut command = phone.command(&[&["scan"], &given[..]].concat());
    command.current_dir(world.folder());
    let ran = paytaipei_e2e::world::run_command(command).unwrap();
    let told: Vec<(&str, &str, Option<&str>)> = ran
        .lines
        .iter()
        .map(|line| (line["file"].as_str().unwrap(), line["outcome"].as_str().unwrap(), line["reason"].as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (given[0], "ok", None),
            (given[1], "broken_file", Some("not_a_picture")),
            (given[2], "missing_file", Some("missing_file")),
            (given[3], "broken_file", Some("unreadable_file")),
            (given[4], "broken_file", Some("unreadable_file")),
            (given[5], "ok", None),
        ]
    );
    assert_eq!((ran.status, ran.stderr.as_str()), (3, ""));
    assert_eq!(ran.lines[5]["symbols"][0]["text"], "https://pay.taipei/qr/2/Q0000000A000001/d30a/2");
    assert!(!phone.data.exists(), "scanning needs no data folder, and makes none");
}
