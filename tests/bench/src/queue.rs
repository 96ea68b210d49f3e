//! `scripts/bench queue`: the payment queue under load.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use paytaipei_app::Core;
use paytaipei_sandbox::{Options, Route, Sandbox, Settings, Totals};
use serde::de::DeserializeOwned;
use tempfile::TempDir;
use time::OffsetDateTime;

use crate::bare::{Plan, Planned, Sizes};
use crate::parts::{Commits, Drain, FirstList, commits_for_a_payment};
use crate::queued::{Platform, STORE, keep, msisdn, open_usual, queue, verify};
use crate::reconnect::{Scene, Wave};
use crate::report::{Bar, median, range, write_section};
use crate::{Failure, Result, machine};

/// How large a run is.
struct Size {
    /// What the city had processed by 2019.
    past: u64,
    queued: usize,
    drains: usize,
    batches: usize,
    batch: usize,
    cached: usize,
    openings: usize,
    phones: usize,
}

const FULL: Size = Size {
    past: 3_860_000,
    queued: 10_000,
    drains: 3,
    batches: 15,
    batch: 400,
    cached: 1_000,
    openings: 25,
    phones: 1_000,
};
const QUICK: Size =
    Size { past: 38_600, queued: 2_000, drains: 1, batches: 5, batch: 200, cached: 1_000, openings: 7, phones: 100 };
/// Payments whose commits are counted one by one.
const COUNTED: usize = 40;
const BILLS_EACH: usize = 2;

/// Measures; false where a bar was missed.
pub fn measure(quick: bool) -> Result<bool> {
    let size = if quick { QUICK } else { FULL };
    let bench = Bench::start(&size)?;
    let load = machine::load();
    let commits = bench.commits(&size)?;
    let (first, bare_first) = bench.first_lists(&size)?;
    let drains = bench.drains(&size)?;
    let waves = [bench.wave(&size, false)?, bench.wave(&size, true)?];
    let totals = bench.sandbox.totals()?;
    let figures = Figures { size, load: [load, machine::load()], commits, first, bare_first, drains, waves, totals };
    let bars = figures.bars();
    let text = figures.text(&bars, &bench);
    println!("{text}");
    if !quick {
        write_section(Path::new("docs/benchmarks.md"), "queue", &text)?;
    }
    Ok(bars.iter().all(|bar| bar.holds))
}

fn say(what: &str) {
    eprintln!("· {what}");
}

/// The sandbox, and folders: one on the disk, for what is measured; one in memory, for what only prepares it.
struct Bench {
    sandbox: Sandbox,
    platform: Platform,
    programs: PathBuf,
    disk: TempDir,
    memory: TempDir,
    runtime: tokio::runtime::Runtime,
    preload_s: f64,
    /// The next water number and the next phone that nobody has.
    next: std::cell::Cell<usize>,
}

struct Drains {
    commits_each: f64,
    sizes: Sizes,
    requests_each: f64,
    phone: Vec<Drain>,
    bare: Vec<Drain>,
}

impl Bench {
    fn start(size: &Size) -> Result<Self> {
        let own = std::env::current_exe()?;
        let programs = own.parent().ok_or_else(|| Failure::new("this program stands nowhere"))?.to_owned();
        let sandbox = Sandbox::spawn_binary(&programs.join("paytaipei-sandbox"), &Options::default())?;
        sandbox.settings(Settings { poll_interval_s: Some(1), ..Settings::default() })?;
        say(&format!("a ledger of {} payments", thousands(size.past)));
        let started = Instant::now();
        sandbox.preload(size.past)?;
        let preload_s = started.elapsed().as_secs_f64();
        let root = std::fs::read(sandbox.ca())?;
        Ok(Self {
            platform: Platform { url: sandbox.platform().to_owned(), root, control: sandbox.control() },
            sandbox,
            programs,
            disk: tempfile::tempdir()?,
            memory: machine::memory_folder()?,
            runtime: tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?,
            preload_s,
            next: std::cell::Cell::new(0),
        })
    }

    fn numbers(&self, count: usize) -> usize {
        let first = self.next.get();
        self.next.set(first + count);
        first
    }

    /// A phone on the disk with `queued` bills agreed to and `cached` bills only kept, of which nothing is under way.
    fn phone(&self, queued: usize, cached: usize) -> Result<PathBuf> {
        let name = format!("phone-{}", self.next.get());
        let made = self.memory.path().join(&name);
        let core = open_usual(&made)?;
        let http = self.platform.https()?;
        let msisdn = msisdn(self.next.get());
        self.runtime.block_on(verify(&core, &http, &self.platform, &msisdn))?;
        let bills = self.platform.issue(self.numbers(queued + cached), queued + cached)?;
        let (queued, cached) = bills.split_at(queued);
        queue(&core, queued)?;
        for bill in cached {
            keep(&core, bill)?;
        }
        drop(core);
        let data = self.disk.path().join(&name);
        std::fs::create_dir_all(&data)?;
        for entry in std::fs::read_dir(&made)? {
            let entry = entry?;
            std::fs::copy(entry.path(), data.join(entry.file_name()))?;
        }
        std::fs::remove_dir_all(&made)?;
        Ok(data)
    }

    fn part<T: DeserializeOwned>(&self, name: &str, arguments: &[&str]) -> Result<T> {
        let mut command = Command::new(self.programs.join("paytaipei-bench"));
        let output = command.args(["part", name]).args(arguments).stderr(std::process::Stdio::inherit()).output()?;
        if !output.status.success() {
            return Err(Failure::new(format!("measuring {name} failed")));
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    fn on_platform<T: DeserializeOwned>(&self, name: &str, arguments: &[&str]) -> Result<T> {
        let root = self.sandbox.ca().display().to_string();
        let address = ["--platform", &self.platform.url, "--root", &root, "--control", self.sandbox.control_url()];
        self.part(name, &[arguments, &address].concat())
    }

    fn commits(&self, size: &Size) -> Result<Commits> {
        say("durable commits");
        let data = self.phone(size.cached, 0)?.display().to_string();
        let (batches, batch) = (size.batches.to_string(), size.batch.to_string());
        self.part("commits", &["--data", &data, "--batches", &batches, "--size", &batch])
    }

    fn first_lists(&self, size: &Size) -> Result<(Vec<f64>, Vec<f64>)> {
        say(&format!("{} cached bills, to the first list", thousands(size.cached as u64)));
        // One in ten is queued, as a list shows it.
        let data = self.phone(size.cached / 10, size.cached - size.cached / 10)?.display().to_string();
        let (mut phone, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..size.openings {
            for (name, into) in [("first-list", &mut phone), ("bare-first-list", &mut bare)] {
                let list: FirstList = self.part(name, &["--data", &data])?;
                if list.rows != size.cached {
                    return Err(Failure::new(format!("{name} saw {} bills", list.rows)));
                }
                into.push(list.milliseconds);
            }
        }
        Ok((phone, bare))
    }

    fn drains(&self, size: &Size) -> Result<Drains> {
        say("commits of one payment");
        let counted = self.phone(COUNTED, 0)?;
        let core = open_usual(&counted)?;
        let http = self.platform.https()?;
        let commits_each = self.runtime.block_on(commits_for_a_payment(&core, &counted.join(STORE), &http))?;
        drop(core);
        let mut drains = Drains {
            commits_each,
            sizes: Sizes::of(&counted.join(STORE))?,
            requests_each: 0.0,
            phone: Vec::new(),
            bare: Vec::new(),
        };
        let mut requests = 0;
        for round in 1..=size.drains {
            say(&format!("{} queued bills, round {round} of {}", thousands(size.queued as u64), size.drains));
            let data = self.phone(size.queued, 0)?.display().to_string();
            let before = self.requests()?;
            let drained: Drain = self.on_platform("drain", &["--data", &data])?;
            requests += self.requests()? - before;
            let plan = self.plan(size.queued, drains.sizes)?;
            let (file, root) = (plan.with_extension("sqlite"), self.sandbox.ca());
            let [file, plan, root] = [file.as_path(), plan.as_path(), root].map(|path| path.display().to_string());
            let bare: Drain = self.part("bare-drain", &["--file", &file, "--plan", &plan, "--root", &root])?;
            if (drained.settled, bare.settled) != (size.queued, size.queued) {
                return Err(Failure::new(format!("{} and {} payments settled", drained.settled, bare.settled)));
            }
            say(&format!("  {:.1} s, bare {:.1} s", drained.seconds, bare.seconds));
            drains.phone.push(drained);
            drains.bare.push(bare);
        }
        drains.requests_each = float(requests) / float(size.queued as u64 * size.drains as u64);
        Ok(drains)
    }

    /// What the bare loop has to do: the bytes of a phone's consents, whose own queue is then thrown away.
    fn plan(&self, count: usize, sizes: Sizes) -> Result<PathBuf> {
        let data = self.phone(count, 0)?;
        let core: Core = open_usual(&data)?;
        let token = core.prepare_inquiry("kinmen-water", "0000000")?.order.token.to_string();
        let mut payments = Vec::new();
        for record in core.records()? {
            let consent = record.payment.consent.ok_or_else(|| Failure::new("a payment without consent"))?;
            let bill = &consent.bill;
            let period = bill.period.as_ref().map_or("", |period| period.as_str());
            let inquiry = serde_json::json!({
                "biller": bill.biller.as_str(), "number": bill.number.as_str(), "period": period, "purpose": "pay",
            });
            payments.push(Planned {
                id: record.payment.id.to_string(),
                inquiry: inquiry.to_string(),
                body: consent.body,
            });
        }
        let plan = data.with_extension("json");
        let whole = Plan { url: self.platform.url.clone(), token, sizes, payments };
        std::fs::write(&plan, serde_json::to_vec(&whole)?)?;
        Ok(plan)
    }

    /// Requests that the platform had so far, but for those of verifying.
    fn requests(&self) -> Result<u64> {
        let counts = self.sandbox.requests()?;
        Ok(counts.iter().filter(|(route, _)| !matches!(route, Route::Verify | Route::Collect)).map(|(_, n)| n).sum())
    }

    fn wave(&self, size: &Size, spread: bool) -> Result<Wave> {
        let how = if spread { "with" } else { "without" };
        say(&format!("{} phones in one instant, {how} the spread", thousands(size.phones as u64)));
        let first_number = self.numbers(size.phones * BILLS_EACH);
        let scene =
            Scene { phones: size.phones, bills_each: BILLS_EACH, spread, first_number, first_phone: first_number };
        self.on_platform("reconnect", &["--scene", &serde_json::to_string(&scene)?])
    }
}

struct Figures {
    size: Size,
    load: [String; 2],
    commits: Commits,
    first: Vec<f64>,
    bare_first: Vec<f64>,
    drains: Drains,
    /// Without and with the spread.
    waves: [Wave; 2],
    totals: Totals,
}

impl Figures {
    fn seconds(drains: &[Drain]) -> Vec<f64> {
        drains.iter().map(|drain| drain.seconds).collect()
    }

    fn bars(&self) -> Vec<Bar> {
        let ratios = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a / b).collect::<Vec<f64>>();
        let drain = ratios(&Self::seconds(&self.drains.bare), &Self::seconds(&self.drains.phone));
        let commits = ratios(&self.commits.store, &self.commits.bare);
        let least = |what: &str, ratios: &[f64]| Bar {
            what: what.to_owned(),
            figure: range(ratios, 2),
            wanted: "≥ 0.8",
            holds: median(ratios) >= 0.8,
        };
        vec![
            least("draining: bare loop's time ÷ phone's time", &drain),
            least("durable commits a second: store ÷ bare SQLite", &commits),
            Bar {
                what: format!("{} cached bills, file to first list", thousands(self.size.cached as u64)),
                figure: format!("{} ms", range(&self.first, 1)),
                wanted: "≤ 30 ms",
                holds: median(&self.first) <= 30.0,
            },
            Bar {
                what: "bills charged more than once".to_owned(),
                figure: self.totals.double_charged.to_string(),
                wanted: "0",
                holds: self.totals.double_charged == 0,
            },
        ]
    }

    fn text(&self, bars: &[Bar], bench: &Bench) -> String {
        let bars: Vec<String> = bars.iter().map(Bar::row).collect();
        let size = &self.size;
        let [loud, spread] = &self.waves;
        let now = OffsetDateTime::now_utc();
        let wave = |name: &str, figure: &dyn Fn(&Wave) -> String| {
            format!("| {name} | {} | {} |", figure(loud), figure(spread))
        };
        let waves = [
            wave("peak per 100 ms, as the phones mean it", &|wave| wave.planned_peak.to_string()),
            wave("peak per 100 ms, as sent", &|wave| wave.sent_peak.to_string()),
            wave("peak per 100 ms, as answered", &|wave| wave.answered_peak.to_string()),
            wave("answer time: median, 95 %, longest (ms)", &|wave| {
                format!("{:.0}, {:.0}, {:.0}", wave.median_ms, wave.p95_ms, wave.longest_ms)
            }),
            wave("all drained after (s)", &|wave| format!("{:.1}", wave.seconds)),
            wave("requests per payment", &|wave| {
                format!("{:.3}", float(wave.requests as u64) / float(wave.payments as u64))
            }),
            wave("requests without an answer", &|wave| wave.silent.to_string()),
            wave("memory of the process, all phones (MiB)", &|wave| format!("{:.0}", wave.peak_mib)),
        ];
        let middle = |drains: &[Drain], which: fn(&Drain) -> f64| median(&drains.iter().map(which).collect::<Vec<_>>());
        let d = &self.drains;
        let rate = |drains: &[Drain]| float(size.queued as u64) / median(&Self::seconds(drains));
        format!(
            "## Queue

`scripts/bench queue`, {date} UTC. {machine} Load average {load0} at the start, {load1} at the end; others may have used
the machine too, so peers take turns and the figures are medians (least to most in brackets). The sandbox (TLS, platform,
businesses, on the same cores) held {past} payments before; filling them in took {preload:.0} s.

| | measured | wanted | |
|---|---|---|---|
{bars}

### One phone, {queued} queued bills

| | phone | bare loop |
|---|---|---|
| time to drain (s) | {phone_s} | {bare_s} |
| payments a second | {phone_rate:.0} | {bare_rate:.0} |
| processor time per payment (ms) | {cpu:.2} | {bare_cpu:.2} |
| requests per payment | {requests:.3} | 2 |
| durable commits per payment | {commits:.2} | 3 |
| memory: most, and before draining (MiB) | {peak:.0}, {before:.0} | {bare_peak:.0}, {bare_before:.0} |

The phone is `PayTaipei::sync` in a process of its own: it takes the lease, wakes all rows in one transaction, and makes up
to four calls at once over TLS. The bare loop is given tokens and signed bodies, makes the same two requests, and commits
rows of the same sizes ({bill} and {payment} bytes) three times with the same pragmas, four payments at once; it seals,
checks and remembers nothing. Commits of the phone are counted by another connection over {counted} payments.

### Commits and first list

| | phone | bare SQLite |
|---|---|---|
| durable commits a second, {batch} a batch | {store_rate} | {bare_commit_rate} |
| the store's share of a commit (µs) | {extra} | |
| {cached} cached bills, file to first list (ms) | {first} | {bare_first} |

A commit is `Store::advance`: read, open, step, seal, write, sync; the peer updates one row of that size and syncs. The store's
share is the difference. It does not grow with the time that the disk takes to sync: the faster the disk, the lower the ratio.
The first list is `Core::open` and `Core::bills` in a new process, one bill in ten with a payment; the peer reads the same rows and
opens none. The files are in the page cache.

### {phones} phones reconnecting in one instant, {each} bills each

| | without the spread | with it |
|---|---|---|
{waves}

Each phone is the real core and drainer with a store, keys, a session and a TLS connection of its own. All share one process and
the cores of the platform, so they are played in slow time: their clocks run {slower} times slower than life, and all times in this
table are by those clocks, to which the platform is {slower} times as fast as it is. Their stores are in memory: phones do not share a
disk. \"Without\" is the same code whose dice show nothing at the moment of waking.",
            date = format_args!("{}-{:02}-{:02} {:02}:{:02}", now.year(), u8::from(now.month()), now.day(), now.hour(), now.minute()),
            machine = machine::description(bench.disk.path()),
            load0 = self.load[0],
            load1 = self.load[1],
            past = thousands(size.past),
            preload = bench.preload_s,
            bars = bars.join("\n"),
            queued = thousands(size.queued as u64),
            phone_s = range(&Self::seconds(&d.phone), 1),
            bare_s = range(&Self::seconds(&d.bare), 1),
            phone_rate = rate(&d.phone),
            bare_rate = rate(&d.bare),
            cpu = middle(&d.phone, |drain| drain.cpu_seconds) * 1_000.0 / float(size.queued as u64),
            bare_cpu = middle(&d.bare, |drain| drain.cpu_seconds) * 1_000.0 / float(size.queued as u64),
            requests = d.requests_each,
            commits = d.commits_each,
            peak = middle(&d.phone, |drain| drain.peak_mib),
            before = middle(&d.phone, |drain| drain.before_mib),
            bare_peak = middle(&d.bare, |drain| drain.peak_mib),
            bare_before = middle(&d.bare, |drain| drain.before_mib),
            bill = d.sizes.bill,
            payment = d.sizes.payment,
            counted = COUNTED,
            batch = size.batch,
            extra = range(&self.commits.extra_micros(), 0),
            store_rate = range(&self.commits.store, 0),
            bare_commit_rate = range(&self.commits.bare, 0),
            cached = thousands(size.cached as u64),
            first = range(&self.first, 1),
            bare_first = range(&self.bare_first, 1),
            phones = thousands(size.phones as u64),
            each = BILLS_EACH,
            slower = crate::reconnect::SLOWER,
            waves = waves.join("\n"),
        )
    }
}

/// Counts here are far below 2^52.
#[allow(clippy::cast_precision_loss)]
fn float(count: u64) -> f64 {
    count as f64
}

/// `3,860,000`
fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
