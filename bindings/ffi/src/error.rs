//! Refusals as the shells see them: seven kinds to branch on, and in each the core's code, message and hint.

use paytaipei_app::{Code, Error};
use thiserror::Error as ThisError;

use crate::records::Lang;

/// A text in both languages of the app.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Words {
    /// Traditional Chinese (`zh-Hant-TW`).
    pub zh: String,
    pub en: String,
}

impl Words {
    fn of(pick: impl Fn(paytaipei_app::Lang) -> String) -> Self {
        Self { zh: pick(paytaipei_app::Lang::ZhHant), en: pick(paytaipei_app::Lang::En) }
    }
}

#[uniffi::export]
impl Words {
    /// The text of this language.
    #[must_use]
    pub fn pick(&self, lang: Lang) -> String {
        paytaipei_app::Lang::from(lang).pick(&self.zh, &self.en).to_owned()
    }
}

/// What was refused and what to do about it. Holds words of this project only: no number, amount, token or name.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Refusal {
    /// For machines, such as `number_not_verified`. Codes are added to, never changed.
    pub code: String,
    /// Finer than the code, where it is known, such as `glare` of `no_code`.
    pub detail: Option<String>,
    /// What was wrong, for the person.
    pub message: Words,
    /// What to do, for the person.
    pub hint: Words,
}

impl From<&Error> for Refusal {
    fn from(error: &Error) -> Self {
        Self {
            code: error.code.as_str().to_owned(),
            detail: error.detail().map(str::to_owned),
            message: Words::of(|lang| error.message(lang).to_owned()),
            hint: Words::of(|lang| error.hint(lang).to_owned()),
        }
    }
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq, ThisError, uniffi::Error)]
pub enum PayTaipeiError {
    /// What was put in cannot be used: picture, code, number, identifier.
    #[error("{}: {}", refusal.code, refusal.message.en)]
    Input { refusal: Box<Refusal> },
    /// The mobile number: not verified, refused, expired.
    #[error("{}: {}", refusal.code, refusal.message.en)]
    Number { refusal: Box<Refusal> },
    /// The way to the platform: offline, time-out, TLS, clock, address.
    #[error("{}: {}", refusal.code, refusal.message.en)]
    Connection { refusal: Box<Refusal> },
    /// What the platform said: trouble, garbled, not found, quiet hours.
    #[error("{}: {}", refusal.code, refusal.message.en)]
    Platform { refusal: Box<Refusal> },
    /// The rules of paying: being paid, paid, expired, nobody present, nothing to agree to.
    #[error("{}: {}", refusal.code, refusal.message.en)]
    Rule { refusal: Box<Refusal> },
    /// The phone's storage and keys: damaged, locked, newer, full, key lost.
    #[error("{}: {}", refusal.code, refusal.message.en)]
    Storage { refusal: Box<Refusal> },
    /// An error of our own.
    #[error("{}: {}", refusal.code, refusal.message.en)]
    Internal { refusal: Box<Refusal> },
}

impl PayTaipeiError {
    /// What was refused, whatever the kind.
    #[must_use]
    pub fn refusal(&self) -> &Refusal {
        match self {
            Self::Input { refusal }
            | Self::Number { refusal }
            | Self::Connection { refusal }
            | Self::Platform { refusal }
            | Self::Rule { refusal }
            | Self::Storage { refusal }
            | Self::Internal { refusal } => refusal,
        }
    }
}

impl From<Error> for PayTaipeiError {
    fn from(error: Error) -> Self {
        let refusal = Box::new(Refusal::from(&error));
        // The command line's exit codes are the same kinds.
        match error.code.exit_code() {
            3 => Self::Input { refusal },
            4 => Self::Number { refusal },
            5 => Self::Connection { refusal },
            6 => Self::Platform { refusal },
            7 => Self::Rule { refusal },
            8 => Self::Storage { refusal },
            _ => Self::Internal { refusal },
        }
    }
}

impl From<Code> for PayTaipeiError {
    fn from(code: Code) -> Self {
        Error::new(code).into()
    }
}

pub type Result<T, E = PayTaipeiError> = std::result::Result<T, E>;

/// Every refusal of this release, in no promised order: for a shell that checks its own texts against the core's.
#[uniffi::export]
#[must_use]
pub fn refusals() -> Vec<Refusal> {
    Code::ALL.iter().map(|code| Refusal::from(&Error::new(*code))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_kind_and_only_our_own_mistakes_are_internal() {
        for code in Code::ALL {
            let error = PayTaipeiError::from(*code);
            assert_eq!(error.refusal().code, code.as_str());
            assert_eq!(matches!(error, PayTaipeiError::Internal { .. }), *code == Code::Internal, "{error}");
        }
    }

    #[test]
    fn a_detail_keeps_its_own_words_in_both_languages() {
        let error = Error::detailed(Code::NoCode, "glare", ["反光", "glare on it"], Some(["換個角度", "tilt it"]));
        let refusal = PayTaipeiError::from(error).refusal().clone();
        assert_eq!((refusal.code.as_str(), refusal.detail.as_deref()), ("no_code", Some("glare")));
        assert_eq!(
            (refusal.message.pick(Lang::ZhHant), refusal.hint.pick(Lang::En)),
            ("反光".into(), "tilt it".into())
        );
    }
}
