//! The table of `docs/identity.md`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::cases::{Case, Outcome};

const BEGIN: &str = "<!-- hostile: begin -->\n";
const END: &str = "<!-- hostile: end -->";

/// Where it stands.
#[must_use]
pub fn document() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/identity.md")
}

/// The document with these results in the place of those that stand there; `None` where it has no place for them.
#[must_use]
pub fn placed(document: &str, cases: &[Case]) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{}{END}{after}", written(cases)))
}

fn written(cases: &[Case]) -> String {
    let refused = cases.iter().filter(|case| case.outcome != Outcome::Believed).count();
    let mut text = format!("\n{} attempts, {refused} refused.\n", cases.len());
    let mut group = "";
    for case in cases {
        if case.group != group {
            group = case.group;
            // Writing to a string does not fail.
            let _ = write!(text, "\n### {group}\n\n| attempt | refused as | in words |\n|---|---|---|\n");
        }
        let (name, words) = match &case.outcome {
            Outcome::Refused { name, words } => (format!("`{name}`"), words.as_str()),
            Outcome::Believed => ("**believed**".to_owned(), ""),
        };
        let _ = writeln!(text, "| {} | {name} | {} |", case.attempt, words.replace('|', "\\|"));
    }
    text.push('\n');
    text
}
