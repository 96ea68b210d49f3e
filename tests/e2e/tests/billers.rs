//! Every biller that is served: from paper and keypad over inquiry and consent to the receipt, by the real programs.
#![allow(clippy::unwrap_used, clippy::panic)]

use paytaipei_e2e::one_biller::{BILLERS, Entered, enter, play, receipt};
use paytaipei_e2e::story::Options;
use paytaipei_e2e::teller::Tongue;
use paytaipei_e2e::world::{World, run};

const PROVIDERS: [&str; 8] = ["pi-wallet", "taishin", "esun", "ezpay", "opay", "aipei", "jkopay", "gamapay"];

#[test]
fn each_served_biller_goes_from_paper_and_keypad_to_a_receipt() {
    let world = World::new().unwrap();
    let phone = world.verified_phone().unwrap();
    let served: Vec<String> = run(&phone, &["billers", "--refresh"])
        .unwrap()
        .well()
        .unwrap()
        .lines
        .iter()
        .filter(|biller| biller["served"] == true)
        .map(|biller| biller["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(served, BILLERS);
    let entered: Vec<Entered> = BILLERS
        .iter()
        .zip(PROVIDERS.iter().cycle())
        .map(|(biller, provider)| {
            enter(&world.sandbox, &phone, world.folder(), biller, provider)
                .unwrap_or_else(|failure| panic!("{biller}: {failure}"))
        })
        .collect();
    run(&phone, &["sync"]).unwrap().well().unwrap();
    for paid in &entered {
        receipt(&world.sandbox, &phone, paid).unwrap_or_else(|failure| panic!("{}: {failure}", paid.issued.biller));
    }
    assert_eq!(world.ledger().unwrap().charges.len(), BILLERS.len());
}

#[test]
fn the_demo_plays_one_biller_and_names_them_all_where_there_is_no_such() {
    let options = Options { tongue: Tongue::En, guard: true, keep: None, report: None };
    let mut told = Vec::new();
    play("taipei-hospital", &options, &mut told).unwrap();
    let told = String::from_utf8(told).unwrap();
    assert!(told.contains("receipt") && told.contains("nothing of that stays"), "{told}");
    let refused = play("taiwan-water", &options, &mut Vec::new()).unwrap_err().to_string();
    assert!(BILLERS.iter().all(|biller| refused.contains(biller)), "{refused}");
}
