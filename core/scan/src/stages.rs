//! What the stages make of a picture, as pictures: for the documentation, and for whoever wonders why a photo is not read.

use crate::binarise;
use crate::gray::Gray;
use crate::picture::{Luma, LumaImage};
use crate::qr::deep::{self, Depth, Sighting};
use crate::qr::finder;
use crate::qr::mesh::Field;
use crate::qr::rings;
use crate::regions::{self, Among};

/// Pixels of a module in pictures of modules.
const MODULE: usize = 4;

/// The stages of reading a QR code, each with its name, in order; those that were not reached are missing. The crops show
/// the sighting that agrees best with what is known of symbols.
#[doc(hidden)]
#[must_use]
pub fn stages(luma: &Luma<'_>) -> Vec<(&'static str, LumaImage)> {
    let mut shown = Vec::new();
    if luma.check().is_err() {
        return shown;
    }
    let (gray, _) = Gray::to_work_on(luma, crate::cascade::WORK_PIXELS);
    let bits = binarise::of(&gray);
    let white = |on: bool| if on { 0 } else { 255 };
    let count = gray.width * gray.height;
    let pixels = (0..count).map(|i| white(bits.get(i % gray.width, i / gray.width))).collect();
    shown.extend(picture("black-and-white", pixels, gray.width));
    let patches = regions::patches(&regions::texture(&gray.halved()), Among::Texture, gray.width, gray.height, 5);
    let mut framed = gray.pixels.clone();
    for r in &patches {
        for (i, pixel) in framed.iter_mut().enumerate() {
            let (x, y) = (i % gray.width, i / gray.width);
            let inside = |room: usize| {
                x >= r.left + room && x + room < r.left + r.width && y >= r.top + room && y + room < r.top + r.height
            };
            if inside(0) && !inside(4) {
                *pixel = 255;
            }
        }
    }
    shown.extend(picture("patches", framed, gray.width));
    let finders = finder::finders(&bits);
    let mut best: Option<Sighting> = None;
    let mut take = |seen: Option<Sighting>, left: usize, top: usize| {
        let Some(seen) = seen.and_then(|seen| seen.moved((left, top))) else { return };
        if best.as_ref().is_none_or(|b| seen.error < b.error) {
            best = Some(seen);
        }
    };
    for triple in finder::triples(&bits, &finders, &|| false) {
        take(deep::read(&gray, &triple, Depth::Full, &|| false), 0, 0);
    }
    for r in &patches {
        let patch = gray.crop(r.left, r.top, r.width, r.height);
        for triple in finder::triples_of_rings(&rings::rings(&patch, &|| false)).iter().take(3) {
            take(deep::read(&patch, triple, Depth::Full, &|| false), r.left, r.top);
        }
    }
    let Some(seen) = best else { return shown };
    for (name, field) in deep::stages(&gray, &seen) {
        shown.extend(picture(name, field_pixels(&field), field.width));
    }
    let size = seen.version.dimension();
    let grid = |value: &dyn Fn(usize) -> u8| -> Vec<u8> {
        let side = size * MODULE;
        (0..side * side).map(|i| value(i / side / MODULE * size + i % side / MODULE)).collect()
    };
    let module = |i: usize| shade(seen.modules.get(i).copied().unwrap_or(0.0));
    shown.extend(picture("modules", grid(&module), size * MODULE));
    if let Some(decoded) = &seen.decoded {
        let dark = |i: usize| white(decoded.modules.get(i).copied().unwrap_or(false));
        shown.extend(picture("decoded", grid(&dark), size * MODULE));
    }
    shown
}

fn shade(value: f32) -> u8 {
    (127.5 - 127.5 * value).clamp(0.0, 255.0) as u8
}

fn field_pixels(field: &Field) -> Vec<u8> {
    field.values.iter().map(|v| shade(*v)).collect()
}

fn picture(name: &'static str, pixels: Vec<u8>, width: usize) -> Option<(&'static str, LumaImage)> {
    let height = pixels.len() / width.max(1);
    Some((name, LumaImage::new(pixels, u32::try_from(width).ok()?, u32::try_from(height).ok()?).ok()?))
}
