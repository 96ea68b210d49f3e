//! What the platform tells everybody, and of the number's agreements: kept for use without a network.

use paytaipei_bill::{BillerId, CivilDate};
use paytaipei_payment::deal::{Deal, Earlier, Offer, cashback};
use paytaipei_payment::{Payment, PaymentId, State, Timestamp};
use paytaipei_receipt::KeySet;
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};

use super::Work;
use super::seal::Place;
use crate::error::{Code, Result};
use crate::platform::Listed;

/// Under which the number's own are kept.
const AGREEMENTS: &str = "agreements";

/// What is fetched: what anybody may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fetched {
    Deals,
    ReceiptKeys,
}

impl Fetched {
    pub const ALL: [Self; 2] = [Self::Deals, Self::ReceiptKeys];

    const fn name(self) -> &'static str {
        match self {
            Self::Deals => "deals",
            Self::ReceiptKeys => "receipt_keys",
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Agreements {
    number: String,
    agreements: Vec<Listed>,
}

impl Work<'_> {
    /// Keeps what was fetched, as it was judged.
    pub fn keep_fetched(&self, what: Fetched, body: &serde_json::Value, now: Timestamp) -> Result<()> {
        self.keep_named(what.name(), body, now)
    }

    fn keep_named(&self, name: &str, body: &impl Serialize, now: Timestamp) -> Result<()> {
        let place = Place::new("fetched", name).number(Some(now.0));
        let sealed = self.seal(&place, body)?;
        self.tx
            .execute("INSERT OR REPLACE INTO fetched (name, at, sealed) VALUES (?1, ?2, ?3)", (name, now.0, sealed))?;
        Ok(())
    }

    /// When it was fetched last.
    pub fn fetched_at(&self, what: Fetched) -> Result<Option<Timestamp>> {
        self.named_at(what.name())
    }

    fn named_at(&self, name: &str) -> Result<Option<Timestamp>> {
        let at = self
            .tx
            .prepare_cached("SELECT at FROM fetched WHERE name = ?1")?
            .query_row([name], |row| row.get(0))
            .optional()?;
        Ok(at.map(Timestamp))
    }

    fn named<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let kept: Option<(i64, Vec<u8>)> = self
            .tx
            .prepare_cached("SELECT at, sealed FROM fetched WHERE name = ?1")?
            .query_row([name], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((at, sealed)) = kept else { return Ok(None) };
        let place = Place::new("fetched", name).number(Some(at));
        // Damaged, it is fetched again like what was never fetched.
        self.intact(self.open(&place, &sealed))
    }

    /// The deals as they were last told; none before that.
    pub fn deals(&self) -> Result<Vec<Deal>> {
        Ok(self.named(Fetched::Deals.name())?.unwrap_or_default())
    }

    pub fn receipt_keys(&self) -> Result<Option<KeySet>> {
        let kept: Option<serde_json::Value> = self.named(Fetched::ReceiptKeys.name())?;
        Ok(kept.and_then(|kept| KeySet::read(kept.to_string().as_bytes()).ok()))
    }

    /// The agreements of this number, as they were last told.
    pub fn agreements(&self, number: &str) -> Result<Vec<Listed>> {
        let kept: Option<Agreements> = self.named(AGREEMENTS)?;
        Ok(kept.filter(|kept| kept.number == number).map(|kept| kept.agreements).unwrap_or_default())
    }

    pub fn keep_agreements(&self, number: &str, agreements: Vec<Listed>, now: Timestamp) -> Result<()> {
        let kept = Agreements { number: number.to_owned(), agreements };
        self.keep_named(AGREEMENTS, &kept, now)
    }

    pub fn agreements_kept_at(&self) -> Result<Option<Timestamp>> {
        self.named_at(AGREEMENTS)
    }

    /// Payments of this number that deals count: charged once, or agreed to and not ended.
    pub fn earlier(&self, without: Option<&Payment>) -> Result<Vec<Earlier>> {
        self.with_shelf(|shelf| Ok(shelf.earlier(without.map(|payment| payment.id))))
    }

    /// What the person is to be promised before they agree: what the deals of this day give.
    pub fn promise(&self, payment: &mut Payment, now: Timestamp) -> Result<()> {
        let day = city_day(now);
        let deals = self.deals_that_count(&payment.bill.biller, payment, day)?;
        payment.cashback =
            match payment.terms.map(|terms| terms.payable().map_err(|_| Code::StoreCorrupt)).transpose()? {
                Some(payable) if !deals.is_empty() => {
                    let (biller, provider, funding) = (&payment.bill.biller, payment.provider, payment.funding);
                    let earlier = self.earlier(Some(payment))?;
                    cashback(&deals, &Offer { biller, provider, funding, payable, day }, &earlier)
                }
                _ => Default::default(),
            };
        Ok(())
    }

    /// Stores what is promised by now to whoever has not agreed yet, where it is something else than what was shown.
    pub fn keep_promise(&self, id: PaymentId, now: Timestamp) -> Result<()> {
        let Some(mut record) = self.intact_payment(id)?.filter(|row| row.payment.state == State::NeedsConsent) else {
            return Ok(());
        };
        let shown = record.payment.cashback.clone();
        self.promise(&mut record.payment, now)?;
        if record.payment.cashback != shown {
            record.payment.updated_at = now;
            self.keep_payment(&record)?;
        }
        Ok(())
    }

    fn deals_that_count(&self, biller: &BillerId, payment: &Payment, day: CivilDate) -> Result<Vec<Deal>> {
        let mut deals = self.deals()?;
        deals.retain(|deal| deal.counts(payment.provider, biller, day));
        Ok(deals)
    }
}

/// The day in the city at this instant of the phone's clock.
pub(crate) fn city_day(at: Timestamp) -> CivilDate {
    let seconds = at.0.div_euclid(1_000);
    let instant = time::OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
    CivilDate::of_instant(instant)
}
