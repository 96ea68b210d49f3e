//! Measurements of one phone, each in a process of its own, so that memory and caches are that phone's alone.

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant};

use paytaipei_app::ports::{SystemClock, SystemEntropy};
use paytaipei_app::store::Store;
use paytaipei_app::{Config, Lang, PayTaipei};
use paytaipei_payment::{Event, State};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

use crate::bare::{self, Plan, Rows, Sizes};
use crate::queued::{STORE, open_usual};
use crate::vault::{BenchVault, usual_phone};
use crate::{Failure, Result, machine};

/// No run is waited for longer.
const LONGEST: Duration = Duration::from_secs(1_800);

#[derive(Serialize, Deserialize)]
pub struct Drain {
    pub seconds: f64,
    /// MiB: the most in use in the whole life of the process, and what was in use before draining.
    pub peak_mib: f64,
    pub before_mib: f64,
    /// Processor time of the process, user and system, while draining.
    pub cpu_seconds: f64,
    pub settled: usize,
}

/// Drains the queue of the phone in `data`, as a shell does it: open, synchronise.
pub fn drain(data: &Path, url: &str, root: Vec<u8>) -> Result<Drain> {
    let config = Config { data: data.to_owned(), platform: url.to_owned(), extra_root: Some(root), lang: Lang::En };
    let phone = PayTaipei::open(&config, usual_phone(data)?)?;
    let (_, before_mib) = machine::memory();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (started, cpu) = (Instant::now(), machine::cpu_seconds());
    let synced = runtime.block_on(phone.sync(LONGEST))?;
    let (seconds, cpu_seconds) = (started.elapsed().as_secs_f64(), machine::cpu_seconds() - cpu);
    if let Some(error) = synced.unreachable {
        return Err(error.into());
    }
    let settled = synced.payments.iter().filter(|payment| payment.state == State::Settled.as_str()).count();
    let (peak_mib, _) = machine::memory();
    Ok(Drain { seconds, peak_mib, before_mib, cpu_seconds, settled })
}

/// The same payments by the bare loop.
pub fn bare_drain(file: &Path, root: &[u8], plan: Plan) -> Result<Drain> {
    let settled = plan.payments.len();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (_, before_mib) = machine::memory();
    let (started, cpu) = (Instant::now(), machine::cpu_seconds());
    runtime.block_on(bare::drain(file, root, plan))?;
    let (seconds, cpu_seconds) = (started.elapsed().as_secs_f64(), machine::cpu_seconds() - cpu);
    let (peak_mib, _) = machine::memory();
    Ok(Drain { seconds, peak_mib, before_mib, cpu_seconds, settled })
}

/// Durable commits a second, batch after batch in turn.
#[derive(Serialize, Deserialize)]
pub struct Commits {
    pub store: Vec<f64>,
    pub bare: Vec<f64>,
}

impl Commits {
    /// What a commit of the store takes longer: microseconds, batch by batch.
    pub fn extra_micros(&self) -> Vec<f64> {
        self.store.iter().zip(&self.bare).map(|(store, bare)| (1.0 / store - 1.0 / bare) * 1e6).collect()
    }
}

/// Commits steps of queued payments, each in a transaction of its own, and rows of the same size in bare SQLite.
pub fn commits(data: &Path, batches: usize, size: usize) -> Result<Commits> {
    let ids: Vec<_> = open_usual(data)?.records()?.into_iter().map(|record| record.payment.id).collect();
    let file = data.join(STORE);
    let sizes = Sizes::of(&file)?;
    let vault = BenchVault::open(data)?;
    let store = Store::open(&file, &vault, Arc::new(SystemEntropy::default()), Arc::new(SystemClock))?;
    let mut connection = bare::open(&data.join("bare.sqlite"))?;
    let names: Vec<String> = ids.iter().map(ToString::to_string).collect();
    bare::fill(&mut connection, sizes, names.iter())?;
    let mut rows = Rows::new(connection);
    let mut commits = Commits { store: Vec::new(), bare: Vec::new() };
    let (mut ids, mut names) = (ids.iter().cycle(), names.iter().cycle());
    // The first batch warms up.
    let mut began = HashSet::new();
    for batch in 0..=batches {
        let (mut store_time, mut bare_time) = (Duration::ZERO, Duration::ZERO);
        // In short turns: whatever else the disk has to do meets both.
        for turn in (0..size).step_by(TURN) {
            let turn = TURN.min(size - turn);
            let started = Instant::now();
            for id in ids.by_ref().take(turn) {
                // There and back: each step alters the state, as those of a drain do.
                let event = if began.insert(*id) { Event::Began } else { Event::Abandoned };
                if event == Event::Abandoned {
                    began.remove(id);
                }
                store.advance(*id, event)?;
            }
            store_time += started.elapsed();
            let started = Instant::now();
            for name in names.by_ref().take(turn) {
                rows.commit(name, "waiting", sizes, false)?;
            }
            bare_time += started.elapsed();
        }
        if batch > 0 {
            commits.store.push(rate(size, store_time));
            commits.bare.push(rate(size, bare_time));
        }
    }
    Ok(commits)
}

/// Commits of one side before the other's turn.
const TURN: usize = 10;

fn rate(count: usize, time: Duration) -> f64 {
    // Thousands.
    #[allow(clippy::cast_precision_loss)]
    let count = count as f64;
    count / time.as_secs_f64()
}

#[derive(Serialize, Deserialize)]
pub struct FirstList {
    pub milliseconds: f64,
    pub rows: usize,
}

/// From the file to the first list of bills.
pub fn first_list(data: &Path) -> Result<FirstList> {
    let phone = usual_phone(data)?;
    let started = Instant::now();
    let core = paytaipei_app::Core::open(&data.join(STORE), phone, Lang::En)?;
    let rows = core.bills()?.len();
    Ok(FirstList { milliseconds: started.elapsed().as_secs_f64() * 1_000.0, rows })
}

/// The same rows of bills and payments, read by bare SQLite and opened by nobody.
pub fn bare_first_list(data: &Path) -> Result<FirstList> {
    let started = Instant::now();
    let connection = bare::open(&data.join(STORE))?;
    let rows = read(&connection, "SELECT * FROM bill ORDER BY due IS NULL, due, created_at")?.len();
    read(&connection, "SELECT * FROM payment")?;
    Ok(FirstList { milliseconds: started.elapsed().as_secs_f64() * 1_000.0, rows })
}

fn read(connection: &Connection, sql: &str) -> Result<Vec<Vec<rusqlite::types::Value>>> {
    let mut statement = connection.prepare(sql)?;
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How many durable commits the phone makes for one payment: counted by another connection, which sees each
/// (`PRAGMA data_version`), while the payments are made one after the other.
pub async fn commits_for_a_payment(
    core: &paytaipei_app::Core,
    file: &Path,
    http: &dyn paytaipei_app::ports::Http,
) -> Result<f64> {
    let other = Connection::open(file)?;
    let version = || other.pragma_query_value(None, "data_version", |row| row.get::<_, i64>(0));
    let desk = core.take_over()?;
    let (mut commits, mut seen) = (0_u32, version()?);
    let mut look = || -> Result<()> {
        let now = version()?;
        commits += u32::from(now != seen);
        seen = now;
        Ok(())
    };
    let records = core.records()?;
    for record in &records {
        while let Some(order) = desk.begin(record.payment.id)? {
            look()?;
            let answer = order.answer(http.send(order.request()).await);
            desk.finish(record.payment.id, &order, answer)?;
            look()?;
        }
    }
    if core.records()?.iter().any(|record| record.payment.state != State::Settled) {
        return Err(Failure::new("a payment did not settle"));
    }
    let payments = u32::try_from(records.len()).unwrap_or(u32::MAX);
    Ok(f64::from(commits) / f64::from(payments))
}
