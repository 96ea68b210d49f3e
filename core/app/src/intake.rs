//! From a picture, a pasted text or a keyed number to the bill it claims.

use std::sync::Arc;

use paytaipei_bill::{
    BillClaim, BillKey, Biller, BillerId, Catalogue, CodeKind, Explanation, Lang, NumberError, PaperCode, PaperReading,
    Reader, Reading, Warning, check_number,
};
use paytaipei_payment::Terms;
use paytaipei_scan::{Effort, Format, NoCode, PictureError, Scan, decode_image};

use crate::error::{Code, Error, Result};
use crate::store::BillFacts;

/// A bill as it came in, before anybody confirmed it.
pub struct Intake {
    pub facts: BillFacts,
    pub warnings: Vec<Warning>,
}

/// Reads a still picture (PNG or JPEG) and everything printed in it.
pub fn from_picture(bytes: &[u8], reader: Reader<'_>) -> Result<Intake> {
    let image = decode_image(bytes).map_err(|error| picture_error(&error))?;
    from_scan(&paytaipei_scan::scan(&image.as_luma(), Effort::Still), reader)
}

/// Judges the symbols of one picture.
pub fn from_scan(scan: &Scan, reader: Reader<'_>) -> Result<Intake> {
    let codes: Vec<PaperCode<'_>> = scan
        .symbols
        .iter()
        .filter_map(|symbol| {
            let kind = match symbol.format {
                Format::QrCode => CodeKind::Qr,
                Format::Code39 => CodeKind::Code39,
                Format::Code128 => CodeKind::Code128,
                _ => return None,
            };
            Some(PaperCode { kind, text: &symbol.text })
        })
        .collect();
    from_codes(&codes, scan.reason, reader)
}

/// Judges the codes of one paper. `reason` is why none was found, where none was.
pub fn from_codes(codes: &[PaperCode<'_>], reason: Option<NoCode>, reader: Reader<'_>) -> Result<Intake> {
    match reader.paper(codes) {
        PaperReading::Bill(claim) => {
            let mut intake = served(*claim, reader)?;
            intake.facts.barcodes = barcodes(codes, &intake.facts.key, reader);
            Ok(intake)
        }
        PaperReading::TwoBills(_) => Err(Code::TwoBills.into()),
        PaperReading::Nothing(explanation) => Err(explained(&explanation, reason)),
    }
}

/// The three segments among the codes, in their order, where they are this bill's.
fn barcodes(codes: &[PaperCode<'_>], bill: &BillKey, reader: Reader<'_>) -> Option<[String; 3]> {
    let bars = codes.iter().filter(|code| code.kind != CodeKind::Qr);
    let texts: Vec<&str> = bars.map(|code| code.text.trim_matches('*')).collect();
    let read = reader.barcodes(&texts).ok()?;
    let of_it = matches!(&read.reading, Reading::Bill(claim) if claim.key() == *bill);
    let [first, second, third] = read.order.map(|at| texts.get(at).copied().unwrap_or_default().to_owned());
    of_it.then_some([first, second, third])
}

/// Judges the text of a code, pasted or read elsewhere.
pub fn from_text(text: &str, reader: Reader<'_>) -> Result<Intake> {
    match reader.text(text) {
        Reading::Bill(claim) => served(*claim, reader),
        Reading::Known(known) => Err(explained(&Explanation::Known(known), None)),
        Reading::Suspicious(suspicion) => Err(explained(&Explanation::Suspicious(suspicion), None)),
        Reading::Unknown => Err(explained(&Explanation::Unknown, None)),
    }
}

/// Checks a number that a person keyed in.
pub fn from_keys(catalogue: &Catalogue, biller: &str, typed: &str) -> Result<Intake> {
    let biller = served_biller(catalogue, biller)?;
    let (number, warnings) = check_number(biller, typed).map_err(malformed)?;
    // Where the number alone names the bill, there is no period to be learnt.
    let period = biller.number_is_bill.then(paytaipei_bill::Period::single);
    let key = paytaipei_bill::BillKey { biller: biller.id.clone(), number, period };
    Ok(Intake {
        facts: BillFacts {
            key,
            terms: None,
            due: None,
            source: "keyed".to_owned(),
            owner: None,
            address: None,
            barcodes: None,
        },
        warnings,
    })
}

/// The biller of this id, if its bills can be paid here.
pub fn served_biller<'a>(catalogue: &'a Catalogue, id: &str) -> Result<&'a Arc<Biller>> {
    let id = BillerId::new(id).map_err(|_| Code::BillerUnknown)?;
    let biller = catalogue.biller(&id).ok_or(Code::BillerUnknown)?;
    if !biller.served() {
        let hint = [biller.elsewhere(Lang::ZhHant), biller.elsewhere(Lang::En)];
        let message = [Code::BillerNotServed.message(Lang::ZhHant), Code::BillerNotServed.message(Lang::En)];
        return Err(Error::detailed(Code::BillerNotServed, "biller_not_served", message, Some(hint)));
    }
    Ok(biller)
}

/// Why what was keyed in is refused.
pub fn malformed(error: NumberError) -> Error {
    let message = [error.message(Lang::ZhHant), error.message(Lang::En)];
    let hint = [error.hint(Lang::ZhHant), error.hint(Lang::En)];
    Error::detailed(Code::NumberMalformed, error.code(), [&message[0], &message[1]], Some(hint))
}

fn served(claim: BillClaim, reader: Reader<'_>) -> Result<Intake> {
    served_biller(reader.catalogue(), claim.biller.as_str())?;
    let facts = BillFacts {
        key: claim.key(),
        terms: claim.amount.map(|amount| Terms::claimed(amount, claim.due)),
        due: claim.due,
        source: claim.format.as_str().to_owned(),
        owner: None,
        address: None,
        barcodes: None,
    };
    Ok(Intake { facts, warnings: claim.warnings })
}

fn explained(explanation: &Explanation, reason: Option<NoCode>) -> Error {
    let code = match explanation {
        Explanation::NoCode => return no_code(reason),
        Explanation::Suspicious(_) => Code::SuspiciousCode,
        Explanation::IncompleteBarcodes(_) => Code::BarcodesIncomplete,
        Explanation::Known(paytaipei_bill::KnownCode::NotServed(_)) => Code::BillerNotServed,
        Explanation::Known(_) | Explanation::Unknown => Code::NotABill,
    };
    let message = [explanation.message(Lang::ZhHant), explanation.message(Lang::En)];
    let hint = [explanation.hint(Lang::ZhHant), explanation.hint(Lang::En)];
    Error::detailed(code, explanation.code(), [&message[0], &message[1]], Some([&hint[0], &hint[1]]))
}

/// Why a picture shows no code, with what to do about it.
#[must_use]
pub fn no_code(reason: Option<NoCode>) -> Error {
    let (name, hint) = match reason {
        Some(NoCode::TooSmall) => ("too_small", ["條碼太小，請靠近一點再拍", "the code is too small: go closer"]),
        Some(NoCode::Blurred) => ("blurred", ["畫面模糊，請保持手機穩定", "the picture is blurred: hold still"]),
        Some(NoCode::CutOff) => {
            ("cut_off", ["條碼沒有完整入鏡，請退後一點", "the code is cut off: bring all of it into the frame"])
        }
        Some(NoCode::Glare) => (
            "glare",
            ["條碼反光，請換個角度或關閉閃光燈", "there is glare on the code: tilt the paper or switch the torch off"],
        ),
        _ => return Code::NoCode.into(),
    };
    Error::detailed(
        Code::NoCode,
        name,
        [Code::NoCode.message(Lang::ZhHant), Code::NoCode.message(Lang::En)],
        Some(hint),
    )
}

/// Why a file is no picture that can be scanned.
pub fn picture_error(error: &PictureError) -> Error {
    let code = match error {
        PictureError::TooLarge { .. } | PictureError::FileTooLarge { .. } | PictureError::TooMuchMemory => {
            Code::PictureTooLarge
        }
        _ => Code::BrokenPicture,
    };
    Error::detailed(code, error.code(), [code.message(Lang::ZhHant), code.message(Lang::En)], None)
}
