//! What a scan answers with.

use std::time::Duration;

/// The symbologies that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// QR code model 2, versions 1 to 40 (ISO/IEC 18004).
    QrCode,
    /// Code 39 without check character (ISO/IEC 16388).
    Code39,
    /// Code 128 (ISO/IEC 15417).
    Code128,
}

impl Format {
    /// A stable word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::QrCode => "qr_code",
            Self::Code39 => "code_39",
            Self::Code128 => "code_128",
        }
    }
}

/// One symbol that was read.
#[derive(Clone, PartialEq)]
pub struct Symbol {
    pub format: Format,
    /// The bytes that the symbol holds, before any character set was chosen.
    pub raw: Vec<u8>,
    /// The same as text.
    pub text: String,
    /// Corners in pixels of the input, x to the right, y down: top left, top right, bottom right, bottom left as the
    /// symbol is read.
    pub corners: [(f32, f32); 4],
}

/// What the symbol says is personal data: only its kind, length and place are shown.
impl std::fmt::Debug for Symbol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Symbol")
            .field("format", &self.format)
            .field("bytes", &self.raw.len())
            .field("corners", &self.corners)
            .finish_non_exhaustive()
    }
}

/// How long a scan may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// One frame of a running camera: 60 ms.
    Frame,
    /// A still picture: 2 s.
    Still,
}

impl Effort {
    /// The time after which a scan answers with what it has.
    pub fn budget(self) -> Duration {
        match self {
            Self::Frame => Duration::from_millis(60),
            Self::Still => Duration::from_secs(2),
        }
    }
}

/// Why nothing was read, as far as it was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoCode {
    /// Nothing that looks like a code.
    NoCode,
    /// A code whose modules are too few pixels wide: go closer.
    TooSmall,
    /// A code without sharp edges: hold still.
    Blurred,
    /// A code that the picture's edge cuts.
    CutOff,
    /// A code that is partly blown out: tilt the paper or switch the torch off.
    Glare,
}

impl NoCode {
    /// A stable word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoCode => "no_code",
            Self::TooSmall => "too_small",
            Self::Blurred => "blurred",
            Self::CutOff => "cut_off",
            Self::Glare => "glare",
        }
    }
}

/// The answer of one scan.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Scan {
    /// All symbols of the picture, each once, from top to bottom.
    pub symbols: Vec<Symbol>,
    /// Present exactly when `symbols` is empty.
    pub reason: Option<NoCode>,
    /// Time from call to answer.
    pub elapsed: Duration,
    /// Panics in third-party readers that were caught during this scan.
    pub caught_panics: u32,
}
