//! Draws what the stages make of a photo: `cargo run -p paytaipei-scan --example stages -- PHOTO FOLDER [WIDTH]`
//!
//! Writes FOLDER/photo.png and one picture a stage, at most WIDTH pixels wide (480), for docs/scanning.md.

use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use image::codecs::png::{CompressionType, FilterType as PngFilter, PngEncoder};
use image::imageops::{FilterType, resize};
use image::{ExtendedColorType, GrayImage, ImageEncoder};
use paytaipei_scan::{LumaImage, decode_image, stages};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(photo), Some(folder)) = (arguments.next(), arguments.next().map(PathBuf::from)) else {
        return Err("usage: stages PHOTO FOLDER [WIDTH]".into());
    };
    let width = arguments.next().map_or(Ok(480), |w| w.parse())?;
    std::fs::create_dir_all(&folder)?;
    let image = decode_image(&std::fs::read(photo)?)?;
    write(&folder.join("photo.png"), &image, width)?;
    for (name, picture) in stages(&image.as_luma()) {
        write(&folder.join(format!("{name}.png")), &picture, width)?;
    }
    Ok(())
}

fn write(file: &Path, picture: &LumaImage, width: u32) -> Result<(), Box<dyn Error>> {
    let data = picture.as_luma().data.to_vec();
    let mut gray = GrayImage::from_raw(picture.width(), picture.height(), data).ok_or("a picture without pixels")?;
    if gray.width() > width {
        let height = gray.height() * width / gray.width();
        gray = resize(&gray, width, height, FilterType::Triangle);
    }
    // Sixteen greys are enough for looking, and small.
    gray.pixels_mut().for_each(|p| p.0[0] = p.0[0] / 17 * 17);
    let out = BufWriter::new(File::create(file)?);
    let encoder = PngEncoder::new_with_quality(out, CompressionType::Best, PngFilter::Adaptive);
    encoder.write_image(gray.as_raw(), gray.width(), gray.height(), ExtendedColorType::L8)?;
    Ok(())
}
