//! A platform that answers wrongly, late or not at all, or is not the platform: each has a name, and no bill is ever
//! charged twice for it, whether or not the platform has a guard of its own.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::net::TcpListener;
use std::time::{Duration, Instant};

use paytaipei_e2e::phone::{Phone, Ran};
use paytaipei_e2e::world::{E164, MSISDN, World, holdings, refusal, refuses, run, shown, text};
use paytaipei_sandbox::{BillChange, Fault, FaultKind, IssuedBill, Route, Settings};

/// The platform's guard against paying a bill twice, switched on and off.
const GUARDS: [bool; 2] = [true, false];

/// Answers that are not the platform's words.
const SPOILT: [FaultKind; 5] =
    [FaultKind::Html, FaultKind::Garbage, FaultKind::Empty, FaultKind::Redirect, FaultKind::Huge];

fn world(guard: bool) -> (World, Phone) {
    let world = World::new().unwrap();
    world.sandbox.guard(guard).unwrap();
    let phone = world.verified_phone().unwrap();
    (world, phone)
}

fn sync(phone: &Phone, seconds: u64) -> Ran {
    run(phone, &["sync", "--for", &seconds.to_string()]).unwrap()
}

fn state(phone: &Phone, payment: &str) -> String {
    text(&shown(phone, payment).unwrap(), "state").unwrap()
}

/// Syncs until the payment is in this state; never for longer than a person would.
fn becomes(phone: &Phone, payment: &str, wanted: &str) {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let last = sync(phone, 5);
        if state(phone, payment) == wanted {
            return;
        }
        assert!(Instant::now() < deadline, "never {wanted}: {:?} {last:?}", shown(phone, payment));
    }
}

#[test]
fn verifying_against_anything_but_the_platform_is_refused_by_name_and_can_be_done_again() {
    let world = World::new().unwrap();
    let phone = world.phone("phone").unwrap();
    let verify = || run(&phone, &["verify", MSISDN]).unwrap();
    let fault = |kind| world.sandbox.fault(Fault::new(kind).route(Route::Verify).times(1).retry_after_s(1)).unwrap();
    for kind in SPOILT {
        fault(kind);
        refusal(&verify(), 6, "platform_garbled").unwrap();
    }
    for kind in [FaultKind::ErrorBefore, FaultKind::ErrorAfter, FaultKind::TooMany] {
        fault(kind);
        refusal(&verify(), 6, "platform_trouble").unwrap();
    }
    for kind in [FaultKind::DropRequest, FaultKind::LostReply] {
        fault(kind);
        refusal(&verify(), 5, "offline").unwrap();
    }
    world.sandbox.open_port(false).unwrap();
    refuses(&phone, &["verify", MSISDN], 5, "offline").unwrap();
    world.sandbox.open_port(true).unwrap();
    // While the person's answer is fetched, silence is no refusal.
    for kind in [FaultKind::Html, FaultKind::ErrorBefore, FaultKind::DropRequest] {
        world.sandbox.fault(Fault::new(kind).route(Route::Collect).times(1)).unwrap();
    }
    world.verify(&phone, MSISDN, E164).unwrap();
    run(&phone, &["queue"]).unwrap().well().unwrap();
}

#[test]
fn a_refused_or_forgotten_verification_is_told_and_can_be_done_again() {
    let world = World::new().unwrap();
    let phone = world.phone("phone").unwrap();
    let running = phone.start(&["verify", MSISDN]).unwrap();
    running.next(Duration::from_secs(20)).unwrap();
    world.sandbox.deny(E164).unwrap();
    let told = running.next(Duration::from_secs(20)).unwrap();
    assert_eq!(told["error"]["code"], "verification_refused");
    assert_eq!(running.finish().unwrap(), 4);

    world.sandbox.settings(Settings { verification_s: Some(1), ..Settings::default() }).unwrap();
    refusal(&run(&phone, &["verify", MSISDN]).unwrap(), 4, "verification_expired").unwrap();
    refuses(&phone, &["queue"], 4, "number_not_verified").unwrap();

    world.sandbox.settings(Settings { verification_s: Some(60), ..Settings::default() }).unwrap();
    world.verify(&phone, MSISDN, E164).unwrap();
    run(&phone, &["queue"]).unwrap().well().unwrap();
}

#[test]
fn an_inquiry_is_answered_by_the_platform_or_refused_by_name_and_the_number_is_kept() {
    let (world, phone) = world(true);
    let bill = world.water_bill(428).unwrap();
    let inquire = ["inquire", "kinmen-water", bill.number.as_str()];
    let fault = |kind| world.sandbox.fault(Fault::new(kind).route(Route::Inquire).retry_after_s(1)).unwrap();
    let cases = SPOILT.map(|kind| (kind, "platform_garbled")).into_iter().chain([
        (FaultKind::ErrorBefore, "platform_trouble"),
        (FaultKind::ErrorAfter, "platform_trouble"),
        (FaultKind::TooMany, "platform_trouble"),
        (FaultKind::QuietHours, "quiet_hours"),
    ]);
    for (kind, code) in cases {
        fault(kind);
        refuses(&phone, &inquire, 6, code).unwrap();
        world.sandbox.clear_faults().unwrap();
        let kept = &holdings(&phone).unwrap()["bills"];
        assert_eq!(kept.as_array().map(Vec::len), Some(1), "{kind:?}: {kept}");
        assert_eq!((&kept[0]["number"], &kept[0]["status"]), (&bill.number.as_str().into(), &"unchecked".into()));
    }
    // No connection is no error: the number is kept, and asked about later.
    for kind in [FaultKind::DropRequest, FaultKind::LostReply] {
        fault(kind);
        let kept = run(&phone, &inquire).unwrap().well().unwrap().last("bill").unwrap();
        assert_eq!(kept["status"], "unchecked");
        world.sandbox.clear_faults().unwrap();
    }
    refuses(&phone, &["inquire", "kinmen-water", "7654321"], 6, "bill_not_found").unwrap();
    let found = run(&phone, &inquire).unwrap().well().unwrap().last("bill").unwrap();
    assert_eq!((found["status"].as_str(), found["payable"].as_i64()), (Some("payable"), Some(428)));
}

#[test]
fn whatever_spoils_an_answer_on_the_way_each_bill_is_paid_exactly_once() {
    for guard in GUARDS {
        let (world, phone) = world(guard);
        let mut faults = Vec::new();
        for kind in SPOILT {
            faults.extend([Fault::new(kind).route(Route::Inquire), Fault::new(kind).route(Route::Put)]);
            faults.push(Fault::new(kind).route(Route::Put).after());
        }
        for kind in [FaultKind::ErrorBefore, FaultKind::ErrorAfter, FaultKind::DropRequest, FaultKind::LostReply] {
            faults.extend([Fault::new(kind).route(Route::Inquire), Fault::new(kind).route(Route::Put)]);
        }
        for status in [404, 408, 409, 422] {
            // A proxy's refusal has none of the platform's codes, and so refuses nothing.
            faults.push(Fault::new(FaultKind::ErrorAfter).route(Route::Put).status(status));
        }
        faults.push(Fault::new(FaultKind::TooMany).route(Route::Inquire).retry_after_s(1));
        faults.push(Fault::new(FaultKind::TooMany).route(Route::Put).retry_after_s(1));
        faults.push(Fault::new(FaultKind::SlowReply).route(Route::Put).ms(1_500));
        faults.push(Fault::new(FaultKind::DuplicateWebhook));
        let mut payments = Vec::new();
        for (amount, fault) in (100..).zip(&faults) {
            let bill = world.water_bill(amount).unwrap();
            let payment = world.agree(&phone, &bill, "jkopay").unwrap();
            payments.push((payment, bill, fault));
        }
        // Asking what became of a payment is spoilt too, now and then, whichever it is.
        for kind in [FaultKind::Html, FaultKind::ErrorBefore, FaultKind::DropRequest, FaultKind::LostReply] {
            world.sandbox.fault(Fault::new(kind).route(Route::Get).times(1)).unwrap();
        }
        for (_, bill, fault) in &payments {
            world.sandbox.fault((*fault).clone().number(&bill.number).times(1)).unwrap();
        }
        let deadline = Instant::now() + Duration::from_secs(60);
        while sync(&phone, 10).status != 0 || !run(&phone, &["queue"]).unwrap().lines.is_empty() {
            assert!(Instant::now() < deadline, "{:?}", run(&phone, &["queue"]));
        }
        for (payment, bill, fault) in &payments {
            assert_eq!(state(&phone, payment), "settled", "{fault:?}");
            assert_eq!(world.charges_of(bill).unwrap(), 1, "guard {guard}: {fault:?}");
        }
        assert_eq!(world.sandbox.faults_left().unwrap(), 0, "every fault was met");
        let charged: Vec<String> = world.ledger().unwrap().charges.into_iter().map(|c| c.payment_id).collect();
        assert!(payments.iter().all(|(payment, ..)| charged.contains(payment)), "each under its own identifier");
    }
}

#[test]
fn while_the_platform_is_in_trouble_sync_says_so_and_the_payment_waits() {
    let (world, phone) = world(true);
    let bill = world.water_bill(428).unwrap();
    let payment = world.agree(&phone, &bill, "jkopay").unwrap();
    let before = holdings(&phone).unwrap();
    let cases = SPOILT
        .map(|kind| (kind, 6, "platform_garbled"))
        .into_iter()
        .chain([(FaultKind::ErrorBefore, 6, "platform_trouble"), (FaultKind::DropRequest, 5, "offline")]);
    for (kind, exit, code) in cases {
        world.sandbox.fault(Fault::new(kind).route(Route::Inquire)).unwrap();
        refusal(&sync(&phone, 2), exit, code).unwrap_or_else(|failure| panic!("{kind:?}: {failure}"));
        world.sandbox.clear_faults().unwrap();
        assert_eq!(holdings(&phone).unwrap(), before, "{kind:?}");
    }
    world.sandbox.open_port(false).unwrap();
    refuses(&phone, &["sync"], 5, "offline").unwrap();
    world.sandbox.open_port(true).unwrap();
    assert_eq!(holdings(&phone).unwrap(), before);
    becomes(&phone, &payment, "settled");
    assert_eq!(world.charges_of(&bill).unwrap(), 1);
}

#[test]
fn a_platform_that_asks_for_patience_is_left_alone_so_long() {
    let (world, phone) = world(true);
    let bill = world.water_bill(428).unwrap();
    let payment = world.agree(&phone, &bill, "jkopay").unwrap();
    let asked = || world.sandbox.requests().unwrap()[&Route::Inquire];
    world.sandbox.fault(Fault::new(FaultKind::TooMany).route(Route::Inquire).times(1).retry_after_s(4)).unwrap();
    let before = asked();
    let told = Instant::now();
    refusal(&sync(&phone, 2), 6, "platform_trouble").unwrap();
    let after = asked();
    assert_eq!(after, before + 1, "asked once, and not again");
    sync(&phone, 1);
    if told.elapsed() < Duration::from_secs(4) {
        assert_eq!(asked(), after, "not even when a person insists");
    }
    becomes(&phone, &payment, "settled");
    assert!(told.elapsed() >= Duration::from_secs(4));
    assert_eq!(world.charges_of(&bill).unwrap(), 1);
}

#[test]
fn somebody_elses_certificate_is_never_trusted_and_never_told_anything() {
    let (world, phone) = world(true);
    let bill = world.water_bill(428).unwrap();
    let payment = world.agree(&phone, &bill, "jkopay").unwrap();
    let before = holdings(&phone).unwrap();
    let other = World::new().unwrap();
    // The same phone in a network where somebody else answers, and a phone that trusts no test platform at all.
    let deceived = Phone { platform: other.sandbox.platform().to_owned(), ..phone.clone() };
    let distrusting = Phone { ca: other.sandbox.ca().to_owned(), ..phone.clone() };
    let asked = world.sandbox.requests().unwrap();
    for phone in [&deceived, &distrusting] {
        refuses(phone, &["verify", MSISDN], 5, "tls_failed").unwrap();
        refuses(phone, &["inquire", "kinmen-water", &bill.number], 5, "tls_failed").unwrap();
        refuses(phone, &["sync"], 5, "tls_failed").unwrap();
    }
    assert_eq!(other.sandbox.requests().unwrap().values().sum::<u64>(), 0, "not a byte of a request");
    assert_eq!(world.sandbox.requests().unwrap(), asked);
    assert_eq!(holdings(&phone).unwrap()["payments"], before["payments"]);
    becomes(&phone, &payment, "settled");
    assert_eq!(world.charges_of(&bill).unwrap(), 1);
}

#[test]
fn a_door_where_no_platform_lives_is_named_for_what_it_is() {
    let world = World::new().unwrap();
    let answering = |words: &'static [u8]| {
        let door = TcpListener::bind("127.0.0.1:0").unwrap();
        let platform = format!("https://localhost:{}", door.local_addr().unwrap().port());
        std::thread::spawn(move || {
            for mut visitor in door.incoming().flatten() {
                use std::io::Write;
                std::thread::spawn(move || {
                    let _ = visitor.write_all(words);
                    if words.is_empty() {
                        std::thread::sleep(Duration::from_secs(60));
                    }
                });
            }
        });
        Phone { platform, ..world.phone("phone").unwrap() }
    };
    let plain = answering(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}");
    refusal(&run(&plain, &["verify", MSISDN]).unwrap(), 5, "tls_failed").unwrap();
    let silent = answering(b"");
    refusal(&run(&silent, &["verify", MSISDN]).unwrap(), 5, "platform_timeout").unwrap();
}

#[test]
fn an_address_that_is_no_platforms_is_refused_before_anything_is_made() {
    let world = World::new().unwrap();
    let phone = world.phone("never-made").unwrap();
    let host = world.sandbox.platform().trim_start_matches("https://").to_owned();
    let at = |platform: String| Phone { platform, ..phone.clone() };
    for platform in [format!("http://{host}"), "ftp://localhost".into(), "file:///etc/passwd".into()] {
        refuses(&at(platform), &["queue"], 5, "insecure_platform").unwrap();
    }
    for platform in [
        format!("https://{host}/v1"),
        format!("https://me@{host}"),
        format!("https://me:secret@{host}"),
        format!("https://{host}?a=b"),
        format!("https://{host}#a"),
        "https://".into(),
        "https://localhost:99999".into(),
        "localhost:8443".into(),
        "許秀英".into(),
        String::new(),
        "h".repeat(100_000),
    ] {
        let ran = run(&at(platform.clone()), &["queue"]).unwrap();
        let error = ran.error().unwrap_or_default().to_owned();
        assert!(["platform_url", "insecure_platform"].contains(&error.as_str()), "{platform}: {ran:?}");
        refusal(&ran, 5, &error).unwrap();
        assert!(!ran.lines[0].to_string().contains("secret"), "{ran:?}");
    }
    let rooted = |ca: String| Phone { ca: ca.into(), ..phone.clone() };
    let garbage = world.file("garbage.pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    let empty = world.file("empty.pem", b"").unwrap();
    for ca in [garbage, empty] {
        refuses(&rooted(ca), &["queue"], 5, "extra_root_unreadable").unwrap();
    }
    refuses(&rooted("/no/such.pem".into()), &["queue"], 3, "missing_file").unwrap();
    assert!(!phone.data.exists());
}

#[test]
fn a_session_that_ended_is_renewed_and_everything_goes_on() {
    for guard in GUARDS {
        let (world, phone) = world(guard);
        let bills = [world.water_bill(428).unwrap(), world.water_bill(316).unwrap()];
        let charged = world.agree(&phone, &bills[0], "jkopay").unwrap();
        // Charged, its reply lost; and whoever asks learns nothing for now.
        world.sandbox.fault(Fault::new(FaultKind::LostReply).route(Route::Put).times(1)).unwrap();
        world.sandbox.fault(Fault::new(FaultKind::ErrorBefore).route(Route::Get)).unwrap();
        becomes(&phone, &charged, "unknown");
        world.sandbox.clear_faults().unwrap();
        let waiting = world.agree(&phone, &bills[1], "esun").unwrap();

        world.sandbox.end_sessions(E164).unwrap();
        refusal(&sync(&phone, 5), 4, "number_not_verified").unwrap();
        for gated in [&["queue"][..], &["export"], &["pay", "x", "--provider", "esun"], &["cancel", &waiting]] {
            refuses(&phone, gated, 4, "number_not_verified").unwrap();
        }
        world.verify(&phone, MSISDN, E164).unwrap();
        becomes(&phone, &charged, "settled");
        becomes(&phone, &waiting, "settled");
        assert_eq!(holdings(&phone).unwrap()["payments"].as_array().map(Vec::len), Some(2));
        assert_eq!(bills.map(|bill| world.charges_of(&bill).unwrap()), [1, 1]);
    }
}

#[test]
fn a_lost_phones_consents_charge_nothing() {
    let (world, phone) = world(true);
    let bill = world.water_bill(428).unwrap();
    let payment = world.agree(&phone, &bill, "jkopay").unwrap();
    world.sandbox.revoke(E164).unwrap();
    refusal(&sync(&phone, 5), 4, "number_not_verified").unwrap();
    world.verify(&phone, MSISDN, E164).unwrap();
    // The revoked key is refused, the phone makes a new one, and what the old one signed is asked for anew.
    becomes(&phone, &payment, "needs_consent");
    assert_eq!(shown(&phone, &payment).unwrap()["reason"], "keys_renewed");
    sync(&phone, 1);
    assert_eq!(world.charges_of(&bill).unwrap(), 0);
    // A new phone of the same person.
    let new = world.phone("new").unwrap();
    world.verify(&new, MSISDN, E164).unwrap();
    let other = world.agree(&new, &bill, "jkopay").unwrap();
    becomes(&new, &other, "settled");
    assert_eq!(world.charges_of(&bill).unwrap(), 1);
    // The phone that was lost and found.
    run(&phone, &["consent", &payment, "--yes"]).unwrap().well().unwrap();
    becomes(&phone, &payment, "paid_elsewhere");
    assert_eq!(world.charges_of(&bill).unwrap(), 1);
}

#[test]
fn another_number_does_not_take_over_open_payments() {
    let (world, phone) = world(true);
    let bill = world.water_bill(428).unwrap();
    let payment = world.agree(&phone, &bill, "jkopay").unwrap();
    let before = holdings(&phone).unwrap();
    refuses(&phone, &["verify", "0900000019"], 4, "other_number_has_payments").unwrap();
    assert_eq!(world.sandbox.pending("+886900000019").unwrap(), [], "the other handset was not even asked");
    assert_eq!(holdings(&phone).unwrap(), before);
    world.verify(&phone, MSISDN, E164).unwrap();
    run(&phone, &["cancel", &payment]).unwrap().well().unwrap();
    world.verify(&phone, "0900000019", "+886900000019").unwrap();
    sync(&phone, 1);
    assert_eq!(world.charges_of(&bill).unwrap(), 0);
}

#[test]
fn what_a_business_refuses_is_told_with_its_reason_and_can_be_paid_through_another() {
    for guard in GUARDS {
        let (world, phone) = world(guard);
        let reasons = ["insufficient_funds", "over_limit", "no_agreement", "refused_by_person", "provider_refused"];
        for (amount, reason) in (100..).zip(reasons) {
            let bill = world.water_bill(amount).unwrap();
            world.sandbox.fault(Fault::new(FaultKind::Decline).number(&bill.number).times(1).reason(reason)).unwrap();
            pays_elsewhere_after(&world, &phone, &bill, reason);
        }
        let bill = world.water_bill(200).unwrap();
        world.sandbox.account("jkopay", E164, 0).unwrap();
        pays_elsewhere_after(&world, &phone, &bill, "insufficient_funds");
        let bill = world.water_bill(201).unwrap();
        world.sandbox.open_provider("jkopay", false).unwrap();
        pays_elsewhere_after(&world, &phone, &bill, "provider_closed");
    }
}

/// JKOPAY refuses for this reason, and nothing is charged; then E.SUN takes it.
fn pays_elsewhere_after(world: &World, phone: &Phone, bill: &IssuedBill, reason: &str) {
    let refused = world.agree(phone, bill, "jkopay").unwrap();
    becomes(phone, &refused, "declined");
    let told = shown(phone, &refused).unwrap();
    assert_eq!((told["reason"].as_str(), told["charged"].as_i64()), (Some(reason), None));
    assert!(told["reason_words"].as_str().is_some_and(|words| !words.is_empty()));
    assert_eq!(world.charges_of(bill).unwrap(), 0);
    let other = world.agree(phone, bill, "esun").unwrap();
    becomes(phone, &other, "settled");
    assert_eq!(world.charges_of(bill).unwrap(), 1);
}

#[test]
fn a_payment_of_unknown_outcome_is_cancelled_only_by_the_platforms_word() {
    for guard in GUARDS {
        let (world, phone) = world(guard);
        // Lost on the way there: the platform promises that this identifier never charges. Lost on the way back: charged.
        for (kind, amount, ending) in [(FaultKind::DropRequest, 428, "voided"), (FaultKind::LostReply, 316, "settled")]
        {
            let bill = world.water_bill(amount).unwrap();
            let payment = world.agree(&phone, &bill, "jkopay").unwrap();
            world.sandbox.fault(Fault::new(kind).route(Route::Put).times(1)).unwrap();
            world.sandbox.fault(Fault::new(FaultKind::ErrorBefore).route(Route::Get)).unwrap();
            becomes(&phone, &payment, "unknown");
            let cancelled = run(&phone, &["cancel", &payment]).unwrap().well().unwrap().last("payment").unwrap();
            assert_eq!(cancelled["state"], "unknown", "nobody knows yet: {cancelled}");
            let bill_id = text(&cancelled, "bill").unwrap();
            let again = ["pay", bill_id.as_str(), "--provider", "esun", "--yes"];
            refusal(&run(&phone, &again).unwrap(), 7, "already_being_paid").unwrap();
            becomes(&phone, &payment, ending);
            world.sandbox.clear_faults().unwrap();
            let charged = usize::from(ending == "settled");
            assert_eq!(world.charges_of(&bill).unwrap(), charged);
            if charged == 0 {
                let again = text(&run(&phone, &again).unwrap().well().unwrap().last("payment").unwrap(), "id").unwrap();
                becomes(&phone, &again, "settled");
                assert_eq!(world.charges_of(&bill).unwrap(), 1);
            } else {
                refusal(&run(&phone, &again).unwrap(), 7, "already_being_paid").unwrap();
            }
        }
    }
}

#[test]
fn a_payment_handed_off_to_the_businesss_app_is_finished_or_refused_there() {
    for guard in GUARDS {
        let (world, phone) = world(guard);
        for (approve, amount, ending) in [(true, 428, "settled"), (false, 316, "declined")] {
            let bill = world.water_bill(amount).unwrap();
            let payment = world.agree(&phone, &bill, "jkopay").unwrap();
            world.sandbox.fault(Fault::new(FaultKind::HandOff).times(1)).unwrap();
            becomes(&phone, &payment, "awaiting_hand_off");
            let waiting = shown(&phone, &payment).unwrap();
            assert!(waiting["hand_off_url"].as_str().is_some_and(|url| url.starts_with("https://")), "{waiting}");
            // Asked while the person is still there.
            sync(&phone, 5).well().unwrap();
            assert_eq!(state(&phone, &payment), "awaiting_hand_off");
            world.sandbox.finish_hand_off(&payment, approve).unwrap();
            sync(&phone, 5).well().unwrap();
            assert_eq!(state(&phone, &payment), ending);
            assert_eq!(world.charges_of(&bill).unwrap(), usize::from(approve));
        }
    }
}

#[test]
fn what_changed_or_ended_between_consent_and_payment_is_not_charged() {
    for guard in GUARDS {
        let (world, phone) = world(guard);
        let change = |bill: &IssuedBill| {
            let name = bill.name();
            BillChange { biller: name.biller, number: name.number, period: name.period, ..BillChange::default() }
        };
        let expired = world.water_bill(428).unwrap();
        let dearer = world.water_bill(316).unwrap();
        let paid = world.water_bill(264).unwrap();
        let payments = [&expired, &dearer, &paid].map(|bill| world.agree(&phone, bill, "jkopay").unwrap());
        world.sandbox.change(BillChange { due: Some("2026-01-05".into()), ..change(&expired) }).unwrap();
        world.sandbox.change(BillChange { fee: Some(15), ..change(&dearer) }).unwrap();
        world.sandbox.pay_elsewhere(&paid.name()).unwrap();
        sync(&phone, 10).well().unwrap();
        let states = payments.clone().map(|payment| state(&phone, &payment));
        assert_eq!(states, ["expired", "needs_consent", "paid_elsewhere"]);
        let asked = shown(&phone, &payments[1]).unwrap();
        assert_eq!((asked["difference"].as_i64(), asked["payable"].as_i64()), (Some(15), Some(331)));
        assert_eq!(world.ledger().unwrap().charges, []);
        run(&phone, &["consent", &payments[1], "--yes"]).unwrap().well().unwrap();
        becomes(&phone, &payments[1], "settled");
        let charges = world.ledger().unwrap().charges;
        assert_eq!(charges.iter().map(|charge| charge.amount).collect::<Vec<_>>(), [331]);
    }
}

#[test]
fn a_biller_at_rest_is_named_and_its_payment_waits_for_the_morning() {
    let (world, phone) = world(true);
    let bill = world.water_bill(428).unwrap();
    let payment = world.agree(&phone, &bill, "jkopay").unwrap();
    world.sandbox.fault(Fault::new(FaultKind::QuietHours).biller("kinmen-water").retry_after_s(2)).unwrap();
    sync(&phone, 1);
    let resting = shown(&phone, &payment).unwrap();
    assert_eq!(
        (resting["state"].as_str(), resting["reason"].as_str()),
        (Some("awaiting_network"), Some("quiet_hours"))
    );
    assert!(resting["reason_words"].as_str().is_some_and(|words| !words.is_empty()));
    world.sandbox.clear_faults().unwrap();
    becomes(&phone, &payment, "settled");
    assert_eq!(world.charges_of(&bill).unwrap(), 1);
}
