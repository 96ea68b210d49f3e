//! Light on the table: a lamp that falls off, what stands in its way, and its reflection.

use super::geometry::{Point, dot};
use super::noise::smooth_step;

/// Something between lamp and paper.
#[derive(Debug, Clone)]
pub struct Shadow {
    pub outline: Outline,
    /// Part of the light that it takes away, 0 to 1.
    pub depth: f32,
    /// Half the width of its edge, mm.
    pub softness: f32,
}

#[derive(Debug, Clone)]
pub enum Outline {
    /// Everything beyond a line: unit normal, distance from the origin in mm.
    Edge { normal: [f32; 2], offset: f32 },
    /// The phone itself: centre, half sizes and the direction of its long side's normal.
    Phone { centre: [f32; 2], half: [f32; 2], axis: [f32; 2] },
}

impl Shadow {
    /// Part of the light that passes.
    fn passes(&self, x: f32, y: f32) -> f32 {
        let inside = match &self.outline {
            Outline::Edge { normal, offset } => x * normal[0] + y * normal[1] - offset,
            Outline::Phone { centre, half, axis: [c, s] } => {
                const CORNER: f32 = 9.0;
                let (dx, dy) = (x - centre[0], y - centre[1]);
                let qx = (dx * c + dy * s).abs() - half[0] + CORNER;
                let qy = (dy * c - dx * s).abs() - half[1] + CORNER;
                CORNER - (qx.max(0.0).hypot(qy.max(0.0)) + qx.max(qy).min(0.0))
            }
        };
        1.0 - self.depth * smooth_step(-self.softness, self.softness, inside)
    }
}

/// The lamp's reflection on glossy paper: centre, half widths along its axes, direction, and strength relative to white.
#[derive(Debug, Clone)]
pub struct Glare {
    pub centre: [f32; 2],
    pub half: [f32; 2],
    pub axis: [f32; 2],
    pub strength: f32,
}

impl Glare {
    fn at(&self, x: f32, y: f32) -> f32 {
        let (dx, dy) = (x - self.centre[0], y - self.centre[1]);
        let [c, s] = self.axis;
        let (a, b) = ((dx * c + dy * s) / self.half[0], (dy * c - dx * s) / self.half[1]);
        self.strength * (-(a * a + b * b)).exp()
    }
}

#[derive(Debug, Clone)]
pub struct Light {
    /// Unit vector towards the lamp.
    pub direction: Point,
    /// Part of the light that comes from everywhere, 0 to 1.
    pub ambient: f32,
    /// Logarithm of the change of light per mm, to the right and downwards.
    pub slope: [f32; 2],
    /// Where the slope's factor is 1.
    pub origin: [f32; 2],
    /// Colour of the light after white balance: red, green, blue.
    pub colour: [f32; 3],
    pub shadows: Vec<Shadow>,
    pub glare: Option<Glare>,
}

impl Light {
    /// Light that reaches a place of the scene, 1 = nominal.
    pub fn at(&self, x: f32, y: f32) -> f32 {
        let rise = self.slope[0] * (x - self.origin[0]) + self.slope[1] * (y - self.origin[1]);
        rise.clamp(-2.0, 2.0).exp() * self.shadows.iter().map(|s| s.passes(x, y)).product::<f32>()
    }

    /// Lambert's cosine, softened by the ambient part; 1 on the table.
    pub fn facing(&self, normal: Point) -> f32 {
        let flat = self.direction[2].max(0.05);
        self.ambient + (1.0 - self.ambient) * dot(normal, self.direction).max(0.0) / flat
    }

    /// Reflection that paper adds at a place, relative to white under nominal light.
    pub fn reflection(&self, x: f32, y: f32) -> f32 {
        self.glare.as_ref().map_or(0.0, |g| g.at(x, y))
    }
}
