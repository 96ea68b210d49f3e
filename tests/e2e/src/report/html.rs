//! Text into HTML: nothing reaches the page but through here.

use crate::story::diary::Words;

/// Escapes text for elements and quoted attributes. Controls, and those that turn the direction of writing, become U+FFFD.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' | '\t' => safe.push(c),
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => safe.push('\u{FFFD}'),
            c if c.is_control() => safe.push('\u{FFFD}'),
            c => safe.push(c),
        }
    }
    safe
}

/// Words in both languages, of which the reader sees one.
pub fn both(zh: &str, en: &str) -> String {
    format!("<span lang=\"zh-Hant\">{}</span><span lang=\"en\">{}</span>", escape(zh), escape(en))
}

/// The same of words that may be alike in both.
pub fn plain(words: &Words) -> String {
    if words.zh == words.en { escape(&words.zh) } else { both(&words.zh, &words.en) }
}

/// A figure and what it counts.
pub fn figure(name: &str, zh: &str, en: &str, value: &str) -> String {
    format!("<div><dt>{}</dt><dd data-fact=\"{name}\">{}</dd></div>\n", both(zh, en), escape(value))
}

/// A term and its description; what is given is HTML.
pub fn pair(name: &str, zh: &str, en: &str, html: &str) -> String {
    format!("<div><dt>{}</dt><dd data-is=\"{name}\">{html}</dd></div>\n", both(zh, en))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_stays_text() {
        assert_eq!(
            escape("<img src=x onerror='a(\"b\")'>&amp;"),
            "&lt;img src=x onerror=&#39;a(&quot;b&quot;)&#39;&gt;&amp;amp;"
        );
        assert_eq!(escape("a\u{202E}b\u{0}c\nd"), "a\u{FFFD}b\u{FFFD}c\nd");
    }
}
