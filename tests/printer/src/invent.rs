//! Bills that nobody has to pay.

use crate::bill::{BillerLayout, PaperBill};
use crate::camera::Dice;
use crate::codes::CONVENIENCE_STORE_CAP;

const SURNAMES: [&str; 12] = ["陳", "林", "黃", "張", "李", "王", "吳", "劉", "蔡", "楊", "許", "歐陽"];
const GIVEN: [&str; 10] = ["小明", "美玲", "志豪", "淑芬", "俊傑", "雅婷", "建宏", "怡君", "家豪", "靜"];
const KINMEN: [&str; 5] =
    ["金城鎮民生路", "金湖鎮新市里自強路", "金沙鎮汶沙里國中街", "金寧鄉伯玉路一段", "烈嶼鄉西路"];
const TAIPEI: [&str; 5] =
    ["信義區市府路", "大安區和平東路二段", "中山區民權東路三段", "士林區中正路", "文山區木柵路四段"];

/// The seed of one of many bills or pictures.
#[must_use]
pub fn child_seed(seed: u64, index: u32) -> u64 {
    Dice::new(seed, u64::from(index)).whole()
}

/// An invented bill of one of the printer's billers, small enough for barcodes.
#[must_use]
pub fn bill(seed: u64) -> PaperBill {
    let mut dice = Dice::new(seed, 3);
    let layout = BillerLayout::ALL[dice.below(3) as usize];
    bill_of(layout, &mut dice)
}

fn bill_of(layout: BillerLayout, dice: &mut Dice) -> PaperBill {
    let due = format!("{}-{:02}-{:02}", 2024 + dice.below(6), 1 + dice.below(12), 1 + dice.below(28));
    let pick = |list: &[&'static str], dice: &mut Dice| list[dice.below(list.len() as u32) as usize];
    let name = format!("{}{}", pick(&SURNAMES, dice), pick(&GIVEN, dice));
    let amount = i64::from(1 + dice.below(CONVENIENCE_STORE_CAP as u32));
    let house = format!("{}號", 900 + dice.below(99));
    let (number, period, owner, address) = match layout {
        BillerLayout::KinmenWater => {
            let period = format!("{}{:02}", 113 + dice.below(6), 1 + dice.below(12));
            let address = format!("金門縣{}{house}", pick(&KINMEN, dice));
            (format!("{:07}", dice.below(10_000_000)), period, name, address)
        }
        BillerLayout::TaipeiWater => {
            let household = dice.below(1_000_000);
            let digits = format!("{household:06}");
            // Plain products with 2, 1, 2, 1, 2, 1; see Taipei Water's rule in `docs/bill-codes.md`.
            let sum: u32 = digits.bytes().zip([2, 1].iter().cycle()).map(|(d, w)| u32::from(d - b'0') * w).sum();
            let number = format!("{}{:02}{digits}{}", 1 + dice.below(4), 1 + dice.below(25), (10 - sum % 10) % 10);
            (number, due.replace('-', ""), name, format!("臺北市{}{house}", pick(&TAIPEI, dice)))
        }
        BillerLayout::TaipeiParking => {
            let slip: String = (0..14).map(|_| char::from(b"0123456789ABCDEF"[dice.below(16) as usize])).collect();
            let plate = format!("AAA-{:04}", 8000 + dice.below(1000));
            (format!("Q{slip}"), String::new(), plate, pick(&TAIPEI, dice).to_owned())
        }
    };
    PaperBill { biller: layout.id().into(), number, period, amount, due, owner, address }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes;

    #[test]
    fn every_invented_bill_can_be_printed_with_all_its_codes() {
        let bills: Vec<PaperBill> = (0..300).map(|index| bill(child_seed(1, index))).collect();
        assert!(bills.iter().all(|bill| codes(bill).unwrap().barcodes.is_some()));
        for layout in BillerLayout::ALL {
            assert!(bills.iter().any(|bill| bill.biller == layout.id()), "no bill of {}", layout.id());
        }
    }
}
