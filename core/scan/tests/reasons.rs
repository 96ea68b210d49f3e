//! Why nothing was read, on pictures of which it is known.

#![allow(clippy::unwrap_used)] // helpers of tests fail as tests do

use image::GrayImage;
use image::imageops::{self, FilterType};
use paytaipei_printer::{invent, print};
use paytaipei_scan::{Effort, Format, Hint, LumaImage, NoCode, Scan, Symbol, scan};

/// The QR code of a printed page with the print round it, `module` pixels a module, and the middle of the code in it.
fn close_up(module: f32) -> (GrayImage, (f32, f32)) {
    let page = print(&invent::bill(11)).unwrap();
    let room = page.qr_module * 12;
    let area = page.qr;
    let (left, top) = (area.x.saturating_sub(room), area.y.saturating_sub(room));
    let part = imageops::crop_imm(&page.image, left, top, area.width + 2 * room, area.height + 2 * room);
    let scale = module / page.qr_module as f32;
    let side = |length: u32| (length as f32 * scale) as u32;
    let gray = imageops::grayscale(&part.to_image());
    let shown = imageops::resize(&gray, side(gray.width()), side(gray.height()), FilterType::Triangle);
    let middle = |from: u32, start: u32, length: u32| ((from - start) as f32 + length as f32 / 2.0) * scale;
    (shown, (middle(area.x, left, area.width), middle(area.y, top, area.height)))
}

fn scanned(picture: &GrayImage) -> Scan {
    let image = LumaImage::new(picture.as_raw().clone(), picture.width(), picture.height()).unwrap();
    scan(&image.as_luma(), Effort::Still)
}

fn refused(picture: &GrayImage) -> (Option<NoCode>, Option<Hint>) {
    let answer = scanned(picture);
    assert!(answer.symbols.is_empty());
    (answer.reason, answer.hint)
}

#[test]
fn a_code_that_is_read_has_no_reason_and_a_quality_that_damage_lowers() {
    let (picture, middle) = close_up(4.0);
    let whole = scanned(&picture);
    assert_eq!((whole.reason, whole.hint), (None, None));
    let quality = |scan: &Scan| {
        let qr = |s: &&Symbol| s.format == Format::QrCode;
        scan.symbols.iter().filter(qr).map(|s| s.quality).fold(f32::INFINITY, f32::min)
    };
    assert!(quality(&whole) > 0.9, "{}", quality(&whole));
    // A stamp beside the middle, where an alignment pattern may lie: a few modules.
    let mut stamped = picture.clone();
    let (x, y) = (middle.0 as u32 + 32, middle.1 as u32 + 12);
    for dy in 0..18 {
        for dx in 0..18 {
            stamped.put_pixel(x - 9 + dx, y - 9 + dy, image::Luma([30]));
        }
    }
    let damaged = scanned(&stamped);
    assert_eq!(damaged.symbols.len(), whole.symbols.len());
    assert!(quality(&damaged) < quality(&whole));
}

#[test]
fn a_code_whose_modules_are_narrower_than_a_pixel_is_too_small() {
    let (picture, _) = close_up(0.9);
    assert_eq!(refused(&picture), (Some(NoCode::TooSmall), Some(Hint::Closer)));
}

#[test]
fn a_code_out_of_focus_is_blurred() {
    for module in [4.0, 6.0] {
        let (picture, _) = close_up(module);
        let soft = imageops::blur(&picture, module * 1.6);
        assert_eq!(refused(&soft), (Some(NoCode::Blurred), Some(Hint::HoldStill)), "{module}");
    }
}

#[test]
fn half_a_code_is_cut_off_whichever_half_it_is() {
    let (picture, _) = close_up(4.0);
    let (width, height) = picture.dimensions();
    for (x, y, w, h) in [
        (0, 0, width / 2, height),
        (width / 2, 0, width / 2, height),
        (0, 0, width, height / 2),
        (0, height / 2, width, height / 2),
    ] {
        let half = imageops::crop_imm(&picture, x, y, w, h).to_image();
        assert_eq!(refused(&half), (Some(NoCode::CutOff), Some(Hint::ShowAll)), "from {x},{y}");
    }
}

#[test]
fn a_code_that_a_lamp_has_burnt_out_is_under_glare() {
    let (picture, (cx, cy)) = close_up(5.0);
    let size = picture.width() as f32 * 0.22;
    let mut shone = picture.clone();
    for (x, y, pixel) in shone.enumerate_pixels_mut() {
        let away = (x as f32 - cx).hypot(y as f32 - cy) / size;
        let light = 420.0 * (-away.powi(4)).exp();
        pixel.0[0] = (f32::from(pixel.0[0]) * 0.8 + light).min(255.0) as u8;
    }
    assert_eq!(refused(&shone), (Some(NoCode::Glare), Some(Hint::Tilt)));
}

#[test]
fn an_empty_sheet_is_no_code_and_a_dark_one_asks_for_the_torch() {
    let page = |paper: u8| GrayImage::from_fn(640, 480, |x, y| image::Luma([paper + ((x * 7 + y * 13) % 5) as u8]));
    assert_eq!(refused(&page(200)), (Some(NoCode::NoCode), None));
    assert_eq!(refused(&page(20)), (Some(NoCode::NoCode), Some(Hint::Torch)));
}
