//! One bill of one biller: on paper and keyed in, looked at, agreed to, paid, with its receipt.

use std::io::Write;
use std::path::Path;

use paytaipei_printer::{PaperBill, print, to_png};
use paytaipei_sandbox::{IssuedBill, NewBill, Sandbox};
use serde_json::Value;

use crate::phone::Phone;
use crate::story::{Options, dollars};
use crate::teller::Teller;
use crate::world::{World, text};
use crate::{Failure, Result, ensure};

/// Every biller that is served, as the sandbox knows them.
pub const BILLERS: [&str; 13] = [
    "kinmen-water",
    "taipei-water",
    "taipei-parking",
    "taipei-hospital",
    "taipei-study-fees",
    "house-tax",
    "land-value-tax",
    "vehicle-licence-tax",
    "traffic-fine",
    "assembly-deposit",
    "land-office",
    "company-registration",
    "online-application",
];

/// Taxes are scanned only.
const SCANNED_ONLY: [&str; 3] = ["house-tax", "land-value-tax", "vehicle-licence-tax"];

/// What its customer may key in instead of a number, as a person types it and as it is sent.
fn of_customer(biller: &str) -> &'static [(&'static str, &'static str, &'static str)] {
    match biller {
        "taipei-parking" => &[("car_plate", "ａａａ－８８８８", "AAA-8888")],
        "taipei-hospital" => &[
            ("campus", "仁愛院區", "renai"),
            ("national_id", "a123456789", "A123456789"),
            ("birth_date", "80/1/31", "1991-01-31"),
        ],
        "land-office" => &[("office", "guting", "guting"), ("number", "land-0000-12345", "LAND000012345")],
        "company-registration" => &[("phone", "+886 912 345 678", "0912345678")],
        _ => &[],
    }
}

/// A bill that came onto the phone, and how.
pub struct Entered {
    pub issued: IssuedBill,
    /// The bill's id on the phone.
    pub bill: String,
    pub payment: String,
    /// As the platform told it before anybody agreed.
    pub owner: String,
    pub symbols: usize,
    /// Whether it was keyed in too, by its number and by what its customer knows.
    pub keyed: [bool; 2],
}

/// Brings a bill onto the phone in every way that its biller has, and agrees to pay it through `provider`.
pub fn enter(sandbox: &Sandbox, phone: &Phone, folder: &Path, biller: &str, provider: &str) -> Result<Entered> {
    let customer = of_customer(biller);
    let mut new = NewBill { owner: Some("陳大文".to_owned()), discount: 2, ..NewBill::new(biller, 622) };
    new.number = customer.iter().find(|(name, ..)| *name == "number").map(|(.., sent)| (*sent).to_owned());
    new.fields = Some(customer.iter().map(|(name, _, sent)| ((*name).to_owned(), (*sent).to_owned())).collect());
    let issued = sandbox.issue(new)?;
    let file = folder.join(format!("{biller}.png"));
    std::fs::write(&file, to_png(&print(&paper(&issued))?.image)?)?;
    let path = file.display().to_string();
    let scanned = phone.run(&["scan", &path])?.well()?.lines.remove(0);
    let kept = phone.run(&["add", &path])?.well()?.last("bill")?;
    ensure!(kept["biller"] == biller && kept["number"] == issued.number.as_str(), "as scanned: {kept}");
    ensure!(kept["status"] == "unchecked" && kept["owner"].is_null(), "as scanned: {kept}");
    let bill = text(&kept, "id")?;
    let same = |command: &[&str]| -> Result<()> {
        let found = phone.run(command)?.well()?.all("bill");
        let here = found.iter().any(|found| found["id"] == bill.as_str());
        ensure!(here, "one bill, whichever way it came: {command:?} found {found:?} beside {bill}");
        Ok(())
    };
    let by_number = !SCANNED_ONLY.contains(&biller) && !customer.iter().any(|(name, ..)| *name == "number");
    if by_number {
        same(&["inquire", biller, &issued.number])?;
    }
    if !customer.is_empty() {
        let typed: Vec<String> = customer.iter().map(|(name, typed, _)| format!("{name}={typed}")).collect();
        let command: Vec<&str> = ["inquire", biller].into_iter().chain(typed.iter().map(String::as_str)).collect();
        same(&command)?;
    }
    let looked = phone.run(&["check", &bill])?.well()?.last("bill")?;
    ensure!(looked["id"] == bill.as_str() && looked["status"] == "payable", "looked at: {looked}");
    ensure!(looked["amount"] == 622 && looked["payable"] == 620, "payable beside total: {looked}");
    let owner = text(&looked, "owner")?;
    ensure!(owner == "陳○文", "masked: {looked}");
    let agreed = phone.run(&["pay", &bill, "--provider", provider, "--yes"])?.well()?.last("payment")?;
    ensure!(agreed["state"] == "awaiting_network" && agreed["agreed"] == 620, "agreed to: {agreed}");
    let symbols = scanned["symbols"].as_array().map_or(0, Vec::len);
    Ok(Entered {
        bill,
        payment: text(&agreed, "id")?,
        owner,
        symbols,
        keyed: [by_number, !customer.is_empty()],
        issued,
    })
}

/// What became of it, once it was sent: settled once, with a receipt.
pub fn receipt(sandbox: &Sandbox, phone: &Phone, entered: &Entered) -> Result<Value> {
    let paid = phone.run(&["show", &entered.payment])?.well()?.last("payment")?;
    ensure!(paid["state"] == "settled" && paid["charged"] == 620, "paid: {paid}");
    text(&paid, "receipt")?;
    let ledger = sandbox.ledger()?;
    let name = entered.issued.name();
    let charges = ledger
        .charges
        .iter()
        .filter(|charge| charge.biller == name.biller && charge.number == name.number && charge.period == name.period);
    ensure!(charges.map(|charge| charge.amount).eq([620]), "charged once, and what was agreed to");
    Ok(paid)
}

/// Plays one biller's bill from paper to receipt.
pub fn play(biller: &str, options: &Options, out: &mut dyn Write) -> Result<()> {
    ensure!(BILLERS.contains(&biller), "{}", unknown(options, biller));
    let world = World::new()?;
    let phone = Phone { lang: options.tongue.code(), ..world.verified_phone()? };
    let folder = options.keep.clone().unwrap_or_else(|| world.folder().to_owned());
    std::fs::create_dir_all(&folder)?;
    let mut teller = Teller::new(options.tongue, out);
    let entered = enter(&world.sandbox, &phone, &folder, biller, "jkopay")?;
    teller.proven(
        &format!("紙本帳單：{} 個條碼，{} 第 {} 號", entered.symbols, biller, entered.issued.number),
        &format!("on paper: {} codes, {} number {}", entered.symbols, biller, entered.issued.number),
    );
    let [by_number, by_customer] = entered.keyed;
    if by_number {
        teller.proven("輸入號碼查到的是同一張帳單", "keyed in by its number, it is the same bill");
    }
    if by_customer {
        teller.proven(
            "輸入欄位查到的也是同一張，輸入的內容沒有留在手機裡",
            "by what its customer knows, too; nothing of that stays",
        );
    }
    let (total, payable, owner) = (dollars(622), dollars(620), &entered.owner);
    teller.proven(
        &format!("先查詢再同意：用戶 {owner}，總額 {total}，應繳 {payable}"),
        &format!("looked at before agreeing: customer {owner}, total {total}, payable {payable}"),
    );
    phone.run(&["sync"])?.well()?;
    let number = text(&receipt(&world.sandbox, &phone, &entered)?, "receipt")?;
    teller.proven(
        &format!("已繳 {payable}，帳上只扣一次，收據 {number}"),
        &format!("paid {payable}, charged once, receipt {number}"),
    );
    Ok(())
}

fn unknown(options: &Options, biller: &str) -> Failure {
    let all = BILLERS.join(", ");
    let words = options.tongue.pick("沒有這個收費機關，可選", "there is no such biller; choose one of");
    Failure::new(format!("{biller}: {words}: {all}"))
}

fn paper(bill: &IssuedBill) -> PaperBill {
    PaperBill {
        biller: bill.biller.clone(),
        number: bill.number.clone(),
        period: bill.period.clone(),
        amount: bill.amount,
        due: bill.due.clone(),
        owner: bill.owner.clone(),
        address: bill.address.clone(),
    }
}
