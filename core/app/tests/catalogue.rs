//! The catalogue: fetched, signed, never older, and obeyed.
#![allow(clippy::unwrap_used)]

mod live;

use std::path::Path;
use std::time::Duration;

use live::{Hardware, open, sandbox, verify};
use paytaipei_app::platform::signed::PlatformKeys;
use paytaipei_app::ports::HttpReply;
use paytaipei_app::{Code, PayTaipei};
use paytaipei_sandbox::{CatalogueChange, NewBill, Options, Sandbox};

fn states<const N: usize>(states: [(&str, &str); N]) -> CatalogueChange {
    let states = states.map(|(id, state)| (id.to_owned(), state.to_owned())).into();
    CatalogueChange { states, ..CatalogueChange::default() }
}

fn recorded(sandbox: Sandbox) -> (Sandbox, tempfile::TempDir) {
    drop(sandbox);
    let folder = tempfile::tempdir().unwrap();
    let record = Some(folder.path().join("record.jsonl"));
    (Sandbox::spawn(Options { record, ..Options::default() }).unwrap(), folder)
}

fn is_closed(core: &PayTaipei, biller: &str) -> bool {
    core.billers().unwrap().iter().find(|one| one.id == biller).unwrap().closed
}

fn keys(ca: &Path) -> PlatformKeys {
    PlatformKeys::pinned(Some(&std::fs::read(ca).unwrap()))
}

/// The signed catalogue as it is published now.
async fn published(core: &PayTaipei, sandbox: &Sandbox) -> HttpReply {
    let pem = std::fs::read(sandbox.ca()).unwrap();
    let clock = std::sync::Arc::new(paytaipei_app::ports::SystemClock);
    let http = paytaipei_app::http::HttpsClient::new(sandbox.platform(), Some(&pem), clock).unwrap();
    let request = paytaipei_app::ports::HttpRequest { if_none_match: None, ..core.catalogue_request().unwrap() };
    paytaipei_app::ports::Http::send(&http, request).await.unwrap()
}

#[tokio::test]
async fn a_newer_catalogue_is_taken_once_kept_and_not_sent_again() {
    let (home, (sandbox, record), vault) = (tempfile::tempdir().unwrap(), recorded(sandbox()), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    assert!(!core.refresh_catalogue().await.unwrap(), "the bundled one is what is published");
    assert!(!core.refresh_catalogue().await.unwrap());
    let statuses = || -> Vec<u64> {
        let lines = std::fs::read_to_string(record.path().join("record.jsonl")).unwrap();
        lines
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["status"].as_u64().unwrap())
            .collect()
    };
    assert_eq!(statuses(), [200, 304]);
    sandbox.change_catalogue(&states([("taipei-water", "closed")])).unwrap();
    assert!(core.refresh_catalogue().await.unwrap() && is_closed(&core, "taipei-water"));
    assert!(!core.refresh_catalogue().await.unwrap());
    assert_eq!(statuses(), [200, 304, 200, 304]);
    drop(core);
    let core = open(home.path(), &sandbox, &vault);
    assert!(is_closed(&core, "taipei-water"), "it outlives the process");
}

#[tokio::test]
async fn an_older_catalogue_another_of_the_same_version_and_one_of_another_signer_are_refused() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    let old = published(&core, &sandbox).await.body;
    let reply = |body: &[u8]| {
        Ok(HttpReply {
            status: 200,
            content_type: Some("application/json".into()),
            retry_after: None,
            etag: None,
            body: body.to_vec(),
        })
    };
    sandbox.change_catalogue(&states([("taipei-water", "closed")])).unwrap();
    core.refresh_catalogue().await.unwrap();
    let replayed = core.take_catalogue(reply(&old), &keys(sandbox.ca())).unwrap_err();
    assert_eq!(replayed.code, Code::CatalogueOlder);
    let same = CatalogueChange { version: Some(2), ..states([("taipei-water", "open")]) };
    sandbox.change_catalogue(&same).unwrap();
    assert_eq!(core.refresh_catalogue().await.unwrap_err().code, Code::CatalogueOlder);
    let other = Sandbox::spawn(Options::default()).unwrap();
    other.change_catalogue(&CatalogueChange { version: Some(99), ..CatalogueChange::default() }).unwrap();
    let forged = published(&core, &other).await.body;
    let refused = core.take_catalogue(reply(&forged), &keys(sandbox.ca())).unwrap_err();
    assert_eq!(refused.code, Code::SignatureWrong);
    assert_eq!(core.take_catalogue(reply(&forged), &PlatformKeys::default()).unwrap_err().code, Code::SignatureWrong);
    assert_eq!(core.take_catalogue(reply(b"<html>"), &keys(sandbox.ca())).unwrap_err().code, Code::PlatformGarbled);
    drop(core);
    assert!(is_closed(&open(home.path(), &sandbox, &vault), "taipei-water"), "what was refused changed nothing");
}

#[tokio::test]
async fn a_biller_a_business_or_a_release_that_is_switched_off_pays_nothing() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    verify(&core, &sandbox).await;
    let issued = sandbox.issue(NewBill::new("kinmen-water", 428)).unwrap();
    let bill = core.inquire("kinmen-water", &issued.number).await.unwrap().remove(0).id;
    sandbox.open_provider("aipei", false).unwrap();
    sandbox.change_catalogue(&states([("kinmen-water", "closed")])).unwrap();
    core.refresh_catalogue().await.unwrap();
    assert_eq!(core.pay(&bill, "jkopay").unwrap_err().code, Code::BillerClosed);
    assert_eq!(core.check(&bill).await.unwrap_err().code, Code::BillerClosed);
    sandbox.change_catalogue(&states([("kinmen-water", "open")])).unwrap();
    core.refresh_catalogue().await.unwrap();
    assert_eq!(core.pay(&bill, "aipei").unwrap_err().code, Code::ProviderClosed);
    let offered: Vec<String> = core.providers(&bill).unwrap().into_iter().map(|provider| provider.id).collect();
    assert!(offered.len() == 7 && !offered.contains(&"aipei".to_owned()), "{offered:?}");
    sandbox.change_catalogue(&CatalogueChange { min_app: Some("9.0.0".into()), ..CatalogueChange::default() }).unwrap();
    core.refresh_catalogue().await.unwrap();
    assert_eq!(core.pay(&bill, "jkopay").unwrap_err().code, Code::AppTooOld);
}

#[tokio::test]
async fn a_biller_that_the_platform_adds_is_scanned_and_paid_by_a_program_that_never_heard_of_it() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    verify(&core, &sandbox).await;
    let entry = serde_json::json!({
        "id": "kinmen-ferry", "category": "application", "county": "kinmen", "zh": "金門縣公共車船管理處",
        "en": "Kinmen County Bus and Ferry", "icon": "boat", "state": "open",
        "codes": [{"format": "pay_taipei_link", "item": 950}],
        "keyed": [{"fields": [{"name": "number", "rule": {"characters": {"least": 8, "most": 20}}, "zh": "單號",
            "en": "Number", "zh_hint": "單號", "en_hint": "the number"}]}],
        "number_is_bill": true, "deadline": "until_due", "quiet": [], "zh_hint": "單號", "en_hint": "the number"
    });
    let check = ring::digest::digest(&ring::digest::SHA256, b"950FERRY00001");
    let link = format!("https://pay.taipei/qr/950/FERRY00001/{:02x}{:02x}", check.as_ref()[0], check.as_ref()[1]);
    assert_eq!(core.add_text(&link).unwrap_err().code, Code::NotABill);
    sandbox.change_catalogue(&CatalogueChange { add: vec![entry], ..CatalogueChange::default() }).unwrap();
    core.refresh_catalogue().await.unwrap();
    sandbox.issue(NewBill::new("kinmen-ferry", 320).number("FERRY00001").period("")).unwrap();

    let kept = core.add_text(&link).unwrap();
    assert_eq!(kept.biller_name, "Kinmen County Bus and Ferry");
    let bill = core.check(&kept.id).await.unwrap().remove(0);
    assert_eq!((bill.id.as_str(), bill.payable), (kept.id.as_str(), Some(320)));
    let payment = core.pay(&bill.id, "jkopay").unwrap();
    core.consent(&payment.id).unwrap();
    core.sync(Duration::from_secs(20)).await.unwrap();
    assert_eq!(core.payment(&payment.id).unwrap().state, "settled");
    assert_eq!(sandbox.ledger().unwrap().charges.len(), 1);
}

#[tokio::test]
async fn the_county_is_chosen_once_and_its_utilities_come_first() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    assert_eq!(core.county().unwrap(), None);
    assert_eq!(core.choose_county("atlantis").unwrap_err().code, Code::CountyUnknown);
    core.choose_county("taipei").unwrap();
    assert_eq!(core.billers().unwrap()[0].id, "taipei-water");
    core.choose_county("kinmen").unwrap();
    drop(core);
    let core = open(home.path(), &sandbox, &vault);
    assert_eq!(
        (core.county().unwrap().as_deref(), core.billers().unwrap()[0].id.as_str()),
        (Some("kinmen"), "kinmen-water")
    );
}
