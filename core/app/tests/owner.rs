//! Whose bill it is comes before consent, unless this phone has paid the number before, or the person chose otherwise.
#![allow(clippy::unwrap_used)]

mod live;

use std::time::Duration;

use live::{Hardware, open, sandbox, verify};
use paytaipei_sandbox::{IssuedBill, NewBill, Sandbox};

/// The QR code on a bill of Kinmen's waterworks.
fn qr(bill: &IssuedBill) -> String {
    format!(
        "TWQRP://金門縣自來水廠/158/03/V1?D1={}00&D3=AVWYrjDqQES+&D4={}&D7={}{}&D11=00,4614611000051300010001000100513965",
        bill.amount,
        bill.due.replace('-', ""),
        bill.number,
        bill.period
    )
}

fn issue(sandbox: &Sandbox, number: &str, period: &str, amount: i64) -> IssuedBill {
    let new = NewBill { owner: Some("陳大文".into()), ..NewBill::new("kinmen-water", amount) };
    sandbox.issue(new.number(number).period(period)).unwrap()
}

#[tokio::test]
async fn a_strangers_genuine_bill_shows_its_owner_before_anybody_can_agree() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    verify(&core, &sandbox).await;
    let first = issue(&sandbox, "1234567", "11510", 428);

    sandbox.open_port(false).unwrap();
    let kept = core.add_text(&qr(&first)).unwrap();
    assert!(!kept.paid_before && kept.owner.is_none() && kept.payable == Some(428));
    let wanted = core.pay(&kept.id, "jkopay").unwrap();
    assert_eq!((wanted.state.as_str(), wanted.can_consent), ("needs_inquiry", false));
    assert_eq!(core.consent(&wanted.id).unwrap_err().code, paytaipei_app::Code::ConsentNotAsked);
    sandbox.open_port(true).unwrap();
    core.sync(Duration::from_secs(20)).await.unwrap();
    let wanted = core.payment(&wanted.id).unwrap();
    assert_eq!((wanted.state.as_str(), wanted.payable), ("needs_consent", Some(428)));
    assert_eq!(core.bill(&wanted.bill).unwrap().owner.as_deref(), Some("陳○文"));
    assert!(sandbox.ledger().unwrap().charges.is_empty());
    core.consent(&wanted.id).unwrap();
    core.sync(Duration::from_secs(20)).await.unwrap();
    assert_eq!(core.payment(&wanted.id).unwrap().state, "settled");

    // The next bill of the same number: this phone has paid it before.
    let next = issue(&sandbox, "1234567", "11512", 316);
    sandbox.open_port(false).unwrap();
    let kept = core.add_text(&qr(&next)).unwrap();
    assert!(kept.paid_before);
    assert_eq!(core.pay(&kept.id, "jkopay").unwrap().state, "needs_consent");
}

#[tokio::test]
async fn whoever_chooses_so_agrees_offline_and_pays_when_the_platform_confirms() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    verify(&core, &sandbox).await;
    let issued = issue(&sandbox, "7654321", "11510", 428);
    sandbox.open_port(false).unwrap();
    let kept = core.add_text(&qr(&issued)).unwrap();
    let wanted = core.pay_when_confirmed(&kept.id, "jkopay", None).unwrap();
    assert_eq!(core.consent(&wanted.id).unwrap().state, "awaiting_network");
    sandbox.open_port(true).unwrap();
    core.sync(Duration::from_secs(20)).await.unwrap();
    assert_eq!(core.payment(&wanted.id).unwrap().state, "settled");
}

#[tokio::test]
async fn looking_at_a_bill_tells_the_payable_beside_the_total_and_pays_nothing() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    verify(&core, &sandbox).await;
    let new = NewBill { discount: 2, fee: 5, ..NewBill::new("taipei-parking", 50) };
    let issued = sandbox.issue(new.number("Q0000000A000001").period("")).unwrap();
    let kept = core.add_text("https://pay.taipei/qr/2/Q0000000A000001/d30a/2").unwrap();
    let bill = core.check(&kept.id).await.unwrap().remove(0);
    assert_eq!((bill.amount, bill.fee, bill.discount, bill.payable), (Some(50), Some(5), Some(2), Some(53)));
    assert_eq!((bill.id.as_str(), bill.status.as_str()), (kept.id.as_str(), "payable"));
    assert!(bill.checked_at.is_some() && sandbox.payments().unwrap().is_empty());
    sandbox.pay_elsewhere(&issued.name()).unwrap();
    assert_eq!(core.check(&kept.id).await.unwrap()[0].status, "paid");
}

#[tokio::test]
async fn a_household_is_asked_about_at_once_under_names_of_its_own() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    verify(&core, &sandbox).await;
    issue(&sandbox, "1111111", "11510", 100);
    issue(&sandbox, "1111111", "11512", 200);
    issue(&sandbox, "2222222", "11510", 300);
    core.remember_number("kinmen-water", "１１１１１１１", Some("老家")).unwrap();
    core.remember_number("kinmen-water", "2222222", Some("  ")).unwrap();
    core.remember_number("kinmen-water", "3333333", Some("民宿")).unwrap();
    let named = core.remember_number("kinmen-water", "3333333", Some("民宿二館")).unwrap();
    assert_eq!((named.nickname.as_deref(), core.numbers().unwrap().len()), (Some("民宿二館"), 3));
    let long = "很".repeat(21);
    let refused = core.remember_number("kinmen-water", "3333333", Some(&long)).unwrap_err();
    assert_eq!(refused.code, paytaipei_app::Code::NicknameMalformed);

    let checked = core.check_household().await.unwrap();
    let mut amounts: Vec<(Option<i64>, Option<&str>)> =
        checked.bills.iter().map(|bill| (bill.payable, bill.nickname.as_deref())).collect();
    amounts.sort_unstable();
    assert_eq!(amounts, [(Some(100), Some("老家")), (Some(200), Some("老家")), (Some(300), None)]);
    let failed: Vec<&str> = checked.failed.iter().map(|one| one.number.number.as_str()).collect();
    assert_eq!((failed, checked.failed[0].error.code), (vec!["3333333"], paytaipei_app::Code::BillNotFound));
    core.forget_number("kinmen-water", "3333333").unwrap();
    assert_eq!(core.numbers().unwrap().len(), 2);
    assert!(core.bills().unwrap().iter().any(|bill| bill.nickname.as_deref() == Some("老家")));
}
