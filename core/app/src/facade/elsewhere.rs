//! Paying without this app: what the biller names, and the barcodes that a counter scans.

use paytaipei_bill::ways::{self, OtherWay};
use paytaipei_draw::{Picture, barcodes};
use serde::Serialize;

use super::Core;
use crate::error::{Code, Result};

/// A way to pay a bill that is not this app's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OtherWayView {
    /// Stable, `snake_case`.
    pub id: String,
    pub name: String,
    /// What to bring, or to key in.
    pub how: String,
    /// Whether somebody scans the bill's three barcodes there.
    pub by_barcodes: bool,
}

/// A bill's three barcodes, to be shown at a counter. Personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct BarcodesView {
    /// The three segments in their order, to be printed beside.
    pub texts: [String; 3],
    pub picture: Picture,
}

impl std::fmt::Debug for BarcodesView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BarcodesView({}x{})", self.picture.width, self.picture.height)
    }
}

impl Core {
    /// The other ways that this bill's biller names, in its order.
    pub fn other_ways(&self, bill: &str) -> Result<Vec<OtherWayView>> {
        self.verified()?;
        let bill = self.store.read(|work| work.bill(bill))?.ok_or(Code::BillUnknown)?;
        let view = |way: &OtherWay| OtherWayView {
            id: way.id.to_owned(),
            name: way.name(self.lang).to_owned(),
            how: way.how(self.lang).to_owned(),
            by_barcodes: way.by_barcodes,
        };
        Ok(ways::other_ways(&bill.facts.key.biller).iter().map(view).collect())
    }

    /// The bill's own three barcodes: those that were read from its paper, or worked out where nothing more is needed. They
    /// say what the paper says: a shop takes that amount until that day. Refused while a payment of the bill is under way
    /// or has been made here: a counter would take the money a second time.
    pub fn bill_barcodes(&self, bill: &str) -> Result<BarcodesView> {
        self.verified()?;
        let facts = self.store.read(|work| {
            let bill = work.bill(bill)?.ok_or(Code::BillUnknown)?;
            if work
                .holding(&bill.facts.key)?
                .is_some_and(|held| held.payment.consent.is_some() || held.payment.restored)
            {
                return Err(Code::AlreadyBeingPaid.into());
            }
            Ok(bill.facts)
        })?;
        let worked_out = || ways::barcodes(&facts.key, facts.terms?.amount, facts.due?);
        let texts = facts.barcodes.clone().or_else(worked_out).ok_or(Code::NoBarcodes)?;
        let picture = barcodes(&texts.each_ref().map(String::as_str)).map_err(|_| Code::NoBarcodes)?;
        Ok(BarcodesView { texts, picture })
    }
}
