//! What people key in: brought to one form (NFKC, since they type １２３), then held to the field's rule, while they type.
//!
//! A number stays text. Warnings ask for a second look and refuse nothing.

mod birth_date;
mod business_number;
mod error;
mod national_id;
mod phone;
mod plate;
pub(crate) mod water;

use serde::Deserialize;

pub use error::NumberError;

use crate::{BillNumber, Biller, Lang, Warning, text};

/// One thing to key in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Field {
    /// Among machines: `number`, `car_plate`, …
    pub name: String,
    pub rule: Rule,
    pub zh: String,
    pub en: String,
    pub zh_hint: String,
    pub en_hint: String,
    /// Never stored on the phone: only what the platform answers is.
    #[serde(default)]
    pub secret: bool,
}

/// What may stand in a field. A rule that this release does not know is no rule: its way is left out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Digits, so many.
    Digits {
        least: u8,
        most: u8,
    },
    /// Digits and letters A to Z, so many.
    Characters {
        least: u8,
        most: u8,
    },
    /// Ten characters, the last a check digit that warns.
    TaipeiWater,
    /// `Q` and 14 digits or letters.
    ParkingSlip,
    /// A letter and eight digits or letters.
    TrafficTicket,
    CarPlate,
    MotorcyclePlate,
    NationalId,
    BusinessNumber,
    BirthDate,
    Phone,
    /// One of these.
    Choice(Vec<Choice>),
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Choice {
    pub id: String,
    pub zh: String,
    pub en: String,
}

/// What was keyed in, in the form that codes and the platform give it. Personal.
pub type Keyed = (String, Vec<Warning>);

/// How far somebody has come in typing.
#[derive(Clone, PartialEq, Eq)]
pub enum Typing {
    /// So far so good, and not done.
    Unfinished,
    /// Complete, in the form that is sent.
    Complete(String, Vec<Warning>),
    /// No typing on makes it right.
    Wrong(NumberError),
}

/// Longer than anything that is keyed in; beyond it nothing is looked at.
const LONGEST: usize = 1024;

impl Field {
    #[must_use]
    pub const fn label(&self, lang: Lang) -> &str {
        match lang {
            Lang::ZhHant => self.zh.as_str(),
            Lang::En => self.en.as_str(),
        }
    }

    #[must_use]
    pub const fn hint(&self, lang: Lang) -> &str {
        match lang {
            Lang::ZhHant => self.zh_hint.as_str(),
            Lang::En => self.en_hint.as_str(),
        }
    }

    /// Whether it names bill or customer by itself.
    #[must_use]
    pub fn is_number(&self) -> bool {
        self.name == "number"
    }

    pub(crate) fn is_clean(&self) -> bool {
        let named = (1..=32).contains(&self.name.len())
            && self.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        let choices: &[Choice] = if let Rule::Choice(choices) = &self.rule { choices } else { &[] };
        let texts = choices.iter().flat_map(|choice| [&choice.id, &choice.zh, &choice.en]);
        let fits = |text: &String| text.chars().count() <= 200 && !text::has_hidden_characters(text);
        named && choices.len() <= 64 && texts.chain([&self.zh, &self.en, &self.zh_hint, &self.en_hint]).all(fits)
    }

    /// Checks what was keyed in, once it is done.
    pub fn check(&self, typed: &str) -> Result<Keyed, NumberError> {
        let plain = plain(typed)?;
        if plain.is_empty() {
            return Err(NumberError::Empty);
        }
        let number = || plain.chars().filter(|c| !is_separator(*c)).collect::<String>();
        let of = |text: Result<String, NumberError>| text.map(|text| (text, Vec::new()));
        match &self.rule {
            Rule::Digits { least, most } => of(counted(&number(), *least, *most, true)),
            Rule::Characters { least, most } => of(counted(&number(), *least, *most, false)),
            Rule::TaipeiWater => {
                let number = counted(&number(), 10, 10, false)?;
                let warnings = water::taipei_warnings(&number);
                Ok((number, warnings))
            }
            Rule::ParkingSlip => of(begun(&number(), 15, |c| c == 'Q', NumberError::SlipWithoutQ)),
            Rule::TrafficTicket => {
                of(begun(&number(), 9, |c| c.is_ascii_uppercase(), NumberError::TicketWithoutLetter))
            }
            Rule::CarPlate | Rule::MotorcyclePlate => of(plate::check(&plain)),
            Rule::NationalId => of(national_id::check(&number())),
            Rule::BusinessNumber => of(business_number::check(&number())),
            Rule::BirthDate => of(birth_date::check(&plain)),
            Rule::Phone => of(phone::check(&number())),
            Rule::Choice(choices) => {
                // Not in capitals, and with its hyphens: it is picked, or typed as it stands.
                let typed = text::normalise(typed, 128);
                let meant = |choice: &&Choice| [&choice.id, &choice.zh, &choice.en].contains(&&typed);
                of(choices.iter().find(meant).map(|choice| choice.id.clone()).ok_or(NumberError::NoSuchChoice))
            }
        }
    }

    /// Judges what has been typed so far: asked at every keystroke.
    #[must_use]
    pub fn typing(&self, typed: &str) -> Typing {
        match self.check(typed) {
            Ok((text, warnings)) => Typing::Complete(text, warnings),
            Err(error) if error.may_become_right() => Typing::Unfinished,
            Err(NumberError::NoSuchChoice) if self.begins_a_choice(typed) => Typing::Unfinished,
            Err(error) => Typing::Wrong(error),
        }
    }

    fn begins_a_choice(&self, typed: &str) -> bool {
        let Rule::Choice(choices) = &self.rule else { return false };
        let typed = text::normalise(typed, 128);
        choices.iter().any(|choice| [&choice.id, &choice.zh, &choice.en].iter().any(|name| name.starts_with(&typed)))
    }
}

/// Checks the number that a person keyed in: NFKC first, then the separators that people type go.
///
/// The number comes back in the form that codes give it.
pub fn check_number(biller: &Biller, typed: &str) -> Result<(BillNumber, Vec<Warning>), NumberError> {
    let (number, warnings) = biller.number().ok_or(NumberError::ScanOnly)?.check(typed)?;
    BillNumber::new(&number).map(|number| (number, warnings)).map_err(|_| NumberError::TooLong)
}

/// NFKC, in capitals, without white space: a line break at the end is the Enter key; inside, it is as good as a space.
fn plain(typed: &str) -> Result<String, NumberError> {
    if typed.len() > LONGEST {
        return Err(NumberError::TooLong);
    }
    let plain: String = text::normalise(typed, 128).chars().filter(|c| !c.is_whitespace()).collect();
    if text::has_hidden_characters(&plain) {
        return Err(NumberError::HiddenCharacters);
    }
    Ok(plain.to_ascii_uppercase())
}

/// Hyphens and dashes, dots, slashes, low lines: what stands between groups of digits on paper.
const fn is_separator(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '_' | '.' | '\u{B7}' | '\u{30FB}' | '/')
}

/// So many digits, or digits and capital letters.
fn counted(number: &str, least: u8, most: u8, digits_only: bool) -> Result<String, NumberError> {
    let fits = |b: u8| b.is_ascii_digit() || (!digits_only && b.is_ascii_uppercase());
    if number.is_empty() {
        return Err(NumberError::Empty);
    }
    if !number.bytes().all(fits) {
        return Err(NumberError::ForeignCharacters { digits_only });
    }
    let found = u8::try_from(number.len()).unwrap_or(u8::MAX);
    match found {
        found if found < least => Err(NumberError::Length { expected: least, found }),
        found if found > most => Err(NumberError::Length { expected: most, found }),
        _ => Ok(number.to_owned()),
    }
}

/// So many digits and capital letters, of which the first is of a kind: said before the length, since typing on does not
/// change it.
fn begun(number: &str, length: u8, first: fn(char) -> bool, otherwise: NumberError) -> Result<String, NumberError> {
    let checked = counted(number, length, length, false);
    let wrong = matches!(checked, Ok(_) | Err(NumberError::Length { .. })) && !number.starts_with(first);
    if wrong { Err(otherwise) } else { checked }
}

fn as_number(checked: Result<String, NumberError>) -> Option<BillNumber> {
    checked.ok().and_then(|number| BillNumber::new(&number).ok())
}

/// A Kinmen water number as a code carries it: seven digits. A check rule is not public.
pub(crate) fn kinmen_water(text: &str) -> Option<BillNumber> {
    as_number(counted(text, 7, 7, true))
}

/// A Taipei water number as a code carries it: ten digits or capital letters.
pub(crate) fn taipei_water(text: &str) -> Option<BillNumber> {
    as_number(counted(text, 10, 10, false))
}

/// A parking slip's number as a code carries it: `^Q[0-9A-Z]{14}$`.
pub(crate) fn parking_slip(text: &str) -> Option<BillNumber> {
    as_number(begun(text, 15, |c| c == 'Q', NumberError::SlipWithoutQ))
}

/// A number of this biller's as a code carries it: as it would be kept if it were keyed in, to the letter.
pub(crate) fn in_code(biller: &Biller, text: &str) -> Option<BillNumber> {
    let number = match biller.number() {
        Some(field) => field.check(text).ok()?.0,
        None => text.to_owned(),
    };
    BillNumber::new(&number).ok().filter(|kept| kept.as_str() == text)
}

#[cfg(test)]
mod tests;
