//! What a person is told: every outcome has a stable name for machines, says what is wrong and what to do.

/// The words of one outcome, in both languages.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    pub code: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    pub zh_hint: &'static str,
    pub en_hint: &'static str,
}

/// `code()`, `message(lang)`, `hint(lang)` and `Display` (English, for logs) for a type with `words(self) -> Words`.
macro_rules! spoken {
    ($type:ty) => {
        impl $type {
            /// Stable, `snake_case`: what other programs branch on.
            #[must_use]
            pub const fn code(self) -> &'static str {
                self.words().code
            }

            /// What is wrong or worth knowing.
            #[must_use]
            pub const fn message(self, lang: $crate::Lang) -> &'static str {
                let words = self.words();
                lang.pick(words.zh, words.en)
            }

            /// What the person can do.
            #[must_use]
            pub const fn hint(self, lang: $crate::Lang) -> &'static str {
                let words = self.words();
                lang.pick(words.zh_hint, words.en_hint)
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.message($crate::Lang::En))
            }
        }
    };
}
pub(crate) use spoken;
