//! Bills: scanned, pasted, keyed, asked about.

use std::path::Path;
use std::sync::Arc;

use paytaipei_bill::{BillKey, Catalogue, Lang, PaperCode, Reader, Warning};
use paytaipei_scan::{Effort, Scan, decode_image};

use super::{Core, PayTaipei};
use crate::drops;
use crate::error::{Code, Result};
use crate::intake::{self, Intake};
use crate::platform::{Answer, Errand, Inquiry, Order, Purpose, Why};
use crate::ports::HttpError::{Broken, Offline, Timeout};
use crate::store::{BillRecord, BillState};
use crate::view::{BillView, BillerView};

/// What came of one file that was left for the app.
pub struct TakenDrop {
    /// Its name, which is random; a stranger's is cut to 64 characters.
    pub file: String,
    pub bill: Result<BillView>,
}

/// Whom bills can be paid to, and who is known and not served. Needs no number, no data and no network.
#[must_use]
pub fn billers(lang: Lang) -> Vec<BillerView> {
    Catalogue::bundled().billers.iter().map(|biller| BillerView::new(biller, lang)).collect()
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
        self.keep(intake::from_picture(bytes, Reader::new(&self.catalogue(), self.today()))?)
    }

    /// Keeps the bill that the text of a code names.
    pub fn add_text(&self, text: &str) -> Result<BillView> {
        self.verified()?;
        self.keep(intake::from_text(text, Reader::new(&self.catalogue(), self.today()))?)
    }

    /// Keeps the bill that the symbols of one scan name together.
    pub fn add_scan(&self, scan: &Scan) -> Result<BillView> {
        self.verified()?;
        self.keep(intake::from_scan(scan, Reader::new(&self.catalogue(), self.today()))?)
    }

    /// Keeps the bill that codes of one paper name together: what one does not say, the other adds.
    pub fn add_codes(&self, codes: &[PaperCode<'_>]) -> Result<BillView> {
        self.verified()?;
        self.keep(intake::from_codes(codes, None, Reader::new(&self.catalogue(), self.today()))?)
    }

    /// Takes in the bills that were left in this folder ([`crate::drops`]). A file is deleted once its bill is committed, so
    /// that a process which dies between finds the same bill again, and once it was refused for what it is.
    pub fn take_drops(&self, folder: &Path) -> Result<Vec<TakenDrop>> {
        self.verified()?;
        let (mut taken, catalogue) = (Vec::new(), self.catalogue());
        for found in drops::found(folder)? {
            let bill = match found.read(self.vault.as_ref(), Reader::new(&catalogue, self.today())) {
                Ok(intake) => Ok(self.keep(intake)?),
                // Locked, or out of order: the file waits.
                Err(error) if error.code == Code::VaultFailed => return Err(error),
                Err(refusal) => Err(refusal),
            };
            found.remove();
            taken.push(TakenDrop { file: found.name, bill });
        }
        Ok(taken)
    }

    fn keep(&self, intake: Intake) -> Result<BillView> {
        let now = self.clock.now();
        self.store.write(|work| {
            let bill = work.remember_bill(intake.facts, now)?;
            let holding = work.holding(&bill.facts.key)?;
            Ok(BillView::new(&bill, &intake.warnings, holding.as_ref().map(|held| &held.payment), &self.tongue()))
        })
    }

    /// All bills on this phone, the earliest due first.
    pub fn bills(&self) -> Result<Vec<BillView>> {
        self.verified()?;
        self.store.read(|work| {
            let holders = work.holders()?;
            let view = |bill: &BillRecord| BillView::new(bill, &[], holders.get(&bill.facts.key), &self.tongue());
            Ok(work.bills()?.iter().map(view).collect())
        })
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
                    Ok(BillView::new(bill, warnings, holding.as_ref().map(|held| &held.payment), &self.tongue()))
                })
                .collect()
        })
    }
}

/// A question about a number that somebody keyed in, kept already and about to be asked.
pub struct PreparedInquiry {
    pub order: Order,
    key: BillKey,
    kept: BillRecord,
    warnings: Vec<Warning>,
}

impl Core {
    /// The first half of [`PayTaipei::inquire`], for whoever makes the call: the number is kept, so that what somebody
    /// typed is not lost with the connection.
    pub fn prepare_inquiry(&self, biller: &str, number: &str) -> Result<PreparedInquiry> {
        let session = self.verified()?;
        let intake = intake::from_keys(&self.catalogue(), biller, number)?;
        let key = intake.facts.key.clone();
        let now = self.clock.now();
        let kept = self.store.write(|work| work.remember_bill(intake.facts, now))?;
        let errand = Errand::Inquire { bill: key.clone(), purpose: Purpose::Status };
        let order = Order { token: session.token, errand };
        Ok(PreparedInquiry { order, key, kept, warnings: intake.warnings })
    }

    /// The second half: what the answer taught.
    pub fn inquired(&self, inquiry: &PreparedInquiry, answer: Answer) -> Result<Vec<BillView>> {
        let Answer::Inquired(answer) = answer else { return Err(Code::Internal.into()) };
        let now = self.clock.now();
        let bills = match answer {
            Ok(Inquiry::Bills(bills)) => self.store.write(|work| Ok(work.absorb(&inquiry.key, &bills, now)?.0))?,
            Ok(Inquiry::NotFound) => {
                // As it stands now: while the answer was on its way, it may have become another bill's row.
                self.store.write(|work| match work.bill_by_key(&inquiry.key)? {
                    Some(bill) => {
                        work.keep_bill(&BillRecord { state: BillState::NotFound, checked_at: Some(now), ..bill })
                    }
                    None => Ok(()),
                })?;
                return Err(Code::BillNotFound.into());
            }
            Ok(Inquiry::BillerUnknown) => return Err(Code::BillerUnknown.into()),
            Ok(Inquiry::Quiet { .. }) => return Err(Code::QuietHours.into()),
            Err(silence) if matches!(silence.why, Why::Network(Offline | Timeout | Broken)) => {
                vec![inquiry.kept.clone()]
            }
            Err(silence) => {
                if silence.why == Why::SessionInvalid {
                    self.store.end_session()?;
                }
                return Err(silence.into());
            }
        };
        self.views(&bills, &inquiry.warnings)
    }
}

impl PayTaipei {
    /// Takes in the bills that extensions of the app left in the data folder. Done at opening too, where a number is verified.
    pub fn take_drops(&self) -> Result<Vec<TakenDrop>> {
        self.core.take_drops(&self.drops)
    }

    /// What is owed under a number that a person keyed in. Without a connection the number is kept, `unchecked`, and asked
    /// about later; it is kept, too, where the other side answered and was not the platform, which is refused.
    pub async fn inquire(&self, biller: &str, number: &str) -> Result<Vec<BillView>> {
        let inquiry = self.prepare_inquiry(biller, number)?;
        let (core, http) = (Arc::clone(&self.core), Arc::clone(&self.http));
        self.on_core(async move {
            let reply = http.send(inquiry.order.request()).await;
            core.inquired(&inquiry, inquiry.order.answer(reply))
        })
        .await
    }
}
