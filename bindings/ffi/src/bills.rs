//! Bills: scanned, pasted, keyed, asked about.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use paytaipei_app::drops;
use paytaipei_app::ports::{SystemClock, SystemEntropy};

use crate::error::{Refusal, Result};
use crate::guard::{guarded, guarded_async};
use crate::ports::{KeyVault, Vault};
use crate::records::{Bill, Symbol, all};
use crate::scanner::{self, Frame};
use crate::shared::Shared;

/// A bill as an extension of the app came by it.
#[derive(Clone, uniffi::Enum)]
#[uniffi::export(Debug)]
pub enum BillDrop {
    /// The text of a code.
    Code { text: String },
    /// A number that a person keyed in.
    Number { biller: String, number: String },
}

impl fmt::Debug for BillDrop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code { text } => write!(f, "Code({} bytes)", text.len()),
            Self::Number { number, .. } => write!(f, "Number({} bytes)", number.len()),
        }
    }
}

/// What came of one file that was left: its bill, or why it was refused.
#[derive(Clone, Debug, uniffi::Record)]
pub struct TakenDrop {
    pub file: String,
    pub bill: Option<Bill>,
    pub refusal: Option<Refusal>,
}

/// Leaves a bill for the app, sealed, without opening its store: for extensions, which the system ends if they hold the store
/// when it suspends them. `data_folder` is the app's. The app takes it in when it opens, or by `Bills.take_drops`.
#[uniffi::export]
pub fn leave_drop(data_folder: String, bill: BillDrop, vault: Arc<dyn KeyVault>) -> Result<()> {
    guarded(|| {
        let left = match bill {
            BillDrop::Code { text } => drops::Drop::Code { text },
            BillDrop::Number { biller, number } => drops::Drop::Number { biller, number },
        };
        drops::leave_drop(Path::new(&data_folder), &left, &Vault(vault), &SystemEntropy::default(), &SystemClock)?;
        Ok(())
    })
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
    pub(crate) shared: Arc<Shared>,
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
        guarded(|| self.shared.core.add_codes(&scanner::codes(&symbols))?.try_into())
    }

    /// Takes in the bills that extensions of the app left, and says which files were refused. Done at opening too, where a
    /// number is verified.
    pub fn take_drops(&self) -> Result<Vec<TakenDrop>> {
        guarded(|| {
            let taken = self.shared.core.take_drops()?;
            taken
                .into_iter()
                .map(|drop| {
                    let (bill, refusal) = match drop.bill {
                        Ok(bill) => (Some(bill.try_into()?), None),
                        Err(error) => (None, Some(Refusal::from(&error))),
                    };
                    Ok(TakenDrop { file: drop.file, bill, refusal })
                })
                .collect()
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

    /// What the platform says of a bill that is kept: how it stands, whose it is, what is payable. Pays nothing.
    pub async fn check(&self, id: String) -> Result<Vec<Bill>> {
        let views = guarded_async(self.shared.core.check(&id)).await?;
        guarded(|| all(views))
    }

    /// What is owed under a number that a person keyed in. Without a connection the number is kept, `Unchecked`, and asked
    /// about later.
    pub async fn inquire(&self, biller: String, number: String) -> Result<Vec<Bill>> {
        let views = guarded_async(self.shared.core.inquire(&biller, &number)).await?;
        guarded(|| all(views))
    }
}
