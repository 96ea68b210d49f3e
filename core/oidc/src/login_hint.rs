//! Who is meant, as Mobile Connect writes it (`login_hint`).

use std::fmt;

use thiserror::Error;

/// A person, by one of the three names that operators know.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum LoginHint<'a> {
    /// A mobile number in E.164, with `+`.
    Msisdn(&'a str),
    /// The number as the operator encrypted it for its own use.
    EncryptedMsisdn(&'a str),
    /// Mobile Connect's pseudonymous customer reference.
    Pcr(&'a str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a login hint is a number in E.164 (+8869…) or a reference of 1 to 255 letters, digits, - or _")]
pub struct LoginHintError;

impl LoginHint<'_> {
    /// `MSISDN:` and the digits without `+`, `ENCR_MSISDN:` or `PCR:` and the reference.
    pub fn written(self) -> Result<String, LoginHintError> {
        match self {
            Self::Msisdn(number) => {
                let digits = number.strip_prefix('+').ok_or(LoginHintError)?;
                // E.164: at most 15 digits, the first not 0.
                let fits = (5..=15).contains(&digits.len())
                    && !digits.starts_with('0')
                    && digits.bytes().all(|b| b.is_ascii_digit());
                if fits { Ok(format!("MSISDN:{digits}")) } else { Err(LoginHintError) }
            }
            Self::EncryptedMsisdn(reference) => referring("ENCR_MSISDN", reference),
            Self::Pcr(reference) => referring("PCR", reference),
        }
    }
}

fn referring(kind: &str, reference: &str) -> Result<String, LoginHintError> {
    let fits = (1..=255).contains(&reference.len())
        && reference.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if fits { Ok(format!("{kind}:{reference}")) } else { Err(LoginHintError) }
}

impl fmt::Debug for LoginHint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoginHint(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_kinds_of_names_are_written_as_mobile_connect_has_them() {
        assert_eq!(LoginHint::Msisdn("+886912345678").written().unwrap(), "MSISDN:886912345678");
        assert_eq!(LoginHint::EncryptedMsisdn("0a1b").written().unwrap(), "ENCR_MSISDN:0a1b");
        assert_eq!(LoginHint::Pcr("3f-_").written().unwrap(), "PCR:3f-_");
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for number in ["0912345678", "+0912345678", "+88691234567８", "+8869123456781234", ""] {
            assert_eq!(LoginHint::Msisdn(number).written(), Err(LoginHintError), "{number}");
        }
        for reference in ["", "a:b", "a b", "參"] {
            assert_eq!(LoginHint::Pcr(reference).written(), Err(LoginHintError), "{reference}");
            assert_eq!(LoginHint::EncryptedMsisdn(reference).written(), Err(LoginHintError), "{reference}");
        }
    }
}
