//! Every code printed on paper, one file per format: its layout, its check rule, its source.
//!
//! A biller whose code is a pay.taipei link needs no file: an entry in the catalogue names the link's item. One with a
//! TWQRP text or barcodes of its own has a file here, and its [`Layout`] in [`LAYOUTS`].

use self::cvs_barcode::Segments;
use self::twqrp::TwqrpBill;
use crate::{BillClaim, CivilDate, Suspicion};

pub(crate) mod cvs_barcode;
pub(crate) mod e_invoice;
pub(crate) mod emvco;
pub(crate) mod km_water;
pub(crate) mod mobile_carrier;
pub(crate) mod parking_barcode;
pub(crate) mod parking_slip;
pub(crate) mod pay_taipei;
pub(crate) mod taipei_water;
pub(crate) mod taiwan_water;
pub(crate) mod tax;
pub(crate) mod twqrp;

/// How one biller fills the formats that billers share.
pub(crate) struct Layout {
    /// Its id in the catalogue.
    pub biller: &'static str,
    /// The name in its TWQRP texts (台 written 臺), and what reads their D7.
    pub twqrp: Option<(&'static str, ReadTwqrp)>,
    /// The item in its convenience-store barcodes, and what reads them.
    pub barcodes: Option<Barcodes>,
}

pub(crate) type ReadTwqrp = fn(&TwqrpBill) -> Result<BillClaim, Suspicion>;

pub(crate) struct Barcodes {
    pub item: &'static str,
    pub read: fn(&Segments<'_>, CivilDate) -> Result<BillClaim, Suspicion>,
    /// The number that segment 2 names, whatever the check digits say.
    pub number_in: fn(&str) -> Option<&str>,
}

pub(crate) const LAYOUTS: &[Layout] = &[km_water::LAYOUT, taipei_water::LAYOUT, parking_barcode::LAYOUT];

#[cfg(test)]
mod new_biller;
