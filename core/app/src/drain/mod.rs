//! The drainer: makes the calls that payments want, and takes in what comes back. It decides nothing: `payment::step` does.

mod crew;
mod desk;

use std::collections::HashSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use paytaipei_payment::{PaymentId, Reason, State, Timestamp};
use tokio::time::Instant;

use crew::Crew;
pub use desk::Desk;

use crate::error::{Code, Error, Result};
use crate::facade::Core;
use crate::platform::Silence;
use crate::ports::{Connectivity, Http};
use crate::store::PaymentRecord;

/// How often the runner looks whether another process changed the store, or the connection came back.
const TICK: Duration = Duration::from_millis(300);

/// A call that may not be made for longer than this is not waited for.
const PUT_OFF_MS: i64 = 5_000;

/// What the runner works with.
pub struct Runner {
    pub core: Arc<Core>,
    pub http: Arc<dyn Http>,
    pub connectivity: Arc<dyn Connectivity>,
    /// Held by the one drainer of all threads and processes; the system frees it when its holder dies.
    pub lock: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Until nothing moves any more, or this long.
    Once(Duration),
    /// As long as the caller lives.
    Follow,
}

/// How one run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drained {
    /// Why the platform could not be reached or understood, where payments still wait for it.
    pub unreachable: Option<Code>,
}

impl Runner {
    /// Drains the queue. Dropping the future stops it: whatever was under way is asked about at the next start.
    pub async fn run(self: Arc<Self>, mode: Mode) -> Result<Drained> {
        let started = Instant::now();
        let Some(_lock) = self.lock(mode, started).await? else {
            // Another process drains: it makes the calls, and the rows tell how they end.
            return Ok(Drained::default());
        };
        let runner = Arc::clone(&self);
        let desk = blocking(move || {
            let desk = runner.core.take_over()?;
            runner.core.heal()?;
            desk.wake()?;
            Ok(Arc::new(desk))
        })
        .await?;
        let mut crew = Crew::default();
        let mut restored = false;
        loop {
            let now = self.core.clock.now();
            let pending = at(&desk, Desk::pending).await?;
            let connected = self.is_connected().await;
            if connected && crew.lost_connection && mode == Mode::Follow {
                crew.lost_connection = false;
                at(&desk, Desk::wake).await?;
                continue;
            }
            crew.lost_connection |= !connected;
            if connected && !restored {
                // What a verification left to fetch. Not to be had now, it is tried with the next drain.
                restored = true;
                if self.core.restore(self.http.as_ref()).await.is_ok() {
                    let runner = Arc::clone(&self);
                    blocking(move || runner.core.store.inspect()).await?;
                    continue;
                }
            }
            if connected {
                crew.hire(&self, &desk, &pending, now);
            }
            if let (true, Mode::Once(patience)) = (crew.tasks.is_empty(), mode) {
                let over = started.elapsed() >= patience || crew.unreachable.is_some() || !connected;
                if over || !pending.iter().any(|record| moves(record, &crew.tried, now)) {
                    let offline = (!connected).then_some(Code::Offline);
                    let unreachable = crew.unreachable.or(offline).or_else(|| crew.trouble(&pending));
                    return Ok(Drained { unreachable });
                }
            }
            tokio::select! {
                Some(done) = crew.tasks.join_next_with_id(), if !crew.tasks.is_empty() => crew.finish(done, self.core.clock.now())?,
                () = tokio::time::sleep(nap(&pending, now)) => {}
            }
        }
    }

    async fn lock(self: &Arc<Self>, mode: Mode, started: Instant) -> Result<Option<File>> {
        loop {
            let file =
                OpenOptions::new().create(true).truncate(false).write(true).open(&self.lock).map_err(|error| {
                    match error.kind() {
                        std::io::ErrorKind::StorageFull => Error::new(Code::StoreFull),
                        _ => Error::new(Code::StoreReadOnly),
                    }
                })?;
            match file.try_lock() {
                Ok(()) => return Ok(Some(file)),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(_)) => return Err(Code::StoreFailed.into()),
            }
            if let Mode::Once(patience) = mode {
                let runner = Arc::clone(self);
                let pending = blocking(move || runner.core.store.read(|work| work.pending_payments())).await?;
                let now = self.core.clock.now();
                if started.elapsed() >= patience || !pending.iter().any(|record| moves(record, &HashSet::new(), now)) {
                    return Ok(None);
                }
            }
            tokio::time::sleep(TICK).await;
        }
    }

    /// Makes the call that this payment wants. The row says already what is about to happen before it does.
    async fn perform(self: Arc<Self>, desk: Arc<Desk>, id: PaymentId) -> Result<Option<Silence>> {
        let Some(order) = at(&desk, move |desk| desk.begin(id)).await? else { return Ok(None) };
        let reply = self.http.send(order.request()).await;
        let answer = order.answer(reply);
        let silence = answer.silence();
        at(&desk, move |desk| desk.finish(id, &order, answer)).await?;
        Ok(silence)
    }

    async fn is_connected(self: &Arc<Self>) -> bool {
        let runner = Arc::clone(self);
        tokio::task::spawn_blocking(move || runner.connectivity.is_connected()).await.unwrap_or(true)
    }
}

/// Runs work on the store off the asynchronous workers: a durable commit waits for the disk.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::new(Code::Internal))?
}

async fn at<T: Send + 'static>(desk: &Arc<Desk>, work: impl FnOnce(&Desk) -> Result<T> + Send + 'static) -> Result<T> {
    let desk = Arc::clone(desk);
    blocking(move || work(&desk)).await
}

/// Whether the next call is worth waiting for. One that the platform put off is not; nor, once tried, is a payment in the
/// business's app or of a biller at rest.
fn moves(record: &PaymentRecord, tried: &HashSet<PaymentId>, now: Timestamp) -> bool {
    let payment = &record.payment;
    let put_off = payment.pending.is_none_or(|pending| pending.floor.millis_since(now) > PUT_OFF_MS);
    let rests = payment.state == State::AwaitingHandOff || payment.reason == Some(Reason::QuietHours);
    !put_off && (!rests || !tried.contains(&payment.id))
}

fn nap(pending: &[PaymentRecord], now: Timestamp) -> Duration {
    let next =
        pending.iter().filter_map(|record| record.payment.pending).map(|pending| pending.not_before.max(pending.floor));
    let wait = next.map(|at| at.millis_since(now)).filter(|wait| *wait > 0).min().unwrap_or(i64::MAX);
    Duration::from_millis(u64::try_from(wait).unwrap_or(0)).min(TICK)
}
