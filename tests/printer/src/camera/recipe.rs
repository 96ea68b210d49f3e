//! How difficult each level is: the ranges that a scene's properties are drawn from.

/// How hard a picture is to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// A careful hand in a lit room: slight tilt and blur, uneven light. Every reader is meant to read it.
    Gentle,
    /// A bill held to the camera without much care.
    Easy,
    /// Small codes, shadows, soft focus, bent paper.
    Medium,
    /// A kitchen lamp, a folded bill and a hasty hand.
    Hard,
}

type Range = (f32, f32);

/// Angles in degrees, lengths on paper in mm, lengths in the picture in pixels, the rest as parts of 1.
pub struct Recipe {
    /// Pitch and yaw, each to either side.
    pub tilt: Range,
    /// Rotation about the axis of sight, to either side of the nearest quarter turn.
    pub roll: Range,
    /// Chance that the paper stands a quarter, half or three quarter turn off.
    pub turned: f32,
    /// How far curled paper has turned at its corners, and the chance of curling.
    pub curl: (f32, Range),
    /// Angle at a fold, and the chance of one.
    pub fold: (f32, Range),
    pub waves: Range,
    /// Factor between the picture's brightest and darkest side by the lamp's fall-off alone.
    pub falloff: Range,
    /// Depth of a shadow, and the chance of one.
    pub shadow: (f32, Range),
    /// Strength of glare, and the chance of it.
    pub glare: (f32, Range),
    pub defocus: Range,
    /// Length of shake, and the chance of it.
    pub motion: (f32, Range),
    pub softness: Range,
    pub exposure: Range,
    pub shot: Range,
    pub read: Range,
    pub jpeg: Range,
    /// Width of a QR module when the camera is pointed at the QR code.
    pub qr_module: Range,
    /// Width of a narrow bar when the camera is pointed at the barcodes.
    pub narrow_bar: Range,
}

impl Level {
    pub const ALL: [Self; 4] = [Self::Gentle, Self::Easy, Self::Medium, Self::Hard];

    /// The level's name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gentle => "gentle",
            Self::Easy => "easy",
            Self::Medium => "medium",
            Self::Hard => "hard",
        }
    }

    pub(super) const fn recipe(self) -> Recipe {
        match self {
            Self::Gentle => Recipe {
                tilt: (2.0, 9.0),
                roll: (1.0, 5.0),
                turned: 0.0,
                curl: (0.7, (7.0, 17.0)),
                fold: (0.5, (2.0, 6.0)),
                waves: (0.2, 0.6),
                falloff: (1.2, 1.6),
                shadow: (0.7, (0.12, 0.35)),
                glare: (0.0, (0.0, 0.0)),
                defocus: (0.5, 0.9),
                motion: (0.0, (0.0, 0.0)),
                softness: (0.45, 0.6),
                exposure: (0.68, 0.86),
                shot: (0.000_1, 0.000_25),
                read: (0.003, 0.006),
                jpeg: (88.0, 94.0),
                qr_module: (5.0, 8.0),
                narrow_bar: (3.4, 4.5),
            },
            Self::Easy => Recipe {
                tilt: (0.0, 14.0),
                roll: (0.0, 8.0),
                turned: 0.3,
                curl: (0.5, (8.0, 25.0)),
                fold: (0.2, (3.0, 10.0)),
                waves: (0.0, 0.6),
                falloff: (1.0, 1.8),
                shadow: (0.5, (0.2, 0.5)),
                glare: (0.2, (0.2, 0.6)),
                defocus: (0.5, 1.2),
                motion: (0.2, (0.5, 2.0)),
                softness: (0.45, 0.7),
                exposure: (0.6, 1.0),
                shot: (0.000_2, 0.000_6),
                read: (0.004, 0.009),
                jpeg: (75.0, 92.0),
                qr_module: (3.0, 8.0),
                narrow_bar: (2.0, 4.2),
            },
            Self::Medium => Recipe {
                tilt: (5.0, 26.0),
                roll: (0.0, 28.0),
                turned: 0.5,
                curl: (0.8, (12.0, 40.0)),
                fold: (0.4, (5.0, 20.0)),
                waves: (0.2, 1.0),
                falloff: (1.2, 2.6),
                shadow: (0.7, (0.35, 0.7)),
                glare: (0.55, (0.5, 2.0)),
                defocus: (0.6, 2.4),
                motion: (0.4, (1.0, 4.0)),
                softness: (0.5, 0.9),
                exposure: (0.5, 1.1),
                shot: (0.000_4, 0.001_5),
                read: (0.006, 0.014),
                jpeg: (55.0, 88.0),
                qr_module: (2.45, 5.5),
                narrow_bar: (1.5, 3.0),
            },
            Self::Hard => Recipe {
                tilt: (10.0, 34.0),
                roll: (0.0, 45.0),
                turned: 0.6,
                curl: (0.9, (15.0, 55.0)),
                fold: (0.5, (8.0, 30.0)),
                waves: (0.3, 1.6),
                falloff: (1.5, 4.0),
                shadow: (0.85, (0.4, 0.8)),
                glare: (0.65, (0.6, 2.6)),
                defocus: (0.7, 2.7),
                motion: (0.5, (1.0, 4.5)),
                softness: (0.5, 1.0),
                exposure: (0.4, 1.15),
                shot: (0.000_6, 0.002_5),
                read: (0.008, 0.02),
                jpeg: (45.0, 85.0),
                qr_module: (2.3, 6.0),
                narrow_bar: (1.4, 2.8),
            },
        }
    }
}
