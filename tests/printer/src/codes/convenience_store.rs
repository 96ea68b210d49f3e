//! The general rule of the three convenience-store barcodes (Code 39, 9 + 16 + 15 characters).
//!
//! Segment 1: day of collection `YYMMDD` (ROC) and a three-character item; segment 2: the biller's own; segment 3: four
//! digits of date, two check characters, nine digits of amount.

use super::letter_value;

/// The third segment with its check characters.
///
/// Sums run over odd and over even positions, counted from 1 within each segment, modulo 11; the first writes 0 as `A`
/// and 10 as `B`, the second 0 as `X` and 10 as `Y`. The two check characters themselves are left out.
pub fn third_segment(first: &str, second: &str, date: &str, amount: i64) -> String {
    let amount = format!("{amount:09}");
    let unchecked = format!("{date}{amount}");
    let sum = |offset: usize| -> u32 {
        [first, second, &unchecked]
            .iter()
            .flat_map(|segment| segment.bytes().skip(offset).step_by(2))
            .map(value)
            .sum::<u32>()
            % 11
    };
    let odd = check_character(sum(0), 'A', 'B');
    let even = check_character(sum(1), 'X', 'Y');
    format!("{date}{odd}{even}{amount}")
}

fn check_character(remainder: u32, zero: char, ten: char) -> char {
    match remainder {
        0 => zero,
        10 => ten,
        digit => char::from_digit(digit, 10).unwrap_or(zero),
    }
}

fn value(c: u8) -> u32 {
    match c {
        b'+' => 1,
        b'%' => 2,
        b'-' => 6,
        b'.' => 7,
        b' ' => 8,
        b'$' => 9,
        _ => letter_value(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_segments_get_the_check_characters_9y() {
        assert_eq!(third_segment("991231Y01", "ABCDEFGHIKLMNPQR", "1234", 7890), "12349Y000007890");
    }
}
