//! Every code printed on paper, one file per format: its layout, its check rule, its source.

pub(crate) mod cvs_barcode;
pub(crate) mod km_water;
pub(crate) mod parking_barcode;
pub(crate) mod parking_slip;
pub(crate) mod pay_taipei;
pub(crate) mod taipei_water;
pub(crate) mod twqrp;
