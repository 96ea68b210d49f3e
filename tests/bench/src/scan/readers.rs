//! The readers that are compared, each with the processor time that it took.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use paytaipei_printer::truth::CodeRead;
use paytaipei_scan::{Clock, Effort, Format, LumaImage, Session, Symbol, decode_image, scan_by};
use serde::Deserialize;

use crate::{Failure, Result};

pub const READERS: [&str; 5] = ["still", "frame", "zxing-cpp", "rxing", "ZBar"];

/// A code as a reader names it: whether it is a QR code, its text, and its bytes where the reader tells them.
pub struct Code {
    qr: bool,
    text: String,
    raw: Vec<u8>,
}

impl Code {
    pub fn read(&self) -> CodeRead<'_> {
        CodeRead { qr: self.qr, text: &self.text, raw: &self.raw }
    }
}

/// What one reader made of one picture.
pub struct Answer {
    pub picture: PathBuf,
    pub reader: &'static str,
    pub ms: f64,
    pub codes: Vec<Code>,
}

/// Processor time of this thread.
fn processor_time() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split_ascii_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0))
}

fn clock() -> Clock {
    if processor_time().is_zero() { Clock::Wall } else { Clock::Thread(processor_time) }
}

pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// A camera session whose budget is spent by processor time.
pub fn session() -> Session {
    Session::with_budget(Effort::Frame.budget(), clock())
}

pub fn codes(symbols: Vec<Symbol>) -> Vec<Code> {
    symbols.into_iter().map(|s| Code { qr: s.format == Format::QrCode, text: s.text, raw: s.raw }).collect()
}

fn by_rxing(image: &LumaImage) -> Vec<Code> {
    use rxing::{BarcodeFormat, DecodeHints};
    let formats = [BarcodeFormat::QR_CODE, BarcodeFormat::CODE_39, BarcodeFormat::CODE_128];
    let mut hints =
        DecodeHints { PossibleFormats: Some(formats.into()), TryHarder: Some(true), ..DecodeHints::default() };
    let data = image.as_luma().data.to_vec();
    // It panics on some pictures: that is a miss.
    let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        rxing::helpers::detect_multiple_in_luma_with_hints(data, image.width(), image.height(), &mut hints)
    }));
    let found = read.ok().and_then(std::result::Result::ok).unwrap_or_default();
    let is_qr = |format: &BarcodeFormat| matches!(format, BarcodeFormat::QR_CODE);
    found
        .iter()
        .map(|c| Code { qr: is_qr(c.getBarcodeFormat()), text: c.getText().to_owned(), raw: Vec::new() })
        .collect()
}

/// Our reader with both efforts, and rxing.
pub fn by_rust(picture: &Path) -> Result<Vec<Answer>> {
    let image = decode_image(&fs::read(picture)?).map_err(|e| Failure::new(format!("{}: {e}", picture.display())))?;
    let answer = |reader, codes, time| Answer { picture: picture.to_owned(), reader, ms: milliseconds(time), codes };
    let mut answers = Vec::new();
    for (name, effort) in [("still", Effort::Still), ("frame", Effort::Frame)] {
        let scan = scan_by(&image.as_luma(), effort, clock());
        answers.push(answer(name, codes(scan.symbols), scan.elapsed));
    }
    let start = processor_time();
    let read = by_rxing(&image);
    answers.push(answer("rxing", read, processor_time().saturating_sub(start)));
    Ok(answers)
}

/// One line of the peers' script.
#[derive(Deserialize)]
struct PeerLine {
    file: PathBuf,
    reader: String,
    ms: f64,
    codes: Vec<(String, String)>,
}

/// The peers with Python wheels: their versions, and their answers.
pub fn by_peers(python: &Path, pictures: &[PathBuf]) -> Result<(String, Vec<Answer>)> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers.py");
    let mut child = Command::new(python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let paths: Vec<String> = pictures.iter().map(|p| p.display().to_string()).collect();
    let mut input = child.stdin.take().ok_or_else(|| Failure::new("the peers take no input"))?;
    let writer = std::thread::spawn(move || input.write_all(paths.join("\n").as_bytes()));
    let output = child.wait_with_output()?;
    writer.join().map_err(|_| Failure::new("the peers' input"))??;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = text.lines();
    let versions: BTreeMap<String, String> = serde_json::from_str(lines.next().unwrap_or("{}"))?;
    let versions: Vec<String> = versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
    let read: Vec<PeerLine> = lines.map(serde_json::from_str).collect::<std::result::Result<_, _>>()?;
    if !output.status.success() || read.len() != pictures.len() * 2 {
        return Err(Failure::new("the peers stopped half-way"));
    }
    let answers = read.into_iter().filter_map(|line| {
        let reader = READERS.into_iter().find(|name| *name == line.reader)?;
        let code = |(format, text): (String, String)| Code { qr: format == "qr_code", text, raw: Vec::new() };
        Some(Answer { picture: line.file, reader, ms: line.ms, codes: line.codes.into_iter().map(code).collect() })
    });
    Ok((versions.join(", "), answers.collect()))
}
