//! The words of shells for iOS: a Swift structure, and the string catalogue of what the system itself says of the app.

use serde_json::{Map, json};

use crate::words::{Syntax, Words};

/// What the system says of the app, by the key of the app's `Info.plist`, and the word that it says.
const SYSTEM: [(&str, &str); 3] = [
    ("CFBundleDisplayName", "app_name"),
    ("NSCameraUsageDescription", "ios_camera_why"),
    ("NSFaceIDUsageDescription", "ios_presence_why"),
];

/// A Swift structure.
pub const SWIFT: Syntax = Syntax {
    head: "// Made by scripts/bindings from shells/words.json.\nimport PayTaipeiKit\n\n/// What the app says.\n\
           public struct AppWords: Equatable, Sendable {\n    public let lang: Lang\n\n    \
           public init(lang: Lang) { self.lang = lang }\n\n    \
           private func say(_ zh: String, _ en: String) -> String { lang == .en ? en : zh }\n\n",
    property: |name, said| format!("    public var {name}: String {{ {said} }}\n"),
    function: |name, parameters, said| format!("    public func {name}({parameters}) -> String {{ {said} }}\n"),
    hints: "\n    /// What to do about a refusal, where an app says it better than the core.\n    \
            public func hint(_ code: String) -> String? {\n        switch code {\n",
    hint: |code, said| format!("        case \"{code}\": {said}\n"),
    tail: "        default: nil\n        }\n    }\n}\n",
    escapes: &[("\\", "\\\\"), ("\"", "\\\""), ("\n", "\\n")],
    gap: |name| format!("\\({name})"),
};

/// `InfoPlist.xcstrings`, the catalogue of Xcode 15 and later.
pub fn catalogue(words: &Words) -> Result<String, String> {
    let mut strings = Map::new();
    for (key, name) in SYSTEM {
        let word = words.get(name).ok_or_else(|| format!("there is no word {name}, which is the app's {key}"))?;
        let said = |text: &str| json!({"stringUnit": {"state": "translated", "value": text}});
        let both = json!({"en": said(&word.en), "zh-Hant": said(&word.zh)});
        strings.insert(key.to_owned(), json!({"extractionState": "manual", "localizations": both}));
    }
    let catalogue = json!({"sourceLanguage": "zh-Hant", "strings": strings, "version": "1.0"});
    serde_json::to_string_pretty(&catalogue).map(|text| text + "\n").map_err(|error| error.to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::words::{read, source};

    #[test]
    fn what_is_put_in_becomes_a_parameter_and_nothing_else_an_interpolation() {
        let words = read(
            br#"{"due_in": {"zh": "\"{days_left}\" \u5929", "en": "\\(x) {days_left}"}, "hint_offline": {"zh": "a", "en": "b"}}"#,
        );
        let text = source(&words.unwrap(), &SWIFT);
        assert!(
            text.contains(
                r#"public func dueIn(daysLeft: String) -> String { say("\"\(daysLeft)\" 天", "\\(x) \(daysLeft)") }"#
            ),
            "{text}"
        );
        assert!(text.contains(r#"case "offline": say("a", "b")"#), "{text}");
    }

    #[test]
    fn the_system_says_both_languages_and_a_missing_word_is_told_by_name() {
        let both = r#"{"app_name": {"zh": "城", "en": "City"}, "ios_camera_why": {"zh": "拍", "en": "look"},
            "ios_presence_why": {"zh": "你", "en": "you"}}"#;
        let text = catalogue(&read(both.as_bytes()).unwrap()).unwrap();
        let catalogue: serde_json::Value = serde_json::from_str(&text).unwrap();
        let name = &catalogue["strings"]["CFBundleDisplayName"]["localizations"];
        assert_eq!(name["zh-Hant"]["stringUnit"]["value"], "城");
        assert_eq!(name["en"]["stringUnit"]["value"], "City");
        let missing = super::catalogue(&read(br#"{"app_name": {"zh": "a", "en": "b"}}"#).unwrap());
        assert!(missing.unwrap_err().contains("ios_camera_why"));
    }
}
