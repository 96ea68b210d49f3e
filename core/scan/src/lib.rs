//! Luma in, symbols out: the reader of QR codes and Code 39 on paper bills.
mod contained;
mod picture;
mod qr;
mod symbol;
mod text;
pub use picture::*;
pub use symbol::*;
