//! Columns of stacked parts, as an SVG that reads by day and by night and loads nothing.

use std::fmt::Write;

/// One part of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Which of [`Chart::parts`].
    pub part: usize,
    pub amount: u64,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    pub name: String,
    pub slices: Vec<Slice>,
    /// What stands above it.
    pub label: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    pub title: String,
    /// What the colours mean.
    pub parts: Vec<String>,
    pub bars: Vec<Bar>,
}

/// Told apart by people who see few colours too (Okabe and Ito, 2008).
const COLOURS: [&str; 8] = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#8c8c8c"];

const COLUMN: usize = 64;
const HEIGHT: u64 = 200;
const LEFT: usize = 16;
const TOP: usize = 64;
const LINE: usize = 24;

/// Draws it. Texts are escaped; the font is the system's own for Traditional Chinese.
#[must_use]
pub fn chart(chart: &Chart) -> String {
    let width = (2 * LEFT + chart.bars.len() * COLUMN).max(360);
    let base = TOP + usize::try_from(HEIGHT).unwrap_or_default();
    let height = base + 2 * LINE + chart.parts.len() * LINE;
    let most = chart.bars.iter().map(total).max().unwrap_or_default().max(1);
    let mut svg = format!(
        concat!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img""#,
            r#" font-family="'PingFang TC','Noto Sans TC','Noto Sans CJK TC','WenQuanYi Micro Hei',sans-serif""#,
            r#" font-size="13" lang="zh-Hant"><title>{title}</title>"#,
            "<style>text{{fill:#222}}@media(prefers-color-scheme:dark){{text{{fill:#eee}}}}</style>",
            r#"<text x="{left}" y="28" font-size="17" font-weight="bold">{title}</text>"#
        ),
        w = width,
        h = height,
        title = escape(&chart.title),
        left = LEFT
    );
    // Writing into a string does not fail.
    for (at, bar) in chart.bars.iter().enumerate() {
        let (x, mut y) = (LEFT + at * COLUMN, base);
        let middle = x + COLUMN / 2;
        for slice in bar.slices.iter().filter(|slice| slice.amount > 0) {
            let tall = usize::try_from((slice.amount * HEIGHT).div_ceil(most)).unwrap_or_default().min(y - TOP);
            y -= tall;
            let colour = COLOURS.get(slice.part % COLOURS.len()).unwrap_or(&"#000");
            let _ =
                write!(svg, r#"<rect x="{}" y="{y}" width="{}" height="{tall}" fill="{colour}"/>"#, x + 8, COLUMN - 16);
        }
        let mut text = |y: usize, words: &str| {
            let _ = write!(
                svg,
                r#"<text x="{middle}" y="{y}" text-anchor="middle" font-size="11">{}</text>"#,
                escape(words)
            );
        };
        text(y - 6, &bar.label);
        text(base + 18, &bar.name);
    }
    for (at, part) in chart.parts.iter().enumerate() {
        let y = base + 2 * LINE + at * LINE;
        let colour = COLOURS.get(at % COLOURS.len()).unwrap_or(&"#000");
        let _ = write!(
            svg,
            r#"<rect x="{LEFT}" y="{}" width="14" height="14" fill="{colour}"/><text x="{}" y="{y}">{}</text>"#,
            y - 12,
            LEFT + 22,
            escape(part)
        );
    }
    svg.push_str("</svg>\n");
    svg
}

fn total(bar: &Bar) -> u64 {
    bar.slices.iter().fold(0, |sum, slice| sum.saturating_add(slice.amount))
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(amount: u64, name: &str) -> Bar {
        Bar { name: name.into(), slices: vec![Slice { part: 0, amount }], label: format!("{amount}") }
    }

    #[test]
    fn the_dearest_column_is_the_tallest_and_the_others_are_in_proportion() {
        let svg = chart(&Chart {
            title: "每月繳費".into(),
            parts: vec!["金門縣自來水廠".into()],
            bars: vec![one(400, "10月"), one(100, "11月"), one(0, "12月")],
        });
        let tall: Vec<&str> =
            svg.split(r#"height=""#).filter_map(|rest| rest.split_once('"')).map(|(tall, _)| tall).collect();
        assert_eq!(tall[2..4], ["200", "50"]);
        assert!(svg.contains("每月繳費") && svg.contains("金門縣自來水廠"));
    }

    #[test]
    fn names_cannot_break_out_of_the_picture() {
        let svg = chart(&Chart { title: "<script>&\"".into(), parts: Vec::new(), bars: vec![one(1, "</text><a>")] });
        assert!(!svg.contains("<script") && !svg.contains("<a>"), "{svg}");
    }

    #[test]
    fn the_largest_amounts_do_not_overflow() {
        let svg = chart(&Chart { title: String::new(), parts: Vec::new(), bars: vec![one(99_999_999_990_000, "x")] });
        assert!(svg.contains(r#"height="200""#));
    }
}
