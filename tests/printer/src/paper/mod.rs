//! The printed page.

mod canvas;
mod font;
mod forms;
mod symbols;

use image::RgbImage;

use crate::bill::{BillerLayout, CheckedBill, Paper, PaperBill};
use crate::{PrintError, codes};

/// Resolution of a printed page, in pixels per millimetre (300 dots per inch).
pub const PIXELS_PER_MM: f32 = 300.0 / 25.4;

/// A rectangle on a page, in page pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageArea {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

impl PageArea {
    /// The smallest rectangle around both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let right = (self.x + self.width).max(other.x + other.width);
        let bottom = (self.y + self.height).max(other.y + other.height);
        Self { x, y, width: right - x, height: bottom - y }
    }
}

/// A printed bill at [`PIXELS_PER_MM`], and where its codes stand, quiet zones not counted.
#[derive(Clone)]
pub struct Page {
    pub image: RgbImage,
    pub qr: PageArea,
    /// Width of a QR module, in page pixels.
    pub qr_module: u32,
    /// The three barcodes from top to bottom.
    pub barcodes: Option<[PageArea; 3]>,
    /// Width of a narrow bar, in page pixels.
    pub narrow_bar: u32,
}

impl Page {
    /// The part of the page that holds all codes.
    #[must_use]
    pub fn code_area(&self) -> PageArea {
        self.barcodes.iter().flatten().fold(self.qr, |all, bars| all.union(*bars))
    }

    /// The part of the page that holds the barcodes, or the QR code where there are none.
    #[must_use]
    pub fn barcode_area(&self) -> PageArea {
        match self.barcodes {
            Some([a, b, c]) => a.union(b).union(c),
            None => self.qr,
        }
    }
}

/// Prints a bill on its biller's form.
///
/// # Errors
/// [`PrintError::UnknownBiller`], [`PrintError::BadField`], and [`PrintError::NoFont`] where no Chinese font is installed.
pub fn print(bill: &PaperBill) -> Result<Page, PrintError> {
    let checked = CheckedBill::new(bill)?;
    let codes = codes::of_checked(&checked);
    let font = font::chinese()?;
    match checked.paper {
        Paper::Slip(slip) => forms::slip::print(slip, &checked, &codes, font),
        Paper::Form(BillerLayout::KinmenWater) => forms::kinmen_water::print(&checked, &codes, font),
        Paper::Form(BillerLayout::TaipeiWater) => forms::taipei_water::print(&checked, &codes, font),
        Paper::Form(BillerLayout::TaipeiParking) => forms::taipei_parking::print(&checked, &codes, font),
    }
}
