use super::*;
use crate::{BillerId, Catalogue};

const KINMEN_WATER: &str = "kinmen-water";
const TAIPEI_WATER: &str = "taipei-water";
const TAIPEI_PARKING: &str = "taipei-parking";

fn check_number(biller: &str, typed: &str) -> Result<(BillNumber, Vec<Warning>), NumberError> {
    super::check_number(Catalogue::bundled().biller(&BillerId::new(biller).unwrap()).unwrap(), typed)
}

fn number(biller: &str, typed: &str) -> String {
    check_number(biller, typed).unwrap().0.as_str().to_owned()
}

fn refusal(biller: &str, typed: &str) -> &'static str {
    check_number(biller, typed).unwrap_err().code()
}

#[test]
fn digits_are_taken_as_people_type_them() {
    for typed in ["1234567", "１２３４５６７", " 123 4567\n", "123-4567", "１２３－４５６７", "12.34.567", "123–4567"]
    {
        assert_eq!(number(KINMEN_WATER, typed), "1234567", "{typed:?}");
    }
    assert_eq!(number(KINMEN_WATER, "0000001"), "0000001");
}

#[test]
fn a_kinmen_number_has_seven_digits() {
    assert_eq!(refusal(KINMEN_WATER, "123456"), "number_length");
    assert_eq!(refusal(KINMEN_WATER, "12345678"), "number_length");
    assert_eq!(refusal(KINMEN_WATER, "123456O"), "number_foreign_characters");
    assert_eq!(refusal(KINMEN_WATER, "一二三四五六七"), "number_foreign_characters");
    assert_eq!(refusal(KINMEN_WATER, "\u{661}234567"), "number_foreign_characters");
    assert_eq!(refusal(KINMEN_WATER, " - "), "number_empty");
    assert_eq!(refusal(KINMEN_WATER, ""), "number_empty");
    assert_eq!(refusal(KINMEN_WATER, "123\u{202E}4567"), "number_hidden_characters");
    assert_eq!(refusal(KINMEN_WATER, "123\u{200B}4567"), "number_hidden_characters");
    assert_eq!(refusal(KINMEN_WATER, &"1".repeat(1_000_000)), "number_too_long");
}

#[test]
fn a_refusal_tells_how_many_characters_are_wanted() {
    let error = check_number(KINMEN_WATER, "123456").unwrap_err();
    assert_eq!(error.message(Lang::ZhHant), "這個號碼應為 7 碼，輸入了 6 碼。");
    assert_eq!(error.message(Lang::En), "This number has 7 characters; 6 were keyed in.");
}

#[test]
fn a_taipei_number_with_a_right_check_digit_passes_in_silence() {
    assert_eq!(check_number(TAIPEI_WATER, "2-08-123456-0").unwrap().1, []);
    assert_eq!(number(TAIPEI_WATER, "２－０８－１２３４５６－０"), "2081234560");
}

#[test]
fn a_taipei_number_that_fails_its_check_digit_is_warned_of_and_accepted() {
    let (number, warnings) = check_number(TAIPEI_WATER, "2081234561").unwrap();
    assert_eq!((number.as_str(), warnings.as_slice()), ("2081234561", &[Warning::WaterCheckDigit][..]));
    let (_, warnings) = check_number(TAIPEI_WATER, "9112430446").unwrap();
    assert_eq!(warnings, [Warning::WaterArea, Warning::WaterCheckDigit], "FISC's test number");
    assert_eq!(check_number(TAIPEI_WATER, "v261234560").unwrap().1, []);
    assert_eq!(check_number(TAIPEI_WATER, "2261234560").unwrap().1, [Warning::WaterArea], "26 is V's alone");
    assert_eq!(check_number(TAIPEI_WATER, "2270000000").unwrap().1, [Warning::WaterArea]);
}

#[test]
fn a_taipei_number_has_ten_characters() {
    assert_eq!(refusal(TAIPEI_WATER, "208123456"), "number_length");
    assert_eq!(refusal(TAIPEI_WATER, "20812345600"), "number_length");
    assert_eq!(refusal(TAIPEI_WATER, "2081234(60"), "number_foreign_characters");
}

#[test]
fn a_parking_slip_begins_with_q() {
    assert_eq!(number(TAIPEI_PARKING, "q0000000a000001"), "Q0000000A000001");
    assert_eq!(refusal(TAIPEI_PARKING, "A0000000A000001"), "slip_without_q");
    assert_eq!(refusal(TAIPEI_PARKING, "AAA-8888"), "slip_without_q", "a number plate is no slip's number");
    assert_eq!(refusal(TAIPEI_PARKING, "Q1"), "number_length");
}

#[test]
fn other_billers_numbers_follow_their_own_rule() {
    assert_eq!(number("traffic-fine", "a12345678"), "A12345678");
    assert_eq!(refusal("traffic-fine", "123456789"), "ticket_without_letter");
    assert_eq!(refusal("house-tax", "123"), "scan_only");
}

/// The field of this name, of any way of the biller's.
fn field(biller: &str, name: &str) -> Field {
    let catalogue = Catalogue::bundled();
    let biller = catalogue.biller(&BillerId::new(biller).unwrap()).unwrap();
    let fields = biller.keyed.iter().flat_map(|way| &way.fields);
    fields.into_iter().find(|field| field.name == name).unwrap().clone()
}

fn sent(field: &Field, typed: &str) -> String {
    field.check(typed).unwrap_or_else(|error| panic!("{typed}: {error}")).0
}

fn code(field: &Field, typed: &str) -> &'static str {
    field.check(typed).unwrap_err().code()
}

#[test]
fn plates_keep_their_hyphen_and_want_one() {
    let plate = field("taipei-parking", "car_plate");
    for (typed, plate_sent) in [
        ("aaa-8888", "AAA-8888"),
        ("ＡＡＡ－８８８８", "AAA-8888"),
        ("8888–AA", "8888-AA"),
        ("A8-1234", "A8-1234"),
        ("AB-123", "AB-123"),
    ] {
        assert_eq!(sent(&plate, typed), plate_sent);
    }
    assert_eq!(code(&plate, "AAA8888"), "plate_without_hyphen");
    for wrong in ["AAA-BBB", "AAA-88-88", "AAAAA-88"] {
        assert_eq!(code(&plate, wrong), "plate_form", "{wrong}");
    }
    assert_eq!(code(&plate, "AAAA-88888"), "number_length");
    assert_eq!(code(&plate, "車-8888"), "number_foreign_characters");
}

#[test]
fn an_id_number_whose_check_digit_fails_is_refused() {
    let id = field("taipei-hospital", "national_id");
    // Published examples of the rule; AC01234567's successor form of residents from abroad.
    for right in ["A123456789", "a123456789", "Ａ１２３４５６７８９", "F131104093", "A800000014"] {
        assert_eq!(sent(&id, right), text::normalise(right, 16).to_ascii_uppercase());
    }
    for place in 1..10 {
        let mut wrong: Vec<u8> = b"A123456789".to_vec();
        wrong[place] = if wrong[place] == b'9' || place == 1 { b'2' } else { wrong[place] + 1 };
        assert_eq!(code(&id, std::str::from_utf8(&wrong).unwrap()), "check_digit", "{place}");
    }
    assert_eq!(
        (code(&id, "1234567890"), code(&id, "A323456789"), code(&id, "A12345678B")),
        ("id_form", "id_form", "id_form")
    );
    assert!(id.secret && field("taipei-hospital", "birth_date").secret);
}

#[test]
fn business_numbers_follow_the_rule_of_2023_and_the_one_before() {
    let business = field("land-office", "business_number");
    // Ministry of Finance's examples: the old rule's 04595257 and 10458575 (seventh digit 7), the new one's 10458574.
    for right in ["04595257", "10458575", "10458574"] {
        assert_eq!(sent(&business, right), right);
    }
    assert_eq!((code(&business, "04595258"), code(&business, "1045857")), ("check_digit", "number_length"));
}

#[test]
fn a_birth_date_may_be_written_by_either_calendar() {
    let birth = field("taipei-hospital", "birth_date");
    for typed in
        ["80/01/31", "080/1/31", "0800131", "800131", "民國80年1月31日", "1991-01-31", "19910131", "１９９１．１．３１"]
    {
        let typed = typed.trim_start_matches("民國");
        assert_eq!(sent(&birth, typed), "1991-01-31", "{typed}");
    }
    assert_eq!(
        (code(&birth, "80/02/30"), code(&birth, "19910230"), code(&birth, "1791-01-31")),
        ("no_such_day", "no_such_day", "no_such_day")
    );
}

#[test]
fn a_mobile_number_is_sent_as_it_is_dialled_at_home() {
    let phone = field("company-registration", "phone");
    for typed in ["0912345678", "0912-345-678", "+886912345678", "886 912 345 678", "+886-0912345678"] {
        assert_eq!(sent(&phone, typed), "0912345678", "{typed}");
    }
    assert_eq!((code(&phone, "0212345678"), code(&phone, "091234567")), ("phone_without_09", "number_length"));
}

#[test]
fn a_choice_is_one_of_those_offered_by_id_or_name() {
    let campus = field("taipei-hospital", "campus");
    for typed in ["renai", "仁愛院區", "Renai"] {
        assert_eq!(sent(&campus, typed), "renai");
    }
    assert_eq!(code(&campus, "台大院區"), "no_such_choice");
}

#[test]
fn typing_is_judged_at_every_keystroke_and_wrong_only_where_going_on_cannot_help() {
    let verdicts = |field: &Field, typed: &str| -> String {
        let mut verdicts = String::new();
        let letters: Vec<char> = typed.chars().collect();
        for end in 0..=letters.len() {
            verdicts.push(match field.typing(&letters[..end].iter().collect::<String>()) {
                Typing::Unfinished => '.',
                Typing::Complete(..) => '+',
                Typing::Wrong(_) => '!',
            });
        }
        verdicts
    };
    assert_eq!(verdicts(&field("kinmen-water", "number"), "１２３４５６７８"), ".......+!");
    assert_eq!(verdicts(&field("kinmen-water", "number"), "12A"), "...!");
    assert_eq!(verdicts(&field("taipei-water", "number"), "2-08-123456-1"), ".............+");
    assert_eq!(verdicts(&field("taipei-parking", "number"), "AAA"), ".!!!");
    assert_eq!(verdicts(&field("taipei-parking", "car_plate"), "AAA-8888"), "......+++");
    assert_eq!(verdicts(&field("taipei-hospital", "national_id"), "A123456789"), "..........+");
    assert_eq!(verdicts(&field("taipei-hospital", "national_id"), "A123456788"), "..........!");
    assert_eq!(verdicts(&field("taipei-hospital", "birth_date"), "0800131"), ".......+");
    assert_eq!(verdicts(&field("taipei-hospital", "birth_date"), "19910131"), "........+");
    assert_eq!(verdicts(&field("company-registration", "phone"), "+8869"), "......");
    assert_eq!(verdicts(&field("taipei-hospital", "campus"), "仁愛院區"), "....+");
    assert_eq!(verdicts(&field("taipei-hospital", "campus"), "台"), ".!");
    let Typing::Complete(number, warnings) = field("taipei-water", "number").typing("2081234561") else { panic!() };
    assert_eq!((number.as_str(), warnings), ("2081234561", vec![Warning::WaterCheckDigit]));
}
