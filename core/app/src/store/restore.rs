//! Payments that the platform tells of: after a reinstallation, on a new phone, or from a second phone of the number.

use paytaipei_payment::{AskOutcome, Event, Payment, State, Timestamp};
use serde::{Deserialize, Serialize};

use super::Work;
use super::bills::BillFacts;
use super::payments::PaymentRecord;
use crate::error::Result;
use crate::platform::ListedPayment;

/// How far the list was read. There is one only while it has not been read to its end.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restoring {
    pub after: Option<String>,
}

impl Work<'_> {
    /// Takes one payment in. What this phone knows of it already takes the platform's word; what it does not know becomes a
    /// row that holds its bill, and closes an intent of this phone for the same bill of which nothing was sent.
    pub fn restore(&self, listed: &ListedPayment, now: Timestamp) -> Result<()> {
        // What is damaged here is written anew from the platform's record.
        if let Some(known) = self.intact(self.payment(listed.id))?.flatten() {
            let event = Event::Told(AskOutcome::Recorded(listed.recorded.clone()));
            return self.advance(known, event, now).map(|_| ());
        }
        let facts = BillFacts {
            key: listed.bill.clone(),
            terms: None,
            due: None,
            source: "platform".to_owned(),
            owner: None,
            address: None,
            barcodes: None,
        };
        let bill = self.remember_bill(facts, now)?;
        let (key, recorded) = (listed.bill.clone(), listed.recorded.clone());
        let payment = Payment::restored(listed.id, key, listed.provider, listed.payable, recorded, now);
        let (id, state) = (payment.id, payment.state);
        if let (true, Some(own)) = (state.holds_bill(), self.holding(&listed.bill)?) {
            self.advance(own, Event::Held { by: id, state }, now)?;
        }
        self.keep_payment(&PaymentRecord { bill: bill.id.clone(), payment })?;
        if state == State::Settled {
            self.bill_was_paid(&bill.id, now)?;
        }
        Ok(())
    }
}
