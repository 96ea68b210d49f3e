//! A thousand phones whose connection comes back in one instant: each the real core and drainer on a store and a TLS
//! connection of its own, all in this process.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use paytaipei_app::Core;
use paytaipei_app::drain::{Mode, Runner};
use paytaipei_app::ports::{AlwaysTry, Clock, Entropy, Http, HttpFuture, HttpRequest, SystemEntropy};
use paytaipei_payment::{State, Timestamp, retry};
use serde::{Deserialize, Serialize};
use tokio::sync::{Barrier, Semaphore};

use crate::queued::{Platform, msisdn, open, queue, verify};
use crate::vault::{Dice, SlowClock};
use crate::{Failure, Result, machine};

/// The window in which requests are counted.
const WINDOW: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(600);
/// So many times slower than life: more than what a thousand phones have to do takes this machine.
pub const SLOWER: u32 = 10;
/// Phones made ready at once.
const AT_ONCE: usize = 16;
/// Threads on which the phones' stores wait for the disk. Phones have a disk each.
const BLOCKING: usize = 64;

/// What to play.
#[derive(Clone, Serialize, Deserialize)]
pub struct Scene {
    pub phones: usize,
    pub bills_each: usize,
    pub spread: bool,
    /// The first water number that no bill of this sandbox has.
    pub first_number: usize,
    /// The first phone's number counts from here.
    pub first_phone: usize,
}

#[derive(Serialize, Deserialize)]
pub struct Wave {
    pub payments: usize,
    pub requests: usize,
    /// Requests that brought no answer.
    pub silent: usize,
    /// Most within any 100 ms: as the phones' rows have it, as handed to the network, as answered.
    pub planned_peak: usize,
    pub sent_peak: usize,
    pub answered_peak: usize,
    /// Until the last phone is done: this and all times are the phones' own.
    pub seconds: f64,
    /// From handing a request to the network to having its answer: median, 95 of 100, longest. Milliseconds.
    pub median_ms: f64,
    pub p95_ms: f64,
    pub longest_ms: f64,
    pub peak_mib: f64,
}

/// Plays the scene.
pub fn play(platform: Platform, scene: &Scene) -> Result<Wave> {
    let folder = machine::memory_folder()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(BLOCKING)
        .enable_all()
        .build()?;
    runtime.block_on(wave(Arc::new(platform), scene, folder.path()))
}

async fn wave(platform: Arc<Platform>, scene: &Scene, folder: &Path) -> Result<Wave> {
    let (http, hands) = (Arc::new(platform.https()?), Arc::new(Semaphore::new(AT_ONCE)));
    let (clock, mut making) = (Arc::new(SlowClock::default()), Vec::new());
    for phone in 0..scene.phones {
        let (platform, scene, http, hands) =
            (Arc::clone(&platform), scene.clone(), Arc::clone(&http), Arc::clone(&hands));
        let folder = folder.join(phone.to_string());
        let clock = Arc::clone(&clock) as Arc<dyn Clock>;
        making.push(tokio::spawn(async move {
            let _hand = hands.acquire().await.map_err(|_| Failure::new("no hand free"))?;
            let dice = Arc::new(Dice::default());
            let core = open(&folder, Arc::clone(&dice) as Arc<dyn Entropy>, clock)?;
            let msisdn = msisdn(scene.first_phone + phone);
            verify(&core, http.as_ref(), &platform, &msisdn).await?;
            let first = scene.first_number + phone * scene.bills_each;
            let bills = tokio::task::block_in_place(|| platform.issue(first, scene.bills_each))?;
            queue(&core, &bills)?;
            if !scene.spread {
                dice.blank(scene.bills_each);
            }
            Ok::<_, Failure>((Arc::new(core), folder))
        }));
    }
    let mut phones = Vec::new();
    for made in making {
        phones.push(made.await??);
    }
    clock.slow(SLOWER);
    let log = Arc::new(Log { began: Mutex::new(Instant::now()), calls: Mutex::default() });
    let barrier = Arc::new(Barrier::new(scene.phones + 1));
    let mut running = Vec::new();
    for (core, folder) in &phones {
        let runner = Arc::new(Runner {
            core: Arc::clone(core),
            http: Arc::new(Noted { http: platform.https()?, log: Arc::clone(&log) }),
            connectivity: Arc::new(AlwaysTry),
            lock: folder.join("drain.lock"),
        });
        let barrier = Arc::clone(&barrier);
        running.push(tokio::spawn(async move {
            barrier.wait().await;
            runner.run(Mode::Once(LONGEST)).await
        }));
    }
    barrier.wait().await;
    let started = Instant::now();
    *log.began.lock().unwrap_or_else(PoisonError::into_inner) = started;
    for phone in running {
        phone.await??;
    }
    let seconds = (started.elapsed() / SLOWER).as_secs_f64();
    let mut payments = 0;
    for (core, _) in &phones {
        payments += settled(core)?;
    }
    if payments != scene.phones * scene.bills_each {
        return Err(Failure::new(format!("{payments} payments settled")));
    }
    let calls = std::mem::take(&mut *log.calls.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(summary(&calls, scene, payments, seconds))
}

fn settled(core: &Core) -> Result<usize> {
    Ok(core.records()?.iter().filter(|record| record.payment.state == State::Settled).count())
}

fn summary(calls: &[Call], scene: &Scene, payments: usize, seconds: f64) -> Wave {
    let mut took: Vec<f64> =
        calls.iter().map(|call| (call.answered.saturating_sub(call.sent)).as_secs_f64() * 1_000.0).collect();
    took.sort_by(f64::total_cmp);
    let at = |hundredths: usize| took.get((took.len() * hundredths / 100).min(took.len().saturating_sub(1)));
    Wave {
        payments,
        requests: calls.len(),
        silent: calls.iter().filter(|call| call.silent).count(),
        planned_peak: planned(scene),
        sent_peak: peak(calls.iter().map(|call| call.sent).collect()),
        answered_peak: peak(calls.iter().filter(|call| !call.silent).map(|call| call.answered).collect()),
        seconds,
        median_ms: at(50).copied().unwrap_or_default(),
        p95_ms: at(95).copied().unwrap_or_default(),
        longest_ms: at(100).copied().unwrap_or_default(),
        peak_mib: machine::memory().0,
    }
}

/// The first calls of all phones, at the instants that the engine's own rule gives them: as they would come from machines
/// of their own.
fn planned(scene: &Scene) -> usize {
    let entropy = SystemEntropy::default();
    let instants = (0..scene.phones * scene.bills_each).map(|_| {
        let mut throw = [0_u8; 8];
        let thrown = !scene.spread || entropy.fill(&mut throw).is_ok();
        let wait = retry::spread(Timestamp(0), if thrown { u64::from_le_bytes(throw) } else { 0 }).0;
        Duration::from_millis(u64::try_from(wait).unwrap_or_default())
    });
    peak(instants.collect())
}

/// Most instants within any window.
fn peak(mut instants: Vec<Duration>) -> usize {
    instants.sort();
    let (mut most, mut first) = (0, 0);
    for (last, end) in instants.iter().enumerate() {
        while instants.get(first).is_some_and(|start| end.saturating_sub(*start) >= WINDOW) {
            first += 1;
        }
        most = most.max(last + 1 - first);
    }
    most
}

struct Call {
    sent: Duration,
    answered: Duration,
    silent: bool,
}

struct Log {
    began: Mutex<Instant>,
    calls: Mutex<Vec<Call>>,
}

/// The network, with a note of every call.
struct Noted {
    http: paytaipei_app::http::HttpsClient,
    log: Arc<Log>,
}

impl Http for Noted {
    fn send(&self, request: HttpRequest) -> HttpFuture<'_> {
        Box::pin(async move {
            let began = *self.log.began.lock().unwrap_or_else(PoisonError::into_inner);
            let sent = began.elapsed() / SLOWER;
            let reply = self.http.send(request).await;
            let call = Call { sent, answered: began.elapsed() / SLOWER, silent: reply.is_err() };
            self.log.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
            reply
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instants(millis: &[u64]) -> Vec<Duration> {
        millis.iter().copied().map(Duration::from_millis).collect()
    }

    #[test]
    fn the_peak_is_the_most_within_any_hundred_milliseconds_wherever_they_begin() {
        assert_eq!(peak(instants(&[0, 90, 110, 189, 400])), 3);
        assert_eq!(peak(instants(&[0, 100, 200])), 1);
        assert_eq!(peak(instants(&[5, 5, 5])), 3);
        assert_eq!(peak(Vec::new()), 0);
    }

    #[test]
    fn without_the_spread_all_phones_mean_to_speak_in_one_instant() {
        let scene = |spread| Scene { phones: 500, bills_each: 2, spread, first_number: 0, first_phone: 0 };
        assert_eq!(planned(&scene(false)), 1_000);
        // Expected: 1,000 / 15, and by chance hardly ever twice as many.
        assert!(planned(&scene(true)) < 140);
    }
}
