//! Photographs that others took, read by `paytaipei scan`.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::PathBuf;
use std::process::Command;

use paytaipei_e2e::programs::{programs, root};
use serde_json::Value;

#[test]
fn all_twenty_photos_of_qrcode_1_are_read() {
    let folder = root().join("../shared/photos/qrcode-1");
    if !folder.is_dir() {
        eprintln!("not run: ../shared/photos/qrcode-1 is absent");
        return;
    }
    let mut pictures: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "png"))
        .collect();
    pictures.sort();
    assert_eq!(pictures.len(), 20);
    let output = Command::new(&programs().unwrap().phone).args(["--json", "scan"]).args(&pictures).output().unwrap();
    let lines: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len(), pictures.len());
    for (line, picture) in lines.iter().zip(&pictures) {
        let expected = std::fs::read_to_string(picture.with_extension("txt")).unwrap();
        assert_eq!(line["file"], picture.to_str().unwrap(), "lines are in order");
        assert_eq!(line["outcome"], "ok", "{line}");
        let texts: Vec<&str> =
            line["symbols"].as_array().unwrap().iter().map(|symbol| symbol["text"].as_str().unwrap()).collect();
        assert_eq!(texts, [expected.as_str()], "{}", picture.display());
    }
    assert!(output.status.success());
}
