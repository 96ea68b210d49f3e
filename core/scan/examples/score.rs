//! Scores the reader on folders of pictures or films:
//! `cargo run -p paytaipei-scan --example score -- [--frame] [--turned] [--quiet] FOLDER…`
//!
//! Their truth stands beside them (`paytaipei_printer::truth`). A film, a folder of frames, is read when all its texts are
//! before its frames have ended. Times are processor time, by which the budgets are spent too.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use paytaipei_printer::truth::{self, CodeRead, Truth, Verdict};
use paytaipei_scan::{Clock, Effort, Format, Luma, LumaImage, Rotation, Session, Symbol, decode_image, scan_by};

/// Processor time of this thread, where the system tells it: other work on the machine then changes nothing.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split_ascii_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0))
}

fn clock() -> Clock {
    if processor_time().is_zero() { Clock::Wall } else { Clock::Thread(processor_time) }
}

struct Options {
    effort: Effort,
    turned: bool,
    quiet: bool,
}

fn main() -> ExitCode {
    let mut options = Options { effort: Effort::Still, turned: false, quiet: false };
    for argument in std::env::args().skip(1) {
        let done = match argument.as_str() {
            "--frame" => {
                options.effort = Effort::Frame;
                Ok(())
            }
            "--turned" => {
                options.turned = true;
                Ok(())
            }
            "--quiet" => {
                options.quiet = true;
                Ok(())
            }
            folder => score(Path::new(folder), &options),
        };
        if let Err(error) = done {
            eprintln!("{argument}: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn score(folder: &Path, options: &Options) -> std::io::Result<()> {
    if !truth::films(folder)?.is_empty() {
        return films(folder);
    }
    for quarters in 0..if options.turned { 4 } else { 1 } {
        stills(folder, quarters, options)?;
    }
    Ok(())
}

fn judge(truth: &Truth, symbols: &[Symbol]) -> Verdict {
    let code = |s: &'_ Symbol| s.format == Format::QrCode;
    let codes: Vec<CodeRead<'_>> =
        symbols.iter().map(|s| CodeRead { qr: code(s), text: &s.text, raw: &s.raw }).collect();
    truth.judge(&codes)
}

fn name(path: &Path) -> String {
    path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A picture turned clockwise by quarters.
fn turned(image: &LumaImage, quarters: u32) -> (Vec<u8>, u32, u32) {
    let (mut pixels, mut width, mut height) =
        (image.as_luma().data.to_vec(), image.width() as usize, image.height() as usize);
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

fn stills(folder: &Path, quarters: u32, options: &Options) -> std::io::Result<()> {
    let (mut hits, mut misreads, mut panics, mut times, mut missed) = (0, 0, 0, Vec::new(), Vec::new());
    let pictures = truth::pictures(folder)?;
    for picture in &pictures {
        let Ok(image) = decode_image(&std::fs::read(picture)?) else {
            eprintln!("{}: no picture", picture.display());
            continue;
        };
        let (pixels, width, height) = turned(&image, quarters);
        let Ok(luma) = Luma::new(&pixels, width, height, width, Rotation::R0) else { continue };
        let answer = scan_by(&luma, options.effort, clock());
        times.push(answer.elapsed.as_secs_f64() * 1e3);
        panics += answer.caught_panics;
        let verdict = judge(&Truth::beside(picture), &answer.symbols);
        hits += usize::from(verdict.hit);
        misreads += verdict.misreads;
        if !verdict.hit || verdict.misreads > 0 {
            let reason = answer.reason.map(|r| format!("({})", r.as_str())).unwrap_or_default();
            missed.push(format!("{}{}{reason}", name(picture), "!".repeat(verdict.misreads)));
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get(((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1)));
    println!(
        "{:20} {:3}°  {hits:3}/{:<3} misreads {misreads}  panics {panics}  median {:6.1} ms  p95 {:7.1}  worst {:7.1}",
        name(folder),
        quarters * 90,
        pictures.len(),
        at(0.5).unwrap_or(&0.0),
        at(0.95).unwrap_or(&0.0),
        times.last().unwrap_or(&0.0),
    );
    if !options.quiet {
        println!("    missed: {}", missed.join(" "));
    }
    Ok(())
}

fn films(folder: &Path) -> std::io::Result<()> {
    let (mut hits, mut in_time, mut misreads) = (0, 0, 0);
    let (mut spent, mut longest, mut slow) = (Vec::new(), Duration::ZERO, Vec::new());
    let films = truth::films(folder)?;
    for film in &films {
        let truth = Truth::beside(film);
        let mut session = Session::with_budget(Effort::Frame.budget(), clock());
        let mut read: Vec<Symbol> = Vec::new();
        let (mut total, mut when) = (Duration::ZERO, None);
        for (number, frame) in truth::pictures(film)?.into_iter().enumerate() {
            let Ok(image) = decode_image(&std::fs::read(&frame)?) else { continue };
            let answer = session.frame(&image.as_luma());
            total += answer.elapsed;
            longest = longest.max(answer.elapsed);
            read.extend(answer.new);
            if judge(&truth, &read).hit {
                when = Some(number);
                break;
            }
        }
        misreads += judge(&truth, &read).misreads;
        hits += usize::from(when.is_some());
        in_time += usize::from(when.is_some() && total <= Duration::from_secs(1));
        if when.is_none_or(|w| w > 3) {
            slow.push(format!("{}:{}", name(film), when.map_or("-".to_owned(), |w| w.to_string())));
        }
        spent.push(total.as_secs_f64() * 1e3);
    }
    spent.sort_by(f64::total_cmp);
    println!(
        "{:20} {hits}/{} read, {in_time} within 1 s, misreads {misreads}; median {:.0} ms, worst frame {:.1} ms",
        name(folder),
        films.len(),
        spent.get(spent.len() / 2).unwrap_or(&0.0),
        longest.as_secs_f64() * 1e3,
    );
    println!("    after more than three frames, or never: {}", slow.join(" "));
    Ok(())
}
