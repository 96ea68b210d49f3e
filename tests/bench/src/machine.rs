//! What this ran on, as far as the system tells.

use std::fs;
use std::path::Path;

use crate::Result;

/// One paragraph for the report of what was built with `bench-run`.
pub fn description(data: &Path) -> String {
    format!(
        "{} Profile `bench-run`: the phone's release profile (`opt-level = \"s\"`), with thin LTO. SQLite {}.",
        hardware(data),
        rusqlite::version()
    )
}

/// Processor, memory, system.
pub fn hardware(data: &Path) -> String {
    let cpu = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "an unknown processor".to_owned());
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let memory = field("/proc/meminfo", "MemTotal").and_then(|text| kibibytes(&text)).unwrap_or_default() / 1024 / 1024;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!(
        "{cpu}, {cores} cores, {memory} GiB, Linux {} {}, data on {}.",
        kernel.trim(),
        std::env::consts::ARCH,
        file_system(data).unwrap_or_else(|| "an unknown file system".to_owned())
    )
}

/// The load averages of the last minute, five and fifteen.
pub fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// The most memory that this process ever had in use, and what it has now: MiB.
pub fn memory() -> (f64, f64) {
    let read = |name| field("/proc/self/status", name).and_then(|text| kibibytes(&text)).unwrap_or_default();
    // Far below 2^52.
    #[allow(clippy::cast_precision_loss)]
    let mebibytes = |kibibytes: u64| kibibytes as f64 / 1024.0;
    (mebibytes(read("VmHWM")), mebibytes(read("VmRSS")))
}

/// Processor time of this process so far, user and system, all threads (proc(5), `/proc/pid/stat`, in ticks of 10 ms).
pub fn cpu_seconds() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is the program's name in brackets; what follows has no blanks of its own.
    let rest = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: u32 = rest.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u32>().ok()).sum();
    f64::from(ticks) / 100.0
}

/// The type of the file system on which a folder stands: that of the longest mount point above it.
fn file_system(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    let mounts = fs::read_to_string("/proc/mounts").ok()?;
    mounts
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            let (_, at, kind) = (words.next()?, words.next()?, words.next()?);
            folder.starts_with(at).then(|| (at.len(), kind.to_owned()))
        })
        .max()
        .map(|(_, kind)| kind)
}

/// A folder whose files need no disk, where the system has one.
pub fn memory_folder() -> Result<tempfile::TempDir> {
    let shared = Path::new("/dev/shm");
    Ok(if shared.is_dir() { tempfile::tempdir_in(shared)? } else { tempfile::tempdir()? })
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}

fn kibibytes(text: &str) -> Option<u64> {
    text.split_whitespace().next()?.parse().ok()
}
