//! Agreements on silent debits: a phone against the sandbox, and money counted at the business.
#![allow(clippy::unwrap_used)]

mod live;

use std::time::Duration;

use live::{E164, Hardware, open, sandbox, verify};
use paytaipei_app::view::PaymentView;
use paytaipei_app::{AgreementView, Code, PayTaipei};
use paytaipei_sandbox::{NewBill, Sandbox, Settings};

const PATIENCE: Duration = Duration::from_secs(20);

async fn phone(sandbox: &Sandbox) -> (tempfile::TempDir, PayTaipei) {
    let home = tempfile::tempdir().unwrap();
    let core = open(home.path(), sandbox, &Hardware::new());
    verify(&core, sandbox).await;
    (home, core)
}

/// Agreed to, and sent.
async fn pay(core: &PayTaipei, sandbox: &Sandbox, dollars: i64) -> PaymentView {
    let payment = agree(core, sandbox, dollars).await;
    core.sync(PATIENCE).await.unwrap();
    core.payment(&payment).unwrap()
}

async fn agree(core: &PayTaipei, sandbox: &Sandbox, dollars: i64) -> String {
    let issued = sandbox.issue(NewBill::new("kinmen-water", dollars)).unwrap();
    let bill = core.inquire("kinmen-water", &issued.number).await.unwrap().remove(0);
    let payment = core.pay(&bill.id, "jkopay").unwrap();
    core.consent(&payment.id).unwrap().id
}

fn states(agreements: &[AgreementView]) -> Vec<(&str, i64)> {
    agreements.iter().map(|agreement| (agreement.state.as_str(), agreement.limit)).collect()
}

#[tokio::test]
async fn an_agreement_is_asked_for_agreed_to_at_the_business_lowered_and_ended() {
    let sandbox = sandbox();
    let (_home, core) = phone(&sandbox).await;
    assert!(core.refresh_agreements().await.unwrap().is_empty());
    let pending = core.link_agreement("jkopay", 500).await.unwrap();
    assert_eq!(states(&pending), [("pending", 500)]);
    assert_eq!(pending[0].url.as_deref(), Some("https://onlinepay.jkopay.com/agreements/jkopay"));
    sandbox.agree("jkopay", E164, 500).unwrap();
    let linked = core.refresh_agreements().await.unwrap();
    assert_eq!(states(&linked), [("in_force", 500)]);
    assert!(linked[0].url.is_none() && linked[0].expires_at.is_some());
    assert_eq!(core.limit_agreement("jkopay", 501).await.unwrap_err().code, Code::LimitRaised);
    assert_eq!(states(&core.limit_agreement("jkopay", 300).await.unwrap()), [("in_force", 300)]);
    // A higher one is asked for; until the person agrees at the business, nothing is higher.
    assert_eq!(states(&core.link_agreement("jkopay", 900).await.unwrap()), [("pending", 900), ("in_force", 300)]);
    assert_eq!(pay(&core, &sandbox, 300).await.state, "settled");
    assert_eq!(pay(&core, &sandbox, 301).await.state, "awaiting_hand_off");
    assert_eq!(states(&core.unlink_agreement("jkopay").await.unwrap()), [("unlinked", 300)]);
    assert_eq!(core.unlink_agreement("jkopay").await.unwrap_err().code, Code::AgreementUnknown);
    assert_eq!(core.limit_agreement("jkopay", 1).await.unwrap_err().code, Code::AgreementUnknown);
    for (limit, code) in [(0, Code::LimitMalformed), (-1, Code::LimitMalformed), (50_001, Code::LimitMalformed)] {
        assert_eq!(core.link_agreement("jkopay", limit).await.unwrap_err().code, code);
    }
    assert_eq!(core.link_agreement("nobody", 1).await.unwrap_err().code, Code::ProviderUnknown);
}

#[tokio::test]
async fn what_is_over_the_limit_or_after_the_end_is_finished_at_the_business_and_paid_once() {
    let sandbox = sandbox();
    let (_home, core) = phone(&sandbox).await;
    sandbox.settings(Settings { agreement_s: Some(1), ..Settings::default() }).unwrap();
    sandbox.agree("jkopay", E164, 500).unwrap();
    core.refresh_agreements().await.unwrap();
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(states(&core.agreements().unwrap()), [("expired", 500)], "by the phone's own clock");
    let expired = pay(&core, &sandbox, 100).await;
    sandbox.settings(Settings { agreement_s: Some(3_600), ..Settings::default() }).unwrap();
    sandbox.agree("jkopay", E164, 500).unwrap();
    let over = pay(&core, &sandbox, 501).await;
    assert!(sandbox.ledger().unwrap().charges.is_empty());
    for (payment, dollars) in [(expired, 100), (over, 501)] {
        assert_eq!(payment.state, "awaiting_hand_off");
        assert_eq!(Some(core.hand_off(&payment.id).unwrap()), payment.hand_off_url);
        sandbox.finish_hand_off(&payment.id, true).unwrap();
        core.came_back(&payment.id).unwrap();
        core.sync(PATIENCE).await.unwrap();
        let paid = core.payment(&payment.id).unwrap();
        assert_eq!((paid.state.as_str(), paid.charged), ("settled", Some(dollars)));
        assert_eq!(core.hand_off(&payment.id).unwrap_err().code, Code::HandOffNotAsked);
    }
    let ledger = sandbox.ledger().unwrap();
    assert_eq!((ledger.charges.len(), ledger.double_charged.len()), (2, 0));
}

#[tokio::test]
async fn an_agreement_that_the_business_ended_between_consent_and_payment_charges_nothing_and_is_told() {
    let sandbox = sandbox();
    let (_home, core) = phone(&sandbox).await;
    sandbox.guard(false).unwrap();
    sandbox.agree("jkopay", E164, 500).unwrap();
    core.refresh_agreements().await.unwrap();
    let payment = agree(&core, &sandbox, 400).await;
    sandbox.revoke_agreement("jkopay", E164).unwrap();
    core.sync(PATIENCE).await.unwrap();
    let refused = core.payment(&payment).unwrap();
    assert_eq!((refused.state.as_str(), refused.reason.as_deref()), ("declined", Some("no_agreement")));
    assert!(refused.reason_words.is_some());
    assert!(sandbox.ledger().unwrap().charges.is_empty());
    assert_eq!(states(&core.agreements().unwrap()), [("revoked", 500)], "known without asking for it");
    // The bill is free: it is paid another time, at the business, once.
    let again = core.pay(&refused.bill, "jkopay").unwrap();
    let way = core.providers(&refused.bill).unwrap().into_iter().find(|offer| offer.id == "jkopay").unwrap();
    assert_eq!((way.way.as_str(), way.way_reason.as_deref()), ("hand_off", Some("no_agreement")));
    core.consent(&again.id).unwrap();
    core.sync(PATIENCE).await.unwrap();
    sandbox.finish_hand_off(&again.id, true).unwrap();
    core.came_back(&again.id).unwrap();
    core.sync(PATIENCE).await.unwrap();
    assert_eq!(core.payment(&again.id).unwrap().state, "settled");
    assert_eq!(sandbox.ledger().unwrap().charges.len(), 1);
}

#[tokio::test]
async fn how_each_business_is_paid_is_told_before_consent_from_what_is_kept() {
    let sandbox = sandbox();
    let (_home, core) = phone(&sandbox).await;
    sandbox.agree("jkopay", E164, 428).unwrap();
    core.refresh_agreements().await.unwrap();
    sandbox.open_port(false).unwrap();
    for (dollars, way) in [(428, ("silent", None)), (429, ("hand_off", Some("over_limit")))] {
        sandbox.open_port(true).unwrap();
        let issued = sandbox.issue(NewBill::new("kinmen-water", dollars)).unwrap();
        let bill = core.inquire("kinmen-water", &issued.number).await.unwrap().remove(0);
        sandbox.open_port(false).unwrap();
        let offers = core.providers(&bill.id).unwrap();
        let jkopay = offers.iter().find(|offer| offer.id == "jkopay").unwrap();
        assert_eq!((jkopay.way.as_str(), jkopay.way_reason.as_deref()), way);
        assert!(!jkopay.way_words.is_empty());
        let esun = offers.iter().find(|offer| offer.id == "esun").unwrap();
        assert_eq!(esun.way_reason.as_deref(), Some("no_agreement"));
    }
}
