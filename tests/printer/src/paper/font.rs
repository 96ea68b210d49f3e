//! The Chinese font that pages are set in.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ab_glyph::FontVec;

use crate::PrintError;

const FOLDER: &str = "/usr/share/fonts";
const PACKAGE: &str = "fonts-wqy-microhei";

/// Font files that hold every character of the forms, the preferred first, with the face inside a collection. Noto's
/// collections put Traditional Chinese fourth.
const KNOWN: [(&str, u32); 4] =
    [("wqy-microhei.ttc", 0), ("NotoSansCJK-Regular.ttc", 3), ("NotoSansTC-Regular.otf", 0), ("uming.ttc", 0)];

/// The installed font, read once.
pub fn chinese() -> Result<&'static FontVec, PrintError> {
    static FONT: OnceLock<Result<FontVec, PrintError>> = OnceLock::new();
    FONT.get_or_init(|| read(Path::new(FOLDER))).as_ref().map_err(Clone::clone)
}

fn read(folder: &Path) -> Result<FontVec, PrintError> {
    let mut files = Vec::new();
    list(folder, 0, &mut files);
    let found = KNOWN.iter().find_map(|(name, face)| {
        files.iter().find(|path| path.file_name().is_some_and(|n| n == *name)).map(|path| (path, *face))
    });
    let Some((path, face)) = found else {
        return Err(PrintError::NoFont { folder: FOLDER, package: PACKAGE });
    };
    let broken = |reason: String| PrintError::BrokenFont { path: path.display().to_string(), reason, package: PACKAGE };
    let bytes = fs::read(path).map_err(|e| broken(e.to_string()))?;
    FontVec::try_from_vec_and_index(bytes, face).map_err(|e| broken(e.to_string()))
}

/// Files below a folder in a fixed order; links that lead in circles end at a depth no font folder has.
fn list(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if !path.is_dir() {
            files.push(path);
        } else if depth < 6 {
            list(&path, depth + 1, files);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_a_chinese_font_is_told_which_package_to_install() {
        let empty = tempfile::tempdir().unwrap();
        let error = read(empty.path()).err().unwrap();
        assert!(error.to_string().contains("apt-get install fonts-wqy-microhei"), "{error}");
    }

    #[test]
    fn a_damaged_font_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("wqy-microhei.ttc"), b"not a font").unwrap();
        let error = read(folder.path()).err().unwrap();
        assert!(matches!(error, PrintError::BrokenFont { .. }) && error.to_string().contains("wqy-microhei.ttc"));
    }
}
