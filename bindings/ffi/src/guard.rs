//! Panics stop here: they become the typed `internal` refusal, without the panic's message, which may quote what it was
//! working on. uniffi catches what happens before and after, while values cross.

use std::future::{Future, poll_fn};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Once;
use std::task::Poll;

use paytaipei_app::Code;

use crate::error::Result;

/// From now on a panic is reported by its place, and never by its message. The hook is this library's own: an app's other
/// libraries have theirs.
fn keep_panics_to_themselves() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(std::io::stderr(), "paytaipei: {place}");
        }));
    });
}

/// Runs work of the core. State is in the store, whose transactions roll back: nothing half done is seen afterwards.
pub fn guarded<T>(work: impl FnOnce() -> paytaipei_app::Result<T>) -> Result<T> {
    keep_panics_to_themselves();
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(Into::into),
        Err(_) => Err(Code::Internal.into()),
    }
}

/// The same for work that waits.
pub async fn guarded_async<T>(work: impl Future<Output = paytaipei_app::Result<T>>) -> Result<T> {
    keep_panics_to_themselves();
    let mut work = pin!(work);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(poll) => poll.map(|result| result.map_err(Into::into)),
        Err(_) => Poll::Ready(Err(Code::Internal.into())),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_our_own_mistake_and_tells_nothing_of_what_it_was_working_on() {
        let error = guarded::<()>(|| panic!("0912345678")).unwrap_err();
        assert_eq!(error.refusal().code, "internal");
        assert!(!format!("{error:?} {error}").contains("0912345678"));
    }

    #[test]
    fn a_panic_of_work_that_waited_becomes_the_same() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let error = runtime.block_on(guarded_async::<()>(async {
            tokio::task::yield_now().await;
            panic!("0912345678")
        }));
        assert_eq!(error.unwrap_err().refusal().code, "internal");
    }
}
