//! Bill numbers that people key in and codes carry: which there are, by biller.

use std::fmt;

use crate::biller::NumberRule;
use crate::{BillNumber, Biller, Lang, Warning, text};

/// Why what was keyed in is not a number of this biller. Holds nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NumberError {
    Empty,
    /// Control, zero-width or bidirectional formatting characters, which come along when text is pasted.
    HiddenCharacters,
    /// Characters that no number of this biller has; `digits_only` tells which it may have.
    ForeignCharacters {
        digits_only: bool,
    },
    /// `expected` characters, `found` were keyed in.
    Length {
        expected: u8,
        found: u8,
    },
    TooLong,
    /// A parking slip's number begins with Q.
    SlipWithoutQ,
    /// A traffic ticket's number begins with a letter.
    TicketWithoutLetter,
    /// This biller's bills are scanned; there is no number to key in.
    ScanOnly,
}

/// Checks a number as keyed in: NFKC first (people type １２３), then the separators that people type go.
///
/// The number comes back in the form that codes give it. Warnings ask for a second look and refuse nothing.
pub fn check_number(biller: &Biller, typed: &str) -> Result<(BillNumber, Vec<Warning>), NumberError> {
    if biller.number == NumberRule::ScanOnly {
        return Err(NumberError::ScanOnly);
    }
    if typed.len() > 1024 {
        return Err(NumberError::TooLong);
    }
    let plain = text::normalise(typed, 128);
    // A line break at the end is the Enter key; inside, a space.
    let plain: String = plain.chars().filter(|c| !c.is_whitespace()).collect();
    if text::has_hidden_characters(&plain) {
        return Err(NumberError::HiddenCharacters);
    }
    let number: String = plain.chars().filter(|c| !is_separator(*c)).collect::<String>().to_ascii_uppercase();
    if number.is_empty() {
        return Err(NumberError::Empty);
    }
    match biller.number {
        NumberRule::KinmenWater => {
            let number = of_length(&number, 7, true)?;
            Ok((number, Vec::new()))
        }
        NumberRule::TaipeiWater => {
            let number = of_length(&number, 10, false)?;
            let warnings = taipei_water_warnings(&number);
            Ok((number, warnings))
        }
        NumberRule::ParkingSlip => {
            let slip = of_length(&number, 15, false)?;
            if number.starts_with('Q') { Ok((slip, Vec::new())) } else { Err(NumberError::SlipWithoutQ) }
        }
        NumberRule::TrafficTicket => {
            let ticket = of_length(&number, 9, false)?;
            let lettered = number.starts_with(|c: char| c.is_ascii_uppercase());
            if lettered { Ok((ticket, Vec::new())) } else { Err(NumberError::TicketWithoutLetter) }
        }
        NumberRule::NotPublic => {
            if !number.bytes().all(|b| b.is_ascii_alphanumeric()) {
                return Err(NumberError::ForeignCharacters { digits_only: false });
            }
            BillNumber::new(&number).map(|number| (number, Vec::new())).map_err(|_| NumberError::TooLong)
        }
        NumberRule::ScanOnly => Err(NumberError::ScanOnly),
    }
}

/// Hyphens and dashes, dots, slashes, low lines: what stands between groups of digits on paper.
fn is_separator(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '_' | '.' | '\u{B7}' | '\u{30FB}' | '/')
}

fn of_length(number: &str, expected: u8, digits_only: bool) -> Result<BillNumber, NumberError> {
    let fits = |b: u8| b.is_ascii_digit() || (!digits_only && b.is_ascii_uppercase());
    if !number.bytes().all(fits) {
        return Err(NumberError::ForeignCharacters { digits_only });
    }
    if number.len() != usize::from(expected) {
        return Err(NumberError::Length { expected, found: u8::try_from(number.len()).unwrap_or(u8::MAX) });
    }
    BillNumber::new(number).map_err(|_| NumberError::ForeignCharacters { digits_only })
}

/// A Kinmen water number as a code carries it: seven digits. A check rule is not public.
pub(crate) fn kinmen_water(text: &str) -> Option<BillNumber> {
    of_length(text, 7, true).ok()
}

/// A Taipei water number as a code carries it: ten digits or capital letters.
pub(crate) fn taipei_water(text: &str) -> Option<BillNumber> {
    of_length(text, 10, false).ok()
}

/// A parking slip's number as a code carries it: `^Q[0-9A-Z]{14}$`.
pub(crate) fn parking_slip(text: &str) -> Option<BillNumber> {
    if text.starts_with('Q') { of_length(text, 15, false).ok() } else { None }
}

/// What is odd about a Taipei water number: area 1 (`1-4 A-F H-N P S-Y`), sub-area 2 (01 to 26, 26 in area V only),
/// household 6, check 1 = (10 − Σ household × 2,1,2,1,2,1 mod 10) mod 10, products not split into digits.
///
/// Numbers from before the check digit fail it, and so does FISC's test number: a reason to look twice, never to refuse.
pub(crate) fn taipei_water_warnings(number: &BillNumber) -> Vec<Warning> {
    let digits = number.as_str();
    let mut warnings = Vec::new();
    let area = digits.chars().next().unwrap_or('0');
    let known = matches!(area, '1'..='4' | 'A'..='F' | 'H'..='N' | 'P' | 'S'..='Y');
    let sub_area = digits.get(1..3).and_then(|two| two.parse::<u8>().ok()).unwrap_or(0);
    if !known || !(1..=26).contains(&sub_area) || (sub_area == 26 && area != 'V') {
        warnings.push(Warning::WaterArea);
    }
    let household = digits.get(3..9).unwrap_or("").chars().map(|c| c.to_digit(10)).collect::<Option<Vec<_>>>();
    let expected = household.map(|digits| {
        let sum: u32 = digits.iter().zip([2, 1, 2, 1, 2, 1]).map(|(digit, weight)| digit * weight).sum();
        (10 - sum % 10) % 10
    });
    if expected.is_none() || digits.chars().nth(9).and_then(|c| c.to_digit(10)) != expected {
        warnings.push(Warning::WaterCheckDigit);
    }
    warnings
}

impl NumberError {
    /// Stable, `snake_case`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "number_empty",
            Self::HiddenCharacters => "number_hidden_characters",
            Self::ForeignCharacters { .. } => "number_foreign_characters",
            Self::Length { .. } => "number_length",
            Self::TooLong => "number_too_long",
            Self::SlipWithoutQ => "slip_without_q",
            Self::TicketWithoutLetter => "ticket_without_letter",
            Self::ScanOnly => "scan_only",
        }
    }

    /// What is wrong.
    #[must_use]
    pub fn message(self, lang: Lang) -> String {
        let (zh, en) = match self {
            Self::Empty => ("尚未輸入號碼。", "No number was keyed in."),
            Self::HiddenCharacters => {
                ("貼上的號碼含有看不見的字元。", "The number holds characters that can't be seen.")
            }
            Self::ForeignCharacters { digits_only: true } => ("這個號碼只能有數字。", "This number has digits only."),
            Self::ForeignCharacters { digits_only: false } => {
                ("這個號碼只能有數字和英文字母。", "This number has only digits and letters from A to Z.")
            }
            Self::Length { expected, found } => {
                return match lang {
                    Lang::ZhHant => format!("這個號碼應為 {expected} 碼，輸入了 {found} 碼。"),
                    Lang::En => format!("This number has {expected} characters; {found} were keyed in."),
                };
            }
            Self::TooLong => ("輸入的內容太長，不是帳單號碼。", "This is too long to be a bill number."),
            Self::SlipWithoutQ => ("停車單號以 Q 開頭。", "A parking slip's number begins with Q."),
            Self::TicketWithoutLetter => {
                ("罰單單號以英文字母開頭。", "A traffic ticket's number begins with a letter.")
            }
            Self::ScanOnly => ("這種帳單沒有可輸入的號碼。", "There is no number to key in for this kind of bill."),
        };
        lang.pick(zh, en).to_owned()
    }

    /// What to do.
    #[must_use]
    pub const fn hint(self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Self::Empty | Self::TooLong => ("請輸入帳單上的號碼。", "Key in the number as the bill shows it."),
            Self::HiddenCharacters => ("請不要貼上，直接用鍵盤輸入。", "Don't paste it: key it in."),
            Self::ForeignCharacters { .. } => (
                "請對照帳單重新輸入；0 與 O、1 與 I 容易混淆。",
                "Compare it with the bill; 0 and O, 1 and I are easily confused.",
            ),
            Self::Length { .. } => {
                ("請對照帳單，檢查是否多打或漏打。", "Compare it with the bill: a character is missing or too many.")
            }
            Self::SlipWithoutQ => (
                "請輸入停車繳費單上 Q 開頭的 15 碼單號，不是車牌號碼。",
                "Key in the slip's number of 15 characters beginning with Q, not the number plate.",
            ),
            Self::TicketWithoutLetter => {
                ("請輸入罰單上的 9 碼單號。", "Key in the nine characters of the ticket's number.")
            }
            Self::ScanOnly => ("請掃描帳單上的 QR Code。", "Scan the QR code on the bill."),
        };
        lang.pick(zh, en)
    }
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(Lang::En))
    }
}

impl std::error::Error for NumberError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::biller::{HOUSE_TAX, KINMEN_WATER, TAIPEI_PARKING, TAIPEI_WATER, TRAFFIC_FINE};

    fn number(biller: &Biller, typed: &str) -> String {
        check_number(biller, typed).unwrap().0.as_str().to_owned()
    }

    fn refusal(biller: &Biller, typed: &str) -> &'static str {
        check_number(biller, typed).unwrap_err().code()
    }

    #[test]
    fn digits_are_taken_as_people_type_them() {
        for typed in
            ["1234567", "１２３４５６７", " 123 4567\n", "123-4567", "１２３－４５６７", "12.34.567", "123–4567"]
        {
            assert_eq!(number(&KINMEN_WATER, typed), "1234567", "{typed:?}");
        }
        assert_eq!(number(&KINMEN_WATER, "0000001"), "0000001");
    }

    #[test]
    fn a_kinmen_number_has_seven_digits() {
        assert_eq!(refusal(&KINMEN_WATER, "123456"), "number_length");
        assert_eq!(refusal(&KINMEN_WATER, "12345678"), "number_length");
        assert_eq!(refusal(&KINMEN_WATER, "123456O"), "number_foreign_characters");
        assert_eq!(refusal(&KINMEN_WATER, "一二三四五六七"), "number_foreign_characters");
        assert_eq!(refusal(&KINMEN_WATER, "\u{661}234567"), "number_foreign_characters");
        assert_eq!(refusal(&KINMEN_WATER, " - "), "number_empty");
        assert_eq!(refusal(&KINMEN_WATER, ""), "number_empty");
        assert_eq!(refusal(&KINMEN_WATER, "123\u{202E}4567"), "number_hidden_characters");
        assert_eq!(refusal(&KINMEN_WATER, "123\u{200B}4567"), "number_hidden_characters");
        assert_eq!(refusal(&KINMEN_WATER, &"1".repeat(1_000_000)), "number_too_long");
    }

    #[test]
    fn a_refusal_tells_how_many_characters_are_wanted() {
        let error = check_number(&KINMEN_WATER, "123456").unwrap_err();
        assert_eq!(error.message(Lang::ZhHant), "這個號碼應為 7 碼，輸入了 6 碼。");
        assert_eq!(error.message(Lang::En), "This number has 7 characters; 6 were keyed in.");
    }

    #[test]
    fn a_taipei_number_with_a_right_check_digit_passes_in_silence() {
        assert_eq!(check_number(&TAIPEI_WATER, "2-08-123456-0").unwrap().1, []);
        assert_eq!(number(&TAIPEI_WATER, "２－０８－１２３４５６－０"), "2081234560");
    }

    #[test]
    fn a_taipei_number_that_fails_its_check_digit_is_warned_of_and_accepted() {
        let (number, warnings) = check_number(&TAIPEI_WATER, "2081234561").unwrap();
        assert_eq!((number.as_str(), warnings.as_slice()), ("2081234561", &[Warning::WaterCheckDigit][..]));
        let (_, warnings) = check_number(&TAIPEI_WATER, "9112430446").unwrap();
        assert_eq!(warnings, [Warning::WaterArea, Warning::WaterCheckDigit], "FISC's test number");
        assert_eq!(check_number(&TAIPEI_WATER, "v261234560").unwrap().1, []);
        assert_eq!(check_number(&TAIPEI_WATER, "2261234560").unwrap().1, [Warning::WaterArea], "26 is V's alone");
        assert_eq!(check_number(&TAIPEI_WATER, "2270000000").unwrap().1, [Warning::WaterArea]);
    }

    #[test]
    fn a_taipei_number_has_ten_characters() {
        assert_eq!(refusal(&TAIPEI_WATER, "208123456"), "number_length");
        assert_eq!(refusal(&TAIPEI_WATER, "20812345600"), "number_length");
        assert_eq!(refusal(&TAIPEI_WATER, "2081234(60"), "number_foreign_characters");
    }

    #[test]
    fn a_parking_slip_begins_with_q() {
        assert_eq!(number(&TAIPEI_PARKING, "q0000000a000001"), "Q0000000A000001");
        assert_eq!(refusal(&TAIPEI_PARKING, "A0000000A000001"), "slip_without_q");
        assert_eq!(refusal(&TAIPEI_PARKING, "AAA-8888"), "number_length");
    }

    #[test]
    fn other_billers_numbers_follow_their_own_rule() {
        assert_eq!(number(&TRAFFIC_FINE, "a12345678"), "A12345678");
        assert_eq!(refusal(&TRAFFIC_FINE, "123456789"), "ticket_without_letter");
        assert_eq!(refusal(&HOUSE_TAX, "123"), "scan_only");
    }
}
