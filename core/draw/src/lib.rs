//! What the phone draws: pictures to be scanned as PNG, exact to the pixel; charts as SVG, whose text the system's fonts set.
//!
//! Nothing here knows a bill: texts and numbers come in.

mod bars;
mod chart;
mod code39;
mod png;
mod qr;

pub use bars::barcodes;
pub use chart::{Bar, Chart, Slice, chart};
pub use png::{DrawError, Picture};
pub use qr::qr_code;
