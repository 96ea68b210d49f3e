//! Defocus and shake.

/// A picture in linear light, one plane a band, 1 = white paper under nominal light.
pub struct Planes {
    pub width: usize,
    pub height: usize,
    pub bands: [Vec<f32>; 3],
}

#[derive(Debug, Clone, Copy)]
pub struct Lens {
    /// Radius of the disc that a point out of focus becomes, pixels.
    pub defocus: f32,
    /// Length of the path that the hand moves while the shutter is open, pixels.
    pub motion: f32,
    /// Direction of that path, radians.
    pub motion_angle: f32,
    /// Standard deviation of what is left: diffraction, the sensor's filter, the camera's noise reduction, pixels.
    pub softness: f32,
}

/// Blurs a picture as the lens does.
pub fn blur(planes: &mut Planes, lens: &Lens) {
    let taps = taps(lens);
    let gauss = gaussian(lens.softness);
    let (width, height) = (planes.width, planes.height);
    for band in &mut planes.bands {
        if taps.len() > 1 {
            *band = spread(band, width, height, &taps);
        }
        let across: Vec<Tap> = gauss.iter().map(|(d, weight)| Tap { dx: *d, dy: 0, weight: *weight }).collect();
        let down: Vec<Tap> = gauss.iter().map(|(d, weight)| Tap { dx: 0, dy: *d, weight: *weight }).collect();
        *band = spread(band, width, height, &across);
        *band = spread(band, width, height, &down);
    }
}

struct Tap {
    dx: isize,
    dy: isize,
    weight: f32,
}

/// The disc of defocus, dragged along the path of the hand.
fn taps(lens: &Lens) -> Vec<Tap> {
    let reach = (lens.defocus + lens.motion / 2.0 + 1.0).ceil() as isize;
    let steps = (lens.motion * 2.0).ceil().max(1.0) as usize;
    let (sin, cos) = lens.motion_angle.sin_cos();
    let mut taps = Vec::new();
    for dy in -reach..=reach {
        for dx in -reach..=reach {
            let covered = (0..steps).map(|step| {
                let along = ((step as f32 + 0.5) / steps as f32 - 0.5) * lens.motion;
                let distance = (dx as f32 - along * cos).hypot(dy as f32 - along * sin);
                (lens.defocus.max(0.5) + 0.5 - distance).clamp(0.0, 1.0)
            });
            let weight: f32 = covered.sum();
            if weight > 1e-4 {
                taps.push(Tap { dx, dy, weight });
            }
        }
    }
    let sum: f32 = taps.iter().map(|t| t.weight).sum();
    for tap in &mut taps {
        tap.weight /= sum;
    }
    taps
}

fn gaussian(deviation: f32) -> Vec<(isize, f32)> {
    let deviation = deviation.max(0.05);
    let reach = (deviation * 3.0).ceil() as isize;
    let weights: Vec<(isize, f32)> =
        (-reach..=reach).map(|d| (d, (-(d * d) as f32 / (2.0 * deviation * deviation)).exp())).collect();
    let sum: f32 = weights.iter().map(|(_, w)| w).sum();
    weights.into_iter().map(|(d, w)| (d, w / sum)).collect()
}

/// Convolution; beyond the edges the border is repeated.
fn spread(plane: &[f32], width: usize, height: usize, taps: &[Tap]) -> Vec<f32> {
    let pad = taps.iter().map(|t| t.dx.unsigned_abs()).max().unwrap_or(0);
    let stride = width + 2 * pad;
    let mut padded = Vec::with_capacity(stride * height);
    for row in plane.chunks_exact(width) {
        padded.extend(std::iter::repeat_n(row[0], pad));
        padded.extend_from_slice(row);
        padded.extend(std::iter::repeat_n(row[width - 1], pad));
    }
    let mut out = vec![0.0; width * height];
    for (y, target) in out.chunks_exact_mut(width).enumerate() {
        for tap in taps {
            let from = y.saturating_add_signed(tap.dy).min(height - 1) * stride + pad.saturating_add_signed(tap.dx);
            for (sum, value) in target.iter_mut().zip(&padded[from..from + width]) {
                *sum += value * tap.weight;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blur_spreads_light_without_losing_any() {
        let mut plane = vec![0.0; 41 * 41];
        plane[20 * 41 + 20] = 1.0;
        let mut planes = Planes { width: 41, height: 41, bands: [plane.clone(), plane.clone(), plane] };
        blur(&mut planes, &Lens { defocus: 3.0, motion: 5.0, motion_angle: 0.0, softness: 0.7 });
        let light = &planes.bands[0];
        assert!((light.iter().sum::<f32>() - 1.0).abs() < 1e-3);
        let at = |x: usize, y: usize| light[y * 41 + x];
        assert!(at(25, 20) > 0.001 && at(20, 25) < at(25, 20), "motion along x must reach farther than across");
    }
}
