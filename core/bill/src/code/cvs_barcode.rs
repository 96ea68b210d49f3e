//! The three Code 39 barcodes that convenience stores collect by, 9, 16 and 15 characters.
//!
//! Segment 1 = date `YYMMDD` (ROC, two-digit year) + 3-character item · segment 2 is the biller's own · segment 3 =
//! `YYMM` or `MMDD` + 2 check digits + amount 9. Check 1 = sum of the values at odd places (counted from 1 within each
//! segment, check digits left out) modulo 11, 0 → `A`, 10 → `B`; check 2 = the same over even places, 0 → `X`,
//! 10 → `Y`. Values: digits their own, A–I and J–R 1 to 9, S–Z 2 to 9; `+` 1, `%` 2, `-` 6, `.` 7, space 8, `$` 9, `/` 0.
//!
//! Inputs published by store chains' integration guides; vector: `991231Y01`, `ABCDEFGHIKLMNPQR`,
//! `1234??000007890` → `9Y`. Which biller it is follows from the item; an item that is not listed is somebody else's.

use crate::{CivilDate, Suspicion, Twd};

/// Three segments in their order, in shape.
#[derive(Clone, Copy)]
pub(crate) struct Segments<'a> {
    pub first: &'a str,
    pub second: &'a str,
    pub third: &'a str,
}

impl<'a> Segments<'a> {
    /// The three characters that name the biller.
    pub fn item(&self) -> &'a str {
        self.first.get(6..).unwrap_or("")
    }
}

/// `YYMMDD` and an item.
pub(crate) fn is_first(text: &str) -> bool {
    text.len() == 9
        && text.bytes().take(6).all(|b| b.is_ascii_digit())
        && text.bytes().skip(6).all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

/// The biller's own: Code 39 characters. Most billers fill 16; some print fewer.
pub(crate) fn is_second(text: &str) -> bool {
    (10..=16).contains(&text.len()) && text.chars().all(|c| value(c).is_some())
}

/// Four digits, two check digits, nine digits.
pub(crate) fn is_third(text: &str) -> bool {
    text.len() == 15
        && text.bytes().take(4).all(|b| b.is_ascii_digit())
        && text.bytes().skip(4).take(2).all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
        && text.bytes().skip(6).all(|b| b.is_ascii_digit())
}

/// Whether the two check digits fit.
pub(crate) fn check_digits_fit(segments: &Segments<'_>) -> bool {
    check_digits(segments).is_some_and(|(one, two)| {
        let mut printed = segments.third.chars().skip(4);
        printed.next() == Some(one) && printed.next() == Some(two)
    })
}

/// The two check digits that these segments should carry; `None` where a character has no value.
pub(crate) fn check_digits(segments: &Segments<'_>) -> Option<(char, char)> {
    let (mut odd, mut even) = (0u32, 0u32);
    for (index, segment) in [segments.first, segments.second, segments.third].into_iter().enumerate() {
        for (place, c) in (1usize..).zip(segment.chars()) {
            if index == 2 && (place == 5 || place == 6) {
                continue;
            }
            let sum = if place % 2 == 1 { &mut odd } else { &mut even };
            *sum += value(c)?;
        }
    }
    let digit = |sum: u32, zero: char, ten: char| match sum % 11 {
        0 => Some(zero),
        10 => Some(ten),
        rest => char::from_digit(rest, 10),
    };
    Some((digit(odd, 'A', 'B')?, digit(even, 'X', 'Y')?))
}

/// What a Code 39 character counts.
pub(crate) fn value(c: char) -> Option<u32> {
    Some(match c {
        '0'..='9' => u32::from(c) - u32::from('0'),
        'A'..='I' => u32::from(c) - u32::from('A') + 1,
        'J'..='R' => u32::from(c) - u32::from('J') + 1,
        'S'..='Z' => u32::from(c) - u32::from('S') + 2,
        '+' => 1,
        '%' => 2,
        '-' => 6,
        '.' => 7,
        ' ' => 8,
        '$' => 9,
        '/' => 0,
        _ => return None,
    })
}

/// Amount and due date of a layout whose segment 1 dates the last day of payment and whose segment 3 repeats its month
/// and day.
pub(crate) fn amount_and_due(segments: &Segments<'_>, today: CivilDate) -> Result<(Twd, CivilDate), Suspicion> {
    if !check_digits_fit(segments) {
        return Err(Suspicion::CheckDigitsWrong);
    }
    let due = due(segments, today)?;
    if segments.first.get(2..6) != segments.third.get(..4) {
        return Err(Suspicion::MalformedField);
    }
    Ok((amount(segments)?, due))
}

/// Segment 1's date.
pub(crate) fn due(segments: &Segments<'_>, today: CivilDate) -> Result<CivilDate, Suspicion> {
    let digits = segments.first.get(..6).unwrap_or("");
    CivilDate::from_roc_yymmdd(digits, today).map_err(|_| Suspicion::DateMalformed)
}

/// Segment 3's amount.
pub(crate) fn amount(segments: &Segments<'_>) -> Result<Twd, Suspicion> {
    Twd::from_digits(segments.third.get(6..).unwrap_or("")).map_err(|_| Suspicion::AmountMalformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_inputs_give_the_check_digits_of_the_rule() {
        let segments = Segments { first: "991231Y01", second: "ABCDEFGHIKLMNPQR", third: "12340000000 7890" };
        assert!(!check_digits_fit(&segments));
        let segments = Segments { third: "12349Y000007890", ..segments };
        assert!(check_digits_fit(&segments));
    }

    #[test]
    fn one_wrong_digit_anywhere_is_seen() {
        let right = ["991231Y01", "ABCDEFGHIKLMNPQR", "12349Y000007890"];
        for segment in 0..3 {
            for place in 0..right[segment].len() {
                let mut texts = right.map(str::to_owned);
                let old = texts[segment].as_bytes()[place];
                let new = if old == b'3' { "5" } else { "3" };
                texts[segment].replace_range(place..=place, new);
                // C, L, T and 3 count the same: such a change can't be seen.
                if value(char::from(old)) == value(new.chars().next().unwrap()) && !(segment == 2 && place / 2 == 2) {
                    continue;
                }
                let [first, second, third] = texts.each_ref().map(String::as_str);
                assert!(!check_digits_fit(&Segments { first, second, third }), "{first} {second} {third}");
            }
        }
    }

    #[test]
    fn every_code_39_character_counts_and_no_other_does() {
        let counts: Vec<u32> = "AIJRSZ+%-. $/09".chars().filter_map(value).collect();
        assert_eq!(counts, [1, 9, 1, 9, 2, 9, 1, 2, 6, 7, 8, 9, 0, 0, 9]);
        for c in ['a', '*', '１', '水', '\0'] {
            assert_eq!(value(c), None);
        }
    }
}
