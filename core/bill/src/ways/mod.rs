//! How a bill is paid without this app: what its biller names.

mod kinmen_water;

use crate::{BillKey, BillerId, CivilDate, Lang, Twd};

/// One way to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherWay {
    /// Stable, `snake_case`.
    pub id: &'static str,
    zh: &'static str,
    en: &'static str,
    zh_how: &'static str,
    en_how: &'static str,
    /// Whether somebody scans the bill's three barcodes there.
    pub by_barcodes: bool,
}

impl OtherWay {
    #[must_use]
    pub const fn name(&self, lang: Lang) -> &'static str {
        lang.pick(self.zh, self.en)
    }

    /// What to bring, or to key in.
    #[must_use]
    pub const fn how(&self, lang: Lang) -> &'static str {
        lang.pick(self.zh_how, self.en_how)
    }
}

/// The ways that the biller names, in its order; none where it names none that is known here.
#[must_use]
pub fn other_ways(biller: &BillerId) -> &'static [OtherWay] {
    match biller.as_str() {
        "kinmen-water" => &kinmen_water::WAYS,
        _ => &[],
    }
}

/// The three barcodes of a bill, worked out from what is known of it: `None` where its biller's say more than that.
#[must_use]
pub fn barcodes(bill: &BillKey, amount: Twd, due: CivilDate) -> Option<[String; 3]> {
    match bill.biller.as_str() {
        "kinmen-water" => crate::code::km_water::to_barcodes(bill, amount, due),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BillNumber, Period, Reading, read_barcodes};

    fn biller(id: &str) -> BillerId {
        BillerId::new(id).unwrap()
    }

    #[test]
    fn the_waterworks_of_kinmen_names_seven_ways_of_which_shops_and_banks_scan_barcodes() {
        let ways = other_ways(&biller("kinmen-water"));
        assert_eq!(ways.len(), 7);
        let scanned: Vec<&str> = ways.iter().filter(|way| way.by_barcodes).map(|way| way.id).collect();
        assert_eq!(scanned, ["bank_collection", "convenience_store"]);
        for way in ways {
            assert!(!way.name(Lang::ZhHant).is_ascii() && way.name(Lang::En).is_ascii(), "{}", way.id);
            assert!(!way.how(Lang::ZhHant).is_ascii() && way.how(Lang::En).is_ascii(), "{}", way.id);
        }
        assert!(other_ways(&biller("taipei-parking")).is_empty());
    }

    #[test]
    fn barcodes_that_are_worked_out_are_read_as_the_same_bill() {
        let today = "2026-11-25".parse().unwrap();
        for (number, dollars, due) in
            [("1234567", 428, "2026-12-20"), ("0000001", 0, "2027-01-05"), ("9999999", 20_000, "2026-11-25")]
        {
            let key = BillKey {
                biller: biller("kinmen-water"),
                number: BillNumber::new(number).unwrap(),
                period: Some(Period::new("11510").unwrap()),
            };
            let (amount, due) = (Twd::new(dollars).unwrap(), due.parse().unwrap());
            let segments = barcodes(&key, amount, due).unwrap();
            let reading = read_barcodes(&segments.each_ref().map(String::as_str), today).unwrap().reading;
            let Reading::Bill(claim) = reading else { unreachable!("{reading:?}") };
            assert_eq!((claim.key(), claim.amount, claim.due), (key.clone(), Some(amount), Some(due)));
            assert_eq!(barcodes(&key.provisional(), amount, due), None, "without a period there are none");
        }
    }
}
