//! The verified number, and a verification under way.

use paytaipei_identity::{Session, Verification};
use paytaipei_payment::{Event, Timestamp};
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};

use super::seal::Place;
use super::{Restoring, Work};
use crate::error::Result;

/// What is known of the vault's signing keys.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct SigningKeys {
    invalid: bool,
    /// When the platform learnt of these keys, where they are not the first.
    since: Option<Timestamp>,
}

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

    /// The number is verified. What the number has paid and left open is to be fetched: this may be a new phone, or this one
    /// anew. Where the keys are new, what the old ones signed has to be agreed to again, unless it was sent; and where the
    /// number is another one, nobody can be asked any more about what ended under the former one.
    pub fn verified(&self, session: &Session, now: Timestamp) -> Result<()> {
        let other = self.session()?.is_some_and(|former| former.msisdn != session.msisdn);
        let renewed = self.keys_are_invalid()?;
        for (happened, event) in [(other, Event::NumberChanged), (renewed, Event::KeysRenewed)] {
            for record in if happened { self.pending_payments()? } else { Vec::new() } {
                self.advance(record, event.clone(), now)?;
            }
        }
        self.keep_session(session)?;
        if renewed {
            self.keep_identity("keys", &SigningKeys { invalid: false, since: Some(now) })?;
        }
        self.keep_restoring(Some(&Restoring::default()))?;
        self.forget_verification()
    }

    /// Whether the vault lost the keys that sign, or the platform refuses them: the next verification makes new ones.
    pub fn keys_are_invalid(&self) -> Result<bool> {
        Ok(self.signing_keys()?.invalid)
    }

    fn signing_keys(&self) -> Result<SigningKeys> {
        Ok(self.identity("keys")?.unwrap_or_default())
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
    /// The keys that sign are lost or refused.
    pub fn invalidate_keys(&self) -> Result<()> {
        self.write(|work| work.keep_identity("keys", &SigningKeys { invalid: true, ..work.signing_keys()? }))
    }

    /// The platform does not accept what was signed then. By keys that were renewed since: that says nothing of the new ones.
    pub fn signature_was_refused(&self, signed_at: Timestamp) -> Result<()> {
        match self.read(|work| work.signing_keys())?.since {
            Some(since) if signed_at < since => Ok(()),
            _ => self.invalidate_keys(),
        }
    }

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
