//! A page at several resolutions, in linear light, so that distant print blurs instead of flickering.

use image::RgbImage;

/// sRGB's transfer function (IEC 61966-2-1): code value 0–1 to linear light 0–1.
pub fn to_linear(code: f32) -> f32 {
    if code <= 0.040_45 { code / 12.92 } else { ((code + 0.055) / 1.055).powf(2.4) }
}

/// Linear light 0–1 to sRGB code value 0–1.
pub fn to_code(light: f32) -> f32 {
    if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}

/// One resolution: reflectance, three bands a pixel, 16 bits of linear light.
struct Level {
    width: usize,
    height: usize,
    light: Vec<[u16; 3]>,
}

impl Level {
    fn at(&self, x: isize, y: isize) -> [u16; 3] {
        let x = usize::try_from(x).unwrap_or(0).min(self.width - 1);
        let y = usize::try_from(y).unwrap_or(0).min(self.height - 1);
        self.light[y * self.width + x]
    }

    fn halved(&self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let mut light = Vec::with_capacity(width * height);
        for y in 0..height.cast_signed() {
            for x in 0..width.cast_signed() {
                let four = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(dx, dy)| self.at(2 * x + dx, 2 * y + dy));
                let mean = |band: usize| (four.iter().map(|p| u32::from(p[band])).sum::<u32>() / 4) as u16;
                light.push([mean(0), mean(1), mean(2)]);
            }
        }
        Self { width, height, light }
    }

    /// Bilinear sample; whole coordinates are pixel corners.
    fn sample(&self, x: f32, y: f32) -> [f32; 3] {
        let (x, y) = (x - 0.5, y - 0.5);
        let (x0, y0) = (x.floor(), y.floor());
        let (fx, fy) = (x - x0, y - y0);
        let (ix, iy) = (x0 as isize, y0 as isize);
        let (a, b) = (self.at(ix, iy), self.at(ix + 1, iy));
        let (c, d) = (self.at(ix, iy + 1), self.at(ix + 1, iy + 1));
        std::array::from_fn(|band| {
            let top = f32::from(a[band]) + (f32::from(b[band]) - f32::from(a[band])) * fx;
            let bottom = f32::from(c[band]) + (f32::from(d[band]) - f32::from(c[band])) * fx;
            (top + (bottom - top) * fy) / 65_535.0
        })
    }
}

pub struct Pyramid(Vec<Level>);

impl Pyramid {
    pub fn new(image: &RgbImage) -> Self {
        let table: Vec<u16> =
            (0..=255u8).map(|c| (to_linear(f32::from(c) / 255.0) * 65_535.0).round() as u16).collect();
        let light = image.pixels().map(|p| p.0.map(|c| table[usize::from(c)])).collect();
        let mut levels = vec![Level { width: image.width() as usize, height: image.height() as usize, light }];
        while let Some(last) = levels.last().filter(|l| l.width.min(l.height) > 64) {
            let next = last.halved();
            levels.push(next);
        }
        Self(levels)
    }

    /// Reflectance at a page position in page pixels, seen by a picture pixel that covers `footprint` page pixels a side.
    pub fn sample(&self, x: f32, y: f32, footprint: f32) -> [f32; 3] {
        let depth = footprint.max(1.0).log2().min((self.0.len() - 1) as f32);
        let (fine, blend) = (depth.floor(), depth.fract());
        let at = |level: usize| {
            let shrink = 0.5f32.powi(level as i32);
            self.0.get(level).map(|l| l.sample(x * shrink, y * shrink))
        };
        let level = fine as usize;
        let Some(near) = at(level) else { return [1.0; 3] };
        match at(level + 1).filter(|_| blend > 0.0) {
            Some(far) => std::array::from_fn(|band| near[band] + (far[band] - near[band]) * blend),
            None => near,
        }
    }
}
