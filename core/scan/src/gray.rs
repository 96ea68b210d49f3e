//! Grey pictures inside the reader: rows without padding, sampled between pixels.

use crate::picture::Luma;

/// A grey picture; 0 is black.
#[derive(Clone)]
pub struct Gray {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<u8>,
}

impl Gray {
    #[cfg(test)]
    pub fn new(width: usize, height: usize, pixels: Vec<u8>) -> Self {
        debug_assert_eq!(pixels.len(), width * height);
        Self { width, height, pixels }
    }

    /// The one copy that is made of the camera's picture.
    pub fn from_luma(luma: &Luma<'_>) -> Self {
        let (width, height) = (luma.width as usize, luma.height as usize);
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            pixels.extend_from_slice(luma.row(y));
        }
        Self { width, height, pixels }
    }

    /// A picture of at most `most` pixels, and how many pixels of the camera's one of its own is wide.
    pub fn to_work_on(luma: &Luma<'_>, most: usize) -> (Self, f32) {
        let mut gray = Self::from_luma(luma);
        let mut scale = 1.0;
        while gray.pixels.len() > most {
            gray = gray.halved();
            scale *= 2.0;
        }
        (gray, scale)
    }

    pub fn row(&self, y: usize) -> &[u8] {
        self.pixels.get(y * self.width..(y + 1) * self.width).unwrap_or(&[])
    }

    /// Brightness at a point, pixel centres lying at halves; outside, that of the nearest pixel.
    #[inline]
    pub fn sample(&self, x: f32, y: f32) -> f32 {
        let (x, y) = (x - 0.5, y - 0.5);
        if x >= 0.0 && y >= 0.0 {
            let (left, top) = (x as usize, y as usize);
            let two = |at: usize| self.pixels.get(at..at.saturating_add(2)).and_then(|p| <[u8; 2]>::try_from(p).ok());
            let at = top.saturating_mul(self.width).saturating_add(left);
            if left + 1 < self.width
                && let (Some(upper), Some(lower)) = (two(at), two(at.saturating_add(self.width)))
            {
                let (u, v) = (x - left as f32, y - top as f32);
                let across = |[a, b]: [u8; 2]| f32::from(a) * (1.0 - u) + f32::from(b) * u;
                return across(upper) * (1.0 - v) + across(lower) * v;
            }
        }
        self.sample_at_border(x, y)
    }

    #[cold]
    fn sample_at_border(&self, x: f32, y: f32) -> f32 {
        let last_x = self.width.saturating_sub(1);
        let last_y = self.height.saturating_sub(1);
        // `as` saturates: what is not a number becomes 0.
        let (x, y) = (x.clamp(0.0, last_x as f32), y.clamp(0.0, last_y as f32));
        let (left, top) = ((x as usize).min(last_x), (y as usize).min(last_y));
        let (right, bottom) = ((left + 1).min(last_x), (top + 1).min(last_y));
        let (u, v) = (x - left as f32, y - top as f32);
        let at = |x: usize, y: usize| self.pixels.get(y * self.width + x).map_or(255.0, |p| f32::from(*p));
        let upper = at(left, top) * (1.0 - u) + at(right, top) * u;
        let lower = at(left, bottom) * (1.0 - u) + at(right, bottom) * u;
        upper * (1.0 - v) + lower * v
    }

    /// Half the size, four pixels averaged into one; an odd last row or column is dropped.
    pub fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            let (upper, lower) = (self.row(2 * y), self.row(2 * y + 1));
            pixels.extend(upper.chunks_exact(2).zip(lower.chunks_exact(2)).map(|(a, b)| {
                let sum: u16 = a.iter().chain(b).map(|p| u16::from(*p)).sum();
                ((sum + 2) / 4) as u8
            }));
        }
        Self { width, height, pixels }
    }

    /// `times` as large each way, blended between pixels.
    pub fn enlarged(&self, times: usize) -> Self {
        let (width, height) = (self.width * times, self.height * times);
        let place = |k: usize| (k as f32 + 0.5) / times as f32;
        let pixels = (0..width * height).map(|i| self.sample(place(i % width), place(i / width)) as u8).collect();
        Self { width, height, pixels }
    }

    /// Rows become columns: (x, y) moves to (y, x).
    pub fn transposed(&self) -> Self {
        let mut pixels = vec![0; self.pixels.len()];
        // In tiles, so that neither side walks through memory row by row.
        const TILE: usize = 32;
        for ty in (0..self.height).step_by(TILE) {
            for tx in (0..self.width).step_by(TILE) {
                for y in ty..(ty + TILE).min(self.height) {
                    for x in tx..(tx + TILE).min(self.width) {
                        if let (Some(to), Some(from)) =
                            (pixels.get_mut(x * self.height + y), self.pixels.get(y * self.width + x))
                        {
                            *to = *from;
                        }
                    }
                }
            }
        }
        Self { width: self.height, height: self.width, pixels }
    }

    /// The part from (`left`, `top`), cut off at the picture's edge.
    pub fn crop(&self, left: usize, top: usize, width: usize, height: usize) -> Self {
        let right = (left + width).min(self.width);
        let bottom = (top + height).min(self.height);
        let mut pixels = Vec::with_capacity(width * height);
        for y in top..bottom {
            pixels.extend_from_slice(self.row(y).get(left..right).unwrap_or(&[]));
        }
        Self { width: right.saturating_sub(left), height: bottom.saturating_sub(top), pixels }
    }

    /// Every pixel the mean of the three by three round it; the border stays.
    pub fn smoothed(&self) -> Self {
        let mut pixels = self.pixels.clone();
        let mut columns = vec![0u16; self.width];
        for y in 1..self.height.saturating_sub(1) {
            let (above, here, below) = (self.row(y - 1), self.row(y), self.row(y + 1));
            for (sum, ((a, b), c)) in columns.iter_mut().zip(above.iter().zip(here).zip(below)) {
                *sum = u16::from(*a) + u16::from(*b) + u16::from(*c);
            }
            let Some(row) = pixels.get_mut(y * self.width + 1..(y + 1) * self.width) else { continue };
            for (slot, three) in row.iter_mut().zip(columns.windows(3)) {
                *slot = ((three.iter().sum::<u16>() + 4) / 9) as u8;
            }
        }
        Self { width: self.width, height: self.height, pixels }
    }

    /// Black and white exchanged.
    pub fn inverted(&self) -> Self {
        Self { width: self.width, height: self.height, pixels: self.pixels.iter().map(|p| 255 - p).collect() }
    }
}
