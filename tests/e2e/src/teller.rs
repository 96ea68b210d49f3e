//! Tells the story while it happens.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use time::OffsetDateTime;

use crate::story::diary::{Entry, What, Words};

/// In which language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    Zh,
    En,
}

impl Tongue {
    #[must_use]
    pub const fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// The phone's `--lang`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.pick("zh", "en")
    }
}

pub struct Teller<'a> {
    pub tongue: Tongue,
    out: &'a mut dyn Write,
    begun: Instant,
    diary: Vec<Entry>,
}

impl<'a> Teller<'a> {
    pub fn new(tongue: Tongue, out: &'a mut dyn Write) -> Self {
        Self { tongue, out, begun: Instant::now(), diary: Vec::new() }
    }

    fn line(&mut self, text: &str) {
        // A story that nobody listens to any more goes on: its ending is the exit code.
        let _ = writeln!(self.out, "{text}").and_then(|()| self.out.flush());
    }

    /// Keeps in mind that this happened just now, without a word.
    pub fn note(&mut self, what: What) {
        self.diary.push(Entry { at: OffsetDateTime::now_utc(), what });
    }

    /// What happened so far.
    #[must_use]
    pub fn diary(&self) -> &[Entry] {
        &self.diary
    }

    /// A chapter begins.
    pub fn chapter(&mut self, number: usize, zh: &str, en: &str) {
        self.note(What::Chapter { number, title: Words::new(zh, en) });
        let seconds = self.begun.elapsed().as_secs_f32();
        let title = self.tongue.pick(zh, en);
        self.line(&format!("\n[{number}/7] {title}  ({seconds:.1}s)"));
    }

    /// Something happens.
    pub fn say(&mut self, zh: &str, en: &str) {
        self.note(What::Said(Words::new(zh, en)));
        let text = self.tongue.pick(zh, en).to_owned();
        self.line(&format!("  · {text}"));
    }

    /// Something was checked and is as it should be.
    pub fn proven(&mut self, zh: &str, en: &str) {
        self.note(What::Proven(Words::new(zh, en)));
        let text = self.tongue.pick(zh, en).to_owned();
        self.line(&format!("  ✓ {text}"));
    }

    /// A table, its columns as wide as their widest cell; Chinese characters are two columns wide.
    pub fn table(&mut self, rows: &[Vec<String>]) {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|column| rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max().unwrap_or(0))
            .collect();
        for row in rows {
            let mut text = String::from("    ");
            for (cell, column) in row.iter().zip(&widths) {
                text.push_str(cell);
                text.extend(std::iter::repeat_n(' ', column.saturating_sub(width(cell)) + 2));
            }
            self.line(text.trim_end());
        }
    }

    /// What is told word by word in no language.
    pub fn mark(&mut self, what: What, mark: &str) {
        self.note(what);
        self.line(&format!("  · {mark}"));
    }

    /// Names the report.
    pub fn report(&mut self, file: &Path) {
        let name = self.tongue.pick("報告：", "Report: ").to_owned();
        self.line(&format!("{name}{}", file.display()));
    }

    /// The last word.
    pub fn end(&mut self, zh: &str, en: &str) {
        let seconds = self.begun.elapsed().as_secs_f32();
        let text = self.tongue.pick(zh, en).to_owned();
        self.line(&format!("\n{text}  ({seconds:.1}s)"));
    }
}

/// Columns on a terminal: East Asian wide characters take two (UAX 11, without ambiguous ones).
fn width(text: &str) -> usize {
    text.chars()
        .map(|c| {
            if matches!(c, '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{FF60}' | '\u{FFE0}'..='\u{FFE6}') { 2 } else { 1 }
        })
        .sum()
}
