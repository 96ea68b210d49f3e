//! What a new biller takes: an entry in the catalogue, and where its code is new, a file such as this one beside the others.

use crate::code::cvs_barcode::{Segments, amount_and_due};
use crate::code::twqrp::TwqrpBill;
use crate::code::{Barcodes, LAYOUTS, Layout};
use crate::testing::today;
use crate::{BillClaim, BillNumber, BillerId, Catalogue, CivilDate, CodeFormat, Period, Reader, Reading, Suspicion};

/// A ferry to Kinmen's other island: invented.
const LAYOUT: Layout = Layout {
    biller: "kinmen-ferry",
    twqrp: Some(("金門縣公共車船管理處", from_twqrp)),
    barcodes: Some(Barcodes { item: "6KF", read: from_barcodes, number_in: |second| second.get(..10) }),
};

fn from_twqrp(bill: &TwqrpBill) -> Result<BillClaim, Suspicion> {
    claim(&bill.number, bill.amount, bill.due, CodeFormat::KmWaterQr)
}

fn from_barcodes(segments: &Segments<'_>, today: CivilDate) -> Result<BillClaim, Suspicion> {
    let (amount, due) = amount_and_due(segments, today)?;
    claim(segments.second, amount, Some(due), CodeFormat::KmWaterBarcodes)
}

fn claim(number: &str, amount: crate::Twd, due: Option<CivilDate>, format: CodeFormat) -> Result<BillClaim, Suspicion> {
    Ok(BillClaim {
        biller: BillerId::of_parser(LAYOUT.biller),
        number: BillNumber::new(number).map_err(|_| Suspicion::BillNumberMalformed)?,
        period: Some(Period::single()),
        amount: Some(amount),
        due,
        format,
        warnings: Vec::new(),
    })
}

/// The bundled catalogue with one entry more.
fn catalogue(codes: serde_json::Value) -> Catalogue {
    let mut json: serde_json::Value = serde_json::from_str(crate::catalogue::BUNDLED).unwrap();
    json["billers"].as_array_mut().unwrap().push(serde_json::json!({
        "id": "kinmen-ferry", "category": "application", "county": "kinmen", "zh": "金門縣公共車船管理處",
        "en": "Kinmen County Bus and Ferry", "icon": "boat", "state": "open", "codes": codes,
        "keyed": [{"fields": [{"name": "number", "rule": {"characters": {"least": 10, "most": 10}}, "zh": "單號",
            "en": "Number", "zh_hint": "十碼單號", "en_hint": "ten characters"}]}],
        "number_is_bill": true, "deadline": "until_due", "quiet": [], "zh_hint": "單號", "en_hint": "the number"
    }));
    Catalogue::read(json.to_string().as_bytes()).unwrap()
}

fn key(reading: &Reading) -> String {
    match reading {
        Reading::Bill(claim) => claim.key().canonical(),
        other => panic!("no bill but {other:?}"),
    }
}

#[test]
fn a_biller_with_links_of_pay_taipei_is_one_entry_and_no_code() {
    let (before, after) =
        (Catalogue::bundled(), catalogue(serde_json::json!([{"format": "pay_taipei_link", "item": 950}])));
    let check = ring::digest::digest(&ring::digest::SHA256, b"950FERRY00001");
    let link = format!("https://pay.taipei/qr/950/FERRY00001/{:02x}{:02x}", check.as_ref()[0], check.as_ref()[1]);
    assert!(matches!(Reader::new(&before, today()).text(&link), Reading::Known(_)));
    assert_eq!(key(&Reader::new(&after, today()).text(&link)), "kinmen-ferry/FERRY00001/");
    let ferry = after.biller(&BillerId::new("kinmen-ferry").unwrap()).unwrap();
    assert_eq!(crate::check_number(ferry, "ｆｅｒｒｙ-00001").unwrap().0.as_str(), "FERRY00001");
    assert_eq!(after.for_county(Some("kinmen"))[1].id, ferry.id);
}

#[test]
fn a_biller_with_codes_of_its_own_is_one_entry_and_one_file() {
    let catalogue = catalogue(serde_json::json!([]));
    let layouts: Vec<Layout> = LAYOUTS
        .iter()
        .chain([&LAYOUT])
        .map(|own| Layout {
            biller: own.biller,
            twqrp: own.twqrp,
            barcodes: own.barcodes.as_ref().map(|bars| Barcodes { ..*bars }),
        })
        .collect();
    let reader = Reader { layouts: &layouts, ..Reader::new(&catalogue, today()) };
    let qr = "TWQRP://金門縣公共車船管理處/158/03/V1?D1=32000&D3=AVWYrjDqQES+&D4=20261220&D7=FERRY00001&D11=00,4614611000051300010001000100513965";
    assert_eq!(key(&reader.text(qr)), "kinmen-ferry/FERRY00001/");
    assert_eq!(
        key(&reader.text(&qr.replace("公共車船管理處", "自來水廠").replace("FERRY00001", "123456711510"))),
        "kinmen-water/1234567/11510"
    );
}
