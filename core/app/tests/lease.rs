//! One drainer: whoever lost the lease makes no more calls, and what it had under way is asked about.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code)]

#[path = "kept/world.rs"]
mod world;

use std::sync::Arc;

use paytaipei_app::platform::{Errand, collected};
use paytaipei_app::ports::{AlwaysTry, SystemClock, SystemEntropy};
use paytaipei_app::{Code, Core, Lang, Phone};
use paytaipei_payment::PaymentId;
use world::{KeptVault, json};

/// A phone with one payment agreed to.
fn agreed(folder: &std::path::Path) -> (Core, PaymentId) {
    let phone = Phone {
        vault: Arc::new(KeptVault),
        connectivity: Arc::new(AlwaysTry),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy::default()),
    };
    let core = Core::open(&folder.join("paytaipei.sqlite"), phone, Lang::En).unwrap();
    let prepared = core.prepare_verification("0900000017", paytaipei_app::Method::Handset).unwrap();
    let started = r#"{"verification":"0123456789abcdef","interval_s":1,"expires_in_s":60,"binding_message":"A1"}"#;
    core.verification_started(prepared, Ok(json(202, started))).unwrap();
    let mut verification = core.verification().unwrap().unwrap();
    let session = collected(Ok(json(200, r#"{"token":"0123456789abcdef0123","expires_in_s":3600}"#)));
    let outcome = verification.heard(session, 0);
    let outcome = match outcome {
        paytaipei_identity::Outcome::Verified(mut session) => {
            session.expires_at = i64::MAX;
            paytaipei_identity::Outcome::Verified(session)
        }
        other => other,
    };
    assert!(core.verification_went(&verification, outcome).unwrap());
    let bill = core
        .add_text(
            "TWQRP://金門縣自來水廠/158/03/V1?D1=42800&D3=AVWYrjDqQES+&D4=20991220&D7=123456711510&D11=00,4614611000051300010001000100513965",
        )
        .unwrap();
    let payment = core.pay_when_confirmed(&bill.id, "jkopay", None).unwrap();
    core.consent(&payment.id).unwrap();
    (core, PaymentId::parse(&payment.id).unwrap())
}

#[test]
fn whoever_lost_the_lease_makes_no_more_calls() {
    let folder = tempfile::tempdir().unwrap();
    let (core, payment) = agreed(folder.path());
    let first = core.take_over().unwrap();
    let order = first.begin(payment).unwrap().unwrap();
    assert!(matches!(order.errand, Errand::Inquire { .. }));
    let second = core.take_over().unwrap();
    assert_eq!(first.begin(payment).unwrap_err().code, Code::StoreLocked);
    assert!(second.begin(payment).unwrap().is_some(), "the one that took it goes on");
}
