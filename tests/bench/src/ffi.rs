//! `scripts/bench ffi`: what crossing to another language costs, beside a uniffi library that does nothing else.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use time::OffsetDateTime;

use crate::report::{Bar, median, range, write_section};
use crate::size::Sizes;
use crate::{Failure, Result, machine};

/// Bytes of the stripped library that a phone may get.
const MOST_BYTES: u64 = 5_000_000;

/// Where things are.
pub struct Places {
    /// The folder of both libraries, built with the phone's profile.
    pub libraries: PathBuf,
    /// Of the compiled program and what it uses.
    pub class_path: String,
}

/// Nanoseconds of processor time a call.
#[derive(Deserialize)]
struct Pair {
    ours: f64,
    bare: f64,
}

#[derive(Deserialize)]
struct Round {
    text: Pair,
    providers: Pair,
    billers: Pair,
    frame: Pair,
    array: Pair,
}

#[derive(Deserialize)]
struct Cold {
    ms: f64,
}

/// Measures; false where a bar was missed.
pub fn measure(places: &Places, quick: bool) -> Result<bool> {
    let (rounds, starts) = if quick { (5, 3) } else { (31, 15) };
    let load = machine::load();
    eprintln!("· calls");
    let calls: Vec<Round> = java(places, &["calls", &rounds.to_string()])?;
    eprintln!("· cold starts");
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..starts {
        for (whose, into) in [("ours", &mut ours), ("bare", &mut bare)] {
            into.extend(java::<Cold>(places, &["cold", whose])?.into_iter().map(|cold| cold.ms));
        }
    }
    eprintln!("· sizes");
    let library = places.libraries.join("libpaytaipei_ffi.so");
    let figures = Figures {
        load: [load, machine::load()],
        calls,
        cold: [ours, bare],
        sizes: Sizes::of(&library)?,
        bare_size: Sizes::of(&places.libraries.join("libbare_echo.so"))?.stripped,
    };
    let bars = figures.bars();
    let text = figures.text(&bars, &places.libraries);
    println!("{text}");
    if !quick {
        write_section(Path::new("docs/benchmarks.md"), "ffi", &text)?;
        write_section(Path::new("docs/dependencies.md"), "bytes", &figures.bytes())?;
    }
    Ok(bars.iter().all(|bar| bar.holds))
}

/// Runs the Kotlin program, which prints one JSON object a line.
fn java<T: DeserializeOwned>(places: &Places, arguments: &[&str]) -> Result<Vec<T>> {
    let output = Command::new("java")
        .args(["-Xms256m", "-Xmx256m"])
        .arg(format!("-Djna.library.path={}", places.libraries.display()))
        .args(["-cp", &places.class_path, "taipei.pay.bench.MainKt"])
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(Failure::new(format!("the Kotlin program failed: {}", output.status)));
    }
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(lines.lines().map(serde_json::from_str).collect::<serde_json::Result<_>>()?)
}

struct Figures {
    load: [String; 2],
    calls: Vec<Round>,
    /// Ours and the bare library's, in milliseconds.
    cold: [Vec<f64>; 2],
    sizes: Sizes,
    bare_size: u64,
}

type Which = fn(&Round) -> &Pair;

impl Figures {
    fn ratios(&self, which: Which) -> Vec<f64> {
        self.calls.iter().map(which).map(|pair| pair.ours / pair.bare).collect()
    }

    /// Of `part` in microseconds.
    fn micros(&self, which: Which, part: fn(&Pair) -> f64) -> String {
        range(&self.calls.iter().map(which).map(|pair| part(pair) / 1e3).collect::<Vec<_>>(), 1)
    }

    fn bars(&self) -> Vec<Bar> {
        let ratio = |what: &str, ratios: &[f64], most: f64, wanted: &'static str| Bar {
            what: what.to_owned(),
            figure: range(ratios, 2),
            wanted,
            holds: median(ratios) <= most,
        };
        let [ours, bare] = &self.cold;
        // Of a whole process, what else the machine does can only lengthen a start: the least is the start itself.
        let least = |starts: &[f64]| starts.iter().copied().fold(f64::INFINITY, f64::min);
        let cold = least(ours) / least(bare);
        // What an array takes longer than a direct buffer, in times that copying it once takes.
        let copies = |round: &Round| (round.array.ours - round.frame.ours) / round.array.bare;
        let copies: Vec<f64> = self.calls.iter().map(copies).collect();
        vec![
            ratio("a short text: ours ÷ bare", &self.ratios(|round| &round.text), 1.5, "≤ 1.5"),
            ratio("eight businesses: ours ÷ bare", &self.ratios(|round| &round.providers), 1.5, "≤ 1.5"),
            ratio("all billers: ours ÷ bare", &self.ratios(|round| &round.billers), 1.5, "≤ 1.5"),
            ratio("a frame taken and refused: ours ÷ bare", &self.ratios(|round| &round.frame), 1.5, "≤ 1.5"),
            ratio("a frame in a Kotlin array: copies made", &copies, 1.5, "1 (< 1.5)"),
            Bar {
                what: "cold start to the first answer, the shortest: ours ÷ bare".to_owned(),
                figure: format!("{cold:.2}"),
                wanted: "≤ 1.3",
                holds: cold <= 1.3,
            },
            Bar {
                what: "the phone's library, stripped".to_owned(),
                figure: format!("{} bytes", grouped(self.sizes.stripped)),
                wanted: "≤ 5,000,000",
                holds: self.sizes.stripped <= MOST_BYTES,
            },
        ]
    }

    fn text(&self, bars: &[Bar], place: &Path) -> String {
        let now = OffsetDateTime::now_utc();
        let row = |name: &str, which: Which| {
            let (ours, bare) = (self.micros(which, |pair| pair.ours), self.micros(which, |pair| pair.bare));
            format!("| {name} | {ours} | {bare} |")
        };
        let rows = [
            row("a short text", |round| &round.text),
            row("eight businesses, 2 fields each", |round| &round.providers),
            row("all billers, 9 fields each", |round| &round.billers),
            row("a frame of 1920 × 1080, taken and refused", |round| &round.frame),
            row("the same in a Kotlin array; bare: copying it once", |round| &round.array),
        ];
        let [ours, bare] = &self.cold;
        format!(
            "## Foreign languages

`scripts/bench ffi`, {date} UTC. {machine} Both libraries in the phone's profile (`release`). Load average {load0} at the start,
{load1} at the end; others may have used the machine too, so peers take turns, calls are measured in processor time of the calling
thread, and figures are medians (least to most in brackets). Kotlin on the JVM through JNA; Swift is not measured.

| | measured | wanted | |
|---|---|---|---|
{bars}

| microseconds a call | ours | bare |
|---|---|---|
{rows}
| cold start to the first answer (ms) | {ours} | {bare} |
| library, stripped (bytes) | {size} | {bare_size} |

The peer (`tests/bench/echo`) is a uniffi library of the same release that answers the same values from memory: what crossing alone
costs. Ours is called as an app calls it, through the hand-written layer. The frame says that its rows are longer than they
are, so both sides refuse it, with the same record, once they hold it and before a pixel is read; a direct buffer is read where it is. A cold
start is a new JVM, from before JNA and the library are loaded; the store is not opened. [`dependencies.md`](dependencies.md) says whose the bytes are.",
            date = format_args!("{}-{:02}-{:02} {:02}:{:02}", now.year(), u8::from(now.month()), now.day(), now.hour(), now.minute()),
            machine = machine::hardware(place),
            load0 = self.load[0],
            load1 = self.load[1],
            bars = bars.iter().map(Bar::row).collect::<Vec<_>>().join("\n"),
            rows = rows.join("\n"),
            ours = range(ours, 0),
            bare = range(bare, 0),
            size = grouped(self.sizes.stripped),
            bare_size = grouped(self.bare_size),
        )
    }

    /// Whose the library's bytes are: ours together, then each dependency of 5,000 bytes or more.
    fn bytes(&self) -> String {
        let own = |name: &str| name.starts_with("paytaipei_");
        let (ours, others): (Vec<_>, Vec<_>) = self.sizes.crates.iter().partition(|(name, _)| own(name));
        let sum = |crates: &[&(String, u64)]| crates.iter().map(|(_, bytes)| bytes).sum::<u64>();
        let (large, small): (Vec<_>, Vec<_>) = others.into_iter().partition(|(_, bytes)| *bytes >= 5_000);
        let row = |name: &str, bytes: u64| format!("| {name} | {} |", grouped(bytes));
        let mut rows = vec![row("**the whole library, stripped**", self.sizes.stripped)];
        rows.extend(ours.iter().chain(&large).map(|(name, bytes)| row(&format!("`{name}`"), *bytes)));
        rows.push(row(&format!("{} smaller ones", small.len()), sum(&small)));
        rows.push(row("tables for unwinding, relocations, constants without a name", self.sizes.nameless()));
        format!(
            "`scripts/bench ffi` counts the symbols of the phone's library (x86_64 Linux, profile `release`) by the crate that their names begin
with; generic code counts where it is defined, so `std` holds much that others' types fill.

| | bytes |
|---|---|
{}",
            rows.join("\n")
        )
    }
}

/// `5,000,000`
fn grouped(bytes: u64) -> String {
    let digits = bytes.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}
