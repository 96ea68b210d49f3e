//! The two languages of every text that a person reads.

/// Traditional Chinese first, English second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// Traditional Chinese, Taiwan (`zh-Hant-TW`).
    #[default]
    ZhHant,
    /// English.
    En,
}

impl Lang {
    /// The text of this language.
    #[must_use]
    pub const fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::ZhHant => zh,
            Self::En => en,
        }
    }
}
