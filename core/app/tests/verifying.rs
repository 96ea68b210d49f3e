//! Verifying a number again: an earlier attempt that somebody still waits for, and keys that are lost or revoked.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod live;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use live::{E164, Hardware, MSISDN, open, sandbox, verify};
use paytaipei_app::ports::{Cellular, CellularError};
use paytaipei_app::view::MobileData;
use paytaipei_app::{Code, Error, PayTaipei};
use paytaipei_sandbox::{NewBill, Sandbox};

fn code<T>(answer: Result<T, Error>) -> Code {
    answer.err().expect("refused").code
}

/// A bill, scanned and wanted to be paid: the payment's id.
async fn intend(core: &PayTaipei, sandbox: &Sandbox, amount: i64) -> String {
    let issued = sandbox.issue(NewBill::new("kinmen-water", amount)).unwrap();
    let bill = core.inquire("kinmen-water", &issued.number).await.unwrap().pop().unwrap();
    core.pay(&bill.id, "jkopay").unwrap().id
}

#[tokio::test]
async fn whoever_still_waits_for_an_earlier_verification_does_not_touch_the_newer_one() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    core.start_verification(MSISDN).await.unwrap();
    let earlier = core.verification().unwrap().unwrap();
    let newer = {
        let waiting = core.finish_verification();
        let replacing = async {
            core.start_verification(MSISDN).await.unwrap();
            core.verification().unwrap().unwrap()
        };
        let (waited, newer) = tokio::join!(waiting, replacing);
        assert_eq!(code(waited), Code::VerificationReplaced);
        newer
    };
    assert_ne!(earlier.id, newer.id);
    assert_eq!(core.verification().unwrap().unwrap().id, newer.id, "it is the one under way");
    sandbox.approve(E164).unwrap();
    core.finish_verification().await.unwrap();
    core.require_verified().unwrap();
}

/// Mobile data of a phone: whose SIM is in it, and by what the operator is reached.
enum Mobile {
    Sim(&'static str, paytaipei_sandbox::ControlClient),
    Off,
    Dies,
}

impl Cellular for Mobile {
    fn cellular_get(&self, url: String) -> Result<u16, CellularError> {
        match self {
            Self::Sim(number, network) => network.cellular_get(&url, number).map_err(|_| CellularError::Failed),
            Self::Off => Err(CellularError::NoMobileData),
            Self::Dies => panic!("the shell's fault"),
        }
    }
}

#[tokio::test]
async fn a_sim_that_the_mobile_network_knows_needs_nobody_to_approve() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    let sim = Arc::new(Mobile::Sim(E164, sandbox.control()));
    let started = core.start_verification_over(MSISDN, sim).await.unwrap();
    assert_eq!(started.mobile_data, MobileData::Recognised);
    core.finish_verification().await.unwrap();
    core.require_verified().unwrap();
}

#[tokio::test]
async fn where_the_mobile_network_is_of_no_help_the_person_approves_on_the_handset() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    for (mobile, told) in [
        (Mobile::Sim("+886900000077", sandbox.control()), MobileData::NotRecognised),
        (Mobile::Off, MobileData::Off),
        (Mobile::Dies, MobileData::NotRecognised),
    ] {
        assert_eq!(core.start_verification_over(MSISDN, Arc::new(mobile)).await.unwrap().mobile_data, told);
        assert_eq!(code(core.require_verified()), Code::NumberNotVerified, "nobody has approved");
    }
    sandbox.approve(E164).unwrap();
    core.finish_verification().await.unwrap();
    core.require_verified().unwrap();
}

#[tokio::test]
async fn two_that_wait_for_the_same_verification_both_hear_that_it_went_well() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    core.start_verification(MSISDN).await.unwrap();
    sandbox.approve(E164).unwrap();
    let (one, other) = tokio::join!(core.finish_verification(), core.finish_verification());
    one.unwrap();
    other.unwrap();
}

#[tokio::test]
async fn keys_that_the_phone_lost_are_told_and_a_new_verification_makes_new_ones() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    verify(&core, &sandbox).await;
    let (agreed, wanted) = (intend(&core, &sandbox, 428).await, intend(&core, &sandbox, 316).await);
    core.consent(&agreed).unwrap();
    let before = vault.public();
    vault.lost.store(true, Ordering::SeqCst);
    assert_eq!(code(core.consent(&wanted)), Code::KeysInvalid);
    verify(&core, &sandbox).await;
    assert_ne!(vault.public(), before);
    let asked = core.payment(&agreed).unwrap();
    assert_eq!((asked.state.as_str(), asked.reason.as_deref()), ("needs_consent", Some("keys_renewed")));
    for payment in [&agreed, &wanted] {
        core.consent(payment).unwrap();
    }
    core.sync(Duration::from_secs(20)).await.unwrap();
    for payment in [&agreed, &wanted] {
        assert_eq!(core.payment(payment).unwrap().state, "settled");
    }
}

#[tokio::test]
async fn a_phone_that_was_revoked_and_found_again_pays_after_verifying_once() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    verify(&core, &sandbox).await;
    let payment = intend(&core, &sandbox, 428).await;
    core.consent(&payment).unwrap();
    let before = vault.public();
    sandbox.revoke(E164).unwrap();
    assert_eq!(code(core.sync(Duration::from_secs(5)).await), Code::NumberNotVerified);
    verify(&core, &sandbox).await;
    assert_ne!(vault.public(), before, "the platform refused the revoked key at once, and new ones were made");
    assert_eq!(core.payment(&payment).unwrap().state, "needs_consent", "what the revoked key signed pays nothing");
    core.consent(&payment).unwrap();
    core.sync(Duration::from_secs(20)).await.unwrap();
    assert_eq!(core.payment(&payment).unwrap().state, "settled");
}

#[tokio::test]
async fn a_refused_verification_leaves_the_number_verified_as_it_was() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    verify(&core, &sandbox).await;
    core.start_verification(MSISDN).await.unwrap();
    sandbox.deny(E164).unwrap();
    assert_eq!(code(core.finish_verification().await), Code::VerificationRefused);
    core.require_verified().unwrap();
}
