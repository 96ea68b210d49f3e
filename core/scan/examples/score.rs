//! Scores the reader on folders of pictures: `cargo run -p paytaipei-scan --example score -- [--frame] [--turned] FOLDER…`
//!
//! A picture counts as a hit when all its expected texts are read: `N.txt` or `N.bin` beside it one text, `N.bar` one a
//! line; without any of these no code is expected. Whatever else is read on a picture with `N.txt` or none, of the
//! format that the folder is about, counts as a misread.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use std::time::Duration;

use paytaipei_scan::{Clock, Effort, Format, Luma, Rotation, decode_image, scan_by};

/// Processor time of this thread, where the system tells it: other work on the machine then changes nothing.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split_ascii_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0))
}

fn clock() -> Clock {
    if processor_time().is_zero() { Clock::Wall } else { Clock::Thread(processor_time) }
}

fn main() -> ExitCode {
    let mut effort = Effort::Still;
    let mut turned = false;
    let mut quiet = false;
    let mut folders = Vec::new();
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--frame" => effort = Effort::Frame,
            "--turned" => turned = true,
            "--quiet" => quiet = true,
            folder => folders.push(PathBuf::from(folder)),
        }
    }
    for folder in folders {
        if let Err(error) = score(&folder, effort, turned, quiet) {
            eprintln!("{}: {error}", folder.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

struct Expected {
    texts: Vec<Vec<u8>>,
    bars: bool,
}

fn expected(picture: &Path) -> Expected {
    let read = |extension: &str| std::fs::read(picture.with_extension(extension)).ok();
    if let Some(bars) = read("bar") {
        let lines = bars.split(|b| *b == b'\n').map(|l| l.trim_ascii().to_vec()).filter(|l| !l.is_empty());
        return Expected { texts: lines.collect(), bars: true };
    }
    let text = read("txt").or_else(|| read("bin"));
    Expected { texts: text.into_iter().collect(), bars: false }
}

fn turn(pixels: &[u8], width: u32, height: u32, quarters: u32) -> (Vec<u8>, u32, u32) {
    let (mut pixels, mut width, mut height) = (pixels.to_vec(), width as usize, height as usize);
    for _ in 0..quarters {
        let mut next = vec![0; pixels.len()];
        for y in 0..height {
            for x in 0..width {
                next[x * height + height - 1 - y] = pixels[y * width + x];
            }
        }
        (pixels, width, height) = (next, height, width);
    }
    (pixels, width as u32, height as u32)
}

fn score(folder: &Path, effort: Effort, turned: bool, quiet: bool) -> std::io::Result<()> {
    let mut pictures: Vec<PathBuf> = std::fs::read_dir(folder)?.filter_map(|e| e.ok().map(|e| e.path())).collect();
    pictures.retain(|p| p.extension().is_some_and(|e| e == "png" || e == "jpg"));
    pictures.sort();
    for quarters in 0..if turned { 4 } else { 1 } {
        let (mut hits, mut misreads, mut panics, mut times) = (0, 0, 0, Vec::new());
        let mut missed = Vec::new();
        for picture in &pictures {
            let Ok(image) = decode_image(&std::fs::read(picture)?) else {
                eprintln!("{}: no picture", picture.display());
                continue;
            };
            let upright = image.as_luma();
            let (pixels, width, height) = turn(upright.data, upright.width, upright.height, quarters);
            let Ok(luma) = Luma::new(&pixels, width, height, width, Rotation::R0) else { continue };
            let answer = scan_by(&luma, effort, clock());
            times.push(answer.elapsed.as_secs_f64() * 1000.0);
            panics += answer.caught_panics;
            let want = expected(picture);
            let trimmed = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
            let is = |want: &[u8], text: &str, raw: &[u8]| {
                want == raw || trimmed(want) == text.trim_end() || want.trim_ascii_end() == text.as_bytes()
            };
            let all = want.texts.iter().all(|w| answer.symbols.iter().any(|s| is(w, &s.text, &s.raw)));
            let wrong = answer
                .symbols
                .iter()
                .filter(|s| want.texts.is_empty() || want.bars != (s.format == Format::QrCode))
                .filter(|s| !want.texts.iter().any(|w| is(w, &s.text, &s.raw)))
                .count();
            misreads += wrong;
            let name = picture.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
            if all {
                hits += 1;
            }
            if !all || wrong > 0 {
                missed.push(if wrong > 0 { format!("{name}!") } else { name });
            }
        }
        times.sort_by(f64::total_cmp);
        let at = |share: f64| times.get(((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1)));
        println!(
            "{:28} {:3}°  {hits:3}/{:<3} misreads {misreads}  panics {panics}  median {:6.1} ms  p95 {:7.1}  worst {:7.1}",
            folder.file_name().map(|n| n.to_string_lossy()).unwrap_or_default(),
            quarters * 90,
            pictures.len(),
            at(0.5).unwrap_or(&0.0),
            at(0.95).unwrap_or(&0.0),
            times.last().unwrap_or(&0.0),
        );
        if !quiet {
            println!("    missed: {}", missed.join(" "));
        }
    }
    Ok(())
}
