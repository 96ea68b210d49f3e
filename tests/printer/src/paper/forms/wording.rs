//! How a bill writes money, names and periods.

/// `1,234,567`.
pub fn thousands(amount: i64) -> String {
    let digits = amount.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && digit.is_ascii_digit() {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The amount in the numerals of cheques and bills, `壹仟貳佰參拾肆元整`; up to nine digits.
pub fn in_words(amount: i64) -> String {
    const NUMERALS: [char; 10] = ['零', '壹', '貳', '參', '肆', '伍', '陸', '柒', '捌', '玖'];
    const UNITS: [&str; 9] = ["", "拾", "佰", "仟", "萬", "拾", "佰", "仟", "億"];
    let digits: Vec<usize> =
        amount.to_string().chars().filter_map(|c| c.to_digit(10)).filter_map(|d| usize::try_from(d).ok()).collect();
    let mut words = String::new();
    let mut gap = false;
    for (index, digit) in digits.iter().enumerate() {
        let place = digits.len() - 1 - index;
        if *digit == 0 {
            gap = true;
        } else {
            if gap && !words.is_empty() {
                words.push('零');
            }
            gap = false;
            words.push(NUMERALS[*digit % 10]);
            words.push_str(UNITS.get(place).copied().unwrap_or_default());
        }
        // 萬 is said once for its whole group of four, even where the group ends in zeros.
        let group = digits.len().saturating_sub(8)..digits.len().saturating_sub(4);
        if place == 4 && *digit == 0 && digits.get(group).is_some_and(|g| g.iter().any(|d| *d != 0)) {
            words.push('萬');
            gap = false;
        }
    }
    words.push_str("元整");
    words
}

/// A name with its middle hidden: `王〇明`, `王〇`. Names that are masked already stay as they are.
pub fn masked(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    if characters.iter().any(|c| matches!(c, '○' | '〇' | '*' | '＊')) {
        return name.to_owned();
    }
    let last = characters.len().saturating_sub(1);
    let hidden = |index: usize| if characters.len() <= 2 { index == 1 } else { index > 0 && index < last };
    characters.iter().enumerate().map(|(index, c)| if hidden(index) { '〇' } else { *c }).collect()
}

/// Whether an owner is written as a number plate.
pub fn is_plate(owner: &str) -> bool {
    owner.contains('-') && owner.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
}

/// Characters set apart, as below a barcode.
pub fn spaced(text: &str) -> String {
    text.chars().flat_map(|c| [c, ' ']).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_on_a_cheque() {
        for (amount, words) in [
            (7, "柒元整"),
            (60, "陸拾元整"),
            (1_234, "壹仟貳佰參拾肆元整"),
            (1_004, "壹仟零肆元整"),
            (20_000, "貳萬元整"),
            (200_000, "貳拾萬元整"),
            (100_500, "壹拾萬零伍佰元整"),
            (300_010_000, "參億零壹萬元整"),
            (300_000_010, "參億零壹拾元整"),
        ] {
            assert_eq!(in_words(amount), words);
        }
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(thousands(999), "999");
    }

    #[test]
    fn a_name_shows_only_its_ends() {
        assert_eq!(masked("王小明"), "王〇明");
        assert_eq!(masked("王明"), "王〇");
        assert_eq!(masked("歐陽小明"), "歐〇〇明");
        assert_eq!(masked("陳○華"), "陳○華");
    }
}
