//! The sheet's shape in space and the pinhole that projects it.
//!
//! Lengths are millimetres. On the sheet `u` runs right and `v` down from its centre; in space `x` and `y` do the same and
//! `z` rises from the table towards the viewer.

use super::noise::value_noise;

pub type Point = [f32; 3];

/// A crease: the part of the sheet beyond the line is turned up by an angle.
#[derive(Debug, Clone, Copy)]
pub struct Fold {
    /// Direction of the line's normal, radians.
    pub angle: f32,
    /// Distance of the line from the sheet's centre.
    pub offset: f32,
    /// Angle between both parts, radians.
    pub bend: f32,
}

/// A sheet of paper lying on the table.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub width: f32,
    pub height: f32,
    /// Radius of the cylinder that the sheet follows; infinite where it lies flat.
    pub curl_radius: f32,
    /// Direction in which the sheet bends, radians.
    pub curl_angle: f32,
    /// Whether the middle rises instead of the edges.
    pub curl_down: bool,
    pub fold: Option<Fold>,
    /// Height of the waves of paper that has been in a pocket.
    pub waves: f32,
    pub wave_seed: u32,
}

impl Sheet {
    /// Where a point of the sheet is in space.
    pub fn point(&self, u: f32, v: f32) -> Point {
        let (mut x, mut y, mut z) = (u, v, 0.0);
        if self.curl_radius.is_finite() {
            let (nx, ny) = (self.curl_angle.cos(), self.curl_angle.sin());
            let s = u * nx + v * ny;
            let turn = (s / self.curl_radius).clamp(-1.3, 1.3);
            let moved = self.curl_radius * turn.sin() - s;
            x += moved * nx;
            y += moved * ny;
            z = self.curl_radius * (1.0 - turn.cos());
            if self.curl_down {
                z = -z;
            }
        }
        if let Some(fold) = self.fold {
            let (nx, ny) = (fold.angle.cos(), fold.angle.sin());
            let beyond = u * nx + v * ny - fold.offset;
            if beyond > 0.0 {
                let moved = beyond * (fold.bend.cos() - 1.0);
                x += moved * nx;
                y += moved * ny;
                z += beyond * fold.bend.sin();
            }
        }
        z += self.waves * value_noise(u / 45.0, v / 45.0, self.wave_seed);
        [x, y, z]
    }

    /// Unit normal, towards the viewer where the sheet lies flat.
    pub fn normal(&self, u: f32, v: f32) -> Point {
        const STEP: f32 = 0.4;
        let along_u = minus(self.point(u + STEP, v), self.point(u - STEP, v));
        let along_v = minus(self.point(u, v + STEP), self.point(u, v - STEP));
        let [a, b, c] = along_u;
        let [d, e, f] = along_v;
        unit([b * f - c * e, c * d - a * f, a * e - b * d])
    }
}

fn minus(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

pub fn unit(a: Point) -> Point {
    let length = dot(a, a).sqrt().max(1e-9);
    [a[0] / length, a[1] / length, a[2] / length]
}

pub fn dot(a: Point, b: Point) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// A pinhole looking at a point.
#[derive(Debug, Clone)]
pub struct Eye {
    /// Rows of the rotation from scene (with `z` into the table) to camera.
    pub rotation: [Point; 3],
    /// The point looked at.
    pub target: Point,
    /// Distance of the pinhole from the target.
    pub distance: f32,
    /// Focal length in pixels.
    pub focal: f32,
    /// Where the target falls in the picture, in pixels.
    pub centre: [f32; 2],
}

impl Eye {
    /// Rotation about the axis of sight, about the picture's horizontal and about its vertical axis, in radians.
    pub fn rotation(roll: f32, pitch: f32, yaw: f32) -> [Point; 3] {
        let ((sr, cr), (sp, cp), (sy, cy)) = (roll.sin_cos(), pitch.sin_cos(), yaw.sin_cos());
        let tilt = [[cy, 0.0, sy], [sp * sy, cp, -sp * cy], [-cp * sy, sp, cp * cy]];
        let [a, b, c] = tilt;
        let turned = |s: f32, t: f32| [s * a[0] + t * b[0], s * a[1] + t * b[1], s * a[2] + t * b[2]];
        [turned(cr, -sr), turned(sr, cr), c]
    }

    /// Picture position in pixels and depth in millimetres.
    pub fn project(&self, p: Point) -> [f32; 3] {
        let d = minus(p, self.target);
        let q = [d[0], d[1], -d[2]];
        let depth = (dot(self.rotation[2], q) + self.distance).max(1.0);
        let scale = self.focal / depth;
        [self.centre[0] + dot(self.rotation[0], q) * scale, self.centre[1] + dot(self.rotation[1], q) * scale, depth]
    }

    /// The point of the table below a point of the picture; `None` above the horizon.
    pub fn on_table(&self, px: f32, py: f32) -> Option<[f32; 2]> {
        let ray = [(px - self.centre[0]) / self.focal, (py - self.centre[1]) / self.focal, 1.0];
        let back = |v: Point| -> Point {
            let column = |i: usize| self.rotation.iter().zip(v).map(|(row, x)| row[i] * x).sum::<f32>();
            [column(0), column(1), column(2)]
        };
        let (origin, direction) = (back([0.0, 0.0, -self.distance]), back(ray));
        if direction[2] <= 1e-4 {
            return None;
        }
        let t = (self.target[2] - origin[2]) / direction[2];
        Some([self.target[0] + origin[0] + t * direction[0], self.target[1] + origin[1] + t * direction[1]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_point_leads_back_to_the_table_point_it_shows() {
        let eye = Eye {
            rotation: Eye::rotation(0.4, 0.3, -0.2),
            target: [10.0, 20.0, 3.0],
            distance: 200.0,
            focal: 1500.0,
            centre: [950.0, 500.0],
        };
        for p in [[0.0, 0.0], [40.0, -12.0], [-30.0, 25.0]] {
            let [px, py, _] = eye.project([p[0], p[1], 0.0]);
            let back = eye.on_table(px, py).unwrap();
            assert!((back[0] - p[0]).abs() < 0.01 && (back[1] - p[1]).abs() < 0.01, "{back:?}");
        }
    }

    #[test]
    fn curling_neither_stretches_nor_shrinks_paper() {
        let sheet = Sheet {
            width: 200.0,
            height: 200.0,
            curl_radius: 150.0,
            curl_angle: 0.7,
            curl_down: false,
            fold: None,
            waves: 0.0,
            wave_seed: 0,
        };
        for (u, v) in [(0.0, 0.0), (60.0, -20.0), (-40.0, 55.0)] {
            let step = minus(sheet.point(u + 0.5, v), sheet.point(u - 0.5, v));
            assert!((dot(step, step).sqrt() - 1.0).abs() < 0.01);
        }
    }
}
