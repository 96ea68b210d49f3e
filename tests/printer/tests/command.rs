//! `paytaipei-print` as a script calls it.

// Helpers of tests are tests too, which clippy cannot see.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const BILL: &str = r#"{"biller":"kinmen-water","number":"1234567","period":"11510","amount":428,"due":"2026-11-30",
    "owner":"王小明","address":"金門縣金城鎮民生路900號"}"#;

fn run(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_paytaipei-print"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A refusal may come before all input was read.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn in_folder(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

#[test]
fn a_page_and_a_photo_of_it_are_written_in_the_format_that_their_names_ask_for() {
    let folder = tempfile::tempdir().unwrap();
    let (page, photo) = (in_folder(folder.path(), "page.png"), in_folder(folder.path(), "photo.jpg"));
    assert!(run(&["--out", &page], BILL).status.success());
    let taken = ["--photo", "gentle", "--seed", "5", "--frame", "page", "--width", "1280", "--height", "720"];
    assert!(run(&[taken.as_slice(), &["--out", &photo]].concat(), BILL).status.success());
    let kind = |path: &str| image::guess_format(&fs::read(path).unwrap()).unwrap();
    assert_eq!(kind(&page), image::ImageFormat::Png);
    assert_eq!(kind(&photo), image::ImageFormat::Jpeg);
    assert_eq!(image::image_dimensions(&photo).unwrap(), (1280, 720));
}

#[test]
fn brightness_alone_is_what_the_picture_shows() {
    let folder = tempfile::tempdir().unwrap();
    let (pgm, png) = (in_folder(folder.path(), "page.pgm"), in_folder(folder.path(), "page.png"));
    assert!(run(&["--out", &pgm], BILL).status.success());
    assert!(run(&["--out", &png], BILL).status.success());
    let gray = image::open(&png).unwrap().to_rgb8();
    let (bytes, header) = (fs::read(&pgm).unwrap(), format!("P5\n{} {}\n255\n", gray.width(), gray.height()));
    let luma = bytes.strip_prefix(header.as_bytes()).unwrap();
    assert_eq!(luma.len(), gray.pixels().len());
    for (luma, pixel) in luma.iter().zip(gray.pixels()) {
        let [red, green, blue] = pixel.0.map(f64::from);
        assert!((f64::from(*luma) - (0.299 * red + 0.587 * green + 0.114 * blue)).abs() <= 1.0);
    }
}

#[test]
fn a_set_holds_a_truth_beside_every_photo_and_is_the_same_again_for_the_same_seed() {
    let folder = tempfile::tempdir().unwrap();
    let set = |name: &str, aim: &str| {
        let dir = in_folder(folder.path(), name);
        let arguments = ["set", "--dir", &dir, "--level", "medium", "--count", "2", "--seed", "9", "--aim", aim];
        assert!(run(&arguments, "").status.success());
        let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(&dir)
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
            .collect();
        files.sort();
        files
    };
    let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let qr = set("qr", "qr");
    assert_eq!(names(&qr), ["000.jpg", "000.txt", "001.jpg", "001.txt"]);
    assert!(qr == set("again", "qr"));
    let bars = set("bars", "bars");
    assert_eq!(names(&bars), ["000.bar", "000.jpg", "001.bar", "001.jpg"]);
    assert_eq!(String::from_utf8_lossy(&bars[0].1).lines().map(str::len).collect::<Vec<_>>(), [9, 16, 15]);
}

#[test]
fn what_cannot_be_printed_is_refused_without_repeating_it() {
    let folder = tempfile::tempdir().unwrap();
    let out = in_folder(folder.path(), "page.png");
    let gif = in_folder(folder.path(), "page.gif");
    for (arguments, input, expected) in [
        (vec!["--out", &out], "{\"biller\":\"kinmen-water\",\"number\":1234567}", "is no bill"),
        (vec!["--out", &out], "", "is no bill"),
        (vec!["--out", &out], &"7".repeat(70_000), "longer than"),
        (vec!["--out", &gif], BILL, ".png"),
        (vec!["--out", "/nowhere/page.png"], BILL, "cannot write"),
        (vec!["--photo", "easy", "--width", "100000", "--out", &out], BILL, "320 to 8000"),
        (vec!["--out", &out], &BILL.replace("kinmen-water", "kinmen-power"), "no printed form"),
        (vec!["--out", &out], &BILL.replace("1234567", "123456A"), "`number`"),
    ] {
        let refused = run(&arguments, input);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{said}");
        assert!(said.contains(expected), "{said}");
        assert!(!said.contains("123456") && !said.contains("王小明"), "personal data in: {said}");
    }
    assert!(!Path::new(&out).exists());
}
