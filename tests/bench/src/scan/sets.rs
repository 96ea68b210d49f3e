//! The pictures: printed by seed, turned, drawn, and those of others.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use image::{GrayImage, Luma, Rgb};
use paytaipei_printer::{Camera, Framing, Level, invent, photograph, print, truth};

use super::Plan;
use crate::{Failure, Result};

/// Printed sets: name, level, what the camera is pointed at.
const PRINTED: [(&str, &str, &str); 6] = [
    ("qr-easy", "easy", "qr"),
    ("qr-medium", "medium", "qr"),
    ("qr-hard", "hard", "qr"),
    ("bars-easy", "easy", "bars"),
    ("bars-medium", "medium", "bars"),
    ("bars-hard", "hard", "bars"),
];
/// Photos by others, below `../shared`; those of a QR code each are also turned.
const SHARED: [&str; 10] = [
    "photos/qrcode-1",
    "photos/qrcode-2",
    "photos/qrcode-3",
    "photos/falsepositives-2",
    "bill-photos/easy",
    "bill-photos/medium",
    "bill-photos/hard",
    "bill-photos/bars-easy",
    "bill-photos/bars-medium",
    "bill-photos/bars-hard",
];
/// Frames of a film.
pub const FRAMES: u32 = 30;
/// Size of the frames without a code.
const FRAME: (u32, u32) = (1920, 1080);

/// Where the sets stand, by name.
pub struct Sets {
    pub sets: Vec<(String, PathBuf)>,
    pub films: PathBuf,
    pub absent: Vec<String>,
}

/// All sets; what does not stand there yet is made.
pub fn all(plan: &Plan) -> Result<Sets> {
    let mut sets: Vec<(String, PathBuf)> = Vec::new();
    let mut absent = Vec::new();
    for (name, level, aim) in PRINTED {
        sets.push((name.to_owned(), made(plan, name, |dir| set(plan, dir, level, aim, plan.count, 0))?));
    }
    for name in SHARED {
        let folder = plan.shared.join(name);
        if !folder.is_dir() {
            absent.push(format!("`../shared/{name}`"));
            continue;
        }
        if name.contains("/qrcode-") {
            let turns = format!("{name} turned");
            let turned = made(plan, &turns.replace(['/', ' '], "-"), |dir| turned(&folder, dir))?;
            sets.push((name.to_owned(), folder));
            sets.push((turns, turned));
        } else {
            sets.push((name.to_owned(), folder));
        }
    }
    for (name, draw) in [("no code", page_without_code as fn(u64) -> Result<GrayImage>), ("noise", noise)] {
        let folder = made(plan, &name.replace(' ', "-"), |dir| {
            (0..plan.frames).try_for_each(|n| save(&draw(plan.seed + u64::from(n))?, &dir.join(format!("{n:03}.png"))))
        })?;
        sets.push((name.to_owned(), folder));
    }
    let films = made(plan, "film-hard", |dir| set(plan, dir, "hard", "qr", plan.films, FRAMES))?;
    Ok(Sets { sets, films, absent })
}

/// A folder of that name, filled unless it stands there already.
fn made(plan: &Plan, name: &str, fill: impl Fn(&Path) -> Result<()>) -> Result<PathBuf> {
    let folder = plan.sets.join(plan.seed.to_string()).join(name);
    if folder.is_dir() {
        return Ok(folder);
    }
    eprintln!("making {name}");
    let unfinished = folder.with_extension("part");
    if unfinished.is_dir() {
        fs::remove_dir_all(&unfinished)?;
    }
    fs::create_dir_all(&unfinished)?;
    fill(&unfinished)?;
    fs::rename(&unfinished, &folder)?;
    Ok(folder)
}

fn set(plan: &Plan, dir: &Path, level: &str, aim: &str, count: u32, frames: u32) -> Result<()> {
    let program = std::env::current_exe()?.with_file_name("paytaipei-print");
    let status = Command::new(program)
        .args(["set", "--level", level, "--aim", aim, "--dir"])
        .arg(dir)
        .args(["--count", &count.to_string(), "--seed", &plan.seed.to_string(), "--frames", &frames.to_string()])
        .status()?;
    if status.success() { Ok(()) } else { Err(Failure::new("a set could not be printed")) }
}

/// The pictures of a folder, each at 90, 180 and 270 degrees.
fn turned(from: &Path, to: &Path) -> Result<()> {
    for picture in truth::pictures(from)? {
        let name = picture.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        let bytes = fs::read(&picture)?;
        let image = paytaipei_scan::decode_image(&bytes).map_err(|e| Failure::new(format!("{name}: {e}")))?;
        let mut image = GrayImage::from_raw(image.width(), image.height(), image.as_luma().data.to_vec())
            .ok_or_else(|| Failure::new(format!("{name}: no pixels")))?;
        for degrees in [90, 180, 270] {
            image = image::imageops::rotate90(&image);
            let name = format!("{name}-{degrees}");
            save(&image, &to.join(format!("{name}.png")))?;
            for extension in ["txt", "bin"] {
                let text = picture.with_extension(extension);
                if text.exists() {
                    fs::copy(text, to.join(format!("{name}.{extension}")))?;
                }
            }
        }
    }
    Ok(())
}

/// A bill on a table whose codes are covered, as a camera sees it before it has found them.
fn page_without_code(seed: u64) -> Result<GrayImage> {
    let mut page = print(&invent::bill(seed))?;
    let area = page.code_area();
    let edge = 4 * page.qr_module;
    for y in area.y.saturating_sub(edge)..(area.y + area.height + edge).min(page.image.height()) {
        for x in area.x.saturating_sub(edge)..(area.x + area.width + edge).min(page.image.width()) {
            page.image.put_pixel(x, y, Rgb([255; 3]));
        }
    }
    let (width, height) = FRAME;
    let camera = Camera { seed, level: Level::Easy, framing: Framing::WholePage, width, height };
    Ok(image::imageops::grayscale(&photograph(&page, &camera)?.image))
}

/// Every pixel of its own.
fn noise(seed: u64) -> Result<GrayImage> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    Ok(GrayImage::from_fn(FRAME.0, FRAME.1, |_, _| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        Luma([state.to_le_bytes()[3]])
    }))
}

fn save(image: &GrayImage, file: &Path) -> Result<()> {
    image.save(file).map_err(|e| Failure::new(format!("{}: {e}", file.display())))
}
