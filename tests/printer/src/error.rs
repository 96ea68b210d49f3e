use thiserror::Error;

/// Why a bill could not be printed or a picture not written. No message repeats a bill's own data.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PrintError {
    #[error("there is no printed form for this biller; docs/billers.md lists those that there are")]
    UnknownBiller,
    #[error("`{field}` of the bill does not fit the paper: expected {expected}")]
    BadField { field: &'static str, expected: &'static str },
    #[error("no Chinese font was found in {folder}; install one: apt-get install {package}")]
    NoFont { folder: &'static str, package: &'static str },
    #[error("the font {path} cannot be read: {reason}; reinstall it: apt-get install --reinstall {package}")]
    BrokenFont { path: String, reason: String, package: &'static str },
    #[error("the code does not fit its symbol: {reason}")]
    Symbol { reason: String },
    #[error("a picture of {width} by {height} pixels cannot be taken; use 320 to 8000 pixels a side")]
    PictureSize { width: u32, height: u32 },
    #[error("the picture cannot be encoded: {reason}")]
    Encode { reason: String },
    #[error("cannot write {path}: {reason}")]
    Write { path: String, reason: String },
}
