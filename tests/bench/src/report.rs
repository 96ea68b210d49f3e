//! Figures into words: on the screen, and into a section of `docs/benchmarks.md` that this program owns.

use std::path::Path;

use crate::Result;

/// The middle value.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
    if sorted.len().is_multiple_of(2) { f64::midpoint(at(middle.wrapping_sub(1)), at(middle)) } else { at(middle) }
}

/// `median (least to most)`
pub fn range(values: &[f64], digits: usize) -> String {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!("{:.digits$} ({least:.digits$} to {most:.digits$})", median(values))
}

/// Something that must hold.
pub struct Bar {
    pub what: String,
    pub figure: String,
    pub wanted: &'static str,
    pub holds: bool,
}

impl Bar {
    pub fn row(&self) -> String {
        format!("| {} | {} | {} | {} |", self.what, self.figure, self.wanted, if self.holds { "✓" } else { "✗" })
    }
}

/// Puts `text` between the marks of `section` in `file`, or at its end where it has none. All else stays.
pub fn write_section(file: &Path, section: &str, text: &str) -> Result<()> {
    let page = std::fs::read_to_string(file).unwrap_or_else(|_| HEAD.to_owned());
    Ok(std::fs::write(file, with_section(&page, section, text))?)
}

const HEAD: &str = "# Benchmarks

Each section is written by the program that measured it (`scripts/bench`). Ratios are against bare peers in the same run;
absolute figures are of the machine described.
";

fn with_section(page: &str, section: &str, text: &str) -> String {
    let (begin, end) = (format!("<!-- {section}: begin -->"), format!("<!-- {section}: end -->"));
    let body = format!("{begin}\n\n{}\n\n{end}", text.trim());
    let kept = page.split_once(&begin).and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
    match kept {
        Some((before, after)) => format!("{before}{body}{after}"),
        None => format!("{}\n\n{body}\n", page.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_replaced_and_its_neighbours_stay() {
        let page = with_section(&with_section(HEAD, "scan", "## Scan\n\nold"), "queue", "## Queue");
        let again = with_section(&page, "scan", "## Scan\n\nnew");
        assert!(again.contains("new") && !again.contains("old") && again.contains("## Queue"));
        assert_eq!(with_section(&again, "queue", "## Queue"), again);
        assert!(again.starts_with(HEAD.trim_end()));
    }

    #[test]
    fn the_median_is_the_middle_and_between_two_their_mean() {
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!((median(&[4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < 1e-9);
    }
}
