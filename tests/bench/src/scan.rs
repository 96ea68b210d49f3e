//! The reader beside others, on the same pictures in the same run: hits, misreads, time.
//!
//! All times are processor time of one thread, so that other work on the machine changes little; the budgets of our reader
//! are spent by the same clock.

mod readers;
mod sets;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use paytaipei_printer::truth::{self, CodeRead, Truth, Verdict};
use paytaipei_scan::{Effort, decode_image};
use readers::{Code, READERS, milliseconds};
use sets::FRAMES;

use crate::report::Bar;
use crate::{Failure, Result, machine, report};

/// What to measure, and where.
pub struct Plan {
    /// Where sets stand, or are made.
    pub sets: PathBuf,
    pub seed: u64,
    /// Pictures of a printed set.
    pub count: u32,
    pub films: u32,
    /// Frames of each kind without a code.
    pub frames: u32,
    /// A Python with the peers' wheels.
    pub python: PathBuf,
    /// Photos by others; absent ones are named.
    pub shared: PathBuf,
    /// `docs/benchmarks.md`, unless nothing is to be written.
    pub page: Option<PathBuf>,
}

/// What zxing-cpp scores of 60 on a level; a set counts where it scores within six of it.
const CALIBRATION: [(&str, usize); 6] =
    [("qr-easy", 60), ("qr-medium", 29), ("qr-hard", 15), ("bars-easy", 40), ("bars-medium", 3), ("bars-hard", 1)];
const WITHIN: usize = 6;
/// Hits that are wanted at still effort.
const WANTED: [(&str, usize, &str); 9] = [
    ("qr-easy", 60, "60"),
    ("qr-medium", 48, "≥ 48"),
    ("qr-hard", 30, "≥ 30"),
    ("bars-easy", 58, "≥ 58"),
    ("bars-medium", 20, "≥ 20"),
    ("bars-hard", 6, "≥ 6"),
    ("photos/qrcode-1", 20, "20"),
    ("photos/qrcode-2", 34, "≥ 34"),
    ("photos/qrcode-3", 42, "42"),
];

/// Hits, misreads and times of one reader on one set.
#[derive(Default)]
struct Score {
    hits: usize,
    misreads: usize,
    times: Vec<f64>,
    /// The pictures that were read.
    read: BTreeSet<PathBuf>,
}

impl Score {
    fn add(&mut self, picture: &Path, verdict: Verdict, ms: f64) {
        self.hits += usize::from(verdict.hit);
        self.misreads += verdict.misreads;
        self.times.push(ms);
        if verdict.hit {
            self.read.insert(picture.to_owned());
        }
    }

    fn median(&self) -> f64 {
        report::median(&self.times)
    }
}

/// The value that a share of all does not exceed.
fn percentile(times: &[f64], share: f64) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    // Sets are small.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    let at = (times.len() as f64 * share).ceil() as usize;
    times.get(at.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

fn judged(truth: &Truth, codes: &[Code]) -> Verdict {
    let codes: Vec<CodeRead<'_>> = codes.iter().map(Code::read).collect();
    truth.judge(&codes)
}

/// All readers on one set.
struct Measured {
    name: String,
    count: usize,
    scores: BTreeMap<&'static str, Score>,
}

impl Measured {
    fn of(&self, reader: &str) -> &Score {
        static NONE: std::sync::LazyLock<Score> = std::sync::LazyLock::new(Score::default);
        self.scores.get(reader).unwrap_or(&NONE)
    }

    /// One row of a table: the set's name, then what `cell` says of each reader.
    fn row(&self, name: &str, cell: impl Fn(&Score) -> String) -> String {
        let cells: Vec<String> = READERS.iter().map(|reader| cell(self.of(reader))).collect();
        format!("| {name} | {} |\n", cells.join(" | "))
    }
}

fn measured(plan: &Plan, name: &str, folder: &Path) -> Result<(Measured, String)> {
    eprintln!("{name}");
    let pictures = truth::pictures(folder)?;
    let (versions, mut answers) = readers::by_peers(&plan.python, &pictures)?;
    for picture in &pictures {
        answers.extend(readers::by_rust(picture)?);
    }
    let mut scores: BTreeMap<&'static str, Score> = BTreeMap::new();
    for answer in &answers {
        let verdict = judged(&Truth::beside(&answer.picture), &answer.codes);
        scores.entry(answer.reader).or_default().add(&answer.picture, verdict, answer.ms);
    }
    Ok((Measured { name: name.to_owned(), count: pictures.len(), scores }, versions))
}

/// All sets, each on one of as many threads as there are processors: what is measured is each thread's own time.
fn measured_at_once(plan: &Plan, sets: &[(String, PathBuf)]) -> Result<(Vec<Measured>, String)> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = |first: usize| -> Result<Vec<(usize, (Measured, String))>> {
        let own = sets.iter().enumerate().skip(first).step_by(threads);
        own.map(|(at, (name, folder))| Ok((at, measured(plan, name, folder)?))).collect()
    };
    let shares: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|first| scope.spawn(move || share(first))).collect();
        workers.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    let mut all = Vec::new();
    for share in shares {
        all.extend(share.map_err(|_| Failure::new("a reader's thread"))??);
    }
    all.sort_by_key(|(at, _)| *at);
    let peers = all.first().map(|(_, (_, versions))| versions.clone()).unwrap_or_default();
    Ok((all.into_iter().map(|(_, (set, _))| set).collect(), peers))
}

/// What the camera session made of films.
#[derive(Default)]
struct Films {
    all: usize,
    read: usize,
    /// Those read within a second of processor time.
    in_time: usize,
    misreads: usize,
    /// Milliseconds of each film until it was read, or ended.
    totals: Vec<f64>,
    /// Milliseconds of each frame.
    frames: Vec<f64>,
}

fn films(folder: &Path) -> Result<Films> {
    eprintln!("films");
    let mut films = Films::default();
    for film in truth::films(folder)? {
        let truth = Truth::beside(&film);
        let mut session = readers::session();
        let (mut total, mut read) = (Duration::ZERO, false);
        for frame in truth::pictures(&film)? {
            let Ok(image) = decode_image(&fs::read(frame)?) else { continue };
            let answer = session.frame(&image.as_luma());
            total += answer.elapsed;
            films.frames.push(milliseconds(answer.elapsed));
            let verdict = judged(&truth, &readers::codes(answer.new));
            films.misreads += verdict.misreads;
            if verdict.hit {
                read = true;
                break;
            }
        }
        films.all += 1;
        films.read += usize::from(read);
        films.in_time += usize::from(read && total <= Duration::from_secs(1));
        films.totals.push(milliseconds(total));
    }
    Ok(films)
}

/// What must hold, of full sets.
fn bars(sets: &[Measured], films: &Films) -> Vec<Bar> {
    let find = |name: &str| sets.iter().find(|set| set.name == name);
    let bar = |what: String, figure: String, wanted, holds| Bar { what, figure, wanted, holds };
    let mut bars = Vec::new();
    for (name, least, wanted) in WANTED {
        let Some(set) = find(name) else { continue };
        let hits = set.of("still").hits;
        bars.push(bar(format!("{name}: read, of {}", set.count), hits.to_string(), wanted, hits >= least));
    }
    bars.push(bar(
        format!("films: read within one second, of {}", films.all),
        films.in_time.to_string(),
        "≥ 55",
        films.in_time >= 55,
    ));
    let worse = sets.iter().filter_map(|set| {
        let upright = find(set.name.strip_suffix(" turned")?)?;
        Some((upright.of("still").hits * 3).saturating_sub(set.of("still").hits))
    });
    let worse: usize = worse.sum();
    bars.push(bar("photos lost by turning them".to_owned(), worse.to_string(), "0", worse == 0));
    let photos = || sets.iter().filter(|set| set.name.contains('/'));
    let lost: usize = photos().map(|set| set.of("zxing-cpp").read.difference(&set.of("still").read).count()).sum();
    bars.push(bar(
        "pictures by others that zxing-cpp reads and we do not".to_owned(),
        lost.to_string(),
        "0",
        lost == 0,
    ));
    for effort in ["still", "frame"] {
        let wrong: usize = sets.iter().map(|set| set.of(effort).misreads).sum();
        bars.push(bar(format!("misreads and false positives, {effort}"), wrong.to_string(), "0", wrong == 0));
    }
    for (name, what) in [("qr-easy", "easy photos"), ("no code", "frames without a code"), ("noise", "noise")] {
        let Some(set) = find(name) else { continue };
        let (ours, theirs) = (set.of("frame").median(), set.of("zxing-cpp").median());
        bars.push(bar(
            format!("{what}, median: ours ÷ zxing-cpp's"),
            format!("{:.2} ({ours:.1} ÷ {theirs:.1} ms)", ours / theirs),
            "≤ 1",
            ours <= theirs,
        ));
    }
    let of = |effort: &str| -> Vec<f64> { sets.iter().flat_map(|set| set.of(effort).times.clone()).collect() };
    let frames: Vec<f64> = of("frame").into_iter().chain(films.frames.iter().copied()).collect();
    for (what, times, wanted, budget) in [
        ("all frames", frames, "≤ 60 ms", Effort::Frame.budget()),
        ("all stills", of("still"), "≤ 2000 ms", Effort::Still.budget()),
    ] {
        let p99 = percentile(&times, 0.99);
        let figure = format!("{p99:.1} ({:.1})", percentile(&times, 1.0));
        bars.push(bar(format!("{what}, p99 (longest)"), figure, wanted, p99 <= milliseconds(budget)));
    }
    bars
}

fn calibration(sets: &[Measured]) -> String {
    let mut notes = Vec::new();
    for (name, wanted) in CALIBRATION {
        let Some(set) = sets.iter().find(|set| set.name == name && set.count == 60) else { continue };
        let got = set.of("zxing-cpp").hits;
        let counts = if got.abs_diff(wanted) <= WITHIN { "" } else { ": **does not count**" };
        notes.push(format!("{name} {got} ({wanted}{counts})"));
    }
    notes.join(", ")
}

/// Measures, says what was measured, and writes it down.
pub fn run(plan: &Plan) -> Result<()> {
    let sets::Sets { sets, films: film_folder, absent } = sets::all(plan)?;
    let load = machine::load();
    let (all, peers) = measured_at_once(plan, &sets)?;
    let films = films(&film_folder)?;
    let mut page = format!(
        "## Scanning\n\n`scripts/bench scan`, {}. {} Load average {load} at the start, {} at the end. All times are processor \
         time of one thread in milliseconds, and the reader's budgets (still 2 s, frame 60 ms) are spent by that clock. Peers: \
         {peers}, rxing 0.9.3 with TryHarder; all look for QR codes, Code 39 and Code 128. What is made here is of seed {}.\n\n",
        time::OffsetDateTime::now_utc().date(),
        machine::description(&plan.sets),
        machine::load(),
        plan.seed
    );
    let rows: Vec<String> = bars(&all, &films).iter().map(Bar::row).collect();
    let _ = write!(page, "| | measured | wanted | |\n|---|---|---|---|\n{}\n\n", rows.join("\n"));
    let head = "| set (pictures) | still | frame | zxing-cpp | rxing | ZBar |\n|---|---|---|---|---|---|\n";
    let _ = write!(
        page,
        "### Hits\n\nAll texts of a picture read; of barcodes all three; without a code, nothing.\n\n{head}"
    );
    for set in &all {
        page += &set.row(&format!("{} ({})", set.name, set.count), |score| match score.misreads {
            0 => score.hits.to_string(),
            wrong => format!("{} ({wrong} wrong)", score.hits),
        });
    }
    let _ = writeln!(
        page,
        "\nCalibration: zxing-cpp's hits of 60 (and those that make a level count, within {WITHIN}): {}.\n",
        calibration(&all)
    );
    let _ = write!(page, "### Time: median, p95, p99\n\n{}", head.replace(" (pictures)", ""));
    for set in &all {
        page += &set.row(&set.name, |score| {
            let (p95, p99) = (percentile(&score.times, 0.95), percentile(&score.times, 0.99));
            format!("{:.1}, {p95:.0}, {p99:.0}", score.median())
        });
    }
    let _ = writeln!(
        page,
        "\n### Films\n\n{FRAMES} frames over a hard photo each: {} of {} read, {} of them within one second of processor \
         time, {} misreads; the median film took {:.0} ms, the longest frame {:.1} ms.",
        films.read,
        films.all,
        films.in_time,
        films.misreads,
        report::median(&films.totals),
        percentile(&films.frames, 1.0),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_hundred_times_the_ninety_ninth_is_p99_and_of_few_the_longest() {
        let times: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert!((percentile(&times, 0.99) - 99.0).abs() < 1e-9);
        assert!((percentile(&[3.0, 1.0], 0.99) - 3.0).abs() < 1e-9);
    }
}
