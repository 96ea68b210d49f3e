//! What shells say, `shells/words.json`, as sources of a shell's language: each word a property, or a function of what it
//! has to be told.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Deserialize;

/// A word in both languages. `{name}` stands for what the shell puts in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Word {
    pub zh: String,
    pub en: String,
}

/// All words, by name. Names that begin with `hint_` say what to do about a refusal of the core, better than its own words
/// do, which are for the command line too.
pub type Words = BTreeMap<String, Word>;

pub const HINT: &str = "hint_";
/// Names of what Apple's systems say of the app, and no screen does.
pub const IOS: &str = "ios_";

/// The words of a file, where both languages have something to say and ask for the same.
pub fn read(json: &[u8]) -> Result<Words, String> {
    let words: Words = serde_json::from_slice(json).map_err(|error| error.to_string())?;
    for (name, Word { zh, en }) in &words {
        if zh.trim().is_empty() || en.trim().is_empty() {
            return Err(format!("{name} says nothing in one of the languages"));
        }
        if gaps(zh) != gaps(en) {
            return Err(format!("{name} does not ask for the same in both languages"));
        }
    }
    Ok(words)
}

/// A Kotlin class of them.
pub fn kotlin(words: &Words) -> String {
    let mut text = String::from(
        "// Made by scripts/bindings from shells/words.json.\npackage taipei.pay.app\n\nimport taipei.pay.Lang\n\n\
         /** What the app says. */\nclass Words(val lang: Lang) {\n    \
         private fun say(zh: String, en: String) = if (lang == Lang.EN) en else zh\n\n",
    );
    let (hints, words): (Vec<_>, Vec<_>) =
        words.iter().filter(|(name, _)| !name.starts_with(IOS)).partition(|(name, _)| name.starts_with(HINT));
    for (name, word) in words {
        let said = format!("say({}, {})", literal(&word.zh), literal(&word.en));
        let gaps = gaps(&word.zh);
        let _ = if gaps.is_empty() {
            writeln!(text, "    val {} get() = {said}", camel(name))
        } else {
            let parameters: Vec<String> = gaps.iter().map(|gap| format!("{}: String", camel(gap))).collect();
            writeln!(text, "    fun {}({}) = {said}", camel(name), parameters.join(", "))
        };
    }
    text.push_str("\n    /** What to do about a refusal, where an app says it better than the core. */\n");
    text.push_str("    fun hint(code: String): String? = when (code) {\n");
    for (name, word) in hints {
        let code = &name[HINT.len()..];
        let _ = writeln!(text, "        \"{code}\" -> say({}, {})", literal(&word.zh), literal(&word.en));
    }
    text.push_str("        else -> null\n    }\n}\n");
    text
}

/// What stands in braces, sorted.
pub fn gaps(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(gap, _)| gap).collect()
}

pub fn camel(snake: &str) -> String {
    let mut parts = snake.split('_');
    let mut name = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name
}

/// A string of Kotlin's, gaps as templates.
fn literal(text: &str) -> String {
    let mut literal = text.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$").replace('\n', "\\n");
    for gap in gaps(text) {
        literal = literal.replace(&format!("{{{gap}}}"), &format!("${{{}}}", camel(gap)));
    }
    format!("\"{literal}\"")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_becomes_a_parameter_and_nothing_else_is_a_template() {
        let words = read(br#"{"due_in": {"zh": "\"{days_left}\" \u5929", "en": "US$ {days_left}"}, "hint_offline": {"zh": "a", "en": "b"}}"#);
        let text = kotlin(&words.unwrap());
        assert!(
            text.contains(r#"fun dueIn(daysLeft: String) = say("\"${daysLeft}\" 天", "US\$ ${daysLeft}")"#),
            "{text}"
        );
        assert!(text.contains(r#""offline" -> say("a", "b")"#), "{text}");
    }

    #[test]
    fn a_word_that_one_language_lacks_or_says_differently_is_refused() {
        for json in [
            r#"{"a": {"zh": "水"}}"#,
            r#"{"a": {"zh": "水", "en": " "}}"#,
            r#"{"a": {"zh": "{n} 天", "en": "days"}}"#,
            r#"{"a": {"zh": "水", "en": "water", "fr": "eau"}}"#,
        ] {
            assert!(read(json.as_bytes()).is_err(), "{json}");
        }
    }
}
