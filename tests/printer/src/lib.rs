//! Prints paper bills and photographs them: the paper side of the tests.
//!
//! [`codes`] writes the texts of a bill's codes, [`print`] sets the page, [`photograph`] looks at it through a simulated
//! phone camera, and [`film`] moves that camera. This crate shares nothing with `core/`: it states the formats a second time, so that reader and paper
//! cannot be wrong in the same way.

mod bill;
mod camera;
mod codes;
mod encode;
mod error;
pub mod invent;
mod paper;
pub mod truth;

pub use bill::{BillerLayout, PaperBill};
pub use camera::{Camera, Corners, Framing, Level, Photo, film, photograph};
pub use codes::{CONVENIENCE_STORE_CAP, Codes, SLIPS, Slip, SlipCode, codes};
pub use encode::{to_jpeg, to_pgm, to_png};
pub use error::PrintError;
pub use paper::{PIXELS_PER_MM, Page, PageArea, print};
