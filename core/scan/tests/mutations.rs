//! Pictures that were true once, damaged on purpose: no damage may bring the reader or the session down, make it forget its
//! time, or make it read what was not printed.
//!
//! A short run each time; `SCAN_FUZZ_SECONDS=600 cargo test -p paytaipei-scan --test mutations` goes on for longer.

#![allow(clippy::unwrap_used)] // helpers of tests fail as tests do

use std::io::Cursor;
use std::time::{Duration, Instant};

use image::ImageFormat;
use paytaipei_printer::{BillerLayout, Camera, Framing, Level, codes, invent, photograph, print};
use paytaipei_scan::{Effort, Format, Luma, LumaImage, Rotation, Session, decode_image, scan};

/// Numbers that a seed fixes (xorshift64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, count: usize) -> usize {
        (self.next() >> 11) as usize % count.max(1)
    }
}

/// A picture, what its codes say, and its files.
struct Seed {
    pixels: Vec<u8>,
    width: usize,
    height: usize,
    files: Vec<Vec<u8>>,
    texts: Vec<String>,
}

fn seeds() -> Vec<Seed> {
    let mut seeds = Vec::new();
    for (n, framing) in [Framing::Qr, Framing::Bars, Framing::Codes].into_iter().enumerate() {
        let bill = (0..).map(|i| invent::bill(invent::child_seed(n as u64, i)));
        let bill = bill.into_iter().find(|b| b.biller == BillerLayout::KinmenWater.id()).unwrap();
        let camera = Camera { framing, width: 480, height: 360, ..Camera::new(n as u64, Level::Gentle) };
        let photo = photograph(&print(&bill).unwrap(), &camera).unwrap();
        let gray = image::imageops::grayscale(&photo.image);
        let mut png = Cursor::new(Vec::new());
        gray.write_to(&mut png, ImageFormat::Png).unwrap();
        let codes = codes(&bill).unwrap();
        seeds.push(Seed {
            width: 480,
            height: 360,
            pixels: gray.into_raw(),
            files: vec![png.into_inner(), photo.to_jpeg().unwrap()],
            texts: codes.barcodes.into_iter().flatten().chain([codes.qr]).collect(),
        });
    }
    seeds
}

/// One to four mutations of the picture: as dirt, folds, cameras and forgers make them. Also says whether parts were copied:
/// then bars of one barcode may continue another's, and Code 39 has no check character.
fn mutated(seed: &Seed, dice: &mut Dice) -> (Vec<u8>, usize, usize, bool) {
    let mut copied = false;
    let (mut pixels, mut width, mut height) = (seed.pixels.clone(), seed.width, seed.height);
    for _ in 0..=dice.below(4) {
        match dice.below(9) {
            0 => pixels.iter_mut().for_each(|p| *p = 255 - *p),
            1 => {
                let strength = 1 + dice.below(200);
                pixels.iter_mut().for_each(|p| *p = p.saturating_add(dice.below(strength) as u8));
            }
            2 => {
                // A patch is copied elsewhere.
                copied = true;
                let (w, h) = (1 + dice.below(width), 1 + dice.below(height));
                let (x, y) = (dice.below(width - w + 1), dice.below(height - h + 1));
                let (u, v) = (dice.below(width - w + 1), dice.below(height - h + 1));
                for row in 0..h {
                    let line = pixels[(y + row) * width + x..(y + row) * width + x + w].to_vec();
                    pixels[(v + row) * width + u..(v + row) * width + u + w].copy_from_slice(&line);
                }
            }
            3 => {
                // Cut to any size, down to a line.
                let (w, h) = (1 + dice.below(width), 1 + dice.below(height));
                let (x, y) = (dice.below(width - w + 1), dice.below(height - h + 1));
                pixels = (0..w * h).map(|i| pixels[(y + i / w) * width + x + i % w]).collect();
                (width, height) = (w, h);
            }
            4 => {
                // Every so many rows again or left out: stretched.
                let step = 2 + dice.below(5);
                let rows: Vec<usize> = (0..height).flat_map(|y| vec![y; 1 + usize::from(y % step == 0)]).collect();
                pixels = rows.iter().flat_map(|y| pixels[y * width..(y + 1) * width].to_vec()).collect();
                height = rows.len();
            }
            5 => {
                // Sheared.
                let slope = dice.below(9);
                for y in 0..height {
                    pixels[y * width..(y + 1) * width].rotate_left((y * slope / 8) % width);
                }
            }
            6 => {
                let levels = 1 + dice.below(4) as u8;
                pixels.iter_mut().for_each(|p| *p = *p / (255 / levels) * (255 / levels));
            }
            7 => {
                for _ in 0..dice.below(width * height / 4 + 1) {
                    let at = dice.below(pixels.len());
                    pixels[at] = dice.below(256) as u8;
                }
            }
            _ => {
                // Mirrored.
                pixels.chunks_exact_mut(width).for_each(<[u8]>::reverse);
            }
        }
        if width * height > 600_000 {
            break;
        }
    }
    (pixels, width, height, copied)
}

/// Bytes of a file, damaged.
fn damaged(file: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = file.to_vec();
    for _ in 0..=dice.below(6) {
        let at = dice.below(bytes.len());
        match dice.below(5) {
            0 => bytes.truncate(at.max(1)),
            1 => bytes[at] ^= 1 << dice.below(8),
            2 => bytes[at] = [0, 0xFF, 0x7F, 0x80][dice.below(4)],
            3 => {
                let end = (at + 1 + dice.below(64)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            _ => {
                // Heads decide most.
                let early = dice.below(bytes.len().min(200));
                bytes[early] = dice.below(256) as u8;
            }
        }
    }
    bytes
}

#[test]
fn damaged_pictures_and_files_end_in_time_and_without_misreads() {
    let seconds = std::env::var("SCAN_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok());
    let until = seconds.map(|s| Instant::now() + Duration::from_secs(s));
    let seeds = seeds();
    let mut dice = Dice(0x5EED_0BEE_F00D_1234);
    let (mut session, mut runs, mut longest) = (Session::new(), 0u64, Duration::ZERO);
    while until.map_or(runs < 60, |until| Instant::now() < until) {
        runs += 1;
        let seed = &seeds[dice.below(seeds.len())];
        let start = dice.0;
        let (pixels, width, height, copied) = mutated(seed, &mut dice);
        let luma = Luma::new(&pixels, width as u32, height as u32, width as u32, Rotation::R0).unwrap();
        let effort = if runs.is_multiple_of(8) { Effort::Still } else { Effort::Frame };
        let begun = Instant::now();
        let mut symbols = scan(&luma, effort).symbols;
        symbols.extend(session.frame(&luma).new);
        longest = longest.max(begun.elapsed());
        for symbol in symbols.iter().filter(|s| !copied || s.format == Format::QrCode) {
            assert!(seed_says(&seeds, &symbol.text), "run {runs}, dice {start:#x}: {} bytes", symbol.raw.len());
        }
        let file = &seed.files[dice.below(seed.files.len())];
        if let Ok(image) = decode_image(&damaged(file, &mut dice)) {
            check(&image);
        }
    }
    eprintln!("{runs} runs, the longest {longest:?}");
}

fn seed_says(seeds: &[Seed], text: &str) -> bool {
    seeds.iter().any(|seed| seed.texts.iter().any(|t| t == text))
}

fn check(image: &LumaImage) {
    if u64::from(image.width()) * u64::from(image.height()) < 1_000_000 {
        let answer = scan(&image.as_luma(), Effort::Frame);
        assert_eq!(answer.reason.is_some(), answer.symbols.is_empty());
    }
}
