//! `scripts/demo --provider ID`, for each of the eight.
#![allow(clippy::unwrap_used, clippy::panic)]

use paytaipei_e2e::business::play;
use paytaipei_e2e::teller::Tongue;
use paytaipei_sandbox::business::BUSINESSES;

#[test]
fn each_business_is_played_through_and_phone_and_accounts_agree() {
    if std::env::var_os("PAYTAIPEI_ORACLES").is_none() {
        eprintln!("not run: no PAYTAIPEI_ORACLES (scripts/test installs the SDKs of tests/oracles)");
        return;
    }
    let plays: Vec<_> = BUSINESSES
        .iter()
        .zip([Tongue::Zh, Tongue::En].into_iter().cycle())
        .map(|(business, tongue)| {
            std::thread::spawn(move || {
                let mut told = Vec::new();
                let ending = play(business.id, tongue, &mut told);
                (business.id, ending, String::from_utf8(told).unwrap())
            })
        })
        .collect();
    for play in plays {
        let (id, ending, told) = play.join().unwrap();
        let agreement = ending.unwrap_or_else(|failure| panic!("{id}: {failure}\n{told}"));
        assert_eq!((agreement.charges, agreement.dollars), (4, 428 + 316 + 505 + 642), "{id}: {told}");
        assert_eq!(told.matches('✓').count(), 7, "{id}: {told}");
    }
}

#[test]
fn a_business_that_nobody_knows_is_refused_with_those_that_are() {
    let refused = play("paypal", Tongue::En, &mut Vec::new()).unwrap_err().to_string();
    assert!(BUSINESSES.iter().all(|one| refused.contains(one.id)), "{refused}");
}
