//! Where a person is sent to finish a payment.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

#[path = "kept/world.rs"]
mod world;

use paytaipei_app::Code;
use paytaipei_payment::PaymentId;
use world::{MADE_AT, World, bill, json, recorded};

/// A payment through JKOPAY that the platform hands off to this address.
fn handed_off(world: &World, place: usize, url: &str) -> String {
    let number = format!("{:07}", 1_000_000 + place);
    let text = format!(
        "TWQRP://金門縣自來水廠/158/03/V1?D1=42800&D3=AVWYrjDqQES+&D4=20261220&D7={number}11510&D11=00,4614611000051300010001000100513965"
    );
    let kept = world.core.add_text(&text).unwrap();
    let payment = world.core.pay_when_confirmed(&kept.id, "jkopay", None).unwrap();
    world.core.consent(&payment.id).unwrap();
    let id = PaymentId::parse(&payment.id).unwrap();
    world.call(id, Ok(bill(&number, "11510", "payable", 428)));
    let told = recorded(id, &number, "11510", 428, "awaiting_hand_off");
    let told = told.replace("https://example.invalid/pay", url).replace("esun", "jkopay");
    world.call(id, Ok(json(200, &told)));
    assert_eq!(world.core.payment(&payment.id).unwrap().state, "awaiting_hand_off");
    payment.id
}

#[test]
fn a_hand_off_to_a_strangers_host_is_refused_by_name_and_its_address_is_not_shown() {
    let home = tempfile::tempdir().unwrap();
    let world = World::open(&home.path().join("store"), MADE_AT, 1).unwrap();
    world.verify();
    let strange = [
        ("https://jkopay.com.example/pay", "host_not_allowed"),
        ("https://payment.opay.tw/pay", "host_not_allowed"),
        ("http://onlinepay.jkopay.com/pay", "scheme_not_allowed"),
        ("jkos://transfer", "scheme_not_allowed"),
        ("https://onlinepay.jkopay.com/ pay", "not_an_address"),
    ];
    for (place, (url, detail)) in strange.into_iter().enumerate() {
        let payment = handed_off(&world, place, url);
        let shown = world.core.payment(&payment).unwrap();
        assert_eq!((shown.hand_off_url, shown.hand_off_refused.as_deref()), (None, Some(detail)), "{url}");
        assert!(shown.can_cancel, "nothing is lost: it can be stopped");
        let refused = world.core.hand_off(&payment).unwrap_err();
        assert_eq!((refused.code, refused.detail()), (Code::HandOffRefused, Some(detail)), "{url}");
    }
    let payment = handed_off(&world, strange.len(), "https://onlinepay.jkopay.com/pay?t=1");
    assert_eq!(world.core.hand_off(&payment).unwrap(), "https://onlinepay.jkopay.com/pay?t=1");
}
