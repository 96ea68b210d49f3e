//! What a phone shows at a counter is read there, by readers that are not ours.
#![allow(clippy::unwrap_used)]

use std::process::Command;

use paytaipei_e2e::world::{World, run, text};

/// zxing-cpp reads a picture: every text, from top to bottom.
const READ: &str = "
import sys, zxingcpp
from PIL import Image
codes = zxingcpp.read_barcodes(Image.open(sys.argv[1]))
for code in sorted(codes, key=lambda code: code.position.top_left.y):
    print(code.text)
";

/// The texts that zxing-cpp reads in a picture; `None` where this machine has none.
fn zxing(picture: &str) -> Option<Vec<String>> {
    let Ok(python) = std::env::var("PAYTAIPEI_ZXING") else {
        eprintln!(
            "PAYTAIPEI_ZXING names no Python with zxing-cpp: its reading is not compared (scripts/test names one)"
        );
        return None;
    };
    let output = Command::new(python).args(["-c", READ, picture]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect())
}

#[test]
fn a_bills_three_barcodes_and_a_receipts_code_are_read_by_our_reader_and_by_zxing_cpp() {
    let world = World::new().unwrap();
    let phone = world.verified_phone().unwrap();
    let bill = world.water_bill(428).unwrap();
    let id = world.key_in(&phone, &bill).unwrap();
    let barcodes = world.folder().join("barcodes.png").display().to_string();
    let ways = run(&phone, &["ways", &id, "--barcodes", &barcodes]).unwrap().well().unwrap().all("way");
    assert_eq!(ways.len(), 7);
    assert_eq!(ways.iter().filter(|way| way["by_barcodes"] == true).count(), 2);
    let ours = read(&phone, &barcodes);
    assert_eq!(ours.len(), 3, "{ours:?}");
    assert!(ours.iter().any(|code| code.starts_with(&bill.number)), "{ours:?}");
    // The same paper, as it were: the same bill.
    assert_eq!(
        text(&run(&phone, &["add", &barcodes]).unwrap().well().unwrap().last("bill").unwrap(), "id").unwrap(),
        id
    );

    let payment = text(
        &run(&phone, &["pay", &id, "--provider", "esun", "--yes"]).unwrap().well().unwrap().last("payment").unwrap(),
        "id",
    )
    .unwrap();
    run(&phone, &["sync"]).unwrap().well().unwrap();
    let code = world.folder().join("receipt.png").display().to_string();
    let shown = run(&phone, &["receipt", "show", &payment, "--qr", &code]).unwrap().well().unwrap();
    let signed = text(&shown.last("receipt").unwrap(), "signed").unwrap();
    assert_eq!(read(&phone, &code), std::slice::from_ref(&signed));

    if let Some(theirs) = zxing(&barcodes) {
        assert_eq!(sorted(theirs), sorted(ours));
        assert_eq!(zxing(&code), Some(vec![signed]));
    }
}

fn read(phone: &paytaipei_e2e::phone::Phone, picture: &str) -> Vec<String> {
    let scanned = run(phone, &["scan", picture]).unwrap().well().unwrap().lines.remove(0);
    let symbols = scanned["symbols"].as_array().cloned().unwrap_or_default();
    symbols.iter().filter_map(|symbol| symbol["text"].as_str()).map(str::to_owned).collect()
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}
