//! A camera session: what no frame shows well enough, several do.

#![allow(clippy::unwrap_used)] // helpers of tests fail as tests do

use std::time::Duration;

use paytaipei_printer::{BillerLayout, Camera, Codes, Framing, Level, Page, codes, film, invent, print};
use paytaipei_scan::{Clock, Effort, Format, Luma, LumaImage, NoCode, Rotation, Session, scan};

/// A printed page of one biller, and what its codes say.
fn page(layout: BillerLayout) -> (Page, Codes) {
    let bill = (0..).map(|i| invent::bill(invent::child_seed(4, i))).find(|b| b.biller == layout.id()).unwrap();
    (print(&bill).unwrap(), codes(&bill).unwrap())
}

fn luma(image: &image::RgbImage) -> LumaImage {
    let gray = image::imageops::grayscale(image);
    LumaImage::new(gray.as_raw().clone(), gray.width(), gray.height()).unwrap()
}

/// Sessions that are given time whatever else the machine does.
fn patient() -> Session {
    Session::with_budget(Duration::from_secs(20), Clock::Wall)
}

/// The QR code of a page, four pixels a module, with white specks as of wet paper that lie elsewhere on every frame.
fn specked_frame(page: &Page, seed: u64) -> LumaImage {
    let room = page.qr_module * 6;
    let area = page.qr;
    let side = area.width + 2 * room;
    let part = image::imageops::crop_imm(&page.image, area.x - room, area.y - room, side, side).to_image();
    let side = side * 4 / page.qr_module;
    let small = image::imageops::resize(&part, side, side, image::imageops::FilterType::Triangle);
    let mut gray = image::imageops::grayscale(&small);
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut below = |n: u32| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as u32 % n
    };
    // A finder pattern and the quiet zone are 13 modules wide: specks lie on the rest.
    let corner = 4 * 14;
    for _ in 0..SPECKS {
        let (x, y) = (24 + below(side - 60), 24 + below(side - 60));
        let ends = |v: u32| v < corner || v > side - corner - 12;
        if !(ends(x) && ends(y)) {
            (0..144).for_each(|i| gray.put_pixel(x + i % 12, y + i / 12, image::Luma([235])));
        }
    }
    LumaImage::new(gray.into_raw(), side, side).unwrap()
}

/// Specks of nine modules.
const SPECKS: u32 = 60;

#[test]
fn a_code_that_no_frame_shows_well_enough_is_read_from_all_of_them_together() {
    let (page, codes) = page(BillerLayout::KinmenWater);
    let frames: Vec<LumaImage> = (1..=10).map(|seed| specked_frame(&page, seed)).collect();
    // Alone, none of them can be read.
    assert!(frames.iter().all(|frame| scan(&frame.as_luma(), Effort::Still).symbols.is_empty()));
    let mut session = patient();
    let read = frames.iter().position(|f| session.frame(&f.as_luma()).new.iter().any(|s| s.text == codes.qr));
    assert!(read.is_some_and(|n| n > 0), "{read:?}");
}

#[test]
fn each_code_is_new_once_however_often_it_is_seen() {
    let (page, codes) = page(BillerLayout::TaipeiParking);
    let camera = Camera { framing: Framing::Qr, width: 960, height: 720, ..Camera::new(3, Level::Gentle) };
    let frames: Vec<LumaImage> = (0..5).map(|n| luma(&film(&page, &camera, n).unwrap().image)).collect();
    let mut session = patient();
    let (mut new, mut seen) = (Vec::new(), 0);
    for frame in &frames {
        let answer = session.frame(&frame.as_luma());
        seen += answer.symbols.iter().filter(|s| s.text == codes.qr).count();
        new.extend(answer.new.into_iter().map(|s| s.text));
    }
    assert_eq!(seen, frames.len());
    assert_eq!(new.iter().filter(|text| **text == codes.qr).count(), 1);
    session.reset();
    assert!(session.frame(&frames[0].as_luma()).new.iter().any(|s| s.text == codes.qr), "after a reset it is new");
}

#[test]
fn segments_of_a_bill_that_were_seen_one_after_the_other_are_remembered_together() {
    let (page, codes) = page(BillerLayout::KinmenWater);
    let mut session = patient();
    for area in page.barcodes.unwrap() {
        let room = page.narrow_bar * 14;
        let part = image::imageops::crop_imm(&page.image, area.x - room, area.y, area.width + 2 * room, area.height);
        session.frame(&luma(&part.to_image()).as_luma());
    }
    let mut texts: Vec<&str> =
        session.remembered().filter(|s| s.format == Format::Code39).map(|s| s.text.as_str()).collect();
    let mut wanted: Vec<String> = codes.barcodes.unwrap().into();
    texts.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(texts, wanted);
    for _ in 0..200 {
        session.frame(&Luma::new(&[255; 64], 8, 8, 8, Rotation::R0).unwrap());
    }
    assert_eq!(session.remembered().count(), 0, "what is out of sight for long is forgotten");
}

#[test]
fn frames_of_any_size_and_layout_are_answered() {
    let mut session = Session::new();
    for (width, height) in [(1, 1), (64, 1), (1, 64), (33, 57), (640, 480), (3, 2)] {
        let pixels = vec![90u8; width * height];
        let luma = Luma::new(&pixels, width as u32, height as u32, width as u32, Rotation::R90).unwrap();
        let answer = session.frame(&luma);
        assert!(answer.symbols.is_empty() && answer.reason == Some(NoCode::NoCode));
        let broken = Luma { height: 1 << 20, ..luma };
        assert_eq!(session.frame(&broken).reason, Some(NoCode::NoCode));
    }
}
