//! The three barcodes of a bill, read in any order: put together by their shape and their check digits.

use std::borrow::Cow;
use std::fmt;

use crate::code::cvs_barcode::{self, Segments};
use crate::code::tax;
use crate::{BillClaim, Catalogue, CivilDate, KnownCode, Lang, Reader, Reading, Suspicion};

/// Three barcodes put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BarcodesReading {
    pub reading: Reading,
    /// Where in the input segments 1, 2 and 3 stood.
    pub order: [usize; 3],
}

/// Why barcodes do not make one bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BarcodesError {
    /// None of them is a segment of a bill's barcodes.
    NotSegments,
    /// Some are, and others are missing.
    Missing(MissingSegments),
    /// They belong to more than one bill.
    SeveralBills,
}

/// Which of the three segments are still to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MissingSegments {
    pub first: bool,
    pub second: bool,
    pub third: bool,
}

/// At most this many segments are put together: no picture holds more, and the work grows with their cube.
const MOST: usize = 12;

/// [`Reader::barcodes`] by the bundled catalogue. `today` is the city's day.
pub fn read_barcodes(segments: &[&str], today: CivilDate) -> Result<BarcodesReading, BarcodesError> {
    Reader::new(&Catalogue::bundled(), today).barcodes(segments)
}

impl Reader<'_> {
    /// Puts the barcodes of one bill together and reads them.
    pub fn barcodes(self, segments: &[&str]) -> Result<BarcodesReading, BarcodesError> {
        let assembly = assemble(segments, self);
        match assembly.triples.as_slice() {
            [] => Err(assembly.missing.map_or(BarcodesError::NotSegments, BarcodesError::Missing)),
            [triple] => Ok(BarcodesReading { reading: triple.reading.clone(), order: triple.at }),
            _ => Err(BarcodesError::SeveralBills),
        }
    }
}

/// Three barcodes that belong together.
pub(crate) struct Triple {
    pub at: [usize; 3],
    pub reading: Reading,
    /// What segment 2 names as the number, where check digits fail and a known layout would have one.
    pub misread_number: Option<(&'static str, String)>,
}

/// All that a picture's barcodes give.
pub(crate) struct Assembly {
    pub triples: Vec<Triple>,
    /// Some barcode fits into more than one bill.
    pub ambiguous: bool,
    pub missing: Option<MissingSegments>,
}

impl Assembly {
    pub fn bills(&self) -> impl Iterator<Item = &BillClaim> {
        self.triples.iter().filter_map(|triple| match &triple.reading {
            Reading::Bill(claim) => Some(claim.as_ref()),
            _ => None,
        })
    }
}

/// Finds the triples whose check digits fit. Where none does, one that has the shape stands for them all.
pub(crate) fn assemble(texts: &[&str], reader: Reader<'_>) -> Assembly {
    let mut distinct: Vec<(usize, &str)> = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        // A reader may hand over Code 39's start and stop character.
        let text = text.trim_matches(['*', '\r', '\n']);
        let shaped = cvs_barcode::is_first(text) || is_second(text) || cvs_barcode::is_third(text);
        if shaped && distinct.len() < MOST && !distinct.iter().any(|(_, seen)| *seen == text) {
            distinct.push((at, text));
        }
    }
    let of = |class: fn(&str) -> bool| -> Vec<(usize, &str)> {
        distinct.iter().filter(|(_, text)| class(text)).copied().collect()
    };
    let (firsts, seconds, thirds) = (of(cvs_barcode::is_first), of(is_second), of(cvs_barcode::is_third));
    let mut shaped = Vec::new();
    for (first_at, first) in &firsts {
        for (second_at, second) in &seconds {
            for (third_at, third) in &thirds {
                if second_at != third_at {
                    let (reading, misread_number) = read_triple(&Segments { first, second, third }, reader);
                    shaped.push(Triple { at: [*first_at, *second_at, *third_at], reading, misread_number });
                }
            }
        }
    }
    let missing = if shaped.is_empty() && !(firsts.is_empty() && thirds.is_empty()) {
        let lone_seconds = seconds.iter().filter(|second| !thirds.contains(second)).count();
        Some(MissingSegments { first: firsts.is_empty(), second: lone_seconds == 0, third: thirds.is_empty() })
    } else {
        None
    };
    let (mut triples, ambiguous) = choose(shaped);
    triples.iter_mut().for_each(|triple| {
        let reading = std::mem::replace(&mut triple.reading, Reading::Unknown);
        triple.reading = reading.dated(reader);
    });
    Assembly { triples, ambiguous, missing }
}

/// The triples that count, and whether they contend for a barcode. Bills of the same day share segment 1, nothing else.
fn choose(shaped: Vec<Triple>) -> (Vec<Triple>, bool) {
    let rank = |triple: &Triple| match &triple.reading {
        Reading::Bill(_) => 0,
        // Check digits fit and something else is wrong: no chance meeting of segments.
        Reading::Suspicious(suspicion) if *suspicion != Suspicion::CheckDigitsWrong => 1,
        Reading::Known(known) if *known != KnownCode::OtherBarcodes => 2,
        Reading::Suspicious(_) => 3,
        Reading::Known(_) | Reading::Unknown => 4,
    };
    let mut shaped = shaped;
    let best = shaped.iter().map(rank).min().unwrap_or(4);
    shaped.retain(|triple| rank(triple) == best);
    if best > 0 {
        shaped.truncate(1);
    }
    let contend = |a: &Triple, b: &Triple| a.at[1] == b.at[1] || a.at[2] == b.at[2];
    let ambiguous = shaped.iter().enumerate().any(|(i, a)| shaped.iter().skip(i + 1).any(|b| contend(a, b)));
    (shaped, ambiguous)
}

/// Segment 2 of the convenience-store rule or of a tax slip.
fn is_second(text: &str) -> bool {
    cvs_barcode::is_second(text) || tax::is_second(text)
}

/// Reads three segments by the layout that the item names.
fn read_triple(segments: &Segments<'_>, reader: Reader<'_>) -> (Reading, Option<(&'static str, String)>) {
    let named = reader.layouts.iter().find_map(|layout| {
        layout.barcodes.as_ref().filter(|own| own.item == segments.item()).map(|own| (layout.biller, own))
    });
    let Some((biller, layout)) = named else {
        // Whose item it is, and so which check rule holds, is not known: some billers have one of their own.
        let tax = tax::is_second(segments.second);
        let reading = if tax { tax::read_barcodes(segments, reader) } else { Reading::Known(KnownCode::OtherBarcodes) };
        return (reading, None);
    };
    match (layout.read)(segments, reader.today) {
        Ok(claim) => (reader.claimed(claim), None),
        Err(suspicion) => {
            let number = (layout.number_in)(segments.second).filter(|_| suspicion == Suspicion::CheckDigitsWrong);
            (Reading::Suspicious(suspicion), number.map(|number| (biller, number.to_owned())))
        }
    }
}

impl MissingSegments {
    /// The missing ones, counted from 1 as on paper.
    pub fn numbers(self) -> impl Iterator<Item = u8> {
        [(self.first, 1), (self.second, 2), (self.third, 3)].into_iter().filter_map(|(missing, n)| missing.then_some(n))
    }
}

impl BarcodesError {
    /// Stable, `snake_case`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotSegments => "not_segments",
            Self::Missing(_) => "barcodes_incomplete",
            Self::SeveralBills => "several_bills",
        }
    }

    /// What is wrong.
    #[must_use]
    pub fn message(self, lang: Lang) -> Cow<'static, str> {
        match self {
            Self::NotSegments => {
                Cow::Borrowed(lang.pick("這不是帳單的條碼。", "These are not the barcodes of a bill."))
            }
            Self::Missing(missing) => {
                let list =
                    |separator: &str| missing.numbers().map(|n| n.to_string()).collect::<Vec<_>>().join(separator);
                Cow::Owned(match lang {
                    Lang::ZhHant => format!("三段條碼尚缺第 {} 段。", list("、")),
                    Lang::En => format!("Of the three barcodes, number {} is missing.", list(" and ")),
                })
            }
            Self::SeveralBills => {
                Cow::Borrowed(lang.pick("這些條碼屬於不只一張帳單。", "These barcodes belong to more than one bill."))
            }
        }
    }

    /// What to do.
    #[must_use]
    pub const fn hint(self, lang: Lang) -> &'static str {
        match self {
            Self::NotSegments => {
                lang.pick("請掃描帳單上的三段條碼或 QR Code。", "Scan the bill's three barcodes or its QR code.")
            }
            Self::Missing(_) => lang.pick(
                "請將三段條碼都放進畫面，保持平整並補足光線。",
                "Keep all three barcodes in the picture, the paper flat and well lit.",
            ),
            Self::SeveralBills => lang.pick("請一次只拍一張帳單。", "Hold one bill alone before the camera."),
        }
    }
}

impl fmt::Display for BarcodesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(Lang::En))
    }
}

impl std::error::Error for BarcodesError {}
