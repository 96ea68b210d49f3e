//! Pictures: what the camera hands over (luma) and encoded files (PNG, JPEG), checked before anything is allocated.

use std::io::{self, Cursor};

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use thiserror::Error;

/// Largest encoded file that is looked at, in bytes.
pub const MAX_FILE_BYTES: usize = 32 << 20;
/// Largest picture that is looked at, in pixels.
pub const MAX_PIXELS: u64 = 64_000_000;
/// Memory that decompressing may take, in bytes: the largest picture at three bytes a pixel, twice.
const MAX_DECODER_BYTES: u64 = MAX_PIXELS * 6;

/// How far the camera's picture must be turned clockwise for the paper to stand upright.
///
/// Codes are read at any angle; the turn only says where to look first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rotation {
    #[default]
    R0,
    R90,
    R180,
    R270,
}

/// A borrowed luma plane: one byte a pixel, 0 black, rows of `width` pixels that start `stride` bytes apart.
#[derive(Clone, Copy)]
pub struct Luma<'a> {
    pub data: &'a [u8],
    pub width: u32,
    pub height: u32,
    pub stride: u32,
    pub rotation: Rotation,
}

impl std::fmt::Debug for Luma<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Luma({}x{}, stride {}, {:?})", self.width, self.height, self.stride, self.rotation)
    }
}

impl<'a> Luma<'a> {
    /// Checks that `data` holds `height` rows of `width` bytes, `stride` bytes apart (the last may end with its pixels).
    pub fn new(data: &'a [u8], width: u32, height: u32, stride: u32, rotation: Rotation) -> Result<Self, PictureError> {
        let luma = Luma { data, width, height, stride, rotation };
        luma.check()?;
        Ok(luma)
    }

    /// The fields are public, so `scan` asks again.
    pub(crate) fn check(&self) -> Result<(), PictureError> {
        let Self { width, height, stride, .. } = *self;
        check_size(width, height)?;
        let needed = u64::from(stride) * u64::from(height - 1) + u64::from(width);
        if stride < width || needed > self.data.len() as u64 {
            return Err(PictureError::BadLayout { width, height, stride, bytes: self.data.len() });
        }
        Ok(())
    }

    pub(crate) fn row(&self, y: usize) -> &'a [u8] {
        let start = y * self.stride as usize;
        self.data.get(start..start + self.width as usize).unwrap_or(&[])
    }
}

/// An owned luma plane without padding between its rows.
#[derive(Clone, PartialEq, Eq)]
pub struct LumaImage {
    data: Vec<u8>,
    width: u32,
    height: u32,
}

impl std::fmt::Debug for LumaImage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LumaImage({}x{})", self.width, self.height)
    }
}

impl LumaImage {
    /// Takes `width * height` bytes, row after row.
    pub fn new(data: Vec<u8>, width: u32, height: u32) -> Result<Self, PictureError> {
        Luma::new(&data, width, height, width, Rotation::R0)?;
        Ok(Self { data, width, height })
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The same pixels, borrowed, upright.
    pub fn as_luma(&self) -> Luma<'_> {
        Luma { data: &self.data, width: self.width, height: self.height, stride: self.width, rotation: Rotation::R0 }
    }
}

/// Why a file or a buffer is no picture that can be scanned.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum PictureError {
    #[error("the file is neither a PNG nor a JPEG picture; take a photo of the bill or export it as one of these")]
    NotAPicture,
    #[error("the picture file ends too early; copy or download it again")]
    Truncated,
    #[error("the picture file is damaged; copy it again or take a new photo")]
    Broken,
    #[error("the picture claims {width}x{height} pixels, more than can be scanned; scale it down")]
    TooLarge { width: u32, height: u32 },
    #[error("the file has {bytes} bytes, more than the {MAX_FILE_BYTES} that can be scanned; scale it down")]
    FileTooLarge { bytes: usize },
    #[error("decompressing the picture would take too much memory; scale it down")]
    TooMuchMemory,
    #[error("the picture has no pixels; take a new photo")]
    Empty,
    #[error("the picture is stored in a way that is not supported; export it as an ordinary PNG or JPEG")]
    Unsupported,
    #[error("a buffer of {bytes} bytes does not hold {width}x{height} pixels in rows of {stride} bytes")]
    BadLayout { width: u32, height: u32, stride: u32, bytes: usize },
}

impl PictureError {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAPicture => "not_a_picture",
            Self::Truncated => "picture_truncated",
            Self::Broken => "picture_broken",
            Self::TooLarge { .. } | Self::FileTooLarge { .. } | Self::TooMuchMemory => "picture_too_large",
            Self::Empty => "picture_empty",
            Self::Unsupported => "picture_unsupported",
            Self::BadLayout { .. } => "picture_bad_layout",
        }
    }
}

fn check_size(width: u32, height: u32) -> Result<(), PictureError> {
    if width == 0 || height == 0 {
        return Err(PictureError::Empty);
    }
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(PictureError::TooLarge { width, height });
    }
    Ok(())
}

/// Decompresses a PNG or JPEG file to luma, turned as its EXIF orientation says; transparent parts count as white paper.
///
/// Size and memory are checked on the header, before any pixel is allocated.
pub fn decode_image(bytes: &[u8]) -> Result<LumaImage, PictureError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(PictureError::FileTooLarge { bytes: bytes.len() });
    }
    let format = match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg)) => format,
        _ => return Err(PictureError::NotAPicture),
    };
    if format == ImageFormat::Png {
        // The decoder calls these broken; the words to act on are others.
        let field = |at: usize| bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map(u32::from_be_bytes);
        if let (Some(width), Some(height)) = (field(16), field(20)) {
            check_size(width, height)?;
        }
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refusal)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    if decoder.total_bytes() > MAX_DECODER_BYTES {
        return Err(PictureError::TooMuchMemory);
    }
    // A picture with unreadable EXIF data is still a picture.
    let orientation = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(refusal)?;
    if picture.color().has_alpha() {
        picture = over_white(&picture);
    }
    let mut picture = DynamicImage::ImageLuma8(picture.into_luma8());
    if let Some(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    let luma = picture.into_luma8();
    let (width, height) = luma.dimensions();
    LumaImage::new(luma.into_raw(), width, height)
}

fn over_white(picture: &DynamicImage) -> DynamicImage {
    let mut pixels = picture.to_luma_alpha8();
    for pixel in pixels.pixels_mut() {
        let [luma, alpha] = pixel.0;
        let over = (u32::from(luma) * u32::from(alpha) + 255 * (255 - u32::from(alpha)) + 127) / 255;
        pixel.0 = [over.min(255) as u8, 255];
    }
    DynamicImage::ImageLumaA8(pixels)
}

fn refusal(error: ImageError) -> PictureError {
    match error {
        ImageError::Limits(_) => PictureError::TooMuchMemory,
        ImageError::Unsupported(_) => PictureError::Unsupported,
        ImageError::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => PictureError::Truncated,
        other => {
            // Decoders wrap the end of the file in errors of their own.
            let mut source: Option<&(dyn std::error::Error + 'static)> = Some(&other);
            while let Some(error) = source {
                if error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::UnexpectedEof) {
                    return PictureError::Truncated;
                }
                source = error.source();
            }
            PictureError::Broken
        }
    }
}
