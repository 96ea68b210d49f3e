//! Taipei's water numbers: area 1 (`1-4 A-F H-N P S-Y`), sub-area 2 (01 to 26, 26 in area V only), household 6, check 1 =
//! (10 − Σ household × 2,1,2,1,2,1 mod 10) mod 10, products not split into digits.
//!
//! Source: a bank's public form, in which the check was switched off, since "old systems don't check"; one published
//! number agrees. Numbers from before the check digit fail it, and so does FISC's test number: a reason to look twice,
//! never to refuse.

use crate::Warning;

/// What is odd about a number of ten characters.
pub(crate) fn taipei_warnings(digits: &str) -> Vec<Warning> {
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
