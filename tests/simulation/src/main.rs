//! `paytaipei-simulate`: runs worlds, counts what happened in them, and says where a rule did not hold.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use paytaipei_simulation::{Counts, Setup, Violation, World};

/// Simulates seeded worlds of phones, platform, businesses and network around the phone's real code.
#[derive(Parser)]
#[command(name = "paytaipei-simulate")]
struct Arguments {
    /// How many seeds to run.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Runs this seed alone and prints everything that happens in it.
    #[arg(long)]
    replay: Option<u64>,
    /// The platform's own guard against charging a paid bill.
    #[arg(long, value_enum, default_value_t = Guard::Both)]
    guard: Guard,
    /// Stops after so many minutes and says where to go on.
    #[arg(long)]
    minutes: Option<u64>,
    /// Threads.
    #[arg(long, default_value_t = 1)]
    jobs: usize,
}

#[derive(Clone, Copy, ValueEnum)]
enum Guard {
    On,
    Off,
    Both,
}

impl Guard {
    const fn values(self) -> &'static [bool] {
        match self {
            Self::On => &[true],
            Self::Off => &[false],
            Self::Both => &[true, false],
        }
    }
}

/// From so many seeds on, everything must have occurred.
const LONG: u64 = 2_000;
/// Lines of a failed world's trace that are printed.
const TAIL: usize = 60;

struct Failure {
    seed: u64,
    guard: bool,
    violation: Violation,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(seed) = arguments.replay {
        return replay(seed, arguments.guard);
    }
    let began = Instant::now();
    let deadline = arguments.minutes.map(|minutes| Duration::from_secs(minutes.saturating_mul(60)));
    let end = arguments.from.saturating_add(arguments.seeds);
    let next = AtomicU64::new(arguments.from);
    let stop = AtomicBool::new(false);
    let failure: Mutex<Option<Failure>> = Mutex::new(None);
    let total: Mutex<Counts> = Mutex::new(Counts::default());
    let work = || {
        let mut counts = Counts::default();
        while !stop.load(Ordering::Relaxed) && deadline.is_none_or(|deadline| began.elapsed() < deadline) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= end {
                break;
            }
            for guard in arguments.guard.values() {
                let ended = World::run(Setup { seed, guard: *guard, plant: None, trace: false });
                counts.add(&ended.counts);
                if let Some(violation) = ended.violation {
                    stop.store(true, Ordering::Relaxed);
                    let mut failure = failure.lock().unwrap_or_else(PoisonError::into_inner);
                    if failure.as_ref().is_none_or(|failure| failure.seed > seed) {
                        *failure = Some(Failure { seed, guard: *guard, violation });
                    }
                    break;
                }
            }
        }
        total.lock().unwrap_or_else(PoisonError::into_inner).add(&counts);
    };
    // Without a second thread, allocating takes no locks.
    if arguments.jobs <= 1 {
        work();
    } else {
        std::thread::scope(|scope| {
            for _ in 0..arguments.jobs {
                scope.spawn(work);
            }
        });
    }
    let counts = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    let elapsed = began.elapsed().as_secs_f64();
    println!("{}", counts.report());
    let rate = counts.transitions as f64 / elapsed.max(f64::MIN_POSITIVE);
    println!("{elapsed:.1} s, {rate:.0} transitions/s on {} thread(s)", arguments.jobs.max(1));
    if let Some(failure) = failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return report(&failure);
    }
    let reached = next.load(Ordering::Relaxed).min(end);
    if reached < end {
        println!("stopped for time; go on with: scripts/simulate --from {reached} --seeds {}", end - reached);
    }
    if reached.saturating_sub(arguments.from) >= LONG {
        let missing = counts.missing();
        if !missing.is_empty() {
            println!("FAILED: never occurred, so not proved: {}", missing.join("; "));
            return ExitCode::FAILURE;
        }
    }
    println!("every rule held in seeds {} to {}", arguments.from, reached.saturating_sub(1));
    ExitCode::SUCCESS
}

fn report(failure: &Failure) -> ExitCode {
    let guard = if failure.guard { "on" } else { "off" };
    println!("FAILED: seed {}, guard {guard}: {}", failure.seed, failure.violation);
    let again = World::run(Setup { seed: failure.seed, guard: failure.guard, plant: None, trace: true });
    let skipped = again.trace.len().saturating_sub(TAIL);
    again.trace.iter().skip(skipped).for_each(|line| println!("{line}"));
    println!("replay: scripts/simulate --replay {} --guard {guard}", failure.seed);
    ExitCode::FAILURE
}

fn replay(seed: u64, guard: Guard) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for guard in guard.values() {
        println!("seed {seed}, guard {}", if *guard { "on" } else { "off" });
        let ended = World::run(Setup { seed, guard: *guard, plant: None, trace: true });
        ended.trace.iter().for_each(|line| println!("{line}"));
        match ended.violation {
            Some(violation) => {
                println!("FAILED: {violation}");
                code = ExitCode::FAILURE;
            }
            None => println!("every rule held"),
        }
        println!();
    }
    code
}
