//! What shells say, `shells/words.json`, as sources of a shell's language: each word a property, or a function of what it
//! has to be told.

use std::collections::{BTreeMap, BTreeSet};

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

const HINT: &str = "hint_";
/// Names of what Apple's systems say of the app, and no screen does.
const IOS: &str = "ios_";

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

/// How a language writes what shells say, line by line.
pub struct Syntax {
    pub head: &'static str,
    /// A word, of its name and what it says.
    pub property: fn(&str, &str) -> String,
    /// A word with gaps, of its name, its parameters and what it says.
    pub function: fn(&str, &str, &str) -> String,
    pub hints: &'static str,
    /// A hint, of the refusal's code and what it says.
    pub hint: fn(&str, &str) -> String,
    pub tail: &'static str,
    /// What a string's text may not hold as it is, and what is written instead.
    pub escapes: &'static [(&'static str, &'static str)],
    /// A gap of a string, of its parameter's name.
    pub gap: fn(&str) -> String,
}

/// The words that screens say, as a source of that language.
pub fn source(words: &Words, syntax: &Syntax) -> String {
    let mut text = syntax.head.to_owned();
    let (hints, words): (Vec<_>, Vec<_>) =
        words.iter().filter(|(name, _)| !name.starts_with(IOS)).partition(|(name, _)| name.starts_with(HINT));
    let said = |word: &Word| format!("say({}, {})", literal(&word.zh, syntax), literal(&word.en, syntax));
    for (name, word) in words {
        let parameters: Vec<String> = gaps(&word.zh).iter().map(|gap| format!("{}: String", camel(gap))).collect();
        text.push_str(&if parameters.is_empty() {
            (syntax.property)(&camel(name), &said(word))
        } else {
            (syntax.function)(&camel(name), &parameters.join(", "), &said(word))
        });
    }
    text.push_str(syntax.hints);
    for (name, word) in hints {
        text.push_str(&(syntax.hint)(&name[HINT.len()..], &said(word)));
    }
    text.push_str(syntax.tail);
    text
}

/// A Kotlin class.
pub const KOTLIN: Syntax = Syntax {
    head: "// Made by scripts/bindings from shells/words.json.\npackage taipei.pay.app\n\nimport taipei.pay.Lang\n\n\
           /** What the app says. */\nclass Words(val lang: Lang) {\n    \
           private fun say(zh: String, en: String) = if (lang == Lang.EN) en else zh\n\n",
    property: |name, said| format!("    val {name} get() = {said}\n"),
    function: |name, parameters, said| format!("    fun {name}({parameters}) = {said}\n"),
    hints: "\n    /** What to do about a refusal, where an app says it better than the core. */\n    \
            fun hint(code: String): String? = when (code) {\n",
    hint: |code, said| format!("        \"{code}\" -> {said}\n"),
    tail: "        else -> null\n    }\n}\n",
    escapes: &[("\\", "\\\\"), ("\"", "\\\""), ("$", "\\$"), ("\n", "\\n")],
    gap: |name| format!("${{{name}}}"),
};

/// What stands in braces, sorted.
fn gaps(text: &str) -> BTreeSet<&str> {
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

/// A string of that language, gaps as templates.
fn literal(text: &str, syntax: &Syntax) -> String {
    let mut literal = syntax.escapes.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    for gap in gaps(text) {
        literal = literal.replace(&format!("{{{gap}}}"), &(syntax.gap)(&camel(gap)));
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
        let text = source(&words.unwrap(), &KOTLIN);
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
