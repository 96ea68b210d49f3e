//! Both shells side by side, `docs/shells.md`, read from their sources: where a person can be, what each screen knows, what it
//! says, and what was tried. Places and states that differ are refused; words and tests that differ are shown.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::words::camel;

type Names = BTreeSet<String>;

/// One language of a shell: how its sources say what is compared.
struct Shell {
    name: &'static str,
    /// Folders of the presentation, the screens and the tests.
    presentation: &'static str,
    screens: &'static str,
    tests: &'static [&'static str],
    /// What a file of a screen ends with, behind the screen's name.
    ends: &'static [&'static str],
    state: fn(&str) -> Option<&str>,
    field: fn(&str) -> Option<&str>,
    test: fn(&str) -> Option<&str>,
}

const ANDROID: Shell = Shell {
    name: "Android",
    presentation: "android/presentation/src/main/kotlin/taipei/pay/app",
    screens: "android/screens/src/main/kotlin/taipei/pay/screens",
    tests: &["android/presentation/src/test", "android/preview/src/test"],
    ends: &["Screen.kt", ".kt"],
    state: |line| between(line, "data class ", "State("),
    field: |line| between(line, "val ", ":"),
    test: |line| between(line, "fun `", "`"),
};

const IOS: Shell = Shell {
    name: "iOS",
    presentation: "ios/Presentation",
    screens: "ios/Screens",
    tests: &["ios/Tests"],
    ends: &["Screen.swift"],
    state: |line| between(line, "public struct ", "State:"),
    field: |line| {
        between(line, "public internal(set) var ", ":").or_else(|| between(line, "public internal(set) var ", " ="))
    },
    test: |line| between(line, "@Test(\"", "\""),
};

/// What is read of one shell.
#[derive(Default)]
struct Read {
    places: Names,
    states: BTreeMap<String, Names>,
    /// By the name of the screen's file.
    words: BTreeMap<String, Names>,
    tests: Names,
}

/// The document. `root` is the repository's; `words` are the names of `shells/words.json`.
pub fn document(root: &Path, words: &Names) -> Result<String, String> {
    let (android, ios) = (read(&ANDROID, root, words)?, read(&IOS, root, words)?);
    same("places", &android.places, &ios.places)?;
    same("states", &android.states.keys().cloned().collect(), &ios.states.keys().cloned().collect())?;
    for (state, fields) in &android.states {
        same(&format!("fields of {state}State"), fields, &ios.states[state])?;
    }
    let mut text = String::from(
        "# Both shells, side by side\n\nMade by `scripts/bindings` from the sources of `android/` and `ios/`, and compared by `scripts/bindings --check`, \
         which also fails where places or states differ.\n\n## Places\n\n",
    );
    let places: Vec<String> = android.places.iter().map(|place| format!("`{place}`")).collect();
    let _ = writeln!(text, "The same {} in both: {}.\n\n## States\n", places.len(), places.join(", "));
    text.push_str("| state | what it holds, in both |\n|---|---|\n");
    for (state, fields) in &android.states {
        let _ = writeln!(text, "| `{state}State` | {} |", code(fields));
    }
    text.push_str("\n## Screens and their words\n\nWords are those of `shells/words.json`, by their names there.\n\n");
    text.push_str("| screen | words on both | on Android alone | on iOS alone |\n|---|---|---|---|\n");
    let screens: Names = android.words.keys().chain(ios.words.keys()).cloned().collect();
    let none = Names::new();
    for screen in &screens {
        let (one, other) = (android.words.get(screen).unwrap_or(&none), ios.words.get(screen).unwrap_or(&none));
        let both = one.intersection(other).count();
        let alone = |a: &Names, b: &Names| code(&a.difference(b).cloned().collect());
        let _ = writeln!(text, "| {screen} | {both} | {} | {} |", alone(one, other), alone(other, one));
    }
    text.push_str("\n## Tests\n\nOf the presentation and the screens, against the real core and sandbox.\n\n");
    text.push_str("| what is tried | Android | iOS |\n|---|---|---|\n");
    for test in android.tests.union(&ios.tests) {
        let mark = |tests: &Names| if tests.contains(test) { "✓" } else { "" };
        let _ = writeln!(text, "| {test} | {} | {} |", mark(&android.tests), mark(&ios.tests));
    }
    Ok(text)
}

fn same(what: &str, android: &Names, ios: &Names) -> Result<(), String> {
    if android == ios {
        return Ok(());
    }
    let alone = |a: &Names, b: &Names| a.difference(b).cloned().collect::<Vec<_>>().join(", ");
    let (android, ios) = (alone(android, ios), alone(ios, android));
    Err(format!("the shells differ in {what}: Android alone has [{android}], iOS alone [{ios}]"))
}

fn read(shell: &Shell, root: &Path, words: &Names) -> Result<Read, String> {
    let mut read = Read::default();
    // Words as the languages spell them.
    let spelled: BTreeMap<String, &String> = words.iter().map(|word| (camel(word), word)).collect();
    for (path, text) in sources(&root.join(shell.presentation))? {
        if path.file_stem().is_some_and(|stem| stem == "Place") {
            read.places.extend(text.lines().filter_map(saved));
        }
        read.states.extend(states(shell, &text));
    }
    for (path, text) in sources(&root.join(shell.screens))? {
        let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let screen = shell.ends.iter().find_map(|end| file.strip_suffix(end));
        let said = said(&text, &spelled);
        // Parts are no screen, yet what they say belongs to those that they are in.
        let screen = screen.filter(|_| text.contains("Screen")).unwrap_or("Parts");
        if !said.is_empty() {
            read.words.entry(screen.to_owned()).or_default().extend(said);
        }
    }
    for folder in shell.tests {
        for (_, text) in sources(&root.join(folder))? {
            read.tests.extend(text.lines().filter_map(shell.test).map(str::to_owned));
        }
    }
    if read.places.is_empty() || read.states.is_empty() || read.tests.is_empty() {
        return Err(format!("nothing was found of the shell for {}", shell.name));
    }
    Ok(read)
}

/// All files below a folder, in order.
fn sources(folder: &Path) -> Result<Vec<(PathBuf, String)>, String> {
    let told = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(told)? {
        let path = entry.map_err(told)?.path();
        if path.is_dir() {
            files.extend(sources(&path)?);
        } else if path.extension().is_some_and(|end| end == "kt" || end == "swift") {
            let text = fs::read_to_string(&path).map_err(told)?;
            files.push((path, text));
        }
    }
    files.sort();
    Ok(files)
}

/// The name that a place is saved by, of the line that says so: `Home -> "home"`, `case .home: "home"`.
fn saved(line: &str) -> Option<String> {
    let line = line.trim();
    let (before, name) = line.strip_suffix('"')?.split_once('"')?;
    let says = before.ends_with("-> ") || (before.starts_with("case .") && before.ends_with(": "));
    says.then(|| name.split('/').next().unwrap_or_default().to_owned())
}

/// States and their fields. A state ends with the line that is its closing bracket, or is one line.
fn states(shell: &Shell, text: &str) -> BTreeMap<String, Names> {
    let mut states: BTreeMap<String, Names> = BTreeMap::new();
    let mut within: Option<String> = None;
    for line in text.lines() {
        if let Some(name) = (shell.state)(line).filter(|name| *name != "App") {
            within = Some(name.to_owned());
            states.entry(name.to_owned()).or_default();
        } else if line.starts_with(['}', ')']) {
            within = None;
        }
        let Some(fields) = within.as_ref().and_then(|name| states.get_mut(name)) else { continue };
        for part in line.split(['(', ',']).chain([line]) {
            fields.extend((shell.field)(part).filter(|name| is_name(name)).map(str::to_owned));
        }
        if line.contains("State(") && line.ends_with(')') {
            within = None;
        }
    }
    states
}

/// The words that a source says: `words.NAME`.
fn said(text: &str, spelled: &BTreeMap<String, &String>) -> Names {
    let after = text.split("words.").skip(1);
    let names = after.map(|rest| rest.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default());
    names.filter_map(|name| spelled.get(name)).map(|word| (*word).clone()).collect()
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(char::is_alphanumeric)
}

fn code(names: &Names) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// What stands between two texts, the first time that both are there.
fn between<'a>(line: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(start)?;
    rest.split_once(end).map(|(found, _)| found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Names {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn both_languages_say_the_same_state() {
        let kotlin = "data class KeyInState(val biller: Biller?, val number: String = \"\")\n\
            data class FollowState(\n    /** Asked. */\n    val asking: Boolean = false,\n    val busy: Boolean = false,\n)\nval other: Int = 1\n";
        let swift = "public struct KeyInState: Sendable {\n    public internal(set) var biller: Biller?\n    \
            public internal(set) var number = \"\"\n}\npublic struct FollowState: Sendable {\n    \
            public internal(set) var asking = false\n    public internal(set) var busy = false\n}\n";
        let expected = BTreeMap::from([
            ("Follow".to_owned(), names(&["asking", "busy"])),
            ("KeyIn".to_owned(), names(&["biller", "number"])),
        ]);
        assert_eq!(states(&ANDROID, kotlin), expected);
        assert_eq!(states(&IOS, swift), expected);
    }

    #[test]
    fn places_are_known_by_what_they_are_saved_as() {
        assert_eq!(saved("            Home -> \"home\"").unwrap(), "home");
        assert_eq!(saved("            is KeyIn -> \"key-in/$biller\"").unwrap(), "key-in");
        assert_eq!(saved("        case .keyIn(let biller): \"key-in/\\(biller)\"").unwrap(), "key-in");
        assert_eq!(saved("                \"home\" -> Home"), None);
        assert_eq!(saved("        case \"home\": self = .home"), None);
    }

    #[test]
    fn a_difference_is_refused_by_name() {
        let refused = same("places", &names(&["home", "scan"]), &names(&["home"])).unwrap_err();
        assert!(refused.contains("places") && refused.contains("[scan]"), "{refused}");
    }
}
