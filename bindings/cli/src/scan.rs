//! `scan`: one line a file, in order.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use paytaipei_app::{Code, Error, Result, scan_picture};
use serde::Serialize;

use crate::output::Output;

#[derive(Serialize)]
pub struct Line {
    pub file: String,
    pub symbols: Vec<Symbol>,
    /// Finding and decoding, without reading and decompressing the file.
    pub decode_ms: f64,
    /// `ok`, `no_code`, `broken_file` or `missing_file`.
    pub outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// What would help: `torch`, `closer`, `hold_still`, `show_all` or `tilt`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<&'static str>,
}

#[derive(Serialize)]
pub struct Symbol {
    pub format: &'static str,
    pub text: String,
    /// x and y in pixels of the picture as shown, from the symbol's own top left, clockwise.
    pub corners: [[f32; 2]; 4],
    /// 0 to 1: how much more damage it could have borne.
    pub quality: f32,
}

/// More than any file that can be scanned: the scanner says so itself.
const LONGEST_FILE: u64 = 64 << 20;

/// Reads an ordinary file, bounded. Opening a pipe would wait for its other end, and a device need not end.
pub fn read_file(path: &Path) -> Result<Vec<u8>> {
    let sort = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::new(Code::MissingFile),
        _ => Error::new(Code::UnreadableFile),
    };
    if !std::fs::metadata(path).map_err(sort)?.is_file() {
        return Err(Code::UnreadableFile.into());
    }
    let file = std::fs::File::open(path).map_err(sort)?;
    let mut bytes = Vec::new();
    file.take(LONGEST_FILE).read_to_end(&mut bytes).map_err(sort)?;
    Ok(bytes)
}

pub fn run(files: &[std::path::PathBuf], output: Output) -> ExitCode {
    let mut all_read = true;
    for file in files {
        let line = line(file);
        all_read &= line.outcome == "ok";
        output.scanned(&line);
    }
    if all_read { ExitCode::SUCCESS } else { ExitCode::from(Code::NoCode.exit_code()) }
}

fn line(file: &Path) -> Line {
    let mut line = Line {
        file: file.to_string_lossy().into_owned(),
        symbols: Vec::new(),
        decode_ms: 0.0,
        outcome: "ok",
        reason: None,
        hint: None,
    };
    match read_file(file).and_then(|bytes| scan_picture(&bytes)) {
        Ok(scan) => {
            line.decode_ms = (scan.elapsed.as_secs_f64() * 1e6).round() / 1e3;
            if let Some(reason) = scan.reason {
                line.outcome = "no_code";
                line.reason = Some(reason.as_str());
                line.hint = scan.hint.map(paytaipei_app::Hint::as_str);
            }
            line.symbols = scan
                .symbols
                .into_iter()
                .map(|symbol| Symbol {
                    format: symbol.format.as_str(),
                    text: symbol.text,
                    corners: symbol.corners.map(|(x, y)| [x, y]),
                    quality: (symbol.quality * 100.0).round() / 100.0,
                })
                .collect();
        }
        Err(error) => {
            line.outcome = if error.code == Code::MissingFile { "missing_file" } else { "broken_file" };
            line.reason = Some(error.detail().unwrap_or(error.code.as_str()));
        }
    }
    line
}
