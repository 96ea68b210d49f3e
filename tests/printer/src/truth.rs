//! Sets of pictures with what they say beside them, as `paytaipei-print set` writes them, and what a reader makes of them.
//!
//! Beside `N.jpg` (or a folder `N` of frames) stands `N.txt` or `N.bin` with the one text of its QR code, or `N.bar` with its
//! barcodes' texts, one a line. A picture with nothing beside it shows no code.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// What a picture says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truth {
    pub texts: Vec<Vec<u8>>,
    /// Whether it is about barcodes.
    pub bars: bool,
}

/// One code as a reader gives it: whether it is a QR code, its text, and its bytes (empty where the reader tells none).
#[derive(Debug, Clone, Copy)]
pub struct CodeRead<'a> {
    pub qr: bool,
    pub text: &'a str,
    pub raw: &'a [u8],
}

/// How well a reader did on a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Whether all texts were read or, where there is none, nothing.
    pub hit: bool,
    /// Codes of the kind that the picture is about that say something else. On a picture without a code, all.
    pub misreads: usize,
}

impl Truth {
    /// What stands beside a picture, or a folder of frames.
    #[must_use]
    pub fn beside(picture: &Path) -> Self {
        let read = |extension: &str| fs::read(picture.with_extension(extension)).ok();
        if let Some(bars) = read("bar") {
            let lines = bars.split(|b| *b == b'\n').map(|l| l.trim_ascii().to_vec()).filter(|l| !l.is_empty());
            return Self { texts: lines.collect(), bars: true };
        }
        Self { texts: read("txt").or_else(|| read("bin")).into_iter().collect(), bars: false }
    }

    /// Judges all that a reader read on the picture. White space at the end of a text is nobody's mistake.
    #[must_use]
    pub fn judge(&self, codes: &[CodeRead<'_>]) -> Verdict {
        let is = |want: &[u8], code: &CodeRead<'_>| {
            want == code.raw || String::from_utf8_lossy(want).trim_end() == code.text.trim_end()
        };
        let all = self.texts.iter().all(|want| codes.iter().any(|code| is(want, code)));
        let about = |code: &&CodeRead<'_>| self.texts.is_empty() || self.bars != code.qr;
        let wrong = |code: &&CodeRead<'_>| !self.texts.iter().any(|want| is(want, code));
        Verdict {
            hit: all && (!self.texts.is_empty() || codes.is_empty()),
            misreads: codes.iter().filter(about).filter(wrong).count(),
        }
    }
}

/// The pictures of a folder by name.
///
/// # Errors
/// Those of reading the folder.
pub fn pictures(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = entries(folder)?;
    found.retain(|p| p.extension().is_some_and(|e| e == "png" || e == "jpg"));
    Ok(found)
}

/// The films of a folder by name: its folders.
///
/// # Errors
/// Those of reading the folder.
pub fn films(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = entries(folder)?;
    found.retain(|p| p.is_dir());
    Ok(found)
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)?.filter_map(|e| e.ok().map(|e| e.path())).collect();
    entries.sort();
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn qr(text: &str) -> CodeRead<'_> {
        CodeRead { qr: true, text, raw: text.as_bytes() }
    }

    #[test]
    fn a_picture_is_read_when_all_of_its_texts_are_and_what_else_is_read_of_their_kind_is_wrong() {
        let bars = Truth { texts: vec![b"A".to_vec(), b"B".to_vec()], bars: true };
        let bar = |text: &'static str| CodeRead { qr: false, text, raw: b"" };
        assert_eq!(bars.judge(&[bar("A"), bar("B"), qr("C")]), Verdict { hit: true, misreads: 0 });
        assert_eq!(bars.judge(&[bar("A"), bar("8")]), Verdict { hit: false, misreads: 1 });
        let none = Truth { texts: vec![], bars: false };
        assert_eq!(none.judge(&[]), Verdict { hit: true, misreads: 0 });
        assert_eq!(none.judge(&[bar("A")]), Verdict { hit: false, misreads: 1 });
    }

    #[test]
    fn bytes_or_text_will_do_and_line_ends_at_the_end_do_not_count() {
        let truth = Truth { texts: vec![b"\x82\xa0\n".to_vec()], bars: false };
        assert!(truth.judge(&[CodeRead { qr: true, text: "?", raw: b"\x82\xa0\n" }]).hit);
        let truth = Truth { texts: vec![b"hello\r\n".to_vec()], bars: false };
        assert!(truth.judge(&[qr("hello")]).hit);
    }
}
