//! Payments as a stream of what changed: told after it is stored, and never missing the last value.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::{Core, PayTaipei};
use crate::error::{Code, Error, Result};
use crate::store::Store;
use crate::view::PaymentView;

/// How often changes of other processes are looked for.
const TICK: Duration = Duration::from_millis(300);

/// What one watcher has seen. Dropping it ends the watching, and nothing else.
pub struct PaymentStream {
    store: Arc<Store>,
    changes: watch::Receiver<u64>,
    foreign: i64,
    seen: HashMap<String, PaymentView>,
}

impl Core {
    /// Watches all payments. The first [`PaymentStream::next`] gives every one that has not ended.
    pub fn watch(&self) -> Result<PaymentStream> {
        self.verified()?;
        let ended = self.history()?.into_iter().map(|payment| (payment.id.clone(), payment)).collect();
        Ok(PaymentStream { store: Arc::clone(&self.store), changes: self.store.watch(), foreign: -1, seen: ended })
    }
}

impl PayTaipei {
    /// The payments that changed since the last call, at least one; waits until there is one.
    pub async fn next(&self, stream: &mut PaymentStream) -> Result<Vec<PaymentView>> {
        loop {
            // Marked as seen before reading: a commit after this line wakes the next wait.
            stream.changes.borrow_and_update();
            let foreign = stream.store.foreign_version()?;
            let now = self.list(|_| true)?;
            stream.foreign = foreign;
            let changed: Vec<PaymentView> =
                now.into_iter().filter(|view| stream.seen.get(&view.id) != Some(view)).collect();
            if !changed.is_empty() {
                stream.seen.extend(changed.iter().map(|view| (view.id.clone(), view.clone())));
                return Ok(changed);
            }
            self.wait(stream).await?;
        }
    }

    async fn wait(&self, stream: &mut PaymentStream) -> Result<()> {
        let (store, mut changes, foreign) = (Arc::clone(&stream.store), stream.changes.clone(), stream.foreign);
        self.on_core(async move {
            loop {
                match tokio::time::timeout(TICK, changes.changed()).await {
                    Ok(Ok(())) => return Ok(()),
                    Ok(Err(_)) => return Err(Error::new(Code::Internal)),
                    Err(_) if store.foreign_version()? != foreign => return Ok(()),
                    Err(_) => {}
                }
            }
        })
        .await
    }
}
