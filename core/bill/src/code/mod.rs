//! Every code printed on paper, one file per format: its layout, its check rule, its source.

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
