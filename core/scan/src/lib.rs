//! Luma in, symbols out: the reader of QR codes and barcodes on paper bills.
//!
//! [`scan`] takes a [`Luma`] plane, borrowed from the camera or decoded from a file by [`decode_image`], and answers with
//! every [`Symbol`] it can read, or with the reason why there is none ([`NoCode`]). It never panics and never takes much
//! longer than its [`Effort`] allows, whatever it is given.

mod binarise;
mod budget;
mod cascade;
mod contained;
mod geometry;
mod gray;
mod linear;
mod others;
mod picture;
mod qr;
mod regions;
mod session;
mod stages;
mod symbol;
mod text;
mod track;
mod why;

pub use budget::Clock;
pub use cascade::{scan, scan_by};
pub use contained::caught_panics;
pub use picture::{Luma, LumaImage, MAX_FILE_BYTES, MAX_PIXELS, PictureError, Rotation, decode_image};
pub use session::{FrameScan, Session};
pub use stages::stages;
pub use symbol::{Effort, Format, Hint, NoCode, Scan, Symbol};
