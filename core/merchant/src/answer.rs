//! What came back from a business, and why it may say nothing.

use thiserror::Error;

/// An HTTP answer, headers aside.
#[derive(Clone, Copy)]
pub struct Answer<'a> {
    pub status: u16,
    pub body: &'a [u8],
}

/// Why the outcome is not known. Never a refusal: the order may be charged, and the business is to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Doubt {
    #[error("no answer came: ask for the order by its id")]
    NoAnswer,
    #[error("the answer has HTTP status {0}: ask for the order by its id")]
    HttpStatus(u16),
    #[error("the answer is larger than any of this interface: ask for the order by its id")]
    TooLarge,
    #[error("the answer is not of this interface: ask for the order by its id")]
    NotOfThisInterface,
    #[error("the business had trouble of its own: ask for the order by its id")]
    TheirTrouble,
    #[error("the answer carries a code that is not documented: ask for the order by its id and read the manual")]
    UndocumentedCode,
    #[error("the answer speaks of another order or contradicts itself: ask for the order by its id")]
    Contradiction,
}

/// Larger than any answer of these interfaces; what is longer is not read.
const LARGEST: usize = 64 * 1024;

impl<'a> Answer<'a> {
    /// The body of an answer that the business itself gave.
    pub(crate) fn of_business(answer: Option<Self>) -> Result<&'a [u8], Doubt> {
        let answer = answer.ok_or(Doubt::NoAnswer)?;
        if answer.status != 200 {
            return Err(Doubt::HttpStatus(answer.status));
        }
        if answer.body.len() > LARGEST {
            return Err(Doubt::TooLarge);
        }
        Ok(answer.body)
    }
}
