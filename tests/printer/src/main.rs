//! `paytaipei-print`: prints bills, and photographs them.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use paytaipei_printer::{
    Camera, Framing, Level, PaperBill, PrintError, codes, film, invent, photograph, print, to_jpeg, to_pgm, to_png,
};

/// Longest bill that is read from standard input, in bytes.
const INPUT_MAX: u64 = 64 * 1024;
/// JPEG quality of a page that is not photographed.
const PAGE_QUALITY: u8 = 92;

/// Print a bill (a JSON object on standard input) as a picture of its page or as a photo of it.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    one: One,
}

#[derive(Args)]
struct One {
    /// Photograph the page instead of showing it flat.
    #[arg(long, value_name = "LEVEL")]
    photo: Option<LevelArgument>,
    /// Which of the possible photos to take.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// What the camera is pointed at.
    #[arg(long, value_enum, default_value_t = Frame::Codes)]
    frame: Frame,
    /// Width of the photo in pixels.
    #[arg(long, default_value_t = 1920)]
    width: u32,
    /// Height of the photo in pixels.
    #[arg(long, default_value_t = 1080)]
    height: u32,
    /// Picture to write: .png, .jpg, or .pgm for brightness alone, as a camera hands it to a scanner.
    #[arg(long, required = true)]
    out: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Write a set of photos of invented bills with the truth beside them: NNN.jpg, and NNN.txt (the QR code's text) or
    /// NNN.bar (the barcodes' texts, one a line).
    Set {
        /// Folder to write to; made where it does not exist.
        #[arg(long)]
        dir: PathBuf,
        #[arg(long)]
        level: LevelArgument,
        /// How many photos.
        #[arg(long, default_value_t = 60)]
        count: u32,
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// Code that the camera is pointed at.
        #[arg(long, value_enum, default_value_t = Aim::Qr)]
        aim: Aim,
        /// Film each bill instead: this many frames, at 30 a second, in a folder NNN beside the truth.
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=900))]
        frames: u32,
    },
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "lower")]
enum LevelArgument {
    Gentle,
    Easy,
    Medium,
    Hard,
}

impl From<LevelArgument> for Level {
    fn from(argument: LevelArgument) -> Self {
        match argument {
            LevelArgument::Gentle => Self::Gentle,
            LevelArgument::Easy => Self::Easy,
            LevelArgument::Medium => Self::Medium,
            LevelArgument::Hard => Self::Hard,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Frame {
    Codes,
    Page,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Aim {
    Qr,
    Bars,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Print(#[from] PrintError),
    // serde's own message may quote the input, which is personal data.
    #[error(
        "standard input is no bill (line {line}, column {column}); expected a JSON object with biller, number, \
             period, amount, due, owner and address"
    )]
    NoBill { line: usize, column: usize },
    #[error("standard input cannot be read: {0}")]
    Input(io::Error),
    #[error("the bill on standard input is longer than {INPUT_MAX} bytes")]
    TooLong,
    #[error("cannot tell what kind of picture {0} is to be; name it .png, .jpg, .jpeg or .pgm")]
    UnknownKind(String),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.command {
        Some(Command::Set { dir, level, count, seed, aim, frames }) => {
            print_set(&dir, level.into(), count, seed, aim, frames)
        }
        None => print_one(&arguments.one),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("paytaipei-print: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn print_one(one: &One) -> Result<(), Failure> {
    let out = one.out.clone().unwrap_or_default();
    let kind = kind(&out)?;
    let page = print(&read_bill()?)?;
    let bytes = match one.photo {
        None => match kind {
            Kind::Png => to_png(&page.image)?,
            Kind::Jpeg => to_jpeg(&page.image, PAGE_QUALITY)?,
            Kind::Pgm => to_pgm(&page.image),
        },
        Some(level) => {
            let framing = match one.frame {
                Frame::Codes => Framing::Codes,
                Frame::Page => Framing::WholePage,
            };
            let (seed, width, height) = (one.seed, one.width, one.height);
            let photo = photograph(&page, &Camera { seed, level: level.into(), framing, width, height })?;
            match kind {
                Kind::Png => to_png(&photo.image)?,
                Kind::Jpeg => photo.to_jpeg()?,
                Kind::Pgm => to_pgm(&photo.image),
            }
        }
    };
    write(&out, &bytes)
}

fn print_set(dir: &Path, level: Level, count: u32, seed: u64, aim: Aim, frames: u32) -> Result<(), Failure> {
    const SIZES: [(u32, u32); 3] = [(1920, 1080), (1280, 720), (1600, 1200)];
    fs::create_dir_all(dir).map_err(|e| write_error(dir, &e))?;
    let framing = match aim {
        Aim::Qr => Framing::Qr,
        Aim::Bars => Framing::Bars,
    };
    // Sets of different kinds show different bills, or one would be a hint to the other.
    let kind = format!("{} {aim:?}", level.name());
    let seed = kind.bytes().fold(seed, |seed, byte| invent::child_seed(seed, u32::from(byte)));
    for index in 0..count {
        let seed = invent::child_seed(seed, index);
        let bill = invent::bill(seed);
        let (width, height) = SIZES[(seed % 3) as usize];
        let (page, camera) = (print(&bill)?, Camera { seed, level, framing, width, height });
        if frames == 0 {
            write(&dir.join(format!("{index:03}.jpg")), &photograph(&page, &camera)?.to_jpeg()?)?;
        } else {
            let film_dir = dir.join(format!("{index:03}"));
            fs::create_dir_all(&film_dir).map_err(|e| write_error(&film_dir, &e))?;
            for frame in 0..frames {
                write(&film_dir.join(format!("{frame:03}.jpg")), &film(&page, &camera, frame)?.to_jpeg()?)?;
            }
        }
        let codes = codes(&bill)?;
        match aim {
            Aim::Qr => write(&dir.join(format!("{index:03}.txt")), codes.qr.as_bytes())?,
            Aim::Bars => {
                let texts = codes.barcodes.map(|b| b.join("\n")).unwrap_or_default();
                write(&dir.join(format!("{index:03}.bar")), texts.as_bytes())?;
            }
        }
    }
    Ok(())
}

fn read_bill() -> Result<PaperBill, Failure> {
    let mut text = Vec::new();
    io::stdin().lock().take(INPUT_MAX + 1).read_to_end(&mut text).map_err(Failure::Input)?;
    if text.len() as u64 > INPUT_MAX {
        return Err(Failure::TooLong);
    }
    serde_json::from_slice(&text).map_err(|e| Failure::NoBill { line: e.line(), column: e.column() })
}

enum Kind {
    Png,
    Jpeg,
    Pgm,
}

fn kind(path: &Path) -> Result<Kind, Failure> {
    let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    match extension.as_deref() {
        Some("png") => Ok(Kind::Png),
        Some("jpg" | "jpeg") => Ok(Kind::Jpeg),
        Some("pgm") => Ok(Kind::Pgm),
        _ => Err(Failure::UnknownKind(path.display().to_string())),
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(path, bytes).map_err(|e| write_error(path, &e))
}

fn write_error(path: &Path, error: &io::Error) -> Failure {
    PrintError::Write { path: path.display().to_string(), reason: error.to_string() }.into()
}
