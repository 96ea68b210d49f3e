//! One resident's story, played by real programs over real TLS, and the tools that tests of whole programs share.
//!
//! Nothing here links `core/`: the phone is the `paytaipei` program, and what it did is read from its output, from the
//! sandbox's record, and from the accounts at the payment businesses.

pub mod business;
pub mod kills;
pub mod one_biller;
pub mod phone;
pub mod programs;
pub mod proxy;
pub mod report;
pub mod story;
pub mod teller;
pub mod world;

/// Why a story does not end as it should. Everybody in it is invented.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(pub String);

impl Failure {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<paytaipei_sandbox::ControlError> for Failure {
    fn from(error: paytaipei_sandbox::ControlError) -> Self {
        Self(format!("the sandbox's control: {error}"))
    }
}

impl From<paytaipei_printer::PrintError> for Failure {
    fn from(error: paytaipei_printer::PrintError) -> Self {
        Self(format!("the bill printer: {error}"))
    }
}

pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// Fails with these words unless the condition holds.
#[macro_export]
macro_rules! ensure {
    ($condition:expr, $($words:tt)+) => {
        if !$condition {
            return Err($crate::Failure::new(format!($($words)+)));
        }
    };
}
