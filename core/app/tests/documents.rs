//! `docs/billers.md`, its pictures and the table in `docs/bill-codes.md` are made from the catalogue, the code and the bill
//! printer: `scripts/docs` writes them, and these tests hold them to be current.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fmt::Write;
use std::path::{Path, PathBuf};

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, ImageEncoder};
use paytaipei_bill::catalogue::{AcceptedCode, Biller, Deadline, State};
use paytaipei_bill::keyed::{Field, Rule};
use paytaipei_bill::{Catalogue, CivilDate, CodeKind, PaperCode, PaperReading, Reader};
use paytaipei_printer::{PaperBill, print};
use paytaipei_scan::{Effort, Format, decode_image, scan};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

fn picture(biller: &Biller) -> String {
    format!("pictures/bills/{}.png", biller.id.as_str())
}

/// Compares a file with what it should be; writes it where that is asked for.
fn hold(file: &Path, wanted: &[u8]) {
    if std::env::var_os("PAYTAIPEI_WRITE_DOCS").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, wanted).unwrap();
    }
    let current = std::fs::read(file).unwrap_or_default() == wanted;
    assert!(current, "{} is not current: run scripts/docs", file.file_name().unwrap().display());
}

fn code(code: &AcceptedCode) -> String {
    match code {
        AcceptedCode::PayTaipeiLink { item } if *item > 900 => format!("pay.taipei link, item {item} (ours)"),
        AcceptedCode::PayTaipeiLink { item } => format!("pay.taipei link, item {item}"),
        AcceptedCode::TaxLink { first, last } if first == last => format!("tax link, category {first}"),
        AcceptedCode::TaxLink { first, last } => format!("tax link, categories {first} to {last}"),
        AcceptedCode::TaxSlip => "tax slip's barcodes".to_owned(),
        AcceptedCode::ParkingSlip => "parking slip link and barcodes".to_owned(),
        AcceptedCode::KmWater => "Kinmen water QR and barcodes (ours)".to_owned(),
        AcceptedCode::TaipeiWater => "Taipei water QR and barcodes".to_owned(),
        AcceptedCode::TaiwanWater => "Taiwan Water QR".to_owned(),
    }
}

fn field(field: &Field) -> String {
    let rule = match &field.rule {
        Rule::Digits { least, most } if least == most => format!("{least} digits"),
        Rule::Digits { least, most } => format!("{least} to {most} digits"),
        Rule::Characters { least, most } => format!("{least} to {most} letters or digits"),
        Rule::TaipeiWater => "10 characters, the last a check digit that warns".to_owned(),
        Rule::ParkingSlip => "Q and 14 letters or digits".to_owned(),
        Rule::TrafficTicket => "a letter and 8 letters or digits".to_owned(),
        Rule::CarPlate | Rule::MotorcyclePlate => "with its hyphen".to_owned(),
        Rule::NationalId => "a letter and 9 digits, the last a check digit".to_owned(),
        Rule::BusinessNumber => "8 digits, the last a check digit".to_owned(),
        Rule::BirthDate => "by either calendar".to_owned(),
        Rule::Phone => "09 and 8 digits".to_owned(),
        Rule::Choice(choices) => format!("one of {}", choices.len()),
    };
    let kept = if field.secret { "; kept nowhere" } else { "" };
    format!("{} {} ({rule}{kept})", field.zh, field.en)
}

fn list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    if items.is_empty() { "–".to_owned() } else { items.join("<br>") }
}

fn billers() -> String {
    let catalogue = Catalogue::bundled();
    let mut page = String::from(
        "# Billers\n\nMade by `scripts/docs` from the bundled catalogue (`core/bill/src/catalogue/default.json`); not written by hand.\n\n\
         The platform signs newer ones: `GET /v1/catalogue`, a JSON Web Signature (ES256, `typ` `paytaipei-catalogue`) with an entity\n\
         tag. A phone keeps the newest that it has seen, refuses an older one (`catalogue_older`) and one that no pinned key signed\n\
         (`signature_wrong`), and pays by none that wants a newer app (`app_too_old`). `state` is the platform's switch of a biller,\n\
         `providers` that of a payment business. A new biller is one entry; where its code is new, one file in `core/bill/src/code/` as\n\
         well. What a release does not know of an entry (a code, a field's rule) it leaves out, and shows the rest.\n",
    );
    for category in &catalogue.categories {
        let of: Vec<_> = catalogue.billers.iter().filter(|biller| biller.category == category.id).collect();
        writeln!(page, "\n## {} {}", category.zh, category.en).unwrap();
        for biller in of {
            let county = catalogue.counties.iter().find(|county| county.id == biller.county).unwrap();
            writeln!(page, "\n### {} {}\n", biller.zh, biller.en).unwrap();
            let state = match biller.state {
                State::Open => "served",
                State::Closed => "served, switched off",
                State::NotServed => "known, not served",
            };
            writeln!(page, "| | |\n|---|---|").unwrap();
            writeln!(page, "| id, icon | `{}`, `{}` |", biller.id.as_str(), biller.icon).unwrap();
            writeln!(page, "| county | {} {} |", county.zh, county.en).unwrap();
            writeln!(page, "| state | {state} |").unwrap();
            writeln!(page, "| scan | {} |", list(biller.codes.iter().map(code))).unwrap();
            let way = |way: &paytaipei_bill::catalogue::Way| -> String {
                way.fields.iter().map(field).collect::<Vec<_>>().join(" + ")
            };
            writeln!(page, "| key in | {} |", list(biller.keyed.iter().map(way))).unwrap();
            if biller.served() {
                let deadline = match biller.deadline {
                    Deadline::UntilDue => "until the last day, itself included",
                    Deadline::AlsoAfterDue => "after the last day too, as long as the biller shows it",
                };
                writeln!(page, "| paid here | {deadline} |").unwrap();
                let quiet = biller.quiet.iter().map(|quiet| format!("{}–{}, Asia/Taipei", quiet.from, quiet.to));
                writeln!(page, "| answers no inquiries | {} |", list(quiet)).unwrap();
                let providers =
                    biller.providers.as_ref().map_or_else(|| "all that are open".to_owned(), |ids| ids.join(", "));
                writeln!(page, "| payment businesses | {providers} |").unwrap();
                writeln!(
                    page,
                    "\n<img src=\"{}\" width=\"480\" alt=\"An invented bill of {}\">",
                    picture(biller),
                    biller.en
                )
                .unwrap();
            } else {
                writeln!(page, "| instead | {}<br>{} |", biller.zh_elsewhere, biller.en_elsewhere).unwrap();
            }
        }
    }
    page
}

/// The table of billers by code.
fn codes() -> String {
    let mut table = String::from("| Code | Biller | |\n|---|---|---|\n");
    let catalogue = Catalogue::bundled();
    for biller in &catalogue.billers {
        for accepted in &biller.codes {
            let served = if biller.served() { "paid here" } else { "explained" };
            writeln!(table, "| {} | `{}` | {served} |", code(accepted), biller.id.as_str()).unwrap();
        }
    }
    table
}

/// An invented bill of the biller's.
fn paper(biller: &Biller) -> PaperBill {
    let (number, period) = match biller.id.as_str() {
        "kinmen-water" => ("1234567", "11510"),
        "taipei-water" => ("2081234560", "20261220"),
        "taipei-parking" => ("Q0000000A000001", ""),
        "traffic-fine" => ("A00000001", ""),
        tax if tax.ends_with("-tax") => ("1234567890123456", "11510"),
        _ => ("TEST00000001", ""),
    };
    PaperBill {
        biller: biller.id.as_str().to_owned(),
        number: number.to_owned(),
        period: period.to_owned(),
        amount: 428,
        due: "2026-12-20".to_owned(),
        owner: "王小明".to_owned(),
        address: "民生路1號".to_owned(),
    }
}

/// The paper at half its size in sixteen greys: a fifth of the bytes.
fn drawn(bill: &PaperBill) -> Vec<u8> {
    let page = DynamicImage::ImageRgb8(print(bill).unwrap().image);
    let half = page.resize(page.width() / 2, page.height() / 2, image::imageops::FilterType::Triangle);
    let mut grey = half.to_luma8();
    grey.iter_mut().for_each(|pixel| *pixel = (*pixel / 16) * 17);
    let mut bytes = Vec::new();
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, FilterType::NoFilter)
        .write_image(&grey, grey.width(), grey.height(), image::ExtendedColorType::L8)
        .unwrap();
    bytes
}

#[test]
fn the_page_of_billers_is_current() {
    hold(&docs().join("billers.md"), billers().as_bytes());
}

#[test]
fn the_table_of_codes_is_current() {
    const BEGIN: &str = "<!-- by scripts/docs -->\n";
    const END: &str = "<!-- end -->\n";
    let file = docs().join("bill-codes.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    hold(&file, format!("{before}{BEGIN}{}{END}{after}", codes()).as_bytes());
}

/// The pictures are not compared byte by byte, since fonts differ: what is read from each is.
#[test]
fn each_picture_is_read_as_the_bill_that_the_printer_prints_of_its_biller() {
    let catalogue = Catalogue::bundled();
    let today: CivilDate = "2026-11-25".parse().unwrap();
    for biller in catalogue.billers.iter().filter(|biller| biller.served()) {
        let file = docs().join(picture(biller));
        if std::env::var_os("PAYTAIPEI_WRITE_DOCS").is_some() {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, drawn(&paper(biller))).unwrap();
        }
        let bytes = std::fs::read(&file).unwrap_or_else(|_| panic!("{}: run scripts/docs", file.display()));
        let found = scan(&decode_image(&bytes).unwrap().as_luma(), Effort::Still);
        let kind = |format| if format == Format::QrCode { CodeKind::Qr } else { CodeKind::Code39 };
        let codes: Vec<PaperCode<'_>> =
            found.symbols.iter().map(|symbol| PaperCode { kind: kind(symbol.format), text: &symbol.text }).collect();
        let PaperReading::Bill(claim) = Reader::new(&catalogue, today).paper(&codes) else {
            panic!("{:?} is not read", biller.id)
        };
        assert_eq!((&claim.biller, claim.number.as_str()), (&biller.id, paper(biller).number.as_str()));
    }
}
