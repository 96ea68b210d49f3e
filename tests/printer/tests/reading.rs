//! A reader that this project did not write reads what the printer prints.

// Helpers of tests are tests too, which clippy cannot see.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeSet, HashSet};

use image::RgbImage;
use image::imageops::grayscale;
use paytaipei_printer::{
    BillerLayout, Camera, Codes, Framing, Level, Page, PaperBill, codes, film, invent, photograph, print,
};
use proptest::prelude::*;
use rxing::helpers::detect_multiple_in_luma_with_hints;
use rxing::{BarcodeFormat, DecodeHints};

/// Every QR code and Code 39 text in a picture.
fn read(image: &RgbImage) -> BTreeSet<String> {
    let luma = grayscale(image);
    let (width, height) = luma.dimensions();
    let formats = HashSet::from([BarcodeFormat::QR_CODE, BarcodeFormat::CODE_39]);
    let mut hints = DecodeHints { PossibleFormats: Some(formats), TryHarder: Some(true), ..DecodeHints::default() };
    detect_multiple_in_luma_with_hints(luma.into_raw(), width, height, &mut hints)
        .map(|found| found.iter().map(|code| code.getText().to_owned()).collect())
        .unwrap_or_default()
}

fn printed(codes: Codes) -> BTreeSet<String> {
    codes.barcodes.into_iter().flatten().chain([codes.qr]).collect()
}

/// An invented bill of one biller.
fn bill_of(layout: BillerLayout, seed: u64) -> PaperBill {
    (0..).map(|index| invent::bill(invent::child_seed(seed, index))).find(|b| b.biller == layout.id()).unwrap()
}

/// The part of a page that holds its codes, with the room around them that the standards ask for.
fn code_area(page: &Page) -> RgbImage {
    let area = page.code_area();
    let margin = 40.min(area.x);
    image::imageops::crop_imm(
        &page.image,
        area.x - margin,
        area.y - margin,
        area.width + 2 * margin,
        area.height + 2 * margin,
    )
    .to_image()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_printed_page_reads_as_the_codes_of_its_bill(seed in any::<u64>()) {
        for layout in BillerLayout::ALL {
            let bill = bill_of(layout, seed);
            let page = print(&bill).unwrap();
            prop_assert_eq!(read(&code_area(&page)), printed(codes(&bill).unwrap()), "{}", layout.id());
        }
    }
}

fn gentle_photos_are_read(layout: BillerLayout) {
    for seed in 0..20 {
        let bill = bill_of(layout, seed);
        let photo = photograph(&print(&bill).unwrap(), &Camera::new(seed, Level::Gentle)).unwrap();
        assert!(photo.narrow_bar >= 3.0, "seed {seed}: narrow bars of {} pixels", photo.narrow_bar);
        let saved = image::load_from_memory(&photo.to_jpeg().unwrap()).unwrap().to_rgb8();
        let (found, wanted) = (read(&saved), printed(codes(&bill).unwrap()));
        assert!(wanted.is_subset(&found), "seed {seed}: {:?} not read", wanted.difference(&found).collect::<Vec<_>>());
    }
}

#[test]
fn every_code_on_a_gentle_photo_of_a_kinmen_water_bill_is_read() {
    gentle_photos_are_read(BillerLayout::KinmenWater);
}

#[test]
fn every_code_on_a_gentle_photo_of_a_taipei_water_bill_is_read() {
    gentle_photos_are_read(BillerLayout::TaipeiWater);
}

#[test]
fn every_code_on_a_gentle_photo_of_a_parking_slip_is_read() {
    gentle_photos_are_read(BillerLayout::TaipeiParking);
}

#[test]
fn the_same_seed_takes_the_same_photo_to_the_byte() {
    let page = print(&bill_of(BillerLayout::KinmenWater, 7)).unwrap();
    for level in Level::ALL {
        let camera = Camera { framing: Framing::WholePage, width: 640, height: 480, ..Camera::new(7, level) };
        let [one, two] = [(); 2].map(|()| photograph(&page, &camera).unwrap().to_jpeg().unwrap());
        let other = photograph(&page, &Camera { seed: 8, ..camera }).unwrap().to_jpeg().unwrap();
        assert!(one == two && one != other);
    }
}

#[test]
fn what_the_camera_is_pointed_at_lies_within_the_picture() {
    for level in Level::ALL {
        for seed in 0..6 {
            let page = print(&invent::bill(seed)).unwrap();
            for framing in [Framing::WholePage, Framing::Codes, Framing::Qr, Framing::Bars] {
                let camera = Camera { framing, width: 400, height: 320, ..Camera::new(seed, level) };
                let photo = photograph(&page, &camera).unwrap();
                let mut corners = Vec::new();
                if framing != Framing::Bars {
                    corners.extend(photo.qr);
                }
                if framing != Framing::Qr {
                    corners.extend(photo.barcodes.iter().flatten().flatten());
                }
                for [x, y] in corners {
                    let inside = (0.0..=400.0).contains(&x) && (0.0..=320.0).contains(&y);
                    assert!(inside, "{level:?} {framing:?} seed {seed}: ({x}, {y})");
                }
            }
        }
    }
}

#[test]
fn a_film_moves_over_the_bill_without_losing_its_code() {
    for seed in 0..4 {
        let page = print(&invent::bill(seed)).unwrap();
        let camera = Camera { framing: Framing::Qr, width: 480, height: 360, ..Camera::new(seed, Level::Hard) };
        let frames: Vec<_> = [0, 10, 20].map(|n| film(&page, &camera, n).unwrap()).into();
        for frame in &frames {
            let inside = |[x, y]: &[f32; 2]| (0.0..=480.0).contains(x) && (0.0..=360.0).contains(y);
            assert!(frame.qr.iter().all(inside), "seed {seed}: {:?}", frame.qr);
        }
        let moved = |a: [f32; 2], b: [f32; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
        assert!(frames.windows(2).all(|f| moved(f[0].qr[0], f[1].qr[0]) > 0.5));
        let again = film(&page, &camera, 10).unwrap();
        assert!(again.image == frames[1].image && again.image != frames[2].image);
    }
}
