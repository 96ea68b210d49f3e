//! What is promised, agreed to, given, receipted and refunded: a phone against the sandbox.
#![allow(clippy::unwrap_used)]

mod live;

use std::time::Duration;

use live::{E164, Hardware, open, sandbox, verify};
use paytaipei_app::view::PaymentView;
use paytaipei_app::{Code, PayTaipei};
use paytaipei_sandbox::{BillChange, IssuedBill, NewBill, Sandbox};
use serde_json::json;

const PATIENCE: Duration = Duration::from_secs(20);

async fn phone(sandbox: &Sandbox) -> (tempfile::TempDir, PayTaipei) {
    let home = tempfile::tempdir().unwrap();
    let core = open(home.path(), sandbox, &Hardware::new());
    verify(&core, sandbox).await;
    core.refresh().await.unwrap();
    (home, core)
}

/// Issued by Kinmen's waterworks, and known to the phone.
async fn water(core: &PayTaipei, sandbox: &Sandbox, dollars: i64) -> (IssuedBill, String) {
    let issued = sandbox.issue(NewBill::new("kinmen-water", dollars)).unwrap();
    let bills = core.inquire("kinmen-water", &issued.number).await.unwrap();
    (issued, bills[0].id.clone())
}

async fn paid(core: &PayTaipei, id: &str) -> PaymentView {
    core.sync(PATIENCE).await.unwrap();
    core.payment(id).unwrap()
}

#[tokio::test]
async fn what_is_promised_before_consent_is_what_the_platform_gives_and_the_receipt_says() {
    let sandbox = sandbox();
    let (_home, core) = phone(&sandbox).await;
    let (_, bill) = water(&core, &sandbox, 428).await;
    let listed = core.providers(&bill).unwrap();
    assert_eq!((listed[0].id.as_str(), listed[0].cashback, listed[0].best), ("jkopay", 20, 28));
    assert_eq!(listed[0].funding.as_deref(), Some("stored_value"));
    assert!(listed[0].why.iter().any(|why| why.contains("8% back, at most NT$20 each, the first 2 payments")));
    assert!(listed[1..].iter().all(|provider| provider.best == 0 && provider.why.is_empty()));
    let shown = core.pay_from(&bill, "jkopay", Some("stored_value")).unwrap();
    assert_eq!((shown.cashback, shown.funding.as_deref()), (Some(28), Some("stored_value")));
    core.consent(&shown.id).unwrap();
    let paid = paid(&core, &shown.id).await;
    assert_eq!((paid.state.as_str(), paid.charged, paid.cashback, paid.signed), ("settled", Some(428), Some(28), true));
    let parts: Vec<(&str, i64)> = paid.deals.iter().map(|given| (given.deal.as_str(), given.amount)).collect();
    assert_eq!(parts, [("jkopay-kinmen", 20), ("jkopay-kinmen-more", 8)]);
    assert_eq!(sandbox.payments().unwrap()[0].cashback, 28);
    let receipt = core.receipt(&shown.id).unwrap();
    assert_eq!((receipt.charged, receipt.cashback, receipt.payment.as_str()), (428, 28, shown.id.as_str()));
    assert_eq!(Some(receipt.receipt.as_str()), paid.receipt.as_deref());
}

#[tokio::test]
async fn a_promise_that_the_platform_would_not_keep_is_asked_about_anew_and_nothing_is_charged() {
    let sandbox = sandbox();
    let (_home, core) = phone(&sandbox).await;
    let (_, bill) = water(&core, &sandbox, 428).await;
    let payment = core.pay(&bill, "jkopay").unwrap();
    assert_eq!(core.consent(&payment.id).unwrap().cashback, Some(20));
    sandbox.set_deals(&json!([])).unwrap();
    let asked = paid(&core, &payment.id).await;
    assert_eq!((asked.state.as_str(), asked.reason.as_deref()), ("needs_consent", Some("deal_changed")));
    assert_eq!(asked.cashback, None, "what is promised now is shown");
    assert!(sandbox.ledger().unwrap().charges.is_empty());
    core.consent(&payment.id).unwrap();
    let paid = paid(&core, &payment.id).await;
    assert_eq!((paid.state.as_str(), paid.cashback), ("settled", None));
}

#[tokio::test]
async fn when_the_amount_changes_the_promise_is_worked_out_anew_with_it() {
    let sandbox = sandbox();
    let (_home, core) = phone(&sandbox).await;
    let (issued, bill) = water(&core, &sandbox, 428).await;
    let payment = core.pay(&bill, "jkopay").unwrap();
    core.consent(&payment.id).unwrap();
    let IssuedBill { biller, number, period, .. } = issued;
    sandbox.change(BillChange { biller, number, period, amount: Some(100), ..BillChange::default() }).unwrap();
    let asked = paid(&core, &payment.id).await;
    assert_eq!((asked.reason.as_deref(), asked.payable, asked.cashback), (Some("amount_changed"), Some(100), Some(8)));
    core.consent(&payment.id).unwrap();
    let paid = paid(&core, &payment.id).await;
    assert_eq!((paid.charged, paid.cashback), (Some(100), Some(8)));
}

#[tokio::test]
async fn payments_agreed_to_and_not_sent_count_so_that_no_third_is_promised_anything() {
    let sandbox = sandbox();
    let (_home, core) = phone(&sandbox).await;
    let mut promised = Vec::new();
    for _ in 0..3 {
        let (_, bill) = water(&core, &sandbox, 428).await;
        let payment = core.pay(&bill, "jkopay").unwrap();
        promised.push(core.consent(&payment.id).unwrap().cashback);
    }
    assert_eq!(promised, [Some(20), Some(20), None]);
    let (_, bill) = water(&core, &sandbox, 428).await;
    let listed = core.providers(&bill).unwrap();
    let jkopay = listed.iter().find(|provider| provider.id == "jkopay").unwrap();
    assert_eq!(jkopay.best, 0);
    assert!(jkopay.why.iter().all(|why| why.contains("used up")) && !jkopay.why.is_empty());
}

#[tokio::test]
async fn a_receipt_verifies_offline_as_text_and_as_a_picture_of_its_code_and_altered_it_does_not() {
    let sandbox = sandbox();
    let (_home, core) = phone(&sandbox).await;
    let (_, bill) = water(&core, &sandbox, 316).await;
    let payment = core.pay(&bill, "esun").unwrap();
    core.consent(&payment.id).unwrap();
    paid(&core, &payment.id).await;
    sandbox.open_port(false).unwrap();
    let receipt = core.receipt(&payment.id).unwrap();
    let picture = core.receipt_qr(&payment.id).unwrap();
    assert_eq!(core.verify_receipt_file(&picture.png).unwrap(), receipt);
    assert_eq!(core.verify_receipt_file(format!("{}\n", receipt.signed).as_bytes()).unwrap(), receipt);
    let (signed, signature) = receipt.signed.rsplit_once('.').unwrap();
    let refused = core.verify_receipt(&format!("{signed}A.{signature}")).unwrap_err();
    assert_eq!((refused.code, refused.detail()), (Code::ReceiptRefused, Some("signature_wrong")));
    let refused = core.verify_receipt("hello").unwrap_err();
    assert_eq!(refused.detail(), Some("not_a_receipt"));
}

#[tokio::test]
async fn money_that_came_back_shows_in_the_history_and_the_bill_can_be_paid_again() {
    let sandbox = sandbox();
    let (_home, core) = phone(&sandbox).await;
    let (_, bill) = water(&core, &sandbox, 316).await;
    let first = core.pay(&bill, "esun").unwrap();
    core.consent(&first.id).unwrap();
    paid(&core, &first.id).await;
    assert_eq!(core.pay(&bill, "esun").unwrap_err().code, Code::AlreadyBeingPaid);
    sandbox.refund(&first.id, "reversal").unwrap();
    core.ask_again().unwrap();
    let refunded = paid(&core, &first.id).await;
    assert_eq!((refunded.state.as_str(), refunded.refund.as_deref()), ("refunded", Some("reversal")));
    assert!(refunded.refunded_at.is_some() && refunded.ended);
    assert!(core.history().unwrap().iter().any(|payment| payment.refund.is_some()));
    assert!(core.spending().unwrap().is_empty(), "what came back was not spent");
    let again = core.pay(&bill, "esun").unwrap();
    core.consent(&again.id).unwrap();
    assert_eq!(paid(&core, &again.id).await.state, "settled");
    let ledger = sandbox.ledger().unwrap();
    assert_eq!(ledger.charges.iter().map(|charge| charge.refunded).collect::<Vec<_>>(), [316, 0]);
    assert!(ledger.double_charged.is_empty());
    assert_eq!(ledger.charges[0].account, E164);
}
