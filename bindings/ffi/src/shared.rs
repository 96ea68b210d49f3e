//! What the objects share, and work that one thread does for all who wait for it.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use paytaipei_app::Code;
use tokio::sync::watch;

use crate::error::{PayTaipeiError, Result};

/// The core, and the word that it is being closed.
pub struct Shared {
    pub core: paytaipei_app::PayTaipei,
    closing: watch::Sender<bool>,
}

impl Shared {
    pub fn new(core: paytaipei_app::PayTaipei) -> Arc<Self> {
        Arc::new(Self { core, closing: watch::Sender::new(false) })
    }

    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Resolves once the core is being closed.
    pub fn closed(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut closing = self.closing.subscribe();
        async move {
            // Only fails where the sender is gone, which is the same.
            let _ = closing.wait_for(|closing| *closing).await;
        }
    }
}

/// Enough for a callback into a JVM.
const STACK: usize = 1024 * 1024;

/// Runs a future on a thread of its own, which calls into foreign code as it likes and keeps no worker of the core's busy.
pub fn on_thread(name: &str, work: impl Future<Output = ()> + Send + 'static) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|_| PayTaipeiError::from(Code::Internal))?;
    std::thread::Builder::new()
        .name(name.to_owned())
        .stack_size(STACK)
        .spawn(move || runtime.block_on(work))
        .map(drop)
        .map_err(|_| Code::Internal.into())
}

/// Work of which at most one runs. Whoever asks while it runs waits for the same; whoever stops waiting stops nothing.
pub struct Once<T> {
    name: &'static str,
    running: Mutex<Option<watch::Receiver<Option<Result<T>>>>>,
}

impl<T: Clone + Send + Sync + 'static> Once<T> {
    pub const fn new(name: &'static str) -> Self {
        Self { name, running: Mutex::new(None) }
    }

    /// Whoever asks from now on has new work started, though what runs comes to its end.
    pub fn forget(&self) {
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Joins the work under way, or starts it.
    pub async fn run<F>(&self, shared: &Arc<Shared>, work: impl FnOnce(Arc<Shared>) -> F) -> Result<T>
    where
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let mut told = self.join(shared, work)?;
        match told.wait_for(Option::is_some).await.map(|told| told.clone()) {
            Ok(Some(result)) => result,
            // Closed while it ran: whatever was under way goes on when the core is opened next.
            Ok(None) | Err(_) => Err(Code::Internal.into()),
        }
    }

    fn join<F>(
        &self,
        shared: &Arc<Shared>,
        work: impl FnOnce(Arc<Shared>) -> F,
    ) -> Result<watch::Receiver<Option<Result<T>>>>
    where
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(told) = running.as_ref()
            && told.borrow().is_none()
            && told.has_changed().is_ok()
        {
            return Ok(told.clone());
        }
        let (tell, told) = watch::channel(None);
        let (closed, work) = (shared.closed(), work(Arc::clone(shared)));
        on_thread(self.name, async move {
            tokio::select! {
                result = work => { tell.send_replace(Some(result)); }
                () = closed => {}
            }
        })?;
        *running = Some(told.clone());
        Ok(told)
    }
}
