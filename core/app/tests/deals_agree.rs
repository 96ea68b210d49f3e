//! Phone and platform work out the same cashback, by rules that they share and code that they do not.
#![allow(clippy::unwrap_used)]

use paytaipei_bill::{BillerId, CivilDate, Twd};
use paytaipei_payment::deal::{Deal, Earlier, Offer, cashback};
use paytaipei_payment::{Funding, Provider};
use paytaipei_sandbox::platform::deals;
use rusqlite::Connection;
use serde_json::{Value, json};

const CASES: u32 = 100_000;

/// SplitMix64 (Steele, Lea, Flood 2014): the same cases in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }

    fn often(&mut self, in_ten: u64) -> bool {
        self.roll(10) < in_ten
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[usize::try_from(self.roll(choices.len() as u64)).unwrap()]
    }

    fn some<'a>(&mut self, choices: &[&'a str]) -> Vec<&'a str> {
        let some: Vec<&str> = choices.iter().copied().filter(|_| self.often(5)).collect();
        if some.is_empty() { vec![choices[0]] } else { some }
    }
}

const BILLERS: [&str; 3] = ["kinmen-water", "taipei-water", "taipei-parking"];
const PROVIDERS: [&str; 3] = ["jkopay", "opay", "esun"];
const SOURCES: [&str; 3] = ["stored_value", "paired_account", "card"];

fn deal(dice: &mut Dice, at: usize) -> Value {
    let until = 1 + dice.roll(28);
    let mut deal = json!({
        "id": format!("{}{at}", dice.of(&["a", "m", "z", "a-"])),
        "names": {"zh": "回饋", "en": "Cashback"},
        "provider": dice.of(&PROVIDERS),
        "who": if dice.often(8) { "everyone" } else { "new_to_provider" },
        "basis_points": if dice.often(8) { 1 + dice.roll(2_000) } else { 1 + dice.roll(10_000) },
        "until": format!("2026-11-{until:02}"),
        "stacks": dice.often(5),
        "rounding": dice.of(&["down", "half_up"]),
    });
    if dice.often(5) {
        deal["billers"] = json!(dice.some(&BILLERS));
    }
    if dice.often(5) {
        deal["times"] = json!(1 + dice.roll(3));
    }
    if dice.often(6) {
        deal["cap"] = json!(dice.roll(60));
    }
    if dice.often(4) {
        deal["funding"] = json!(dice.some(&SOURCES));
    }
    if dice.often(4) {
        deal["from"] = json!(format!("2026-11-{:02}", 1 + dice.roll(until)));
    }
    deal
}

#[test]
fn phone_and_platform_agree_to_the_dollar_on_a_hundred_thousand_cases() {
    let db = Connection::open_in_memory().unwrap();
    let mut dice = Dice(20_190_531);
    let (mut gave, mut stacked, mut trimmed) = (0_u32, 0_u32, 0_u32);
    for case in 0..CASES {
        let deals: Vec<Value> = (0..usize::try_from(dice.roll(6)).unwrap()).map(|at| deal(&mut dice, at)).collect();
        let earlier: Vec<Value> = (0..dice.roll(5))
            .map(|_| {
                let day = format!("2026-11-{:02}", 1 + dice.roll(29));
                json!({"biller": dice.of(&BILLERS), "provider": dice.of(&PROVIDERS), "day": day})
            })
            .collect();
        let payable = match dice.roll(10) {
            0 => 9_999_999_999 - i64::try_from(dice.roll(3)).unwrap(),
            1 => i64::try_from(dice.roll(5)).unwrap(),
            _ => i64::try_from(dice.roll(2_000)).unwrap(),
        };
        let (biller, provider) = (dice.of(&BILLERS), dice.of(&PROVIDERS));
        let funding = dice.often(6).then(|| dice.of(&SOURCES));
        let day = format!("2026-11-{:02}", 1 + dice.roll(29));

        let offer = deals::Offer { biller, provider, funding, payable, day: &day };
        let platform = deals::given(&db, &json!(deals).to_string(), offer, &json!(earlier).to_string()).unwrap();
        let platform: Vec<(String, i64)> = platform.into_iter().map(|given| (given.deal, given.amount)).collect();

        let rules: Vec<Deal> = deals.iter().map(|deal| serde_json::from_value(deal.clone()).unwrap()).collect();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let before: Vec<Earlier> = earlier
            .iter()
            .map(|payment| Earlier {
                biller: BillerId::new(&text(&payment["biller"])).unwrap(),
                provider: Provider::from_id(&text(&payment["provider"])).unwrap(),
                day: text(&payment["day"]).parse().unwrap(),
            })
            .collect();
        let offer = Offer {
            biller: &BillerId::new(biller).unwrap(),
            provider: Provider::from_id(provider).unwrap(),
            funding: funding.map(|id| Funding::from_id(id).unwrap()),
            payable: Twd::new(payable).unwrap(),
            day: day.parse::<CivilDate>().unwrap(),
        };
        let back = cashback(&rules, &offer, &before);
        let phone: Vec<(String, i64)> =
            back.0.iter().map(|part| (part.deal.as_str().to_owned(), part.amount.dollars())).collect();

        assert_eq!(phone, platform, "case {case}: {deals:?} after {earlier:?}, {payable} on {day} from {funding:?}");
        gave += u32::from(!phone.is_empty());
        stacked += u32::from(phone.len() > 1);
        trimmed += u32::from(payable > 0 && back.total().dollars() == payable);
    }
    // What is compared is not mostly nothing.
    assert!(gave > CASES / 10 && stacked > CASES / 100 && trimmed > 10, "{gave} {stacked} {trimmed}");
}
