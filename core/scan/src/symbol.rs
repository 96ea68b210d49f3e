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
    /// How much more damage it could have borne, 0 to 1. QR codes: unused error correction as in ISO/IEC 15415 §7.8.8, of the
    /// worst block; barcodes: share of the readings that agreed.
    pub quality: f32,
}

/// What the symbol says is personal data: only its kind, length and place are shown.
impl std::fmt::Debug for Symbol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Symbol")
            .field("format", &self.format)
            .field("bytes", &self.raw.len())
            .field("corners", &self.corners)
            .field("quality", &self.quality)
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

/// What the person who holds the camera could do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hint {
    /// Switch the torch on: the picture is dark.
    Torch,
    /// Go closer.
    Closer,
    /// Hold still until the picture is sharp.
    HoldStill,
    /// Bring the whole code into the picture.
    ShowAll,
    /// Tilt the paper, or switch the torch off: a lamp is mirrored in it.
    Tilt,
}

impl Hint {
    /// A stable word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Torch => "torch",
            Self::Closer => "closer",
            Self::HoldStill => "hold_still",
            Self::ShowAll => "show_all",
            Self::Tilt => "tilt",
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
    /// What would help, where nothing was read and that is known.
    pub hint: Option<Hint>,
    /// Time from call to answer.
    pub elapsed: Duration,
    /// Panics in third-party readers that were caught during this scan.
    pub caught_panics: u32,
}
