//! What a drainer has before it: the payments that want a call made, kept in memory and brought up to date by what changed,
//! so that a call out of a long queue costs no more than one out of a short one.

use std::collections::{BTreeMap, HashMap};

use paytaipei_payment::PaymentId;

use crate::error::Result;
use crate::store::{Store, Turn, Wanted, Written};

/// All payments of one store that want a call made, in the order of [`super::Desk::pending`].
#[derive(Debug, Default)]
pub(super) struct Agenda {
    wanted: BTreeMap<Turn, Wanted>,
    turns: HashMap<PaymentId, Turn>,
    /// What `PRAGMA data_version` said last; `None` before anything was read.
    foreign: Option<i64>,
}

impl Agenda {
    /// In their turns.
    pub fn in_turn(&self) -> impl Iterator<Item = &Wanted> {
        self.wanted.values()
    }

    /// A row that could not be begun: gone, damaged, or no longer due. If it still wants a call, the next look finds it.
    pub fn doubt(&mut self, id: PaymentId) {
        self.forget(id);
        self.foreign = None;
    }

    /// Takes in what this process committed since the last time, without looking at the store.
    pub fn catch_up(&mut self, store: &Store) {
        self.take(store.written_payments().unwrap_or_default());
    }

    /// The same, and everything anew where another process committed too.
    pub fn look(&mut self, store: &Store) -> Result<()> {
        store.read(|work| {
            let foreign = work.foreign_version()?;
            let written = store.written_payments();
            if let (Some(written), true) = (written, self.foreign == Some(foreign)) {
                self.take(written);
                return Ok(());
            }
            *self = Self { foreign: Some(foreign), ..Self::default() };
            for record in work.pending_payments()? {
                self.set(record.payment.id, Wanted::of(&record.payment));
            }
            Ok(())
        })
    }

    fn take(&mut self, written: Written) {
        for (id, wanted) in written {
            self.set(id, wanted);
        }
    }

    fn set(&mut self, id: PaymentId, wanted: Option<Wanted>) {
        self.forget(id);
        if let Some(wanted) = wanted {
            self.turns.insert(id, wanted.turn);
            self.wanted.insert(wanted.turn, wanted);
        }
    }

    fn forget(&mut self, id: PaymentId) {
        if let Some(turn) = self.turns.remove(&id) {
            self.wanted.remove(&turn);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use paytaipei_bill::{BillKey, BillNumber, BillerId, CivilDate, Twd};
    use paytaipei_payment::{AskOutcome, Event, InquiryOutcome, Payment, Provider, Recorded, Terms, Trouble};
    use rusqlite::Connection;

    use super::*;
    use crate::ports::{Clock, KeyPurpose, KeyVault, SystemClock, SystemEntropy, VaultError};
    use crate::store::{BillFacts, PaymentRecord};

    struct OpenVault;

    impl KeyVault for OpenVault {
        fn wrap(&self, key: Vec<u8>) -> Result<Vec<u8>, VaultError> {
            Ok(key)
        }
        fn unwrap(&self, wrapped: Vec<u8>) -> Result<Vec<u8>, VaultError> {
            Ok(wrapped)
        }
        fn public_key(&self, _: KeyPurpose) -> Result<Vec<u8>, VaultError> {
            Err(VaultError::Failed)
        }
        fn renew(&self) -> Result<(), VaultError> {
            Err(VaultError::Failed)
        }
        fn sign(&self, _: KeyPurpose, _: Vec<u8>) -> Result<Vec<u8>, VaultError> {
            Err(VaultError::Failed)
        }
        fn confirm_presence(&self, _: String) -> Result<(), VaultError> {
            Ok(())
        }
    }

    fn open(file: &Path) -> Store {
        Store::open(file, &OpenVault, Arc::new(SystemEntropy::default()), Arc::new(SystemClock)).unwrap()
    }

    /// A bill and an intent to pay it, which wants an inquiry; every third bill has no due date.
    fn intend(store: &Store, number: u32) -> PaymentId {
        let now = SystemClock.now();
        let key = BillKey {
            biller: BillerId::new("kinmen-water").unwrap(),
            number: BillNumber::new(&format!("{number:07}")).unwrap(),
            period: None,
        };
        let due = (!number.is_multiple_of(3))
            .then(|| CivilDate::from_ymd(2026, 12, 1 + u8::try_from(number * 7 % 28).unwrap()).unwrap());
        let terms = Some(Terms::claimed(Twd::new(100).unwrap(), due));
        let facts = BillFacts {
            key: key.clone(),
            terms,
            due,
            source: "keyed".into(),
            owner: None,
            address: None,
            barcodes: None,
        };
        let id = PaymentId::new(now, store.random().unwrap());
        store
            .write(|work| {
                let bill = work.remember_bill(facts, now)?;
                let payment = Payment::intended(id, key, Provider::from_id("esun").unwrap(), terms, now);
                work.keep_payment(&PaymentRecord { bill: bill.id, payment })
            })
            .unwrap();
        id
    }

    fn told_by(store: &Store) -> Vec<Wanted> {
        let pending = store.read(|work| work.pending_payments()).unwrap();
        pending.iter().filter_map(|record| Wanted::of(&record.payment)).collect()
    }

    #[test]
    fn the_agenda_says_what_the_store_says_whoever_wrote_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("store");
        let (own, other) = (open(&file), open(&file));
        let mut agenda = Agenda::default();
        let mut ids = Vec::new();
        // Numerical Recipes' generator: any order does, as long as it is the same every time.
        let mut dice = 7_u32;
        let mut throw = |sides: usize| {
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (dice >> 8) as usize % sides
        };
        for round in 0..400 {
            for _ in 0..throw(3) {
                let store = if throw(4) == 0 { &other } else { &own };
                if ids.is_empty() || throw(3) == 0 {
                    ids.push(intend(store, u32::try_from(ids.len()).unwrap()));
                    continue;
                }
                let trouble = Trouble { retry_after_ms: None };
                let event = match throw(6) {
                    0 => Event::CancelRequested,
                    1 => Event::Inquired(InquiryOutcome::NotFound),
                    2 => Event::Inquired(InquiryOutcome::NoAnswer(trouble)),
                    3 => Event::Inquired(InquiryOutcome::Quiet { retry_after_ms: 60_000 }),
                    4 => Event::Told(AskOutcome::NoAnswer(trouble)),
                    _ => Event::Woke,
                };
                // A wish that comes too late is refused; that is no matter here.
                let _ = store.advance(ids[throw(ids.len())], event);
            }
            if throw(3) == 0 {
                agenda.catch_up(&own);
            }
            if throw(2) == 0 {
                agenda.look(&own).unwrap();
                assert_eq!(agenda.in_turn().copied().collect::<Vec<_>>(), told_by(&own), "round {round}");
            }
        }
        assert!(ids.len() > 50 && !told_by(&own).is_empty());
    }

    #[test]
    fn what_this_process_writes_is_known_without_a_look() {
        let folder = tempfile::tempdir().unwrap();
        let own = open(&folder.path().join("store"));
        let first = intend(&own, 1);
        let mut agenda = Agenda::default();
        agenda.look(&own).unwrap();
        let second = intend(&own, 2);
        own.advance(first, Event::Told(AskOutcome::Recorded(Recorded::Voided))).unwrap();
        // Rolled back, and so never written.
        let refused: crate::Result<()> = own.write(|work| {
            let record = work.payment(second)?.unwrap();
            work.advance(record, Event::CancelRequested, SystemClock.now())?;
            Err(crate::Code::Internal.into())
        });
        assert!(refused.is_err());
        agenda.catch_up(&own);
        assert_eq!(agenda.in_turn().map(|wanted| wanted.id).collect::<Vec<_>>(), [second]);
        assert_eq!(agenda.in_turn().copied().collect::<Vec<_>>(), told_by(&own));
    }

    #[test]
    fn a_row_that_no_longer_opens_is_left_out_once_it_was_tried_in_vain() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("store");
        let own = open(&file);
        let (bad, good) = (intend(&own, 1), intend(&own, 2));
        let mut agenda = Agenda::default();
        agenda.look(&own).unwrap();
        let spoil = "UPDATE payment SET sealed = zeroblob(40) WHERE id = ?1";
        assert_eq!(Connection::open(&file).unwrap().execute(spoil, [bad.to_string()]).unwrap(), 1);
        agenda.doubt(bad);
        agenda.look(&own).unwrap();
        assert_eq!(agenda.in_turn().map(|wanted| wanted.id).collect::<Vec<_>>(), [good]);
        assert!(own.is_damaged());
    }
}
