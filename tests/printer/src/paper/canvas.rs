//! Drawing on a page in millimetres; the origin is the page's top left corner.

use ab_glyph::{Font, FontVec, PxScale, ScaleFont, point};
use image::{Rgb, RgbImage};

use super::PIXELS_PER_MM;

pub type Ink = [u8; 3];

pub const BLACK: Ink = [24, 24, 28];
pub const WHITE: Ink = [255, 255, 255];
pub const GREY: Ink = [104, 106, 112];

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Centre,
    Right,
}

/// Size in typographic points, weight, colour and alignment of a line of text.
#[derive(Clone, Copy)]
pub struct Style {
    pub points: f32,
    pub bold: bool,
    pub ink: Ink,
    pub align: Align,
}

impl Style {
    pub const fn new(points: f32, ink: Ink) -> Self {
        Self { points, bold: false, ink, align: Align::Left }
    }

    pub const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub const fn centred(self) -> Self {
        Self { align: Align::Centre, ..self }
    }

    pub const fn right(self) -> Self {
        Self { align: Align::Right, ..self }
    }
}

pub struct Canvas<'f> {
    pub image: RgbImage,
    font: &'f FontVec,
}

impl<'f> Canvas<'f> {
    /// A white sheet, size in millimetres.
    pub fn new(width: f32, height: f32, font: &'f FontVec) -> Self {
        Self { image: RgbImage::from_pixel(pixels(width), pixels(height), Rgb(WHITE)), font }
    }

    /// A filled rectangle.
    pub fn fill(&mut self, x: f32, y: f32, width: f32, height: f32, ink: Ink) {
        let (x0, y0) = (pixels(x), pixels(y));
        self.fill_pixels(x0, y0, pixels(x + width).saturating_sub(x0), pixels(y + height).saturating_sub(y0), ink);
    }

    /// A filled rectangle in page pixels: symbols must not suffer from rounding.
    pub fn fill_pixels(&mut self, x: u32, y: u32, width: u32, height: u32, ink: Ink) {
        let (w, h) = self.image.dimensions();
        for py in y.min(h)..y.saturating_add(height).min(h) {
            for px in x.min(w)..x.saturating_add(width).min(w) {
                self.image.put_pixel(px, py, Rgb(ink));
            }
        }
    }

    pub fn horizontal(&mut self, x: f32, y: f32, length: f32, stroke: f32, ink: Ink) {
        self.fill(x, y - stroke / 2.0, length, stroke, ink);
    }

    pub fn vertical(&mut self, x: f32, y: f32, length: f32, stroke: f32, ink: Ink) {
        self.fill(x - stroke / 2.0, y, stroke, length, ink);
    }

    pub fn frame(&mut self, x: f32, y: f32, width: f32, height: f32, stroke: f32, ink: Ink) {
        self.horizontal(x, y, width, stroke, ink);
        self.horizontal(x, y + height, width, stroke, ink);
        self.vertical(x, y, height, stroke, ink);
        self.vertical(x + width, y, height, stroke, ink);
    }

    pub fn dashes(&mut self, x: f32, y: f32, length: f32, ink: Ink) {
        let mut at = 0.0;
        while at < length {
            self.horizontal(x + at, y, (length - at).min(2.0), 0.2, ink);
            at += 3.4;
        }
    }

    /// Fills where a signed distance in millimetres is negative, inside a box (x, y, width, height), with smooth edges.
    pub fn shape(&mut self, bounds: [f32; 4], ink: Ink, distance: impl Fn(f32, f32) -> f32) {
        let [x, y, width, height] = bounds;
        for py in pixels(y)..pixels(y + height).min(self.image.height()) {
            for px in pixels(x)..pixels(x + width).min(self.image.width()) {
                let d = distance((px as f32 + 0.5) / PIXELS_PER_MM, (py as f32 + 0.5) / PIXELS_PER_MM);
                self.blend(px, py, ink, 0.5 - d * PIXELS_PER_MM);
            }
        }
    }

    /// A line of text; `y` is its base line. Returns its width in millimetres.
    pub fn text(&mut self, x: f32, y: f32, style: Style, text: &str) -> f32 {
        let font = self.font;
        let scale = self.scale(style.points);
        let scaled = font.as_scaled(scale);
        let width = self.width(style, text);
        let start = match style.align {
            Align::Left => x,
            Align::Centre => x - width / 2.0,
            Align::Right => x - width,
        };
        let mut caret = start * PIXELS_PER_MM;
        let mut last = None;
        for c in text.chars() {
            let id = font.glyph_id(c);
            if let Some(last) = last {
                caret += scaled.kern(last, id);
            }
            let glyph = id.with_scale_and_position(scale, point(caret, y * PIXELS_PER_MM));
            if let Some(outline) = font.outline_glyph(glyph) {
                let bounds = outline.px_bounds();
                // The font has one weight. Bold is the glyph struck twice, a little apart.
                let strikes: &[f32] = if style.bold { &[0.0, 1.0] } else { &[0.0] };
                let spread = (scale.y / 26.0).max(1.0);
                outline.draw(|gx, gy, coverage| {
                    let py = bounds.min.y as i64 + i64::from(gy);
                    for strike in strikes {
                        let px = bounds.min.x as i64 + i64::from(gx) + (strike * spread) as i64;
                        if let (Ok(px), Ok(py)) = (u32::try_from(px), u32::try_from(py)) {
                            self.blend(px, py, style.ink, coverage);
                        }
                    }
                });
            }
            caret += scaled.h_advance(id);
            last = Some(id);
        }
        width
    }

    /// A line of text, set smaller where it would be wider than `room` millimetres.
    pub fn text_within(&mut self, x: f32, y: f32, room: f32, style: Style, text: &str) -> f32 {
        let width = self.width(style, text);
        let points = if width > room { style.points * room / width } else { style.points };
        self.text(x, y, Style { points, ..style }, text)
    }

    /// Width of a line of text in millimetres.
    pub fn width(&self, style: Style, text: &str) -> f32 {
        let scaled = self.font.as_scaled(self.scale(style.points));
        let mut width = 0.0;
        let mut last = None;
        for c in text.chars() {
            let id = self.font.glyph_id(c);
            width += scaled.h_advance(id) + last.map_or(0.0, |last| scaled.kern(last, id));
            last = Some(id);
        }
        width / PIXELS_PER_MM
    }

    fn scale(&self, points: f32) -> PxScale {
        let em = self.font.units_per_em().unwrap_or(1000.0);
        PxScale::from(points / 72.0 * 25.4 * PIXELS_PER_MM * self.font.height_unscaled() / em)
    }

    fn blend(&mut self, x: u32, y: u32, ink: Ink, coverage: f32) {
        let coverage = coverage.clamp(0.0, 1.0);
        if let Some(pixel) = self.image.get_pixel_mut_checked(x, y) {
            for (old, new) in pixel.0.iter_mut().zip(ink) {
                *old = (f32::from(*old) + (f32::from(new) - f32::from(*old)) * coverage).round() as u8;
            }
        }
    }
}

/// Millimetres to whole page pixels.
pub fn pixels(mm: f32) -> u32 {
    (mm * PIXELS_PER_MM).round().max(0.0) as u32
}
