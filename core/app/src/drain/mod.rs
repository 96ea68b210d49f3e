//! The drainer: makes the calls that payments want, and takes in what comes back. It decides nothing: `payment::step` does.

mod agenda;
mod crew;
mod desk;

use std::collections::HashSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use paytaipei_payment::{AskOutcome, PaymentId, Reason, Recorded, Refusal, SubmitOutcome, Timestamp, retry};
use tokio::task::JoinSet;
use tokio::time::Instant;

use agenda::Agenda;
use crew::Crew;
pub use desk::Desk;

use crate::error::{Code, Error, Result};
use crate::facade::Core;
use crate::platform::{Answer, Silence};
use crate::ports::{Connectivity, Http};
use crate::store::{Fetched, Wanted};

/// How often the runner looks whether another process changed the store, or the connection came back.
const TICK: Duration = Duration::from_millis(300);

/// Waking spreads calls over a second and a half: no drain ends before each was tried.
const SHORTEST: Duration = Duration::from_millis(2_500);
/// How long a drain that has nothing left to do waits for deals and keys.
const FRESHENING: Duration = Duration::from_secs(2);
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
        let mode = match mode {
            Mode::Once(patience) => Mode::Once(patience.max(SHORTEST)),
            Mode::Follow => Mode::Follow,
        };
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
        let (mut crew, mut agenda) = (Crew::default(), Agenda::default());
        // Beside the payments, which do not wait for it.
        let mut fetching = JoinSet::new();
        fetching.spawn(Arc::clone(&self).freshen());
        let (mut restored, mut connected, mut was_connected) = (false, true, true);
        let mut looked: Option<Instant> = None;
        loop {
            let now = self.core.clock.now();
            // Others' commits and the connection now and then, and before it is said that nothing is left to do.
            if crew.tasks.is_empty()
                || !connected
                || crew.lost_connection
                || looked.is_none_or(|at| at.elapsed() >= TICK)
            {
                let connectivity = Arc::clone(&self.connectivity);
                (agenda, connected) =
                    at(&desk, move |desk| Ok((desk.look(agenda)?, is_connected(connectivity.as_ref())))).await?;
                looked = Some(Instant::now());
            } else {
                desk.catch_up(&mut agenda);
            }
            // The phone says so, or a call got through again. Where the phone always says so, a call that does not get through
            // waits its time: nothing came back.
            let came_back = std::mem::take(&mut crew.came_back) || (connected && !was_connected);
            was_connected = connected;
            if came_back && connected && mode == Mode::Follow {
                at(&desk, Desk::wake).await?;
                looked = None;
                continue;
            }
            if connected && !restored {
                // What a verification left to fetch. Not to be had now, it is tried with the next drain.
                restored = true;
                if self.core.restore(self.http.as_ref()).await.is_ok_and(|fetched| fetched) {
                    let runner = Arc::clone(&self);
                    blocking(move || runner.core.store.inspect()).await?;
                    continue;
                }
            }
            let late = matches!(mode, Mode::Once(patience) if started.elapsed() >= patience);
            if connected && !late {
                crew.hire(&self, &desk, &agenda, now);
            }
            if crew.tasks.is_empty() && mode != Mode::Follow {
                let over = late || crew.unreachable.is_some() || !connected;
                if over || !agenda.in_turn().any(|wanted| moves(wanted, &crew.tried, now)) {
                    let offline = (!connected).then_some(Code::Offline);
                    let unreachable = crew.unreachable.or(offline).or_else(|| crew.trouble(&agenda));
                    if unreachable.is_none() {
                        let _ = tokio::time::timeout(FRESHENING, fetching.join_next()).await;
                    }
                    return Ok(Drained { unreachable });
                }
            }
            let nap = crew.nap(&agenda, now);
            tokio::select! {
                Some(done) = crew.tasks.join_next_with_id(), if !crew.tasks.is_empty() => {
                    if let Some(in_vain) = crew.finish(done, self.core.clock.now())? {
                        agenda.doubt(in_vain);
                        looked = None;
                    }
                }
                () = tokio::time::sleep(nap) => {}
            }
        }
    }

    /// Fetches what everybody may know, where what is here is old. Not to be had now, it is tried with the next drain.
    async fn freshen(self: Arc<Self>) {
        let (connectivity, core) = (Arc::clone(&self.connectivity), Arc::clone(&self.core));
        let stale =
            blocking(move || Ok(if is_connected(connectivity.as_ref()) { Some(core.stale()?) } else { None })).await;
        let Ok(Some(stale)) = stale else { return };
        for what in stale {
            let _ = self.core.fetch(self.http.as_ref(), what).await;
        }
        let _ = self.core.freshen_agreements(self.http.as_ref()).await;
    }

    async fn lock(self: &Arc<Self>, mode: Mode, started: Instant) -> Result<Option<File>> {
        let mut has_asked = false;
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
                let (runner, asks) = (Arc::clone(self), !std::mem::replace(&mut has_asked, true));
                let pending = blocking(move || {
                    // Somebody asks: that somebody else drains already is no reason to let it wait its time.
                    if asks {
                        Desk::wake_all(&runner.core.store, runner.core.clock.as_ref())?;
                    }
                    runner.core.store.read(|work| work.pending_payments())
                })
                .await?;
                let now = self.core.clock.now();
                let mut wanted = pending.iter().filter_map(|record| Wanted::of(&record.payment));
                if started.elapsed() >= patience || !wanted.any(|wanted| moves(&wanted, &HashSet::new(), now)) {
                    return Ok(None);
                }
            }
            tokio::time::sleep(TICK).await;
        }
    }

    /// Makes the call that this payment wants. The row says already what is about to happen before it does.
    async fn perform(self: Arc<Self>, desk: Arc<Desk>, id: PaymentId) -> Result<Performed> {
        let Some(order) = at(&desk, move |desk| desk.begin(id)).await? else { return Ok(Performed::Nothing) };
        let reply = self.http.send(order.request()).await;
        let answer = order.answer(reply);
        let silence = answer.silence();
        let no_agreement = matches!(
            &answer,
            Answer::Submitted(Ok(SubmitOutcome::Recorded(Recorded::Declined(Reason::NoAgreement))))
                | Answer::Told(Ok(AskOutcome::Recorded(Recorded::Declined(Reason::NoAgreement))))
        );
        let broken_promise = matches!(answer, Answer::Submitted(Ok(SubmitOutcome::Refused(Refusal::DealChanged))));
        at(&desk, move |desk| desk.finish(id, &order, answer)).await?;
        if broken_promise {
            // What is promised now is asked for at once: without it, the person would be shown the same again.
            let _ = self.core.fetch(self.http.as_ref(), Fetched::Deals).await;
        }
        if no_agreement {
            // Ended at the business: the list of agreements says so from now on.
            let _ = self.core.refetch_agreements(self.http.as_ref()).await;
        }
        Ok(silence.map_or(Performed::Answered, Performed::Silent))
    }
}

/// How making one call ended.
enum Performed {
    /// No call was made: the row wants none now, or does not open.
    Nothing,
    Answered,
    Silent(Silence),
}

/// What the shell says. One that panics says nothing: every call is worth a try.
fn is_connected(connectivity: &dyn Connectivity) -> bool {
    std::panic::catch_unwind(AssertUnwindSafe(|| connectivity.is_connected())).unwrap_or(true)
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
/// business's app or of a biller at rest. Further off than any platform may ask is what a clock said that went back since.
fn moves(wanted: &Wanted, tried: &HashSet<PaymentId>, now: Timestamp) -> bool {
    let wait = wanted.pending.floor.millis_since(now);
    let put_off = wait > PUT_OFF_MS && wait <= retry::LONGEST_RETRY_AFTER_MS;
    !put_off && (!wanted.rests || !tried.contains(&wanted.id))
}
