//! The simulated phone camera: a page on a table, seen through a lens.

mod geometry;
mod lens;
mod light;
mod noise;
mod pan;
mod pyramid;
mod recipe;
mod scene;
mod sensor;
mod view;

use image::RgbImage;

use crate::paper::Page;
use crate::{PrintError, encode};

pub(crate) use noise::Dice;
pub use recipe::Level;

/// What the camera is pointed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Framing {
    /// The whole page; its codes are small.
    WholePage,
    /// QR code and barcodes, filling the picture.
    Codes,
    /// The QR code, at a distance that depends on the level.
    Qr,
    /// The three barcodes, at a distance that depends on the level.
    Bars,
}

/// A camera and its hand. Equal cameras take equal pictures of equal pages, byte for byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Camera {
    pub seed: u64,
    pub level: Level,
    pub framing: Framing,
    /// Width of the picture in pixels.
    pub width: u32,
    /// Height of the picture in pixels.
    pub height: u32,
}

impl Camera {
    /// A full high definition camera, pointed at the codes.
    #[must_use]
    pub const fn new(seed: u64, level: Level) -> Self {
        Self { seed, level, framing: Framing::Codes, width: 1920, height: 1080 }
    }
}

/// Corners of a code in a picture, in pixels: top left, top right, bottom right and bottom left of the code as printed.
pub type Corners = [[f32; 2]; 4];

/// A picture, and where the codes really are in it.
#[derive(Clone)]
pub struct Photo {
    pub image: RgbImage,
    /// JPEG quality that this camera saves with, 1 to 100.
    pub jpeg_quality: u8,
    pub qr: Corners,
    pub barcodes: Option<[Corners; 3]>,
    /// Width of a QR module, in picture pixels, on average.
    pub qr_module: f32,
    /// Width of a narrow bar, in picture pixels, on average over the narrowest of the barcodes; 0 where there are none.
    pub narrow_bar: f32,
}

impl Photo {
    /// The picture as the camera saves it.
    ///
    /// # Errors
    /// [`PrintError::Encode`].
    pub fn to_jpeg(&self) -> Result<Vec<u8>, PrintError> {
        encode::to_jpeg(&self.image, self.jpeg_quality)
    }
}

/// Takes a picture of a page.
///
/// # Errors
/// [`PrintError::PictureSize`] for pictures smaller than 320 or larger than 8000 pixels a side.
pub fn photograph(page: &Page, camera: &Camera) -> Result<Photo, PrintError> {
    check_size(camera)?;
    Ok(taken(page, camera, &scene::Scene::draw(page, camera), camera.seed))
}

/// Takes one frame of a video of a page, 30 a second: the scene of the photo of the same camera, with a hand that sways, a
/// lens that hunts for focus, and shake and noise of the frame's own.
///
/// # Errors
/// [`PrintError::PictureSize`] as for a photo.
pub fn film(page: &Page, camera: &Camera, frame: u32) -> Result<Photo, PrintError> {
    check_size(camera)?;
    let mut scene = scene::Scene::draw(page, camera);
    pan::move_to(&mut scene, camera, &camera.level.recipe(), page, pan::framed(page, camera.framing), frame);
    Ok(taken(page, camera, &scene, pan::noise_seed(camera, frame)))
}

fn check_size(camera: &Camera) -> Result<(), PrintError> {
    let allowed = 320..=8000;
    if allowed.contains(&camera.width) && allowed.contains(&camera.height) {
        return Ok(());
    }
    Err(PrintError::PictureSize { width: camera.width, height: camera.height })
}

fn taken(page: &Page, camera: &Camera, scene: &scene::Scene, noise_seed: u64) -> Photo {
    let mut planes = view::render(page, camera, scene);
    lens::blur(&mut planes, &scene.lens);
    let image = sensor::expose(planes, &scene.sensor, noise_seed);
    scene.develop(page, image)
}
