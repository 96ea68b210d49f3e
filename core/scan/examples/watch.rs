//! Scores the reader on films: `cargo run -p paytaipei-scan --example watch -- FOLDER…`
//!
//! A folder holds folders of frames, `NNN/*.jpg`, and the truth beside each: `NNN.txt` one text, `NNN.bar` one a line. A film
//! is a hit when all its texts are read before its frames, or one second of processor time, have ended.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use paytaipei_scan::{Clock, Effort, Format, Session, decode_image};

/// Processor time of this thread, where the system tells it.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split_ascii_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0))
}

fn clock() -> Clock {
    if processor_time().is_zero() { Clock::Wall } else { Clock::Thread(processor_time) }
}

fn main() -> ExitCode {
    for folder in std::env::args().skip(1).map(PathBuf::from) {
        if let Err(error) = score(&folder) {
            eprintln!("{}: {error}", folder.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn sorted(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)?.filter_map(|e| e.ok().map(|e| e.path())).collect();
    entries.sort();
    Ok(entries)
}

fn score(folder: &Path) -> std::io::Result<()> {
    let (mut hits, mut in_time, mut films, mut misreads) = (0, 0, 0, 0);
    let (mut spent, mut longest, mut slow) = (Vec::new(), Duration::ZERO, Vec::new());
    for film in sorted(folder)?.into_iter().filter(|p| p.is_dir()) {
        let bars = std::fs::read_to_string(film.with_extension("bar")).ok();
        let qr = std::fs::read_to_string(film.with_extension("txt")).ok();
        let format = if bars.is_some() { Format::Code39 } else { Format::QrCode };
        let Some(truth) = bars.map(|b| b.lines().map(str::to_owned).collect()).or(qr.map(|t| vec![t])) else {
            continue;
        };
        films += 1;
        let mut session = Session::with_budget(Effort::Frame.budget(), clock());
        let mut read: Vec<String> = Vec::new();
        let mut total = Duration::ZERO;
        let mut when = None;
        for (number, frame) in sorted(&film)?.into_iter().enumerate() {
            let Ok(image) = decode_image(&std::fs::read(&frame)?) else { continue };
            let answer = session.frame(&image.as_luma());
            total += answer.elapsed;
            longest = longest.max(answer.elapsed);
            read.extend(answer.new.into_iter().filter(|s| s.format == format).map(|s| s.text));
            if truth.iter().all(|t| read.contains(t)) {
                when = Some(number);
                break;
            }
        }
        misreads += read.iter().filter(|r| !truth.contains(r)).count();
        hits += usize::from(when.is_some());
        in_time += usize::from(when.is_some() && total <= Duration::from_secs(1));
        let name = film.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if when.is_none_or(|w| w > 3) {
            slow.push(format!("{name}:{}", when.map_or("-".to_owned(), |w| w.to_string())));
        }
        spent.push(total.as_secs_f64() * 1e3);
    }
    spent.sort_by(f64::total_cmp);
    println!(
        "{:20} {hits}/{films} read, {in_time} within 1 s, misreads {misreads}; median {:.0} ms, worst frame {:.0} ms",
        folder.file_name().map(|n| n.to_string_lossy()).unwrap_or_default(),
        spent.get(spent.len() / 2).unwrap_or(&0.0),
        longest.as_secs_f64() * 1e3,
    );
    println!("    after more than three frames, or never: {}", slow.join(" "));
    Ok(())
}
