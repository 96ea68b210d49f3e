//! What deals give: the announcement of 2019 to the dollar, and what holds of every deal.
#![allow(clippy::unwrap_used)]

use paytaipei_bill::{BillerId, CivilDate, Lang, Twd};
use paytaipei_payment::deal::{Cashback, Deal, Earlier, Offer, cashback, choices};
use paytaipei_payment::{Funding, Provider};
use proptest::prelude::*;
use serde_json::json;

/// pay.taipei's announcement of Kinmen's water bills, 2019 (Taipei City Government, Secretariat).
fn of_2019() -> Vec<Deal> {
    let names = json!({"zh": "街口支付金門水費回饋", "en": "JKOPAY cashback on Kinmen water bills"});
    let base = json!({
        "id": "jkopay-kinmen-2019", "names": names, "provider": "jkopay", "billers": ["kinmen-water"], "who": "everyone",
        "times": 2, "basis_points": 800, "cap": 20, "until": "2019-05-31", "stacks": false, "rounding": "down"
    });
    let more = json!({
        "id": "jkopay-kinmen-2019-more", "names": names, "provider": "jkopay", "billers": ["kinmen-water"],
        "who": "everyone", "times": 2, "basis_points": 200, "cap": 20, "funding": ["stored_value", "paired_account"],
        "until": "2019-05-31", "stacks": true, "rounding": "down"
    });
    vec![serde_json::from_value(base).unwrap(), serde_json::from_value(more).unwrap()]
}

fn day(text: &str) -> CivilDate {
    text.parse().unwrap()
}

fn biller(id: &str) -> BillerId {
    BillerId::new(id).unwrap()
}

fn kinmen(dollars: i64, funding: Option<Funding>, on: &str, earlier: usize) -> i64 {
    let kinmen = biller("kinmen-water");
    let offer = Offer {
        biller: &kinmen,
        provider: Provider::Jkopay,
        funding,
        payable: Twd::new(dollars).unwrap(),
        day: day(on),
    };
    let before = Earlier { biller: kinmen.clone(), provider: Provider::Jkopay, day: day("2019-04-01") };
    cashback(&of_2019(), &offer, &vec![before; earlier]).total().dollars()
}

#[test]
fn eight_percent_of_the_first_two_payments_is_given_back_at_most_twenty_dollars_each() {
    for (dollars, back) in [(0, 0), (12, 0), (13, 1), (100, 8), (249, 19), (250, 20), (251, 20), (9_999, 20)] {
        assert_eq!(kinmen(dollars, None, "2019-04-15", 0), back, "of {dollars}");
        assert_eq!(kinmen(dollars, None, "2019-04-15", 1), back, "of {dollars}, the second time");
        assert_eq!(kinmen(dollars, None, "2019-04-15", 2), 0, "of {dollars}, the third time");
    }
}

#[test]
fn two_percent_more_comes_from_stored_value_or_a_paired_account_and_from_no_card() {
    for source in [Funding::StoredValue, Funding::PairedAccount] {
        assert_eq!(kinmen(250, Some(source), "2019-04-15", 0), 25);
        assert_eq!(kinmen(428, Some(source), "2019-04-15", 1), 28);
        assert_eq!(kinmen(428, Some(source), "2019-04-15", 2), 0);
    }
    assert_eq!(kinmen(250, Some(Funding::Card), "2019-04-15", 0), 20);
}

#[test]
fn the_last_day_is_the_thirty_first_of_may_2019_in_the_city() {
    // 15:59:59 and 16:00:00 UTC: the last second of the day in Taipei, and the first of the next.
    let city = |second| CivilDate::of_instant(time::OffsetDateTime::from_unix_timestamp(second).unwrap()).to_string();
    let last_second = 1_559_318_399;
    assert_eq!(kinmen(250, None, &city(last_second), 0), 20);
    assert_eq!(kinmen(250, None, &city(last_second + 1), 0), 0);
    assert_eq!(kinmen(250, None, "2019-05-31", 0), 20);
    assert_eq!(kinmen(250, None, "2019-06-01", 0), 0);
}

#[test]
fn it_is_for_kinmens_water_bills_through_jkopay_and_for_nothing_else() {
    let deals = of_2019();
    let back = |id: &str, provider| {
        let biller = biller(id);
        let payable = Twd::new(250).unwrap();
        let offer = Offer { biller: &biller, provider, funding: None, payable, day: day("2019-04-15") };
        cashback(&deals, &offer, &[]).total().dollars()
    };
    assert_eq!(back("kinmen-water", Provider::Jkopay), 20);
    assert_eq!(back("taipei-water", Provider::Jkopay), 0);
    assert!(Provider::ALL.into_iter().filter(|p| *p != Provider::Jkopay).all(|p| back("kinmen-water", p) == 0));
}

#[test]
fn the_business_that_gives_back_most_comes_first_and_says_what_to_pay_from() {
    let listed = choices(&of_2019(), &biller("kinmen-water"), Twd::new(428).unwrap(), day("2019-04-15"), &[]);
    assert_eq!(listed.len(), 8);
    let first = &listed[0];
    assert_eq!((first.provider, first.funding), (Provider::Jkopay, Some(Funding::StoredValue)));
    assert_eq!((first.plain.total().dollars(), first.best.total().dollars()), (20, 28));
    let rest: Vec<Provider> = listed[1..].iter().map(|choice| choice.provider).collect();
    let expected: Vec<Provider> = Provider::ALL.into_iter().filter(|p| *p != Provider::Jkopay).collect();
    assert_eq!(rest, expected);
}

#[test]
fn a_deal_is_told_in_words_in_both_languages() {
    let deals = of_2019();
    assert_eq!(deals[0].words(Lang::ZhHant), "回饋 8%，每筆最多 NT$20，前 2 筆，到 2019-05-31 止");
    assert_eq!(
        deals[1].words(Lang::En),
        "2% more back, at most NT$20 each, the first 2 payments, from stored value or paired bank account, until \
         2019-05-31 inclusive"
    );
}

#[test]
fn a_deal_with_a_condition_that_this_release_does_not_know_is_refused_whole() {
    let right = serde_json::to_value(&of_2019()[0]).unwrap();
    assert!(serde_json::from_value::<Deal>(right.clone()).is_ok());
    let altered = |name: &str, value: serde_json::Value| {
        let mut deal = right.clone();
        deal[name] = value;
        serde_json::from_value::<Deal>(deal).is_err()
    };
    assert!(altered("at_least", json!(500)));
    assert!(altered("basis_points", json!(10_001)) && altered("basis_points", json!(0)) && altered("cap", json!(-1)));
    assert!(altered("times", json!(0)) && altered("billers", json!([])) && altered("funding", json!([])));
    assert!(altered("from", json!("2019-06-01")) && altered("until", json!("2019-02-30")));
    assert!(altered("who", json!("friends")) && altered("rounding", json!("up")) && altered("id", json!("A b")));
    assert!(altered("names", json!({"zh": "水\u{202e}費", "en": "x"})));
}

fn any_deal() -> impl Strategy<Value = Deal> {
    let provider = prop_oneof![Just("jkopay"), Just("opay"), Just("esun")];
    let billers = prop::option::of(prop::sample::subsequence(vec!["kinmen-water", "taipei-water", "parking"], 1..=3));
    let funding = prop::option::of(prop::sample::subsequence(vec!["stored_value", "paired_account", "card"], 1..=3));
    let who = prop_oneof![3 => Just("everyone"), 1 => Just("new_to_provider")];
    let rounding = prop_oneof![Just("down"), Just("half_up")];
    (
        ("[a-z]{1,6}", provider, billers, who),
        (prop::option::of(1_u32..4), 1_u32..=10_000, prop::option::of(0_i64..500), funding),
        (prop::option::of(1_u8..20), 10_u8..28, any::<bool>(), rounding),
    )
        .prop_filter_map(
            "days",
            |((id, provider, billers, who), (times, bp, cap, funding), (from, until, stacks, round))| {
                let mut deal = json!({
                    "id": id, "names": {"zh": "回饋", "en": "Cashback"}, "provider": provider, "who": who,
                    "basis_points": bp, "until": format!("2026-11-{until:02}"), "stacks": stacks, "rounding": round
                });
                let optional = [
                    ("billers", json!(billers)),
                    ("times", json!(times)),
                    ("cap", json!(cap)),
                    ("funding", json!(funding)),
                    ("from", json!(from.map(|day| format!("2026-11-{day:02}")))),
                ];
                for (name, value) in optional.into_iter().filter(|(_, value)| !value.is_null()) {
                    deal[name] = value;
                }
                serde_json::from_value(deal).ok()
            },
        )
}

prop_compose! {
    fn any_payment()(
        biller in prop_oneof![Just("kinmen-water"), Just("taipei-water"), Just("parking")],
        provider in prop_oneof![Just(Provider::Jkopay), Just(Provider::Opay), Just(Provider::Esun)],
        date in 1_u8..30,
    ) -> Earlier {
        Earlier { biller: BillerId::new(biller).unwrap(), provider, day: CivilDate::from_ymd(2026, 11, date).unwrap() }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn never_above_a_cap_never_more_than_is_paid_and_more_for_more(
        deals in prop::collection::vec(any_deal(), 0..5),
        payment in any_payment(),
        earlier in prop::collection::vec(any_payment(), 0..6),
        funding in prop::option::of(prop::sample::select(Funding::ALL.to_vec())),
        dollars in prop_oneof![0_i64..2_000, 0_i64..=9_999_999_999],
        more in 0_i64..1_000,
    ) {
        let give = |dollars: i64, earlier: &[Earlier]| -> Cashback {
            let payable = Twd::new(dollars).unwrap();
            let offer =
                Offer { biller: &payment.biller, provider: payment.provider, funding, payable, day: payment.day };
            cashback(&deals, &offer, earlier)
        };
        let back = give(dollars, &earlier);
        prop_assert!(back.total().dollars() <= dollars);
        for part in &back.0 {
            prop_assert!(part.amount > Twd::ZERO);
            let deal = deals.iter().filter(|deal| deal.id == part.deal);
            prop_assert!(deal.clone().any(|deal| deal.cap.is_none_or(|cap| part.amount <= cap)));
            prop_assert!(deal.clone().any(|deal| deal.provider == payment.provider));
        }
        prop_assert!(back.0.iter().filter(|part| deals.iter().all(|d| d.id != part.deal || !d.stacks)).count() <= 1);
        let richer = (dollars + more).min(9_999_999_999);
        prop_assert!(give(richer, &earlier).total() >= back.total(), "a dearer bill never gets less");
        for known in 0..earlier.len() {
            prop_assert!(give(dollars, &earlier[..known]).total() >= back.total(), "more payments never get more");
        }
    }
}
