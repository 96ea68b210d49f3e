//! The demo's own story, with the platform's guard and without, and every exchange of it held to the contract.
#![allow(clippy::unwrap_used, clippy::panic)]

use paytaipei_e2e::story::{Options, play};
use paytaipei_e2e::teller::Tongue;
use paytaipei_sandbox::contract::Contract;

fn tell(guard: bool, tongue: Tongue) {
    let folder = tempfile::tempdir().unwrap();
    let mut told = Vec::new();
    let options = Options { tongue, guard, keep: Some(folder.path().to_owned()), report: None };
    let ending = play(&options, &mut told);
    let told = String::from_utf8(told).unwrap();
    if let Err(failure) = ending {
        panic!("{told}\n{failure}");
    }
    let contract = Contract::of_this_repository().unwrap();
    let report = contract.check_recording_file(&folder.path().join("record.jsonl")).unwrap();
    for operation in ["startVerification", "collectSession", "inquire", "putPayment", "getPayment"] {
        assert!(report.requests.contains_key(operation), "{operation} was never called: {:?}", report.requests);
    }
}

#[test]
fn the_story_ends_well() {
    tell(true, Tongue::Zh);
}

#[test]
fn the_story_ends_well_with_the_platforms_guard_off() {
    tell(false, Tongue::En);
}
