//! A bill's barcodes, for the counter.

use crate::code39;
use crate::png::{DrawError, Paper, Picture};

/// Pixels of a narrow element. Readers want three at least; more, and a phone's screen is too narrow for sixteen characters.
const NARROW: usize = 3;
/// Pixels of a bar's height. On a screen of 400 dots an inch, 14 mm.
const HEIGHT: usize = 220;
/// Pixels between two codes: a scanner's line meets one of them.
const APART: usize = 140;
/// The quiet zone of the standard, ten narrow elements.
const QUIET: usize = 10 * NARROW;

const MOST_CODES: usize = 8;
const LONGEST: usize = 48;

/// Draws these texts as Code 39, one below the other, in their order.
pub fn barcodes(texts: &[&str]) -> Result<Picture, DrawError> {
    if texts.is_empty() || texts.len() > MOST_CODES || texts.iter().any(|text| text.len() > LONGEST) {
        return Err(DrawError::TooLong);
    }
    let codes = texts.iter().map(|text| code39::elements(text)).collect::<Result<Vec<_>, _>>()?;
    let width = codes.iter().map(|code| code.iter().sum::<usize>() * NARROW).max().unwrap_or_default() + 2 * QUIET;
    let mut paper = Paper::white(width, codes.len() * (HEIGHT + APART) + APART);
    for (at, code) in codes.iter().enumerate() {
        let (mut x, y) = (QUIET, APART + at * (HEIGHT + APART));
        for (element, narrow) in code.iter().enumerate() {
            if element % 2 == 0 {
                paper.black(x, y, narrow * NARROW, HEIGHT);
            }
            x += narrow * NARROW;
        }
    }
    paper.picture()
}
