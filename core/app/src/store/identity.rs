//! The verified number, and a verification under way.

use paytaipei_identity::{Session, Verification};
use rusqlite::OptionalExtension;

use super::seal::Place;
use super::{Restoring, Work};
use crate::error::Result;

impl Work<'_> {
    pub fn session(&self) -> Result<Option<Session>> {
        self.identity("session")
    }

    pub fn keep_session(&self, session: &Session) -> Result<()> {
        self.keep_identity("session", session)
    }

    pub fn verification(&self) -> Result<Option<Verification>> {
        self.identity("verification")
    }

    pub fn keep_verification(&self, verification: &Verification) -> Result<()> {
        self.keep_identity("verification", verification)
    }

    pub fn forget_verification(&self) -> Result<()> {
        self.forget("verification")
    }

    /// Where reading the list of payments goes on, while it has not been read to its end.
    pub fn restoring(&self) -> Result<Option<Restoring>> {
        self.identity("restore")
    }

    /// `None`: read to its end.
    pub fn keep_restoring(&self, restoring: Option<&Restoring>) -> Result<()> {
        match restoring {
            Some(restoring) => self.keep_identity("restore", restoring),
            None => self.forget("restore"),
        }
    }

    fn forget(&self, name: &str) -> Result<()> {
        self.tx.execute("DELETE FROM identity WHERE name = ?1", [name])?;
        Ok(())
    }

    fn identity<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let sealed: Option<Vec<u8>> = self
            .tx
            .prepare_cached("SELECT sealed FROM identity WHERE name = ?1")?
            .query_row([name], |row| row.get(0))
            .optional()?;
        sealed.map(|sealed| self.open(&Place::new("identity", name), &sealed)).transpose()
    }

    fn keep_identity(&self, name: &str, value: &impl serde::Serialize) -> Result<()> {
        let sealed = self.seal(&Place::new("identity", name), value)?;
        self.tx.execute("INSERT OR REPLACE INTO identity (name, sealed) VALUES (?1, ?2)", (name, sealed))?;
        Ok(())
    }
}

impl super::Store {
    /// The platform no longer accepts the session: the number has to be verified again.
    pub fn end_session(&self) -> Result<()> {
        self.write(|work| {
            if let Some(mut session) = work.session()? {
                session.expires_at = 0;
                work.keep_session(&session)?;
            }
            Ok(())
        })
    }
}
