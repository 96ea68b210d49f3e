//! All codes of one picture, read as the one bill that they are printed on.

use std::borrow::Cow;

use crate::barcodes::{self, Assembly, BarcodesError, MissingSegments};
use crate::{BillClaim, Catalogue, CivilDate, KnownCode, Lang, Reader, Reading, Suspicion, Warning};

/// One symbol as the scanner read it.
#[derive(Clone, Copy)]
pub struct PaperCode<'a> {
    pub kind: CodeKind,
    pub text: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeKind {
    Qr,
    Code39,
    Code128,
}

/// What a picture of paper holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaperReading {
    /// Exactly one bill, with all that its codes say together.
    Bill(Box<BillClaim>),
    /// More than one bill: the person chooses.
    TwoBills(Vec<BillClaim>),
    /// No bill, and the best explanation of it.
    Nothing(Explanation),
}

/// Why a picture gives no bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Explanation {
    Suspicious(Suspicion),
    IncompleteBarcodes(MissingSegments),
    Known(KnownCode),
    /// Codes that mean nothing to this program.
    Unknown,
    NoCode,
}

/// At most this many symbols of a picture are read.
const MOST: usize = 64;

/// [`Reader::paper`] by the bundled catalogue. `today` is the city's day.
#[must_use]
pub fn read_paper(codes: &[PaperCode<'_>], today: CivilDate) -> PaperReading {
    Reader::new(&Catalogue::bundled(), today).paper(codes)
}

impl Reader<'_> {
    /// Reads all symbols of one picture.
    ///
    /// QR code and barcodes of the same bill are one claim: what one does not say, the other adds. Codes that say different
    /// things of the same bill, or a QR code and barcodes of different bills, are suspicious. Invoices, advertisements and
    /// barcodes of other trades beside a bill are passed over; a suspicious code never is.
    #[must_use]
    pub fn paper(self, codes: &[PaperCode<'_>]) -> PaperReading {
        match one_paper(codes.get(..MOST).unwrap_or(codes), self) {
            Ok(reading) => reading,
            Err(suspicion) => PaperReading::Nothing(Explanation::Suspicious(suspicion)),
        }
    }
}

/// A bill and which kinds of code spoke of it.
struct Found {
    claim: BillClaim,
    by_qr: bool,
    by_barcodes: bool,
}

fn one_paper(codes: &[PaperCode<'_>], reader: Reader<'_>) -> Result<PaperReading, Suspicion> {
    let of = |qr: bool| codes.iter().filter(move |code| (code.kind == CodeKind::Qr) == qr).map(|code| code.text);
    let mut known = Vec::new();
    let mut found: Vec<Found> = Vec::new();
    for text in of(true) {
        match reader.text(text) {
            Reading::Bill(claim) => add(&mut found, *claim, true)?,
            Reading::Known(code) => known.push(code),
            Reading::Suspicious(suspicion) => return Err(suspicion),
            Reading::Unknown => {}
        }
    }
    let assembly = barcodes::assemble(&of(false).collect::<Vec<_>>(), reader);
    if assembly.ambiguous {
        return Err(Suspicion::AmbiguousBarcodes);
    }
    for claim in assembly.bills() {
        add(&mut found, claim.clone(), false)?;
    }
    heed_other_barcodes(&assembly, &mut found, &mut known)?;
    let by_qr_alone = found.iter().any(|bill| !bill.by_barcodes);
    let by_barcodes_alone = found.iter().any(|bill| !bill.by_qr);
    if by_qr_alone && by_barcodes_alone {
        return Err(Suspicion::CodesDisagree);
    }
    let mut claims: Vec<BillClaim> = found.into_iter().map(|bill| bill.claim).collect();
    Ok(match (claims.pop(), claims.is_empty()) {
        (Some(claim), true) => PaperReading::Bill(Box::new(claim)),
        (Some(last), false) => {
            claims.push(last);
            PaperReading::TwoBills(claims)
        }
        (None, _) => PaperReading::Nothing(explain(codes, &assembly, known, reader)),
    })
}

/// Puts a claim with the bill that it speaks of.
fn add(found: &mut Vec<Found>, claim: BillClaim, by_qr: bool) -> Result<(), Suspicion> {
    for bill in found.iter_mut() {
        if is_same_bill(&bill.claim, &claim) {
            merge(&mut bill.claim, claim)?;
            bill.by_qr |= by_qr;
            bill.by_barcodes |= !by_qr;
            return Ok(());
        }
    }
    found.push(Found { claim, by_qr, by_barcodes: !by_qr });
    Ok(())
}

/// The same biller and number, and no two different periods.
fn is_same_bill(a: &BillClaim, b: &BillClaim) -> bool {
    a.biller == b.biller && a.number == b.number && (a.period.is_none() || b.period.is_none() || a.period == b.period)
}

fn merge(into: &mut BillClaim, other: BillClaim) -> Result<(), Suspicion> {
    fn known<T: PartialEq>(mine: &mut Option<T>, theirs: Option<T>) -> Result<(), Suspicion> {
        match (mine.as_ref(), theirs) {
            (Some(mine), Some(theirs)) if *mine != theirs => Err(Suspicion::CodesDisagree),
            (None, theirs) => {
                *mine = theirs;
                Ok(())
            }
            _ => Ok(()),
        }
    }
    known(&mut into.period, other.period)?;
    known(&mut into.amount, other.amount)?;
    known(&mut into.due, other.due)?;
    other.warnings.into_iter().for_each(|warning| into.warn(warning));
    Ok(())
}

/// Barcodes that are no bill: known by name, or suspicious. Misread ones that name a bill whose QR code was read are
/// passed over with a warning, since a QR code corrects its errors and a barcode does not.
fn heed_other_barcodes(assembly: &Assembly, found: &mut [Found], known: &mut Vec<KnownCode>) -> Result<(), Suspicion> {
    for triple in &assembly.triples {
        match &triple.reading {
            Reading::Known(code) => known.push(code.clone()),
            Reading::Suspicious(suspicion) => {
                let named = triple.misread_number.as_ref().and_then(|(biller, number)| {
                    found
                        .iter_mut()
                        .find(|bill| bill.claim.biller.as_str() == *biller && bill.claim.number.as_str() == number)
                });
                match named {
                    Some(bill) => bill.claim.warn(Warning::BarcodesMisread),
                    None => return Err(*suspicion),
                }
            }
            Reading::Bill(_) | Reading::Unknown => {}
        }
    }
    Ok(())
}

fn explain(codes: &[PaperCode<'_>], assembly: &Assembly, known: Vec<KnownCode>, reader: Reader<'_>) -> Explanation {
    if let Some(missing) = assembly.missing {
        return Explanation::IncompleteBarcodes(missing);
    }
    // Some things are printed as a single barcode.
    let single = codes.iter().filter(|code| code.kind != CodeKind::Qr).find_map(|code| match reader.text(code.text) {
        Reading::Known(code) => Some(code),
        _ => None,
    });
    match known.into_iter().next().or(single) {
        Some(code) => Explanation::Known(code),
        None if codes.is_empty() => Explanation::NoCode,
        None => Explanation::Unknown,
    }
}

impl Explanation {
    /// Stable, `snake_case`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Suspicious(suspicion) => suspicion.code(),
            Self::IncompleteBarcodes(missing) => BarcodesError::Missing(*missing).code(),
            Self::Known(known) => known.code(),
            Self::Unknown => "unknown_code",
            Self::NoCode => "no_code",
        }
    }

    /// What is wrong, or what it is instead of a bill.
    #[must_use]
    pub fn message(&self, lang: Lang) -> Cow<'static, str> {
        match self {
            Self::Suspicious(suspicion) => Cow::Borrowed(suspicion.message(lang)),
            Self::IncompleteBarcodes(missing) => BarcodesError::Missing(*missing).message(lang),
            Self::Known(known) => known.message(lang),
            Self::Unknown => {
                Cow::Borrowed(lang.pick("這個條碼不是已知的帳單。", "This code is no bill that is known here."))
            }
            Self::NoCode => Cow::Borrowed(lang.pick("畫面中沒有條碼。", "There is no code in the picture.")),
        }
    }

    /// What to do.
    #[must_use]
    pub fn hint(&self, lang: Lang) -> Cow<'static, str> {
        match self {
            Self::Suspicious(suspicion) => Cow::Borrowed(suspicion.hint(lang)),
            Self::IncompleteBarcodes(missing) => Cow::Borrowed(BarcodesError::Missing(*missing).hint(lang)),
            Self::Known(known) => known.hint(lang),
            Self::Unknown => Cow::Borrowed(lang.pick(
                "請掃描帳單上的繳費條碼，或手動輸入帳單號碼。",
                "Scan the payment code of the bill, or key in its number.",
            )),
            Self::NoCode => Cow::Borrowed(lang.pick(
                "請將條碼對準畫面中央，保持平穩並補足光線。",
                "Hold the code in the middle of the picture, still and well lit.",
            )),
        }
    }
}
