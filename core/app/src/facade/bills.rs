//! Bills: scanned, pasted, keyed, asked about.

use std::path::Path;

use paytaipei_bill::{Catalogue, Lang, PaperCode, Reader, Warning};
use paytaipei_scan::{Effort, Scan, decode_image};

use super::{Core, PayTaipei};
use crate::drops;
use crate::error::{Code, Result};
use crate::intake::{self, Intake};
use crate::store::{BillRecord, Work};
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
    let catalogue = Catalogue::bundled();
    catalogue.billers.iter().map(|biller| BillerView::new(biller, &catalogue, lang, None)).collect()
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
            self.view(work, &bill, &intake.warnings)
        })
    }

    /// All bills on this phone, the earliest due first.
    pub fn bills(&self) -> Result<Vec<BillView>> {
        self.verified()?;
        self.store.read(|work| {
            let (holders, tongue) = (work.holders()?, self.tongue());
            let numbers = work.numbers()?;
            let view = |bill: &BillRecord| {
                let key = &bill.facts.key;
                let known = numbers.iter().find(|number| number.is_of(key));
                BillView::new(bill, &[], holders.get(key).map(|payment| payment.id), known, &tongue)
            };
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
        self.store.read(|work| bills.iter().map(|bill| self.view(work, bill, warnings)).collect())
    }

    fn view(&self, work: &Work<'_>, bill: &BillRecord, warnings: &[Warning]) -> Result<BillView> {
        let (holding, known) = (work.holding(&bill.facts.key)?, work.number_of(&bill.facts.key)?);
        let payment = holding.map(|held| held.payment.id);
        Ok(BillView::new(bill, warnings, payment, known.as_ref(), &self.tongue()))
    }
}

impl PayTaipei {
    /// Takes in the bills that extensions of the app left in the data folder. Done at opening too, where a number is verified.
    pub fn take_drops(&self) -> Result<Vec<TakenDrop>> {
        self.core.take_drops(&self.drops)
    }
}
