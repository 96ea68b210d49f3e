//! One bill, whichever way it came: a keyed number is merged into the bill that the platform names.
#![allow(clippy::unwrap_used)]

mod live;

use std::time::Duration;

use live::{Hardware, open, sandbox, verify};
use paytaipei_sandbox::NewBill;

#[tokio::test]
async fn a_number_keyed_in_without_a_network_becomes_the_bill_that_the_platform_names() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    verify(&core, &sandbox).await;
    let issued = sandbox.issue(NewBill::new("kinmen-water", 316)).unwrap();

    sandbox.open_port(false).unwrap();
    let kept = core.inquire("kinmen-water", &issued.number).await.unwrap().pop().unwrap();
    let waiting = core.pay(&kept.id, "jkopay").unwrap();
    assert_eq!((waiting.state.as_str(), core.bills().unwrap().len()), ("needs_inquiry", 1));

    sandbox.open_port(true).unwrap();
    core.sync(Duration::from_secs(20)).await.unwrap();
    let bills = core.bills().unwrap();
    assert_eq!(bills.len(), 1, "the same bill is not shown twice");
    let payment = core.payment(&waiting.id).unwrap();
    assert_eq!((payment.state.as_str(), &payment.bill), ("needs_consent", &bills[0].id));
    let scanned = core.inquire("kinmen-water", &issued.number).await.unwrap();
    assert_eq!(scanned.len(), 1);
    assert_eq!(scanned[0].id, bills[0].id, "and stays one when it is asked about again");
}
