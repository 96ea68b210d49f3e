//! Files that released programs left behind, kept as they were: today's program opens each, loses nothing, and goes on
//! paying. `maker.rs` says how a release's file is made.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod maker;
mod world;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use paytaipei_app::ports::Method;
use paytaipei_app::store::PaymentRecord;
use paytaipei_payment::{PaymentId, State};
use serde_json::Value;
use world::{MADE_AT, World, bill, json, recorded};

/// Releases whose files are kept, and the schema of each (`PRAGMA user_version`).
const KEPT: [(&str, i32); 1] = [("0.1.0", 1)];

/// A day after the file was made.
const LATER: i64 = MADE_AT + 86_400_000;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kept")
}

/// What must not be lost of a payment, on one line.
pub fn line(record: &PaymentRecord) -> String {
    let payment = &record.payment;
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    format!(
        "{} {} {} {} {} {} {} {} {}",
        payment.id,
        record.bill,
        payment.state.as_str(),
        or_none(payment.reason.map(|reason| reason.as_str().to_owned())),
        payment.bill.canonical(),
        or_none(payment.terms.and_then(|terms| terms.payable().ok()).map(|payable| payable.dollars().to_string())),
        or_none(payment.consent.as_ref().map(|consent| consent.body_sha256.clone())),
        or_none(payment.charged.map(|charged| charged.dollars().to_string())),
        or_none(payment.receipt.clone()),
    )
}

/// A copy of a kept file, alone in a folder.
fn copy(release: &str) -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("paytaipei.sqlite");
    std::fs::copy(folder().join(format!("{release}.sqlite")), &file).unwrap();
    (home, file)
}

fn kept_lines(release: &str) -> Vec<String> {
    let text = std::fs::read_to_string(folder().join(format!("{release}.txt"))).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// What a start may do to what was under way: what may have been sent is asked about.
fn after_start(line: &str) -> String {
    line.replace(" checking ", " awaiting_network ").replace(" submitting ", " unknown ")
}

#[test]
#[ignore = "makes the file of a release: see maker.rs"]
fn keep_this_release() {
    let release = std::env::var("KEEP").expect("KEEP names the release");
    let lines = maker::make(&folder().join(format!("{release}.sqlite")));
    std::fs::write(folder().join(format!("{release}.txt")), lines.join("\n") + "\n").unwrap();
}

#[test]
fn a_release_leaves_a_payment_in_every_state() {
    let home = tempfile::tempdir().unwrap();
    let lines = maker::make(&home.path().join("store"));
    for state in State::ALL {
        let named = format!(" {} ", state.as_str());
        assert!(lines.iter().any(|line| line.contains(&named)), "{named}");
    }
}

#[test]
fn nothing_of_a_kept_file_is_lost() {
    for (release, schema) in KEPT {
        let (_home, file) = copy(release);
        let version: i32 = rusqlite::Connection::open(&file)
            .unwrap()
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        assert_eq!(version, schema, "{release}");
        let world = World::open(&file, LATER, 2).unwrap();
        let lines: Vec<String> = world.core.records().unwrap().iter().map(line).collect();
        let before: Vec<String> = kept_lines(release).iter().map(|line| after_start(line)).collect();
        assert_eq!(lines, before, "{release}");
        assert!(!world.core.is_damaged());
        let export = world.core.export().unwrap();
        assert_eq!(export.payments.len(), before.len());
        assert!(export.bills.len() >= before.len() - 1, "a bill for each payment");
        assert!(world.core.verification().unwrap().is_some(), "what was being verified still is");
        assert!(world.core.restore_order().unwrap().is_some(), "what was being fetched still is");
        drop(world);
        let again = World::open(&file, LATER, 3).unwrap();
        assert_eq!(
            again.core.records().unwrap().iter().map(line).collect::<Vec<_>>(),
            before,
            "{release}, opened twice"
        );
    }
}

/// A platform that takes every payment, and remembers what it was sent.
#[derive(Default)]
struct Platform {
    settled: BTreeMap<String, i64>,
}

impl Platform {
    fn answer(&mut self, id: PaymentId, record: &PaymentRecord, request: &paytaipei_app::ports::HttpRequest) -> String {
        let (number, key) = (record.payment.bill.number.as_str().to_owned(), id.to_string());
        let period = record.payment.bill.period.as_ref().map_or("11510", |period| period.as_str()).to_owned();
        if request.path == "/v1/inquiries" {
            return String::from_utf8(bill(&number, &period, "payable", maker::amount(&number)).body).unwrap();
        }
        if request.method == Method::Put {
            let body: Value = serde_json::from_slice(request.body.as_deref().unwrap()).unwrap();
            let before = self.settled.insert(key, body["payable"].as_i64().unwrap());
            assert_eq!(before, None, "sent once");
        }
        // What was sent before the program was replaced did arrive.
        let state = if request.path.ends_with("/void") { "voided" } else { "settled" };
        recorded(id, &number, &period, maker::amount(&number), state)
    }
}

#[test]
fn a_kept_file_goes_on_paying() {
    for (release, _) in KEPT {
        let (_home, file) = copy(release);
        let world = World::open(&file, LATER, 2).unwrap();
        let before: BTreeMap<PaymentId, PaymentRecord> =
            world.core.records().unwrap().into_iter().map(|record| (record.payment.id, record)).collect();
        let mut platform = Platform::default();
        for _ in 0..40 {
            world.later(20 * 60_000);
            for pending in world.desk.pending().unwrap() {
                let id = pending.payment.id;
                let Some(order) = world.desk.begin(id).unwrap() else { continue };
                let record = world.record(id);
                let answer = platform.answer(id, &record, &order.request());
                world.desk.finish(id, &order, order.answer(Ok(json(200, &answer)))).unwrap();
            }
            for record in world.core.records().unwrap() {
                if record.payment.state == State::NeedsConsent {
                    world.core.consent(&record.payment.id.to_string()).unwrap();
                }
            }
        }
        let mut settled = 0;
        for record in world.core.records().unwrap() {
            let (payment, was) = (&record.payment, &before[&record.payment.id].payment);
            if was.state.is_terminal() {
                assert_eq!(payment.state, was.state, "{release}: {} ended", payment.id);
            } else if was.cancel_wanted {
                assert_eq!(payment.state, State::Voided, "{release}: {}", payment.id);
            } else {
                assert_eq!(payment.state, State::Settled, "{release}: {} was {}", payment.id, was.state.as_str());
                assert_eq!(payment.charged.unwrap().dollars(), maker::amount(payment.bill.number.as_str()));
                settled += 1;
            }
        }
        assert!(settled >= 10 && platform.settled.len() >= 6, "{settled}, {} sent", platform.settled.len());
    }
}
