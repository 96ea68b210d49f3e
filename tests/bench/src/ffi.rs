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
    /// Of the compiled Kotlin program and what it uses.
    pub class_path: String,
    /// A command that runs the Swift program with two numbers behind it.
    pub swift: String,
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

/// A line of the Swift program.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Round(Box<Round>),
    Cold { cold: Pair },
}

/// One language's figures.
struct Spoken {
    language: &'static str,
    calls: Vec<Round>,
    /// From nothing loaded to the first answer, ours and the bare library's, in milliseconds.
    cold: [Vec<f64>; 2],
}

/// Measures; false where a bar was missed.
pub fn measure(places: &Places, quick: bool) -> Result<bool> {
    let (rounds, starts) = if quick { (5, 3) } else { (31, 15) };
    let load = machine::load();
    eprintln!("· Kotlin");
    let kotlin = kotlin(places, rounds, starts)?;
    eprintln!("· Swift");
    let swift = swift(places, rounds, starts)?;
    eprintln!("· sizes");
    let library = places.libraries.join("libpaytaipei_ffi.so");
    let figures = Figures {
        load: [load, machine::load()],
        spoken: [kotlin, swift],
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

fn kotlin(places: &Places, rounds: u32, starts: u32) -> Result<Spoken> {
    let java = |arguments: &[&str]| {
        let mut command = Command::new("java");
        command
            .args(["-Xms256m", "-Xmx256m"])
            .arg(format!("-Djna.library.path={}", places.libraries.display()))
            .args(["-cp", &places.class_path, "taipei.pay.bench.MainKt"])
            .args(arguments);
        command
    };
    let calls = lines(java(&["calls", &rounds.to_string()]))?;
    let mut cold = [Vec::new(), Vec::new()];
    for _ in 0..starts {
        for (whose, into) in ["ours", "bare"].into_iter().zip(&mut cold) {
            into.extend(lines::<Cold>(java(&["cold", whose]))?.into_iter().map(|cold| cold.ms));
        }
    }
    Ok(Spoken { language: "Kotlin", calls, cold })
}

fn swift(places: &Places, rounds: u32, starts: u32) -> Result<Spoken> {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{} {rounds} {starts}", places.swift)]);
    let mut spoken = Spoken { language: "Swift", calls: Vec::new(), cold: [Vec::new(), Vec::new()] };
    for line in lines(command)? {
        match line {
            Line::Round(round) => spoken.calls.push(*round),
            Line::Cold { cold } => {
                let [ours, bare] = &mut spoken.cold;
                ours.push(cold.ours);
                bare.push(cold.bare);
            }
        }
    }
    Ok(spoken)
}

/// Runs a program that prints one JSON object a line.
fn lines<T: DeserializeOwned>(mut command: Command) -> Result<Vec<T>> {
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(Failure::new(format!("{command:?} failed: {}", output.status)));
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.lines().map(serde_json::from_str).collect::<serde_json::Result<_>>()?)
}

type Which = fn(&Round) -> &Pair;

impl Spoken {
    fn ratios(&self, which: Which) -> Vec<f64> {
        self.calls.iter().map(which).map(|pair| pair.ours / pair.bare).collect()
    }

    /// Of `part` in microseconds.
    fn micros(&self, which: Which, part: fn(&Pair) -> f64) -> String {
        range(&self.calls.iter().map(which).map(|pair| part(pair) / 1e3).collect::<Vec<_>>(), 2)
    }

    fn bars(&self) -> Vec<Bar> {
        let below = |what: &str, ratios: &[f64], most: f64, wanted: &'static str| Bar {
            what: format!("{}: {what}", self.language),
            figure: range(ratios, 2),
            wanted,
            holds: median(ratios) <= most,
        };
        let ratio = |what: &str, ratios: &[f64]| below(what, ratios, 1.5, "≤ 1.5");
        // What bytes of the language's own take longer than a lent buffer, in times that copying them once takes.
        let copies = |round: &Round| (round.array.ours - round.frame.ours) / round.array.bare;
        let copies: Vec<f64> = self.calls.iter().map(copies).collect();
        // Of a whole process, what else the machine does can only lengthen a start: the least is the start itself.
        let least = |starts: &[f64]| starts.iter().copied().fold(f64::INFINITY, f64::min);
        let [ours, bare] = &self.cold;
        let cold = least(ours) / least(bare);
        vec![
            ratio("eight businesses: ours ÷ bare", &self.ratios(|round| &round.providers)),
            ratio("all billers: ours ÷ bare", &self.ratios(|round| &round.billers)),
            ratio("a frame taken and refused: ours ÷ bare", &self.ratios(|round| &round.frame)),
            // Measured with what a copy brings along, such as cold caches; a second copy would show as one more.
            below("a frame in bytes of the language's own: copies made", &copies, 1.99, "1 (< 2)"),
            Bar {
                what: format!("{}: cold start to the first answer, the shortest: ours ÷ bare", self.language),
                figure: format!("{cold:.2} ({:.1} ÷ {:.1} ms)", least(ours), least(bare)),
                wanted: "≤ 1.3",
                holds: cold <= 1.3,
            },
        ]
    }

    fn table(&self) -> String {
        let row = |name: &str, which: Which| {
            let (ours, bare) = (self.micros(which, |pair| pair.ours), self.micros(which, |pair| pair.bare));
            format!("| {name} | {ours} | {bare} |")
        };
        let [ours, bare] = &self.cold;
        [
            format!("| {}, microseconds a call | ours | bare |\n|---|---|---|", self.language),
            row("an amount as text; bare: its digits", |round| &round.text),
            row("eight businesses, 2 fields each", |round| &round.providers),
            row("all billers, 9 fields each", |round| &round.billers),
            row("a frame of 1920 × 1080, taken and refused", |round| &round.frame),
            row("the same in bytes of the language's own; bare: copying it once", |round| &round.array),
            format!("| cold start to the first answer (ms) | {} | {} |", range(ours, 1), range(bare, 1)),
        ]
        .join("\n")
    }
}

struct Figures {
    load: [String; 2],
    spoken: [Spoken; 2],
    sizes: Sizes,
    bare_size: u64,
}

impl Figures {
    fn bars(&self) -> Vec<Bar> {
        let mut bars: Vec<Bar> = self.spoken.iter().flat_map(Spoken::bars).collect();
        bars.push(Bar {
            what: "the phone's library, stripped".to_owned(),
            figure: format!("{} bytes", grouped(self.sizes.stripped)),
            wanted: "≤ 5,000,000",
            holds: self.sizes.stripped <= MOST_BYTES,
        });
        bars
    }

    fn text(&self, bars: &[Bar], place: &Path) -> String {
        let now = OffsetDateTime::now_utc();
        let [kotlin, swift] = &self.spoken;
        format!(
            "## Foreign languages

`scripts/bench ffi`, {date} UTC. {machine} Both libraries in the phone's profile (`release`). Load average {load0} at the start,
{load1} at the end; others may have used the machine too, so peers take turns, calls are measured in processor time of the calling
thread, and figures are medians (least to most in brackets). Kotlin on the JVM through JNA, Swift in release mode.

| | measured | wanted | |
|---|---|---|---|
{bars}

{kotlin}

{swift}

The peer (`tests/bench/echo`, {bare_size} bytes stripped) is a uniffi library of the same release that answers the same values from
memory: what crossing alone costs. Ours is called as an app calls it, through the hand-written layer. The frame says that its rows
are longer than they are, so both sides refuse it, with the same record, once they hold it and before a pixel is read; lent bytes are read
where they are (a direct buffer in Kotlin, a pointer in Swift). A cold start is, in Kotlin, from before JNA and the library are loaded in a new JVM;
in Swift, from the start of a program that links only the one library. The store is not opened.
The amount is held to no bar: ours groups its digits and names the currency, which is work of its own and no crossing.
[`dependencies.md`](dependencies.md) says whose the bytes are.",
            date = format_args!("{}-{:02}-{:02} {:02}:{:02}", now.year(), u8::from(now.month()), now.day(), now.hour(), now.minute()),
            machine = machine::hardware(place),
            load0 = self.load[0],
            load1 = self.load[1],
            bars = bars.iter().map(Bar::row).collect::<Vec<_>>().join("\n"),
            kotlin = kotlin.table(),
            swift = swift.table(),
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
