//! Code 128 (ISO/IEC 15417): six elements of one to four widths a character, eleven together, with a check character.

/// Widths of bar, space, bar, space, bar, space for the values 0 to 105; 103 to 105 start sets A to C.
#[rustfmt::skip]
const WIDTHS: [u32; 106] = [
    212222, 222122, 222221, 121223, 121322, 131222, 122213, 122312, 132212, 221213, 221312, 231212, 112232, 122132,
    122231, 113222, 123122, 123221, 223211, 221132, 221231, 213212, 223112, 312131, 311222, 321122, 321221, 312212,
    322112, 322211, 212123, 212321, 232121, 111323, 131123, 131321, 112313, 132113, 132311, 211313, 231113, 231311,
    112133, 112331, 132131, 113123, 113321, 133121, 313121, 211331, 231131, 213113, 213311, 213131, 311123, 311321,
    331121, 312113, 312311, 332111, 314111, 221411, 431111, 111224, 111422, 121124, 121421, 141122, 141221, 112214,
    112412, 122114, 122411, 142112, 142211, 241211, 221114, 413111, 241112, 134111, 111242, 121142, 121241, 114212,
    124112, 124211, 411212, 421112, 421211, 212141, 214121, 412121, 111143, 111341, 131141, 114113, 114311, 411113,
    411311, 113141, 114131, 311141, 411131, 211412, 211214, 211232,
];
/// The stop character's six, before its last bar of two.
const STOP: u32 = 233111;
const STOP_VALUE: usize = 106;

const START_A: usize = 103;
const START_C: usize = 105;
const MAX_CHARACTERS: usize = 80;

/// Width of one element, 0 the first.
fn element(widths: u32, i: u32) -> f32 {
    (widths / 10u32.pow(5 - i) % 10) as f32
}

/// Whether six widths could be a start character's: all begin 2 1 1 (the order of the rest tells which).
fn may_start(widths: &[f32; 6]) -> bool {
    let unit = widths.iter().sum::<f32>() / 11.0;
    [211_412u32, 211_214, 211_232].iter().any(|pattern| {
        (0..6).map(|i| (widths[i as usize] / unit - element(*pattern, i)).abs()).fold(0.0, f32::max) < 0.95
    })
}

/// The value whose six widths fit best, where the fit is good.
fn classify(widths: &[f32; 6]) -> Option<usize> {
    let unit = widths.iter().sum::<f32>() / 11.0;
    if unit <= 0.0 {
        return None;
    }
    let candidates = WIDTHS.iter().copied().chain([STOP]).enumerate();
    let error = |pattern: u32| -> f32 {
        // Ink that spreads widens the bars by what it takes from the spaces.
        let difference = |i: usize| widths[i] / unit - element(pattern, i as u32);
        let spread = (0..6).map(|i| if i % 2 == 0 { difference(i) } else { -difference(i) }).sum::<f32>() / 6.0;
        (0..6).map(|i| (difference(i) - if i % 2 == 0 { spread } else { -spread }).powi(2)).sum()
    };
    let mut best = (STOP_VALUE, f32::INFINITY);
    let mut second = f32::INFINITY;
    for (value, pattern) in candidates {
        let error = error(pattern);
        if error < best.1 {
            second = best.1;
            best = (value, error);
        } else {
            second = second.min(error);
        }
    }
    (best.1 < 0.9 && second > best.1 * 1.5).then_some(best.0)
}

/// The symbol whose first bar begins at edge `at`: its text and the edge where its last bar ends.
pub fn symbol(edges: &[f32], at: usize) -> Option<(String, usize)> {
    let widths = |at: usize| -> Option<[f32; 6]> {
        let edges = edges.get(at..at + 7)?;
        let mut widths = [0.0; 6];
        for (width, pair) in widths.iter_mut().zip(edges.windows(2)) {
            *width = pair.get(1)? - pair.first()?;
        }
        Some(widths)
    };
    let first = widths(at)?;
    let mut width: f32 = first.iter().sum();
    let quiet = |gap: f32, width: f32| gap > width * 0.4;
    // Cheap refusals first: no quiet zone before it, or not as all starts begin: 2 1 1.
    if at > 0 && !quiet(edges.get(at)? - edges.get(at - 1)?, width) {
        return None;
    }
    if first[0] < first[1] * 1.2 || first[0] < first[2] * 1.2 {
        return None;
    }
    if !may_start(&first) {
        return None;
    }
    let start = classify(&first)?;
    if !(START_A..=START_C).contains(&start) {
        return None;
    }
    let mut values = vec![start];
    let mut next = at + 6;
    loop {
        let elements = widths(next)?;
        let this: f32 = elements.iter().sum();
        if (this - width).abs() > width * 0.25 {
            return None;
        }
        width = this;
        let value = classify(&elements)?;
        if value == STOP_VALUE {
            break;
        }
        values.push(value);
        if values.len() > MAX_CHARACTERS {
            return None;
        }
        next += 6;
    }
    let end = next + 7;
    let last = edges.get(end)? - edges.get(end - 1)?;
    if !(1.2..3.0).contains(&(last / (width / 11.0))) {
        return None;
    }
    if !edges.get(end + 1).is_none_or(|after| edges.get(end).is_some_and(|e| quiet(after - e, width))) {
        return None;
    }
    let check = values.pop()?;
    let sum: usize = values.iter().enumerate().map(|(i, v)| i.max(1) * v).sum();
    if values.len() < 2 || sum % 103 != check {
        return None;
    }
    Some((text(&values)?, end))
}

/// Values to characters, following shifts and changes of set; FNC1 between fields reads as GS (ISO/IEC 15417 annex B).
fn text(values: &[usize]) -> Option<String> {
    let (start, values) = values.split_first()?;
    let mut set = start - START_A;
    let mut text = String::new();
    let mut shifted = false;
    for &value in values {
        let this = if shifted { 1 - set } else { set };
        shifted = false;
        match (this, value) {
            (2, 0..=99) => text.push_str(&format!("{value:02}")),
            (0, 0..=63) | (1, 0..=95) => text.push(char::from(32 + value as u8)),
            (0, 64..=95) => text.push(char::from(value as u8 - 64)),
            (0 | 1, 98) => shifted = true,
            (0 | 1, 99) => set = 2,
            (0 | 2, 100) => set = 1,
            (1 | 2, 101) => set = 0,
            (_, 102) => {
                if !text.is_empty() {
                    text.push('\u{1D}');
                }
            }
            // FNC2, FNC3 and FNC4 speak to readers or to Latin-1: not on bills.
            _ => return None,
        }
    }
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rxing::{BarcodeFormat, Writer, oned::Code128Writer};

    /// Another project's encoder is the oracle.
    fn printed(text: &str) -> Vec<f32> {
        let matrix = Code128Writer.encode(text, &BarcodeFormat::CODE_128, 0, 1).unwrap();
        let mut edges = Vec::new();
        let mut before = false;
        for x in 0..matrix.width() {
            if matrix.get(x, 0) != before {
                edges.push(x as f32 * 3.0);
                before = !before;
            }
        }
        if before {
            edges.push(matrix.width() as f32 * 3.0);
        }
        edges
    }

    #[test]
    fn all_characters_are_eleven_wide_and_no_two_are_alike() {
        for (i, widths) in WIDTHS.iter().enumerate() {
            assert_eq!((0..6).map(|e| element(*widths, e)).sum::<f32>(), 11.0, "{i}");
            assert!(!WIDTHS[..i].contains(widths));
        }
    }

    #[test]
    fn texts_are_read_as_another_encoder_wrote_them() {
        for text in ["Q0000000A000001", "112233168", "0523A8000000775", "a1234567890b~", "12345"] {
            let edges = printed(text);
            let (read, end) = symbol(&edges, 0).unwrap();
            assert_eq!(read, text);
            assert_eq!(end, edges.len() - 1);
        }
    }

    #[test]
    fn a_wrong_check_character_is_refused() {
        let mut edges = printed("Q0000000A000001");
        // Exchange the first two data characters.
        let first: Vec<f32> = edges[6..=12].iter().map(|x| x - edges[6]).collect();
        let second: Vec<f32> = edges[12..=18].iter().map(|x| x - edges[12]).collect();
        let from = edges[6];
        for (i, x) in second.iter().enumerate() {
            edges[6 + i] = from + x;
        }
        for (i, x) in first.iter().enumerate() {
            edges[12 + i] = from + second[6] + x;
        }
        assert!(symbol(&edges, 0).is_none());
    }
}
