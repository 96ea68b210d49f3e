//! The reader on photographs that nobody here took. They lie beside the workspace, not in it.

#![allow(clippy::unwrap_used, clippy::expect_used)] // helpers of tests fail as tests do

use std::path::{Path, PathBuf};

use paytaipei_scan::{Effort, decode_image, scan};

/// The folder, or `None` after saying by name that it is absent.
fn photos(name: &str) -> Option<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(name);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("not tested: ../shared/{name} is absent");
        return None;
    };
    let mut pictures: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
    pictures.retain(|p| p.extension().is_some_and(|e| e == "png" || e == "jpg"));
    pictures.sort();
    Some(pictures)
}

fn texts(picture: &Path) -> Vec<String> {
    let image = decode_image(&std::fs::read(picture).unwrap()).unwrap();
    scan(&image.as_luma(), Effort::Still).symbols.into_iter().map(|s| s.text).collect()
}

#[test]
fn all_real_photographs_of_the_first_set_are_read_and_nothing_else_is() {
    let Some(pictures) = photos("photos/qrcode-1") else { return };
    assert_eq!(pictures.len(), 20);
    for picture in pictures {
        let expected = std::fs::read_to_string(picture.with_extension("txt")).unwrap();
        assert_eq!(texts(&picture), [expected.trim_end()], "{}", picture.display());
    }
}

#[test]
fn pictures_without_a_code_are_not_said_to_hold_one() {
    let Some(pictures) = photos("photos/falsepositives-2") else { return };
    for picture in pictures {
        let image = decode_image(&std::fs::read(&picture).unwrap()).unwrap();
        let answer = scan(&image.as_luma(), Effort::Still);
        assert!(answer.symbols.is_empty(), "{}: {:?}", picture.display(), answer.symbols);
        assert!(answer.reason.is_some());
    }
}
