//! `paytaipei-bench`: what the phone's core costs, beside bare peers that do the same work in the same run.

mod bare;
mod bills;
mod ffi;
mod machine;
mod parts;
mod queue;
mod queued;
mod reconnect;
mod report;
mod scan;
mod size;
mod vault;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use paytaipei_sandbox::{ControlClient, ControlError, SandboxError};
use serde::Serialize;

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(String);

pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

macro_rules! failures {
    ($($kind:ty => $what:literal),+ $(,)?) => {$(
        impl From<$kind> for Failure {
            fn from(error: $kind) -> Self {
                Self(format!(concat!($what, ": {}"), error))
            }
        }
    )+};
}

failures! {
    std::io::Error => "input or output",
    paytaipei_app::Error => "the phone",
    rusqlite::Error => "SQLite",
    reqwest::Error => "the network",
    serde_json::Error => "JSON",
    ControlError => "the sandbox's control",
    SandboxError => "the sandbox",
    paytaipei_printer::PrintError => "the printer",
    tokio::task::JoinError => "a task",
}

#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The payment queue under load: draining, commits, first list, reconnection
    Queue {
        /// A small run that shows whether everything works; writes no report
        #[arg(long)]
        quick: bool,
    },
    /// Ten thousand bills: pages, searches, the months' sums
    Bills {
        /// A small run that shows whether everything works; writes no report
        #[arg(long)]
        quick: bool,
    },
    /// The library called from Kotlin and Swift: calls, frames, cold start, size
    Ffi {
        /// The folder of both libraries, in the phone's profile
        #[arg(long)]
        libraries: PathBuf,
        /// Of the compiled Kotlin program and what it uses
        #[arg(long)]
        class_path: String,
        /// A command that runs the Swift program with two numbers behind it
        #[arg(long)]
        swift: String,
        /// A small run that shows whether everything works; writes no report
        #[arg(long)]
        quick: bool,
    },
    /// The reader beside zxing-cpp, ZBar and rxing: hits, misreads, time
    Scan {
        /// A Python with the wheels of the peers
        #[arg(long)]
        python: PathBuf,
        /// Where printed sets stand, or are printed
        #[arg(long)]
        sets: PathBuf,
        #[arg(long, default_value_t = 31)]
        seed: u64,
        /// A small run that shows whether everything works; writes no report
        #[arg(long)]
        quick: bool,
    },
    /// One measurement in a process of its own; prints JSON
    #[command(subcommand, hide = true)]
    Part(Part),
}

#[derive(Subcommand)]
enum Part {
    Drain {
        #[arg(long)]
        data: PathBuf,
        #[command(flatten)]
        platform: Address,
    },
    BareDrain {
        #[arg(long)]
        file: PathBuf,
        #[arg(long)]
        plan: PathBuf,
        #[arg(long)]
        root: PathBuf,
    },
    Commits {
        #[arg(long)]
        data: PathBuf,
        #[arg(long)]
        batches: usize,
        #[arg(long)]
        size: usize,
    },
    FirstList {
        #[arg(long)]
        data: PathBuf,
    },
    BareFirstList {
        #[arg(long)]
        data: PathBuf,
    },
    Reconnect {
        /// JSON
        #[arg(long)]
        scene: String,
        #[command(flatten)]
        platform: Address,
    },
}

#[derive(Args)]
struct Address {
    #[arg(long)]
    platform: String,
    #[arg(long)]
    root: PathBuf,
    #[arg(long)]
    control: String,
}

impl Address {
    fn platform(&self) -> Result<queued::Platform> {
        let root = std::fs::read(&self.root)?;
        Ok(queued::Platform { url: self.platform.clone(), root, control: ControlClient::new(&self.control) })
    }
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(failure) => {
            eprintln!("paytaipei-bench: {failure}");
            ExitCode::from(2)
        }
    }
}

/// False where a bar was missed.
fn run(command: Command) -> Result<bool> {
    match command {
        Command::Queue { quick } => return queue::measure(quick),
        Command::Bills { quick } => return bills::measure(quick),
        Command::Ffi { libraries, class_path, swift, quick } => {
            return ffi::measure(&ffi::Places { libraries, class_path, swift }, quick);
        }
        Command::Scan { python, sets, seed, quick } => {
            let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
            scan::run(&scan::Plan {
                sets: if quick { sets.join("quick") } else { sets },
                seed,
                count: if quick { 2 } else { 60 },
                films: if quick { 1 } else { 60 },
                frames: if quick { 2 } else { 20 },
                python,
                shared: root.join("../shared"),
                page: (!quick).then(|| root.join("docs/benchmarks.md")),
            })?;
        }
        Command::Part(part) => match part {
            Part::Drain { data, platform } => {
                print(&parts::drain(&data, &platform.platform, std::fs::read(&platform.root)?)?)?;
            }
            Part::BareDrain { file, plan, root } => {
                let plan = serde_json::from_slice(&std::fs::read(plan)?)?;
                print(&parts::bare_drain(&file, &std::fs::read(root)?, plan)?)?;
            }
            Part::Commits { data, batches, size } => print(&parts::commits(&data, batches, size)?)?,
            Part::FirstList { data } => print(&parts::first_list(&data)?)?,
            Part::BareFirstList { data } => print(&parts::bare_first_list(&data)?)?,
            Part::Reconnect { scene, platform } => {
                print(&reconnect::play(platform.platform()?, &serde_json::from_str(&scene)?)?)?;
            }
        },
    }
    Ok(true)
}

fn print(value: &impl Serialize) -> Result<()> {
    println!("{}", serde_json::to_string(value)?);
    Ok(())
}
