//! Bills: scanned, pasted, keyed, asked about.

use std::sync::Arc;

use paytaipei_bill::biller::BILLERS;
use paytaipei_bill::{Lang, Warning};
use paytaipei_scan::{Effort, Scan, decode_image};

use super::{Core, PayTaipei};
use crate::error::{Code, Result};
use crate::intake::{self, Intake};
use crate::platform::{Answer, Errand, Inquiry, Order, Purpose, Why};
use crate::store::{BillRecord, BillState};
use crate::view::{BillView, BillerView};

/// Whom bills can be paid to, and who is known and not served. Needs no number, no data and no network.
#[must_use]
pub fn billers(lang: Lang) -> Vec<BillerView> {
    BILLERS.iter().map(|biller| BillerView::new(biller, lang)).collect()
}

/// All symbols of a still picture (PNG or JPEG). Needs no number, no data and no network.
pub fn scan_picture(bytes: &[u8]) -> Result<Scan> {
    let image = decode_image(bytes).map_err(|error| intake::picture_error(&error))?;
    Ok(paytaipei_scan::scan(&image.as_luma(), Effort::Still))
}

impl Core {
    /// Keeps the bill that a picture shows. The same bill is kept once, whatever way it comes in.
    pub fn add_picture(&self, bytes: &[u8]) -> Result<BillView> {
        self.verified()?;
        self.keep(intake::from_picture(bytes, self.today())?)
    }

    /// Keeps the bill that the text of a code names.
    pub fn add_text(&self, text: &str) -> Result<BillView> {
        self.verified()?;
        self.keep(intake::from_text(text, self.today())?)
    }

    fn keep(&self, intake: Intake) -> Result<BillView> {
        let now = self.clock.now();
        self.store.write(|work| {
            let bill = work.remember_bill(intake.facts, now)?;
            let holding = work.holding(&bill.facts.key)?;
            Ok(BillView::new(&bill, &intake.warnings, holding.as_ref().map(|held| &held.payment), self.lang))
        })
    }

    /// All bills on this phone, the earliest due first.
    pub fn bills(&self) -> Result<Vec<BillView>> {
        self.verified()?;
        let bills = self.store.read(|work| work.bills())?;
        self.views(&bills, &[])
    }

    /// One bill on this phone.
    pub fn bill(&self, id: &str) -> Result<BillView> {
        self.verified()?;
        let bill = self.store.read(|work| work.bill(id))?.ok_or(Code::BillUnknown)?;
        self.views(&[bill], &[])?.pop().ok_or_else(|| Code::BillUnknown.into())
    }

    pub(super) fn views(&self, bills: &[BillRecord], warnings: &[Warning]) -> Result<Vec<BillView>> {
        self.store.read(|work| {
            bills
                .iter()
                .map(|bill| {
                    let holding = work.holding(&bill.facts.key)?;
                    Ok(BillView::new(bill, warnings, holding.as_ref().map(|held| &held.payment), self.lang))
                })
                .collect()
        })
    }
}

impl PayTaipei {
    /// What is owed under a number that a person keyed in. Without a connection the number is kept, `unchecked`, and asked
    /// about later.
    pub async fn inquire(&self, biller: &str, number: &str) -> Result<Vec<BillView>> {
        let session = self.verified()?;
        let intake = intake::from_keys(biller, number)?;
        let key = intake.facts.key.clone();
        // Kept first: what somebody typed is not lost with the connection.
        let now = self.clock.now();
        let kept = self.store.write(|work| work.remember_bill(intake.facts, now))?;
        let (store, http, clock) = (Arc::clone(&self.core.store), Arc::clone(&self.http), Arc::clone(&self.core.clock));
        let bills = self
            .on_core(async move {
                let errand = Errand::Inquire { bill: key.clone(), purpose: Purpose::Status };
                let order = Order { token: session.token, errand };
                let Answer::Inquired(answer) = order.answer(http.send(order.request()).await) else {
                    return Err(Code::Internal.into());
                };
                let now = clock.now();
                match answer {
                    Ok(Inquiry::Bills(bills)) => store.write(|work| Ok(work.absorb(&key, &bills, now)?.0)),
                    Ok(Inquiry::NotFound) => {
                        let missing = BillRecord { state: BillState::NotFound, checked_at: Some(now), ..kept };
                        store.write(|work| work.keep_bill(&missing))?;
                        Err(Code::BillNotFound.into())
                    }
                    Ok(Inquiry::BillerUnknown) => Err(Code::BillerUnknown.into()),
                    Ok(Inquiry::Quiet { .. }) => Err(Code::QuietHours.into()),
                    Err(silence) if matches!(silence.why, Why::Network(_) | Why::Busy) => Ok(vec![kept]),
                    Err(silence) => {
                        if silence.why == Why::SessionInvalid {
                            store.end_session()?;
                        }
                        Err(silence.into())
                    }
                }
            })
            .await?;
        self.views(&bills, &intake.warnings)
    }
}
