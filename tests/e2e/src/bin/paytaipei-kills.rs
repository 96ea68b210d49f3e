//! `paytaipei-kills N`: SIGKILLs the phone N times while it drains, with the platform's guard on and off by turns.

use std::process::ExitCode;

use clap::Parser;
use paytaipei_e2e::kills::{Round, play};

#[derive(Parser)]
#[command(name = "paytaipei-kills")]
struct Arguments {
    /// How often the process is killed.
    #[arg(default_value_t = 50)]
    kills: usize,
    /// Bills in a round.
    #[arg(long, default_value_t = 200)]
    bills: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (mut left, mut seed) = (arguments.kills, arguments.seed);
    let (mut kills, mut in_flight, mut charges) = (0, 0, 0);
    while left > 0 {
        // Half in the first round, so that the guard is off in the second even for few.
        let now = if seed == arguments.seed { left.div_ceil(2) } else { left };
        let round = Round { bills: arguments.bills, kills: now, guard: seed % 2 == 1, seed };
        let seen = match play(round) {
            Ok(seen) => seen,
            Err(failure) => {
                eprintln!("✗ seed {seed}, guard {}: {failure}", if round.guard { "on" } else { "off" });
                return ExitCode::FAILURE;
            }
        };
        println!(
            "seed {seed}, guard {}: {} kills ({} with bytes in flight), {} bills paid once each, NT${}; connections {:?}; states {:?}",
            if round.guard { "on" } else { "off" },
            seen.kills,
            seen.in_flight,
            seen.charges,
            seen.dollars,
            seen.connections,
            seen.states
        );
        left = left.saturating_sub(seen.kills.max(1));
        seed += 1;
        (kills, in_flight, charges) = (kills + seen.kills, in_flight + seen.in_flight, charges + seen.charges);
    }
    println!("{kills} kills, {in_flight} with bytes in flight: {charges} bills, each paid exactly once");
    ExitCode::SUCCESS
}
