//! Code 39 (ISO/IEC 16388): nine elements a character, three of them wide; `*` starts and stops.

/// The characters in the order of the standard's table, `*` last.
pub const ALPHABET: &[u8; 44] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%*";

/// Their nine elements, bar first in the highest bit, 1 for wide.
pub const PATTERNS: [u16; 44] = [
    0x034, 0x121, 0x061, 0x160, 0x031, 0x130, 0x070, 0x025, 0x124, 0x064, 0x109, 0x049, 0x148, 0x019, 0x118, 0x058,
    0x00D, 0x10C, 0x04C, 0x01C, 0x103, 0x043, 0x142, 0x013, 0x112, 0x052, 0x007, 0x106, 0x046, 0x016, 0x181, 0x0C1,
    0x1C0, 0x091, 0x190, 0x0D0, 0x085, 0x184, 0x0C4, 0x0A8, 0x0A2, 0x08A, 0x02A, 0x094,
];

/// Index of the start and stop character.
pub const STAR: usize = 43;

/// Fewest and most characters between start and stop: the bills' shortest segment has nine, but other codes exist.
const LENGTHS: std::ops::RangeInclusive<usize> = 1..=60;

/// Whether the nine widths are those of the character, whatever the ratio of wide to narrow: every wide element must
/// be clearly wider than every narrow one of its colour.
fn classify(widths: &[f32]) -> Option<usize> {
    let [b0, s0, b1, s1, b2, s2, b3, s3, b4] = *widths else { return None };
    let bars = [b0, b1, b2, b3, b4];
    let spaces = [s0, s1, s2, s3];
    let total: f32 = widths.iter().sum();
    let mut best: Option<(usize, f32)> = None;
    let mut second = f32::INFINITY;
    for (i, pattern) in PATTERNS.iter().enumerate() {
        // Narrow and wide as the mean of what the pattern calls so; the fit is what is left over.
        let wide = |element: usize| pattern >> (8 - element) & 1 == 1;
        let (mut narrow_sum, mut wide_sum) = (0.0, 0.0);
        for (element, width) in widths.iter().enumerate() {
            if wide(element) {
                wide_sum += width;
            } else {
                narrow_sum += width;
            }
        }
        let (narrow, broad) = (narrow_sum / 6.0, wide_sum / 3.0);
        if broad < narrow * 1.5 || broad > narrow * 4.0 {
            continue;
        }
        // Ink spreads: bars may all be a little wider and spaces narrower than they should.
        let expected = |element: usize| if wide(element) { broad } else { narrow };
        let spread = (0..5).map(|k| bars[k] - expected(2 * k)).sum::<f32>() / 5.0;
        let mut error = 0.0;
        for (k, bar) in bars.iter().enumerate() {
            error += (bar - spread - expected(2 * k)).powi(2);
        }
        for (k, space) in spaces.iter().enumerate() {
            error += (space + spread - expected(2 * k + 1)).powi(2);
        }
        let error = error / (total * total);
        if best.is_none_or(|(_, e)| error < e) {
            second = best.map_or(f32::INFINITY, |(_, e)| e);
            best = Some((i, error));
        } else if error < second {
            second = error;
        }
    }
    let (character, error) = best?;
    (error < 0.010 && second > error * 1.8).then_some(character)
}

/// The symbol whose first bar begins at edge `at`: its text and the edge where its last bar ends.
pub fn symbol(edges: &[f32], at: usize) -> Option<(String, usize)> {
    let widths = |at: usize| -> Option<[f32; 9]> {
        let edges = edges.get(at..at + 10)?;
        let mut widths = [0.0; 9];
        for (width, pair) in widths.iter_mut().zip(edges.windows(2)) {
            *width = pair.get(1)? - pair.first()?;
        }
        Some(widths)
    };
    let start = widths(at)?;
    let mut width: f32 = start.iter().sum();
    let quiet = |gap: f32, width: f32| gap > width * 0.35;
    // Cheap refusals first: no quiet zone before it, or not as `*` begins: narrow bar, wide space, narrow bar.
    if at > 0 && !quiet(edges.get(at)? - edges.get(at - 1)?, width) {
        return None;
    }
    if start[1] < start[0] * 1.2 || start[1] < start[2] * 1.2 || classify(&start)? != STAR {
        return None;
    }
    let mut text = String::new();
    let mut next = at + 10;
    loop {
        let gap = edges.get(next)? - edges.get(next - 1)?;
        if gap > width * 0.35 {
            return None;
        }
        let elements = widths(next)?;
        let this: f32 = elements.iter().sum();
        // Perspective widens characters slowly.
        if (this - width).abs() > width * 0.25 {
            return None;
        }
        width = this;
        match classify(&elements)? {
            STAR => break,
            character => text.push(char::from(*ALPHABET.get(character)?)),
        }
        if text.len() > *LENGTHS.end() {
            return None;
        }
        next += 10;
    }
    let end = next + 9;
    let followed = edges.get(end + 1).is_none_or(|after| edges.get(end).is_some_and(|e| quiet(after - e, width)));
    (followed && LENGTHS.contains(&text.len())).then_some((text, end))
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Edges of a printed symbol, `ratio` narrow widths to a wide one.
    pub fn printed(text: &str, narrow: f32, ratio: f32) -> Vec<f32> {
        let mut edges = vec![narrow * 12.0];
        for c in format!("*{text}*").bytes() {
            let pattern = PATTERNS[ALPHABET.iter().position(|a| *a == c).unwrap()];
            for element in 0..9 {
                let wide = pattern >> (8 - element) & 1 == 1;
                edges.push(edges.last().unwrap() + if wide { narrow * ratio } else { narrow });
            }
            edges.push(edges.last().unwrap() + narrow);
        }
        edges.pop();
        edges
    }

    #[test]
    fn every_character_has_three_wide_elements_and_no_two_are_alike() {
        for (i, pattern) in PATTERNS.iter().enumerate() {
            assert_eq!(pattern.count_ones(), 3);
            assert!(!PATTERNS[..i].contains(pattern));
        }
    }

    #[test]
    fn a_row_is_read_at_every_ratio_that_the_standard_allows() {
        for ratio in [2.0, 2.5, 3.0] {
            let text = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%";
            let edges: Vec<f32> = printed(text, 4.0, ratio).iter().map(|x| x.round()).collect();
            assert_eq!(symbol(&edges, 0), Some((text.to_owned(), edges.len() - 1)));
        }
    }

    #[test]
    fn a_symbol_without_its_quiet_zone_is_not_believed() {
        let mut edges = vec![0.0, 44.0];
        edges.extend(printed("112233168", 4.0, 2.5));
        assert_eq!(symbol(&edges, 2), None);
    }
}
