//! The drainer: makes the calls that payments want, and takes in what comes back. It decides nothing: `payment::step` does.

use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use paytaipei_payment::{AskOutcome, Call, Event, InquiryOutcome, PaymentId, State, SubmitOutcome, Timestamp};
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

use crate::error::{Code, Error, Result};
use crate::platform::{Inquiry, Platform, Purpose, Silence, Why};
use crate::ports::{Clock, Connectivity, HttpError};
use crate::store::{BillState, PaymentRecord, Store};

/// So many calls at once.
const AT_ONCE: usize = 4;
/// How often the drainer looks whether another process changed the store, or the connection came back.
const TICK: Duration = Duration::from_millis(300);

/// What the drainer works with.
pub(crate) struct Drainer {
    pub store: Arc<Store>,
    pub platform: Arc<Platform>,
    pub connectivity: Arc<dyn Connectivity>,
    pub clock: Arc<dyn Clock>,
    /// Held by the one drainer of all threads and processes; the system frees it when its holder dies.
    pub lock: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Until nothing moves any more, or this long.
    Once(Duration),
    /// As long as the caller lives.
    Follow,
}

/// How one pass ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Drained {
    /// The last call did not reach the platform.
    pub unreachable: Option<Code>,
}

impl Drainer {
    /// Drains the queue. Dropping the future stops it: whatever was under way is asked about at the next start.
    pub async fn run(self: Arc<Self>, mode: Mode) -> Result<Drained> {
        let started = Instant::now();
        let Some(_lock) = self.lock(mode, started).await? else {
            // Another process drains: it makes the calls, and the rows tell how they end.
            return Ok(Drained::default());
        };
        self.on_store(Self::take_over).await?;
        self.on_store(Self::wake).await?;
        let mut crew = Crew::default();
        loop {
            let now = self.clock.now();
            let pending = self.on_store(Self::pending).await?;
            if crew.session_invalid {
                return Err(Code::NumberNotVerified.into());
            }
            let connected = self.is_connected().await;
            if connected && crew.lost_connection && mode == Mode::Follow {
                // It came back: everything that waited for it is due, a little spread.
                crew.lost_connection = false;
                self.on_store(Self::wake).await?;
                continue;
            }
            crew.lost_connection |= !connected;
            if connected {
                crew.hire(&self, &pending, now);
            }
            if let (true, Mode::Once(patience)) = (crew.tasks.is_empty(), mode) {
                let over = started.elapsed() >= patience || crew.unreachable.is_some() || !connected;
                if over || pending.iter().all(|record| !moves(record)) {
                    let unreachable = crew.unreachable.or((!connected).then_some(Code::Offline));
                    return Ok(Drained { unreachable });
                }
            }
            tokio::select! {
                Some(done) = crew.tasks.join_next_with_id(), if !crew.tasks.is_empty() => crew.finish(done)?,
                () = tokio::time::sleep(nap(&pending, now)) => {}
            }
        }
    }

    async fn lock(self: &Arc<Self>, mode: Mode, started: Instant) -> Result<Option<File>> {
        loop {
            let file = OpenOptions::new()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&self.lock)
                .map_err(|_| Error::new(Code::StoreReadOnly))?;
            match file.try_lock() {
                Ok(()) => return Ok(Some(file)),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(_)) => return Err(Code::StoreFailed.into()),
            }
            if let Mode::Once(patience) = mode {
                let pending = self.on_store(Self::pending).await?;
                if started.elapsed() >= patience || pending.iter().all(|record| !moves(record)) {
                    return Ok(None);
                }
            }
            tokio::time::sleep(TICK).await;
        }
    }

    /// The lock is held, so whoever worked on a payment is dead.
    fn take_over(&self) -> Result<()> {
        self.every(|record| {
            matches!(record.payment.state, State::Checking | State::Submitting).then_some(Event::Abandoned)
        })
    }

    fn wake(&self) -> Result<()> {
        self.every(|record| record.payment.pending.is_some().then_some(Event::Woke))
    }

    fn every(&self, event: impl Fn(&PaymentRecord) -> Option<Event>) -> Result<()> {
        let now = self.clock.now();
        self.store.write(|work| {
            for record in work.pending_payments()? {
                if let Some(event) = event(&record) {
                    work.advance(record, event, now)?;
                }
            }
            Ok(())
        })
    }

    fn pending(&self) -> Result<Vec<PaymentRecord>> {
        self.store.read(|work| work.pending_payments())
    }

    /// Makes the call that this payment wants. The row says already what is about to happen before it does.
    async fn perform(self: Arc<Self>, id: PaymentId) -> Result<Done> {
        let (record, token) = self
            .on_store(move |drainer| {
                let token = drainer.store.read(|work| work.session())?.map(|session| session.token);
                Ok((drainer.store.advance(id, Event::Began)?, token))
            })
            .await?;
        let payment = record.payment;
        let Some(token) = token else { return Ok(Done::SessionInvalid) };
        let Some(pending) = payment.pending else { return Ok(Done::Well) };
        let silence = match pending.call {
            Call::Inquire => {
                let purpose = if payment.consent.is_some() { Purpose::Pay } else { Purpose::Status };
                let answer = self.platform.inquire(&token, &payment.bill, purpose).await;
                let silence = answer.as_ref().err().copied();
                self.on_store(move |drainer| drainer.inquired(id, answer)).await?;
                silence
            }
            Call::Submit => match (payment.consent.as_ref(), payment.token.as_deref()) {
                (Some(consent), Some(bill_token)) => {
                    let answer = self.platform.submit(&token, id, consent, bill_token).await;
                    let silence = answer.as_ref().err().copied();
                    let outcome = answer.unwrap_or_else(|silence| SubmitOutcome::NoAnswer(silence.trouble));
                    self.on_store(move |drainer| drainer.store.advance(id, Event::Submitted(outcome))).await?;
                    silence
                }
                // The engine never asks for this; asking the platform is safe whatever happened.
                _ => {
                    self.on_store(move |drainer| drainer.store.advance(id, Event::Abandoned)).await?;
                    None
                }
            },
            Call::Ask | Call::Void => {
                let answer = match pending.call {
                    Call::Ask => self.platform.ask(&token, id).await,
                    _ => self.platform.void(&token, id).await,
                };
                let silence = answer.as_ref().err().copied();
                let outcome = answer.unwrap_or_else(|silence| AskOutcome::NoAnswer(silence.trouble));
                self.on_store(move |drainer| drainer.store.advance(id, Event::Told(outcome))).await?;
                silence
            }
        };
        if let Some(Silence { why: Why::SessionInvalid, .. }) = silence {
            self.on_store(|drainer| drainer.store.end_session()).await?;
            return Ok(Done::SessionInvalid);
        }
        Ok(match silence {
            Some(Silence { why: Why::Network(error), .. }) => Done::Unreachable(error),
            _ => Done::Well,
        })
    }

    /// Takes an inquiry's answer in: the bill, whatever it is merged with, and the payment, in one transaction.
    fn inquired(&self, id: PaymentId, answer: Result<Inquiry, Silence>) -> Result<()> {
        let now = self.clock.now();
        self.store.write(|work| {
            let record = work.payment(id)?.ok_or(Code::PaymentUnknown)?;
            let outcome = match answer {
                Ok(Inquiry::Bills(bills)) => {
                    let (_, chosen) = work.absorb(&record.payment.bill, &bills, now)?;
                    match chosen {
                        Some(bill) => InquiryOutcome::Bill(Box::new(work.confirmed(&bill, id)?)),
                        None => InquiryOutcome::NotFound,
                    }
                }
                Ok(Inquiry::NotFound) => {
                    if let Some(mut bill) = work.bill(&record.bill)? {
                        bill.state = BillState::NotFound;
                        bill.checked_at = Some(now);
                        work.keep_bill(&bill)?;
                    }
                    InquiryOutcome::NotFound
                }
                Ok(Inquiry::BillerUnknown) => InquiryOutcome::BillerUnknown,
                Ok(Inquiry::Quiet { retry_after_ms }) => InquiryOutcome::Quiet { retry_after_ms },
                Err(silence) => InquiryOutcome::NoAnswer(silence.trouble),
            };
            // Absorbing may have rewritten the row: a merge, or a lesson to all that waited.
            let record = work.payment(id)?.ok_or(Code::PaymentUnknown)?;
            work.advance(record, Event::Inquired(outcome), now)?;
            Ok(())
        })
    }

    async fn is_connected(self: &Arc<Self>) -> bool {
        let drainer = Arc::clone(self);
        tokio::task::spawn_blocking(move || drainer.connectivity.is_connected()).await.unwrap_or(true)
    }

    /// Runs work on the store off the asynchronous workers: a durable commit waits for the disk.
    async fn on_store<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let drainer = Arc::clone(self);
        tokio::task::spawn_blocking(move || work(&drainer)).await.map_err(|_| Error::new(Code::Internal))?
    }
}

/// Calls under way.
#[derive(Default)]
struct Crew {
    tasks: JoinSet<Result<Done>>,
    at_work: HashMap<tokio::task::Id, PaymentId>,
    unreachable: Option<Code>,
    lost_connection: bool,
    session_invalid: bool,
}

enum Done {
    Well,
    Unreachable(HttpError),
    SessionInvalid,
}

impl Crew {
    fn hire(&mut self, drainer: &Arc<Drainer>, pending: &[PaymentRecord], now: Timestamp) {
        let busy: HashSet<PaymentId> = self.at_work.values().copied().collect();
        for record in pending {
            let due = record.payment.pending.is_some_and(|pending| pending.is_due(now));
            if self.tasks.len() < AT_ONCE && due && !busy.contains(&record.payment.id) {
                let handle = self.tasks.spawn(Arc::clone(drainer).perform(record.payment.id));
                self.at_work.insert(handle.id(), record.payment.id);
            }
        }
    }

    fn finish(&mut self, done: Result<(tokio::task::Id, Result<Done>), JoinError>) -> Result<()> {
        let (task, done) = match done {
            Ok((task, done)) => (task, done?),
            // A panic in a call: the row says what was under way, and is asked about.
            Err(error) => (error.id(), Done::Unreachable(HttpError::Broken)),
        };
        self.at_work.remove(&task);
        match done {
            Done::Well => {
                self.unreachable = None;
                self.lost_connection = false;
            }
            Done::Unreachable(error) => {
                if matches!(error, HttpError::Offline | HttpError::Tls | HttpError::Clock) {
                    self.unreachable = Some(Error::from(Silence::from(error)).code);
                    self.lost_connection = true;
                }
            }
            Done::SessionInvalid => self.session_invalid = true,
        }
        Ok(())
    }
}

/// Whether the next call is soon enough to wait for. A payment in the business's app, or told to wait long, is not.
fn moves(record: &PaymentRecord) -> bool {
    record.payment.state != State::AwaitingHandOff
        && record.payment.reason != Some(paytaipei_payment::Reason::QuietHours)
        && record.payment.pending.is_some()
}

fn nap(pending: &[PaymentRecord], now: Timestamp) -> Duration {
    let next =
        pending.iter().filter_map(|record| record.payment.pending).map(|pending| pending.not_before.max(pending.floor));
    let wait = next.map(|at| at.millis_since(now)).filter(|wait| *wait > 0).min().unwrap_or(i64::MAX);
    Duration::from_millis(u64::try_from(wait).unwrap_or(0)).min(TICK)
}
