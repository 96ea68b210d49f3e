//! A camera's frames, one after the other, until they show a bill.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use paytaipei_app::{Code, Error, no_code};
use paytaipei_bill::{CivilDate, CodeKind, Explanation, KnownCode, Lang, PaperCode, PaperReading, read_paper};
use paytaipei_scan::{Luma, NoCode, Scan, Session};
use time::OffsetDateTime;

use crate::error::{Refusal, Result};
use crate::guard::guarded;
use crate::records::{Symbol, SymbolFormat};

/// How far the camera's picture must be turned clockwise for the paper to stand upright. Codes are read at any angle; the
/// turn only says where to look first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Rotation {
    R0,
    R90,
    R180,
    R270,
}

/// What a frame showed.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Frame {
    /// The codes of this frame and, where several frames make up a bill, its barcodes of the frames before.
    pub symbols: Vec<Symbol>,
    /// Whether they name one bill: `Bills.add_symbols` takes them.
    pub is_bill: bool,
    /// What to tell the person, where they do not.
    pub trouble: Option<Refusal>,
    /// Time taken, in milliseconds.
    pub elapsed_ms: f64,
}

/// Looks at frames of one camera session. Needs nothing to be open.
#[derive(uniffi::Object, Default)]
pub struct Scanner {
    session: Mutex<Session>,
}

#[uniffi::export]
impl Scanner {
    #[uniffi::constructor]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks at one frame: `luma` is its brightness, one byte a pixel, rows `stride` bytes apart (plane Y of YUV 420). It is
    /// read where it is, copied once, and not kept. Answers within about 60 ms.
    pub fn frame(&self, luma: &[u8], width: u32, height: u32, stride: u32, rotation: Rotation) -> Result<Frame> {
        guarded(|| {
            let rotation = match rotation {
                Rotation::R0 => paytaipei_scan::Rotation::R0,
                Rotation::R90 => paytaipei_scan::Rotation::R90,
                Rotation::R180 => paytaipei_scan::Rotation::R180,
                Rotation::R270 => paytaipei_scan::Rotation::R270,
            };
            let luma = Luma::new(luma, width, height, stride, rotation).map_err(|_| Code::BrokenPicture)?;
            let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
            let seen = session.frame(&luma);
            let earlier: Vec<Symbol> = session.remembered().cloned().filter_map(Symbol::read).filter(is_bar).collect();
            let frame = judged(seen.symbols, seen.reason, seen.elapsed, &earlier);
            if frame.is_bill {
                // The next paper's barcodes must not be taken together with this one's.
                session.reset();
            }
            Ok(frame)
        })
    }

    /// Forgets the frames before: the person looks at another paper.
    pub fn reset(&self) {
        self.session.lock().unwrap_or_else(PoisonError::into_inner).reset();
    }
}

fn is_bar(symbol: &Symbol) -> bool {
    symbol.format != SymbolFormat::QrCode
}

/// The city's day.
fn today() -> CivilDate {
    CivilDate::of_instant(OffsetDateTime::now_utc())
}

/// Reads codes as the paper that they are printed on.
fn read(symbols: &[Symbol], today: CivilDate) -> PaperReading {
    read_paper(&codes(symbols), today)
}

/// As the core takes them.
pub fn codes(symbols: &[Symbol]) -> Vec<PaperCode<'_>> {
    symbols
        .iter()
        .map(|symbol| {
            let kind = match symbol.format {
                SymbolFormat::QrCode => CodeKind::Qr,
                SymbolFormat::Code39 => CodeKind::Code39,
                SymbolFormat::Code128 => CodeKind::Code128,
            };
            PaperCode { kind, text: &symbol.text }
        })
        .collect()
}

/// Judges a still picture.
pub fn judged_still(scan: Scan) -> Frame {
    judged(scan.symbols, scan.reason, scan.elapsed, &[])
}

/// Judges a frame, with the barcodes of earlier ones where it has barcodes and too few.
fn judged(
    symbols: Vec<paytaipei_scan::Symbol>,
    reason: Option<NoCode>,
    elapsed: Duration,
    earlier: &[Symbol],
) -> Frame {
    let elapsed_ms = elapsed.as_secs_f64() * 1e3;
    let now: Vec<Symbol> = symbols.into_iter().filter_map(Symbol::read).collect();
    let today = today();
    let mut reading = read(&now, today);
    let mut symbols = now;
    if matches!(reading, PaperReading::Nothing(Explanation::IncompleteBarcodes(_))) {
        let mut together = symbols.clone();
        for symbol in earlier {
            if !together.iter().any(|known| known.text == symbol.text) {
                together.push(symbol.clone());
            }
        }
        let wider = read(&together, today);
        if matches!(wider, PaperReading::Bill(_)) {
            (symbols, reading) = (together, wider);
        }
    }
    let is_bill = matches!(reading, PaperReading::Bill(_));
    let trouble = (!is_bill).then(|| Refusal::from(&refused(&reading, reason)));
    Frame { symbols, is_bill, trouble, elapsed_ms }
}

/// Why these codes are no bill to keep.
fn refused(reading: &PaperReading, reason: Option<NoCode>) -> Error {
    let explanation = match reading {
        PaperReading::Nothing(explanation) => explanation,
        PaperReading::TwoBills(_) => return Code::TwoBills.into(),
        PaperReading::Bill(_) => return Code::Internal.into(),
    };
    let code = match explanation {
        Explanation::NoCode => Code::NoCode,
        Explanation::Suspicious(_) => Code::SuspiciousCode,
        Explanation::IncompleteBarcodes(_) => Code::BarcodesIncomplete,
        Explanation::Known(KnownCode::NotServed(_)) => Code::BillerNotServed,
        Explanation::Known(_) | Explanation::Unknown => Code::NotABill,
    };
    if code == Code::NoCode {
        return no_code(reason);
    }
    let message = [explanation.message(Lang::ZhHant), explanation.message(Lang::En)];
    let hint = [explanation.hint(Lang::ZhHant), explanation.hint(Lang::En)];
    Error::detailed(code, explanation.code(), [&message[0], &message[1]], Some([&hint[0], &hint[1]]))
}
