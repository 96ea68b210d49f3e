//! The faults that are switched on, and which of them meets a request.

use crate::control::types::{Fault, FaultKind, Route};
use crate::store::lock;
use std::sync::Mutex;
use std::time::Duration;
use tokio::sync::watch;

/// How long a slow thing takes where nobody says: milliseconds.
const SLOW_MS: u64 = 5_000;

/// What is known of a request, to match a fault's filters with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    pub route: Option<Route>,
    pub provider: Option<String>,
    pub biller: Option<String>,
    pub number: Option<String>,
}

/// Faults in the order in which they were switched on.
pub struct Faults {
    active: Mutex<(u64, Vec<(u64, Fault)>)>,
    /// Counts how often everything was cleared: what waits then goes on at once.
    cleared: watch::Sender<u64>,
}

impl Default for Faults {
    fn default() -> Self {
        Self { active: Mutex::default(), cleared: watch::Sender::new(0) }
    }
}

impl Faults {
    /// Switches a fault on; gives its number.
    pub fn add(&self, fault: Fault) -> u64 {
        let mut active = lock(&self.active);
        active.0 = active.0.saturating_add(1);
        let id = active.0;
        active.1.push((id, fault));
        id
    }

    pub fn clear(&self) {
        lock(&self.active).1.clear();
        self.cleared.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Takes as long as the first fault of this kind says, or until the faults are cleared: so a test can hold something
    /// back and let it go when it wants.
    pub async fn wait(&self, kind: FaultKind, facts: &Facts) {
        let mut cleared = self.cleared.subscribe();
        if let Some(fault) = self.take(&[kind], facts) {
            let pause = Duration::from_millis(fault.ms.unwrap_or(SLOW_MS));
            drop(tokio::time::timeout(pause, cleared.changed()).await);
        }
    }

    /// The faults that are still on.
    pub fn list(&self) -> Vec<(u64, Fault)> {
        lock(&self.active).1.clone()
    }

    /// The first fault of these kinds that meets the facts. It counts as used.
    pub fn take(&self, kinds: &[FaultKind], facts: &Facts) -> Option<Fault> {
        self.take_where(facts, |fault| kinds.contains(&fault.kind))
    }

    /// [`Faults::take`] by any condition.
    pub fn take_where(&self, facts: &Facts, wanted: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let mut active = lock(&self.active);
        let at = active.1.iter().position(|(_, fault)| wanted(fault) && meets(fault, facts))?;
        let (_, fault) = active.1.get_mut(at)?;
        let taken = fault.clone();
        if let Some(times) = fault.times.as_mut() {
            *times = times.saturating_sub(1);
        }
        if fault.times == Some(0) {
            active.1.remove(at);
        }
        Some(taken)
    }
}

fn meets(fault: &Fault, facts: &Facts) -> bool {
    let route_meets = match fault.route {
        None => true,
        Some(Route::Verify) => matches!(facts.route, Some(Route::Verify | Route::Collect)),
        wanted => facts.route == wanted,
    };
    let same = |wanted: &Option<String>, known: &Option<String>| wanted.is_none() || wanted == known;
    fault.times != Some(0)
        && route_meets
        && same(&fault.provider, &facts.provider)
        && same(&fault.biller, &facts.biller)
        && same(&fault.number, &facts.number)
}
