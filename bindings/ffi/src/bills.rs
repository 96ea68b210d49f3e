//! Bills: scanned, pasted, keyed, asked about.

use std::sync::Arc;

use paytaipei_app::view::BillView;
use paytaipei_bill::{PaperReading, Reading, read_barcodes, read_text};

use crate::error::Result;
use crate::guard::{guarded, guarded_async};
use crate::records::{Bill, Biller, Lang, Symbol, SymbolFormat, all};
use crate::scanner::{self, Frame};
use crate::shared::Shared;

/// Whom bills can be paid to, and who is known and not served. Needs nothing to be open.
#[uniffi::export]
#[must_use]
pub fn billers(lang: Lang) -> Vec<Biller> {
    paytaipei_app::billers(lang.into()).into_iter().map(Into::into).collect()
}

/// Everything printed in a still picture (PNG or JPEG). Needs nothing to be open.
#[uniffi::export]
pub fn scan_picture(picture: &[u8]) -> Result<Frame> {
    guarded(|| {
        let scan = paytaipei_app::scan_picture(picture)?;
        Ok(scanner::judged_still(scan))
    })
}

/// Bills on this phone.
#[derive(uniffi::Object)]
pub struct Bills {
    shared: Arc<Shared>,
}

impl Bills {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

#[uniffi::export]
impl Bills {
    /// Keeps the bill that a picture (PNG or JPEG) shows. The same bill is kept once, whatever way it comes in.
    pub fn add_picture(&self, picture: &[u8]) -> Result<Bill> {
        guarded(|| self.shared.core.add_picture(picture)?.try_into())
    }

    /// Keeps the bill that the text of a code names.
    pub fn add_text(&self, text: String) -> Result<Bill> {
        guarded(|| self.shared.core.add_text(&text)?.try_into())
    }

    /// Keeps the bill that the codes of a scanner's frame name together.
    pub fn add_symbols(&self, symbols: Vec<Symbol>) -> Result<Bill> {
        guarded(|| {
            self.shared.core.require_verified()?;
            self.keep(&symbols)?.try_into()
        })
    }

    /// All bills, the earliest due first.
    pub fn bills(&self) -> Result<Vec<Bill>> {
        guarded(|| all(self.shared.core.bills()?))
    }

    /// One bill.
    pub fn bill(&self, id: String) -> Result<Bill> {
        guarded(|| self.shared.core.bill(&id)?.try_into())
    }

    /// What is owed under a number that a person keyed in. Without a connection the number is kept, `Unchecked`, and asked
    /// about later.
    pub async fn inquire(&self, biller: String, number: String) -> Result<Vec<Bill>> {
        let views = guarded_async(self.shared.core.inquire(&biller, &number)).await?;
        guarded(|| all(views))
    }
}

impl Bills {
    /// What one code leaves open the other adds: each that names the bill is taken in.
    fn keep(&self, symbols: &[Symbol]) -> paytaipei_app::Result<BillView> {
        let today = scanner::today();
        let claim = match scanner::read(symbols, today) {
            PaperReading::Bill(claim) => claim,
            other => return Err(scanner::refused(&other, None)),
        };
        let names_it = |text: &str| matches!(read_text(text, today), Reading::Bill(one) if one.key() == claim.key());
        let (codes, bars): (Vec<&Symbol>, Vec<&Symbol>) =
            symbols.iter().partition(|symbol| symbol.format == SymbolFormat::QrCode);
        let segments: Vec<&str> = bars.iter().map(|symbol| symbol.text.as_str()).collect();
        let together = read_barcodes(&segments, today)
            .ok()
            .and_then(|read| read.order.iter().map(|at| segments.get(*at).copied()).collect::<Option<Vec<_>>>())
            .map(|ordered| ordered.join(" "));
        let texts = codes.iter().map(|symbol| symbol.text.clone()).chain(together);
        let mut kept: Option<BillView> = None;
        for text in texts.filter(|text| names_it(text)) {
            let mut bill = self.shared.core.add_text(&text)?;
            let earlier = kept.map(|bill| bill.warnings).unwrap_or_default();
            let fresh: Vec<String> = earlier.into_iter().filter(|warning| !bill.warnings.contains(warning)).collect();
            bill.warnings.extend(fresh);
            kept = Some(bill);
        }
        kept.ok_or_else(|| paytaipei_app::Code::NotABill.into())
    }
}
