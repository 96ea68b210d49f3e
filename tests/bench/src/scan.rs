//! The reader beside others, on the same pictures in the same run: hits, misreads, time.
//!
//! All times are processor time of one thread, so that other work on the machine changes little; the budgets of our reader
//! are spent by the same clock.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use paytaipei_scan::{Clock, Effort, LumaImage, Session, decode_image, scan_by};
use serde::Deserialize;

use crate::{Failure, Result, machine, report};

/// What to measure, and where.
pub struct Plan {
    /// Where sets stand, or are printed.
    pub sets: PathBuf,
    pub seed: u64,
    pub count: u32,
    pub films: u32,
    /// A Python with the peers' wheels.
    pub python: PathBuf,
    /// Photos by others; absent ones are named.
    pub shared: PathBuf,
    /// `docs/benchmarks.md`, unless nothing is to be written.
    pub page: Option<PathBuf>,
}

/// Printed sets: name, level, what the camera is pointed at.
const PRINTED: [(&str, &str, &str); 6] = [
    ("qr-easy", "easy", "qr"),
    ("qr-medium", "medium", "qr"),
    ("qr-hard", "hard", "qr"),
    ("bars-easy", "easy", "bars"),
    ("bars-medium", "medium", "bars"),
    ("bars-hard", "hard", "bars"),
];
const SHARED: [&str; 10] = [
    "photos/qrcode-1",
    "photos/qrcode-2",
    "photos/qrcode-3",
    "photos/falsepositives-2",
    "bill-photos/easy",
    "bill-photos/medium",
    "bill-photos/hard",
    "bill-photos/bars-easy",
    "bill-photos/bars-medium",
    "bill-photos/bars-hard",
];
/// What zxing-cpp scores of 60 on a level; a set counts where it scores within six of it.
const CALIBRATION: [(&str, usize); 6] =
    [("qr-easy", 60), ("qr-medium", 29), ("qr-hard", 15), ("bars-easy", 40), ("bars-medium", 3), ("bars-hard", 1)];
const FRAMES: u32 = 30;
const READERS: [&str; 5] = ["still", "frame", "zxing-cpp", "rxing", "ZBar"];

/// Hits, misreads and times of one reader on one set.
#[derive(Default)]
struct Score {
    hits: usize,
    misreads: usize,
    times: Vec<f64>,
}

impl Score {
    fn percentile(&self, share: f64) -> f64 {
        let mut times = self.times.clone();
        times.sort_by(f64::total_cmp);
        // Sets are small.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let at = (times.len() as f64 * share) as usize;
        times.get(at.min(times.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
    }
}

/// What a picture says.
struct Truth {
    texts: Vec<Vec<u8>>,
    bars: bool,
}

fn truth(picture: &Path) -> Truth {
    let read = |extension: &str| fs::read(picture.with_extension(extension)).ok();
    if let Some(bars) = read("bar") {
        let lines = bars.split(|b| *b == b'\n').map(|l| l.trim_ascii().to_vec()).filter(|l| !l.is_empty());
        return Truth { texts: lines.collect(), bars: true };
    }
    Truth { texts: read("txt").or_else(|| read("bin")).into_iter().collect(), bars: false }
}

/// A code as a reader names it: symbology and text, with its bytes where the reader tells.
type Code = (String, String, Vec<u8>);

impl Score {
    fn add(&mut self, truth: &Truth, codes: &[Code], ms: f64) {
        let is = |want: &[u8], code: &Code| {
            let text = code.1.trim_end();
            want == code.2 || String::from_utf8_lossy(want).trim_end() == text
        };
        let hit = truth.texts.iter().all(|want| codes.iter().any(|code| is(want, code)));
        // Other codes on the paper are none of the truth's business, except where there should be none.
        let judged = |code: &&Code| truth.texts.is_empty() || truth.bars != (code.0 == "qr_code");
        let wrong = |code: &&Code| !truth.texts.iter().any(|want| is(want, code));
        self.misreads += codes.iter().filter(judged).filter(wrong).count();
        self.hits += usize::from(hit && (!truth.texts.is_empty() || codes.is_empty()));
        self.times.push(ms);
    }
}

/// Processor time of this thread.
fn processor_time() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split_ascii_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0))
}

fn clock() -> Clock {
    if processor_time().is_zero() { Clock::Wall } else { Clock::Thread(processor_time) }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn codes(symbols: Vec<paytaipei_scan::Symbol>) -> Vec<Code> {
    symbols.into_iter().map(|s| (s.format.as_str().to_owned(), s.text, s.raw)).collect()
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
    let name = |format: &BarcodeFormat| match format {
        BarcodeFormat::QR_CODE => "qr_code",
        BarcodeFormat::CODE_39 => "code_39",
        _ => "code_128",
    };
    let found = read.ok().and_then(std::result::Result::ok).unwrap_or_default();
    found.iter().map(|c| (name(c.getBarcodeFormat()).to_owned(), c.getText().to_owned(), Vec::new())).collect()
}

/// One line of the peers' script.
#[derive(Deserialize)]
struct PeerLine {
    file: PathBuf,
    reader: String,
    ms: f64,
    codes: Vec<(String, String)>,
}

fn by_peers(python: &Path, pictures: &[PathBuf]) -> Result<(String, Vec<PeerLine>)> {
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
    Ok((versions.join(", "), read))
}

fn pictures(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)?.filter_map(|e| e.ok().map(|e| e.path())).collect();
    found.retain(|p| p.extension().is_some_and(|e| e == "png" || e == "jpg"));
    found.sort();
    Ok(found)
}

type Scores = BTreeMap<&'static str, Score>;

fn measured(plan: &Plan, folder: &Path) -> Result<(Scores, usize, String)> {
    let pictures = pictures(folder)?;
    let mut scores: Scores = READERS.into_iter().map(|name| (name, Score::default())).collect();
    let (versions, peers) = by_peers(&plan.python, &pictures)?;
    for line in peers {
        let codes: Vec<Code> = line.codes.into_iter().map(|(format, text)| (format, text, Vec::new())).collect();
        if let Some(score) = READERS.iter().find(|n| **n == line.reader).and_then(|name| scores.get_mut(name)) {
            score.add(&truth(&line.file), &codes, line.ms);
        }
    }
    for picture in &pictures {
        let Ok(image) = decode_image(&fs::read(picture)?) else { continue };
        let truth = truth(picture);
        let mut add = |name, codes: &[Code], time: Duration| {
            if let Some(score) = scores.get_mut(name) {
                score.add(&truth, codes, milliseconds(time));
            }
        };
        for (name, effort) in [("still", Effort::Still), ("frame", Effort::Frame)] {
            let answer = scan_by(&image.as_luma(), effort, clock());
            add(name, &codes(answer.symbols), answer.elapsed);
        }
        let start = processor_time();
        let read = by_rxing(&image);
        add("rxing", &read, processor_time().saturating_sub(start));
    }
    Ok((scores, pictures.len(), versions))
}

/// Prints a set unless it stands there already.
fn printed(plan: &Plan, name: &str, level: &str, aim: &str, count: u32, frames: u32) -> Result<PathBuf> {
    let folder = plan.sets.join(plan.seed.to_string()).join(name);
    if folder.is_dir() {
        return Ok(folder);
    }
    let unfinished = folder.with_extension("part");
    let program = std::env::current_exe()?.with_file_name("paytaipei-print");
    let status = Command::new(program)
        .args(["set", "--level", level, "--aim", aim, "--dir"])
        .arg(&unfinished)
        .args(["--count", &count.to_string(), "--seed", &plan.seed.to_string(), "--frames", &frames.to_string()])
        .status()?;
    if !status.success() {
        return Err(Failure::new(format!("the set {name} could not be printed")));
    }
    fs::rename(&unfinished, &folder)?;
    Ok(folder)
}

/// Films read, those of them within a second of processor time, films, misreads, time of the median film and of the longest
/// frame.
fn films(folder: &Path) -> Result<(usize, usize, usize, usize, f64, f64)> {
    let (mut hits, mut in_time, mut all, mut misreads) = (0, 0, 0, 0);
    let (mut totals, mut longest) = (Vec::new(), Duration::ZERO);
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)?.filter_map(|e| e.ok().map(|e| e.path())).collect();
    entries.retain(|p| p.is_dir());
    entries.sort();
    for film in entries {
        let truth = truth(&film);
        let mut session = Session::with_budget(Effort::Frame.budget(), clock());
        let (mut total, mut read) = (Duration::ZERO, false);
        for frame in pictures(&film)? {
            let Ok(image) = decode_image(&fs::read(frame)?) else { continue };
            let answer = session.frame(&image.as_luma());
            total += answer.elapsed;
            longest = longest.max(answer.elapsed);
            let mut score = Score::default();
            score.add(&truth, &codes(answer.new), 0.0);
            misreads += score.misreads;
            if score.hits > 0 {
                read = true;
                break;
            }
        }
        all += 1;
        hits += usize::from(read);
        in_time += usize::from(read && total <= Duration::from_secs(1));
        totals.push(milliseconds(total));
    }
    Ok((hits, in_time, all, misreads, report::median(&totals), milliseconds(longest)))
}

/// Measures, says what was measured, and writes it down.
pub fn run(plan: &Plan) -> Result<()> {
    let load = machine::load();
    let mut sets: Vec<(String, PathBuf)> = Vec::new();
    for (name, level, aim) in PRINTED {
        sets.push((name.to_owned(), printed(plan, name, level, aim, plan.count, 0)?));
    }
    let film_folder = printed(plan, "film-hard", "hard", "qr", plan.films, FRAMES)?;
    let mut absent = Vec::new();
    for name in SHARED {
        let folder = plan.shared.join(name);
        if folder.is_dir() { sets.push((name.to_owned(), folder)) } else { absent.push(format!("`../shared/{name}`")) }
    }
    let (mut hits, mut times, mut notes) = (String::new(), String::new(), String::new());
    let mut peers = String::new();
    for (name, folder) in &sets {
        eprintln!("{name}");
        let (scores, count, versions) = measured(plan, folder)?;
        peers = versions;
        let cell = |reader: &str| {
            scores.get(reader).map_or_else(String::new, |s| {
                if s.misreads == 0 { s.hits.to_string() } else { format!("{} ({} wrong)", s.hits, s.misreads) }
            })
        };
        let row: Vec<String> = READERS.iter().map(|r| cell(r)).collect();
        let _ = writeln!(hits, "| {name} ({count}) | {} |", row.join(" | "));
        let time = |reader: &str| {
            scores.get(reader).map_or_else(String::new, |s| {
                format!("{:.1}, {:.0}, {:.0}", s.percentile(0.5), s.percentile(0.95), s.percentile(0.99))
            })
        };
        let row: Vec<String> = READERS.iter().map(|r| time(r)).collect();
        let _ = writeln!(times, "| {name} | {} |", row.join(" | "));
        let calibration = CALIBRATION.iter().find(|(set, _)| set == name).filter(|_| count == 60);
        if let Some((_, wanted)) = calibration {
            let got = scores.get("zxing-cpp").map_or(0, |s| s.hits);
            let holds = got.abs_diff(*wanted) <= 6;
            let _ = write!(notes, "{name} {got} (table: {wanted}{}), ", if holds { "" } else { ": does not count" });
        }
    }
    let (read, in_time, all, wrong, median, longest) = films(&film_folder)?;
    let mut page = format!(
        "## Scanning\n\n`scripts/bench scan`, {}. {} Load average {load} at the start, {} at the end. All times are processor \
         time of one thread in milliseconds, and the reader's budgets (still 2 s, frame 60 ms) are spent by that clock. Peers: \
         {peers}, rxing 0.9.3 with TryHarder; all look for QR codes, Code 39 and Code 128. Printed sets are of seed {}.\n\n",
        time::OffsetDateTime::now_utc().date(),
        machine::description(&plan.sets),
        machine::load(),
        plan.seed
    );
    let head = "| set (pictures) | still | frame | zxing-cpp | rxing | ZBar |\n|---|---|---|---|---|---|\n";
    let _ = write!(page, "### Hits\n\nAll texts of a picture read; of barcodes all three.\n\n{head}{hits}\n");
    let _ = writeln!(page, "Calibration by zxing-cpp's hits: {}.\n", notes.trim_end_matches(", "));
    let _ = write!(page, "### Time: median, p95, p99\n\n{}{times}\n", head.replace(" (pictures)", ""));
    let _ = writeln!(
        page,
        "### Films\n\n{FRAMES} frames over a hard photo each: {read} of {all} read, {in_time} of them within one second of processor \
         time, {wrong} misreads; the median film took {median:.0} ms, the longest frame {longest:.0} ms."
    );
    if !absent.is_empty() {
        let _ = writeln!(page, "\nAbsent, so not measured: {}.", absent.join(", "));
    }
    println!("{page}");
    match &plan.page {
        Some(file) => report::write_section(file, "scan", &page),
        None => Ok(()),
    }
}
