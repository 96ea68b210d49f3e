//! What the person and the platform told this phone beside bills and payments: the catalogue, the county, numbers.

use paytaipei_bill::{BillKey, BillNumber, BillerId};
use paytaipei_payment::Timestamp;
use rusqlite::OptionalExtension;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Work;
use super::seal::Place;
use crate::error::Result;

/// A number of a customer's, kept for the next bill.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownNumber {
    pub biller: BillerId,
    pub number: BillNumber,
    /// The person's own word for it.
    pub nickname: Option<String>,
    /// Whether this phone has paid a bill of it.
    pub paid: bool,
    pub since: Timestamp,
}

impl KnownNumber {
    /// Whether this bill is of it.
    pub fn is_of(&self, bill: &BillKey) -> bool {
        self.biller == bill.biller && self.number == bill.number
    }
}

/// The newest catalogue that the platform has signed, as it came.
#[derive(Clone, Serialize, Deserialize)]
pub struct KeptCatalogue {
    pub version: u64,
    /// The server's name for it (RFC 9110, section 8.8.3).
    pub etag: Option<String>,
    pub json: String,
}

impl Work<'_> {
    pub fn kept_catalogue(&self) -> Result<Option<KeptCatalogue>> {
        Ok(self.intact(self.note("catalogue", b""))?.flatten())
    }

    pub fn keep_catalogue(&self, catalogue: &KeptCatalogue) -> Result<()> {
        self.keep_note("catalogue", b"", catalogue)
    }

    /// The id of the county whose billers come first.
    pub fn county(&self) -> Result<Option<String>> {
        Ok(self.intact(self.note("county", b""))?.flatten())
    }

    pub fn keep_county(&self, county: &str) -> Result<()> {
        self.keep_note("county", b"", &county)
    }

    /// All numbers kept, the first kept first.
    pub fn numbers(&self) -> Result<Vec<KnownNumber>> {
        let mut statement = self.tx.prepare_cached("SELECT id, sealed FROM note WHERE kind = 'number'")?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
        let mut numbers: Vec<KnownNumber> = Vec::new();
        for row in rows {
            let (id, sealed) = row?;
            numbers.extend(self.intact(self.open(&place("number", &id), &sealed))?);
        }
        numbers.sort_by(|a, b| (a.since, &a.number).cmp(&(b.since, &b.number)));
        Ok(numbers)
    }

    /// What is known of the number that a bill is of.
    pub fn number_of(&self, key: &BillKey) -> Result<Option<KnownNumber>> {
        Ok(self.intact(self.note("number", &self.number_id(key)))?.flatten())
    }

    pub fn keep_number(&self, number: &KnownNumber) -> Result<()> {
        let key = BillKey { biller: number.biller.clone(), number: number.number.clone(), period: None };
        self.keep_note("number", &self.number_id(&key), number)?;
        self.shelve(|shelf| shelf.put_number(number.clone()));
        Ok(())
    }

    pub fn forget_number(&self, key: &BillKey) -> Result<()> {
        self.tx.execute("DELETE FROM note WHERE kind = 'number' AND id = ?1", [self.number_id(key)])?;
        self.shelve(|shelf| shelf.remove_number(key));
        Ok(())
    }

    /// This phone paid a bill of this number. A number that names one bill only has no next.
    pub(super) fn number_was_paid(&self, key: &BillKey, now: Timestamp) -> Result<()> {
        if key.period.as_ref().is_none_or(|period| period.as_str().is_empty()) {
            return Ok(());
        }
        let known = self.number_of(key)?.unwrap_or_else(|| KnownNumber {
            biller: key.biller.clone(),
            number: key.number.clone(),
            nickname: None,
            paid: false,
            since: now,
        });
        if known.paid { Ok(()) } else { self.keep_number(&KnownNumber { paid: true, ..known }) }
    }

    fn number_id(&self, key: &BillKey) -> Vec<u8> {
        self.store.keys.lookup(&key.provisional())
    }

    fn note<T: DeserializeOwned>(&self, kind: &str, id: &[u8]) -> Result<Option<T>> {
        let sealed: Option<Vec<u8>> = self
            .tx
            .prepare_cached("SELECT sealed FROM note WHERE kind = ?1 AND id = ?2")?
            .query_row((kind, id), |row| row.get(0))
            .optional()?;
        sealed.map(|sealed| self.open(&place(kind, id), &sealed)).transpose()
    }

    fn keep_note(&self, kind: &str, id: &[u8], value: &impl Serialize) -> Result<()> {
        let sealed = self.seal(&place(kind, id), value)?;
        let sql = "INSERT OR REPLACE INTO note (kind, id, sealed) VALUES (?1, ?2, ?3)";
        self.tx.prepare_cached(sql)?.execute((kind, id, sealed))?;
        Ok(())
    }
}

fn place(kind: &str, id: &[u8]) -> Place {
    Place::new("note", kind).bytes(id)
}
