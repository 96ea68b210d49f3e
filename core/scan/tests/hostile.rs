//! Whatever comes from outside ends in an answer or a typed error.

#![allow(clippy::unwrap_used, clippy::expect_used)] // helpers of tests fail as tests do

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, Luma as Pixel};
use paytaipei_scan::{Effort, Luma, NoCode, PictureError, Rotation, decode_image, scan};
use proptest::prelude::*;

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = GrayImage::from_fn(width, height, |x, y| Pixel([(x * 7 + y * 13) as u8]));
    DynamicImage::ImageLuma8(picture).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A PNG whose header claims another size; its check sum is left as it was, as a forger's may be.
fn claiming(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png(3, 3);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    bytes
}

#[test]
fn a_header_that_claims_too_much_is_refused_before_anything_is_allocated() {
    assert_eq!(decode_image(&claiming(60_000, 60_000)), Err(PictureError::TooLarge { width: 60_000, height: 60_000 }));
    assert_eq!(decode_image(&claiming(u32::MAX, u32::MAX)).unwrap_err().code(), "picture_too_large");
    assert_eq!(decode_image(&claiming(0, 0)), Err(PictureError::Empty));
}

#[test]
fn files_that_are_no_pictures_are_named_for_what_they_are() {
    assert_eq!(decode_image(b""), Err(PictureError::NotAPicture));
    assert_eq!(decode_image(b"GIF89a plus something"), Err(PictureError::NotAPicture));
    assert_eq!(decode_image(&vec![0; 33 << 20]).unwrap_err().code(), "picture_too_large");
    let whole = png(64, 64);
    assert_eq!(decode_image(&whole[..whole.len() / 2]), Err(PictureError::Truncated));
    let mut damaged = whole.clone();
    damaged[45] ^= 0x55;
    assert_eq!(decode_image(&damaged).unwrap_err().code(), "picture_broken");
}

#[test]
fn a_buffer_that_is_smaller_than_it_claims_is_refused() {
    assert_eq!(Luma::new(&[], 0, 0, 0, Rotation::R0).unwrap_err(), PictureError::Empty);
    assert_eq!(Luma::new(&[0; 99], 10, 10, 10, Rotation::R0).unwrap_err().code(), "picture_bad_layout");
    assert!(Luma::new(&[0; 95], 5, 10, 10, Rotation::R0).is_ok());
    assert_eq!(Luma::new(&[0; 100], 10, 10, 9, Rotation::R0).unwrap_err().code(), "picture_bad_layout");
    // The fields are open: a layout that was changed after the check is no code, not a panic.
    let mut luma = Luma::new(&[0; 100], 10, 10, 10, Rotation::R0).unwrap();
    luma.height = 4_000_000;
    assert_eq!(scan(&luma, Effort::Still).reason, Some(NoCode::NoCode));
}

#[test]
fn a_single_pixel_is_a_picture_without_a_code() {
    let image = decode_image(&png(1, 1)).unwrap();
    for effort in [Effort::Frame, Effort::Still] {
        let answer = scan(&image.as_luma(), effort);
        assert!(answer.symbols.is_empty());
        assert_eq!(answer.reason, Some(NoCode::NoCode));
    }
}

#[test]
fn transparent_parts_are_paper() {
    let mut bytes = Cursor::new(Vec::new());
    let clear = image::RgbaImage::from_pixel(4, 4, image::Rgba([0, 0, 0, 0]));
    DynamicImage::ImageRgba8(clear).write_to(&mut bytes, ImageFormat::Png).unwrap();
    let image = decode_image(&bytes.into_inner()).unwrap();
    assert!(image.as_luma().data.iter().all(|p| *p == 255));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn noise_of_any_size_holds_no_code(width in 1u32..400, height in 1u32..400, seed in any::<u64>(), dots in 1u32..6) {
        let mut state = seed | 1;
        let mut random = move || { state ^= state << 13; state ^= state >> 7; state ^= state << 17; state };
        let across = width.div_ceil(dots);
        let noise: Vec<u8> = (0..across * height.div_ceil(dots)).map(|_| if random() % 2 == 0 { 10 } else { 240 }).collect();
        let pixels: Vec<u8> = (0..width * height)
            .map(|i| noise[((i / width / dots) * across + i % width / dots) as usize])
            .collect();
        let luma = Luma::new(&pixels, width, height, width, Rotation::R0).unwrap();
        prop_assert!(scan(&luma, Effort::Still).symbols.is_empty());
    }

    #[test]
    fn any_bytes_after_a_true_header_end_in_a_picture_or_an_error(tail in proptest::collection::vec(any::<u8>(), 0..300), keep in 8usize..80) {
        let mut bytes = png(8, 8);
        bytes.truncate(keep);
        bytes.extend(tail);
        let _ = decode_image(&bytes);
        let mut jpeg = vec![0xFF, 0xD8, 0xFF];
        jpeg.extend(&bytes[8..]);
        let _ = decode_image(&jpeg);
    }
}
