//! Why what was keyed in is not what was asked for.

use std::fmt;

use crate::Lang;

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
    /// A number plate is keyed in with its hyphen: without, it could be another's.
    PlateWithoutHyphen,
    /// Two groups of letters and digits, one of them digits only.
    PlateForm,
    /// One letter, then digits of which the first says more than any.
    IdForm,
    /// The last digit of an ID or business number does not fit.
    CheckDigit,
    /// No day of either calendar.
    NoSuchDay,
    /// A mobile number begins with 09.
    PhoneWithout09,
    /// None of those to choose from.
    NoSuchChoice,
    /// This biller's bills are scanned; there is no number to key in.
    ScanOnly,
}

impl NumberError {
    /// Whether typing on may make it right: it is not done yet.
    #[must_use]
    pub const fn may_become_right(self) -> bool {
        match self {
            Self::Empty => true,
            Self::Length { expected, found } => found < expected,
            _ => false,
        }
    }

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
            Self::PlateWithoutHyphen => "plate_without_hyphen",
            Self::PlateForm => "plate_form",
            Self::IdForm => "id_form",
            Self::CheckDigit => "check_digit",
            Self::NoSuchDay => "no_such_day",
            Self::PhoneWithout09 => "phone_without_09",
            Self::NoSuchChoice => "no_such_choice",
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
            Self::PlateWithoutHyphen => ("車牌少了分隔線。", "The number plate lacks its hyphen."),
            Self::PlateForm => ("這不是車牌的格式。", "This is not how a number plate looks."),
            Self::IdForm => ("身分證號是一個英文字母加九個數字。", "An ID number is one letter and nine digits."),
            Self::CheckDigit => ("號碼的檢查碼不符。", "The number's check digit does not fit."),
            Self::NoSuchDay => ("沒有這個日期。", "There is no such day."),
            Self::PhoneWithout09 => ("手機號碼以 09 開頭。", "A mobile number begins with 09."),
            Self::NoSuchChoice => ("不在選項中。", "This is none of the choices."),
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
            Self::PlateWithoutHyphen | Self::PlateForm => {
                ("請照車牌輸入，含分隔線，例如 AAA-8888。", "Key it in as the plate shows it, such as AAA-8888.")
            }
            Self::IdForm | Self::CheckDigit => ("請檢查是否有一碼打錯。", "See whether one character is wrong."),
            Self::NoSuchDay => (
                "請輸入民國或西元年月日，例如 80/01/31 或 1991-01-31。",
                "Key in year, month and day by either calendar, such as 80/01/31 or 1991-01-31.",
            ),
            Self::PhoneWithout09 => ("請輸入 09 開頭的十碼手機號碼。", "Key in ten digits that begin with 09."),
            Self::NoSuchChoice => ("請從選項中選一個。", "Choose one of them."),
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
