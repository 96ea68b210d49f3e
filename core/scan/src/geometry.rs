//! Points and the perspective transform.

use std::ops::{Add, Mul, Sub};

/// A point or a vector in pixels, x to the right, y down.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

impl Point {
    pub const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    pub fn dot(self, other: Self) -> f32 {
        self.x * other.x + self.y * other.y
    }

    /// Above zero where `other` lies clockwise of this one, as y grows downwards.
    pub fn cross(self, other: Self) -> f32 {
        self.x * other.y - self.y * other.x
    }

    pub fn length(self) -> f32 {
        self.x.hypot(self.y)
    }

    pub fn unit(self) -> Option<Self> {
        let length = self.length();
        (length > 1e-6).then(|| self * (1.0 / length))
    }
}

impl Add for Point {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::new(self.x + other.x, self.y + other.y)
    }
}

impl Sub for Point {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self::new(self.x - other.x, self.y - other.y)
    }
}

impl Mul<f32> for Point {
    type Output = Self;
    fn mul(self, factor: f32) -> Self {
        Self::new(self.x * factor, self.y * factor)
    }
}

/// A perspective transform of the plane.
#[derive(Clone, Copy, Debug)]
pub struct Perspective([f32; 9]);

impl Perspective {
    /// The one that takes four points to four others; `None` where three of either lie on a line.
    pub fn between(from: [Point; 4], to: [Point; 4]) -> Option<Self> {
        let mut rows = Vec::with_capacity(8);
        for (p, q) in from.iter().zip(&to) {
            let (x, y, u, v) = (f64::from(p.x), f64::from(p.y), f64::from(q.x), f64::from(q.y));
            rows.push((vec![x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y], u));
            rows.push((vec![0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y], v));
        }
        let matrix = rows.iter().flat_map(|r| r.0.iter().copied()).collect();
        let solution = solve(matrix, rows.iter().map(|r| r.1).collect())?;
        let mut h = [1.0f32; 9];
        for (slot, value) in h.iter_mut().zip(&solution) {
            *slot = *value as f32;
        }
        h.iter().all(|v| v.is_finite()).then_some(Self(h))
    }

    pub fn apply(&self, p: Point) -> Point {
        let h = &self.0;
        let w = h[6] * p.x + h[7] * p.y + h[8];
        // Behind the camera there is nothing to sample; far away will do.
        let w = if w.abs() < 1e-6 { 1e-6 } else { w };
        Point::new((h[0] * p.x + h[1] * p.y + h[2]) / w, (h[3] * p.x + h[4] * p.y + h[5]) / w)
    }
}

/// Solves a square system, row after row, by elimination with partial pivoting; `None` where it is singular.
pub fn solve(mut matrix: Vec<f64>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let n = right.len();
    if matrix.len() != n * n {
        return None;
    }
    for column in 0..n {
        let pivot =
            (column..n).max_by(|&a, &b| matrix[a * n + column].abs().total_cmp(&matrix[b * n + column].abs()))?;
        if matrix[pivot * n + column].abs() < 1e-12 {
            return None;
        }
        if pivot != column {
            for i in 0..n {
                matrix.swap(pivot * n + i, column * n + i);
            }
            right.swap(pivot, column);
        }
        for row in column + 1..n {
            let factor = matrix[row * n + column] / matrix[column * n + column];
            if factor != 0.0 {
                let (above, below) = matrix.split_at_mut(row * n);
                let source = &above[column * n + column..column * n + n];
                for (value, pivot) in below[column..n].iter_mut().zip(source) {
                    *value -= factor * pivot;
                }
                right[row] -= factor * right[column];
            }
        }
    }
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|i| matrix[row * n + i] * right[i]).sum();
        right[row] = (right[row] - known) / matrix[row * n + row];
    }
    right.iter().all(|v| v.is_finite()).then_some(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_points_go_where_they_are_sent_and_lines_stay_lines() {
        let square = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)].map(|(x, y)| Point::new(x, y));
        let quad = [(5.0, 7.0), (90.0, 3.0), (120.0, 80.0), (-4.0, 60.0)].map(|(x, y)| Point::new(x, y));
        let map = Perspective::between(square, quad).unwrap();
        for (p, q) in square.into_iter().zip(quad) {
            assert!((map.apply(p) - q).length() < 1e-2);
        }
        let [a, b, c] = [1.0, 4.0, 9.0].map(|t| map.apply(Point::new(t, t)));
        assert!((b - a).cross(c - a).abs() < 0.05);
        assert!(Perspective::between([square[0]; 4], quad).is_none());
    }
}
