//! Bills asked for by what people know of themselves: nothing of that stays on the phone.
#![allow(clippy::unwrap_used)]

mod live;

use std::time::Duration;

use live::{Hardware, open, sandbox, verify};
use paytaipei_app::{Code, PayTaipei};
use paytaipei_sandbox::NewBill;

/// An example of the rule that is in every textbook.
const ID: &str = "A123456789";

fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

async fn refused(core: &PayTaipei, biller: &str, pairs: &[(&str, &str)]) -> (Code, Option<&'static str>) {
    let error = core.search(biller, &fields(pairs)).await.unwrap_err();
    (error.code, error.detail())
}

#[tokio::test]
async fn a_hospital_bill_is_found_by_an_id_that_is_kept_nowhere_and_asked_about_again_by_its_reference() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    verify(&core, &sandbox).await;
    let known = [("campus", "renai"), ("national_id", ID), ("birth_date", "1991-01-31")];
    let issued = sandbox.issue(NewBill::new("taipei-hospital", 620).fields(known)).unwrap();
    let typed = [("campus", "仁愛院區"), ("national_id", "ａ１２３４５６７８９"), ("birth_date", "80/1/31")];
    let bill = core.search("taipei-hospital", &fields(&typed)).await.unwrap().remove(0);
    assert_eq!((bill.number.as_str(), bill.payable), (issued.number.as_str(), Some(620)));

    assert_eq!(core.check(&bill.id).await.unwrap()[0].id, bill.id, "the reference is enough");
    let payment = core.pay(&bill.id, "esun").unwrap();
    core.consent(&payment.id).unwrap();
    core.sync(Duration::from_secs(20)).await.unwrap();
    let paid = core.payment(&payment.id).unwrap();
    assert_eq!((paid.state.as_str(), paid.charged), ("settled", Some(620)));
    assert!(paid.receipt.is_some());

    // Not even in what the phone shows of all it knows, which is what its sealed rows hold.
    let export = serde_json::to_string(&core.export().unwrap()).unwrap();
    assert!(export.contains(&issued.number) && !export.contains(ID) && !export.contains("1991-01-31"));
    drop(core);
    for file in std::fs::read_dir(home.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap_or_default();
        assert!(!bytes.windows(ID.len()).any(|window| window == ID.as_bytes()));
    }
}

#[tokio::test]
async fn a_plate_finds_each_of_its_slips_and_the_slip_in_hand_is_one_of_them() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    verify(&core, &sandbox).await;
    let slip = |number: &str| NewBill::new("taipei-parking", 50).number(number).fields([("car_plate", "AAA-8888")]);
    sandbox.issue(slip("Q0000000A000001")).unwrap();
    sandbox.issue(slip("Q0000000A000002")).unwrap();
    let scanned = core.add_text("https://pay.taipei/qr/2/Q0000000A000001/d30a/2").unwrap();
    let found = core.search("taipei-parking", &fields(&[("car_plate", "ａａａ－８８８８")])).await.unwrap();
    assert_eq!((found.len(), core.bills().unwrap().len()), (2, 2));
    assert!(found.iter().any(|bill| bill.id == scanned.id), "one bill, whichever way it came");
    let other_kind = refused(&core, "taipei-parking", &[("motorcycle_plate", "AAA-8888")]).await;
    assert_eq!(other_kind, (Code::BillNotFound, None));
}

#[tokio::test]
async fn fields_are_held_to_their_ways_and_rules_before_anything_is_sent() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    verify(&core, &sandbox).await;
    let asked = sandbox.requests().unwrap();
    let hospital = |id: &'static str| [("campus", "renai"), ("national_id", id), ("birth_date", "80/01/31")];
    assert_eq!(
        refused(&core, "taipei-hospital", &hospital("A123456788")).await,
        (Code::NumberMalformed, Some("check_digit"))
    );
    assert_eq!(refused(&core, "taipei-hospital", &hospital(ID)[..2]).await, (Code::FieldMissing, None));
    assert_eq!(
        refused(&core, "taipei-hospital", &[("campus", "renai"), ("iris", "left")]).await,
        (Code::FieldUnknown, None)
    );
    assert_eq!(refused(&core, "taipei-hospital", &[]).await, (Code::FieldMissing, None));
    let twice = [("car_plate", "AAA-8888"), ("car_plate", "AAA-8889")];
    assert_eq!(refused(&core, "taipei-parking", &twice).await, (Code::FieldUnknown, None));
    assert_eq!(
        refused(&core, "taipei-parking", &[("car_plate", "AAA8888")]).await,
        (Code::NumberMalformed, Some("plate_without_hyphen"))
    );
    assert_eq!(sandbox.requests().unwrap(), asked);

    sandbox.open_port(false).unwrap();
    assert_eq!(refused(&core, "taipei-hospital", &hospital(ID)).await, (Code::Offline, None));
    assert!(core.bills().unwrap().is_empty(), "nothing of it waits on the phone");
}

#[tokio::test]
async fn typing_is_judged_by_the_newest_catalogue() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    let state = |typed: &str| core.typing("kinmen-water", "number", typed).unwrap().state;
    assert_eq!(
        (state("123").as_str(), state("１２３４５６７").as_str(), state("12x").as_str()),
        ("unfinished", "complete", "wrong")
    );
    let warned = core.typing("taipei-water", "number", "2081234561").unwrap();
    assert_eq!(
        (warned.state.as_str(), warned.sent.as_deref(), warned.warnings.len()),
        ("complete", Some("2081234561"), 1)
    );
    assert_eq!(core.typing("kinmen-water", "car_plate", "A").unwrap_err().code, Code::FieldUnknown);
    assert_eq!(core.typing("income-tax", "number", "1").unwrap_err().code, Code::BillerNotServed);
}
