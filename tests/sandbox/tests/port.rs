//! The port really closes, and what a sandbox keeps over its own end.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{AMY, Phone, World};
use paytaipei_sandbox::{Fault, FaultKind, Options, Route, Sandbox, Settings};
use reqwest::Method;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

#[tokio::test]
async fn a_closed_port_refuses_connections_and_opens_again_at_the_same_number() {
    let world = World::new();
    let phone = world.phone(AMY).await;
    let port = world.sandbox.port();
    for _ in 0..3 {
        world.sandbox.open_port(false).unwrap();
        world.sandbox.open_port(false).unwrap();
        let refused = TcpStream::connect(("127.0.0.1", port)).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        // The phone may first try a connection that it kept; then it has none left.
        drop(phone.request(Method::GET, "/v1/catalogue").send().await.unwrap_err());
        let error = phone.request(Method::GET, "/v1/catalogue").send().await.unwrap_err();
        assert!(error.is_connect(), "{error:?}");
        world.sandbox.open_port(true).unwrap();
        assert_eq!(phone.ask(Method::GET, "/v1/catalogue", None).await.status, 200);
    }
    assert_eq!(world.sandbox.port(), port);
}

#[tokio::test]
async fn closing_cuts_live_connections() {
    let world = World::new();
    let mut idle = TcpStream::connect(("127.0.0.1", world.sandbox.port())).unwrap();
    idle.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let phone = world.phone(AMY).await;
    world.sandbox.fault(Fault::new(FaultKind::SlowReply).route(Route::List).ms(60_000)).unwrap();
    let waiting = tokio::spawn(phone.request(Method::GET, "/v1/payments").send());
    common::until(|| world.sandbox.requests().unwrap().get(&Route::List) == Some(&1)).await;
    world.sandbox.open_port(false).unwrap();
    assert!(waiting.await.unwrap().is_err());
    let mut byte = [0u8; 1];
    assert!(matches!(idle.read(&mut byte), Ok(0) | Err(_)), "an idle connection is cut too");
}

#[tokio::test]
async fn the_platform_finishes_what_it_recorded_though_the_port_closed_meanwhile() {
    let world = World::new();
    let bill = world.water_bill(428);
    let mut phone = world.phone(AMY).await;
    let payment = phone.consent(&bill, "esun").await;
    world.sandbox.fault(Fault::new(FaultKind::SlowBusiness).ms(60_000).times(1)).unwrap();
    let sent = tokio::spawn(phone.put_request(&payment).send());
    common::until(|| !world.sandbox.payments().unwrap().is_empty()).await;
    world.sandbox.open_port(false).unwrap();
    assert!(sent.await.unwrap().is_err());
    assert_eq!(world.charges_of(&bill), 0);
    world.sandbox.clear_faults().unwrap();
    world.sandbox.open_port(true).unwrap();
    // Without the connections that it kept from before.
    phone.client = common::client(&world.sandbox);
    assert_eq!(phone.settled(&payment.id).await.state(), "settled");
    assert_eq!(world.charges_of(&bill), 1);
}

#[tokio::test]
async fn a_folder_keeps_its_authority_its_sessions_and_its_books() {
    let mut world = World::new();
    let bill = world.water_bill(428);
    let mut phone = world.phone(AMY).await;
    let payment = phone.consent(&bill, "esun").await;
    assert_eq!(phone.put(&payment).await.state(), "settled");
    let authority = std::fs::read(world.sandbox.ca()).unwrap();
    world.restart();
    assert_eq!(std::fs::read(world.sandbox.ca()).unwrap(), authority);
    // The same client, trusting the same authority, speaks to the new certificate.
    phone.base = world.sandbox.platform().to_owned();
    assert_eq!(phone.put(&payment).await.state(), "settled");
    assert_eq!(world.charges_of(&bill), 1);
}

#[tokio::test]
async fn a_phone_without_the_authority_does_not_speak_to_the_sandbox() {
    let (world, other) = (World::new(), World::new());
    let mut phone = Phone::new(&other.sandbox);
    phone.base = world.sandbox.platform().to_owned();
    assert!(phone.request(Method::GET, "/v1/catalogue").send().await.unwrap_err().is_connect());
    let plain = format!("http://localhost:{}/v1/catalogue", world.sandbox.port());
    assert!(phone.client.get(plain).send().await.is_err());
}

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_paytaipei-sandbox"))
}

#[tokio::test]
async fn a_sandbox_killed_between_recording_and_charging_charges_once_after_its_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { data: Some(folder.path().to_owned()), ..Options::default() };
    let mut sandbox = Sandbox::spawn_binary(binary(), &options).unwrap();
    let bill = sandbox.issue(paytaipei_sandbox::NewBill::new("kinmen-water", 428)).unwrap();
    let mut phone = Phone::new(&sandbox);
    phone.verify(&sandbox, AMY).await;
    let payment = phone.consent(&bill, "taishin").await;
    sandbox.settings(Settings { patience_ms: Some(10), ..Settings::default() }).unwrap();
    sandbox.fault(Fault::new(FaultKind::SlowBusiness).ms(60_000)).unwrap();
    assert_eq!(phone.put(&payment).await.state(), "processing");
    assert!(sandbox.ledger().unwrap().charges.is_empty());
    sandbox.kill();

    for _ in 0..2 {
        let mut sandbox = Sandbox::spawn_binary(binary(), &options).unwrap();
        phone.base = sandbox.platform().to_owned();
        assert_eq!(phone.settled(&payment.id).await.state(), "settled");
        assert_eq!(phone.put(&payment).await.state(), "settled");
        assert_eq!(sandbox.ledger().unwrap().charges.len(), 1);
        sandbox.kill();
    }
}

#[test]
fn the_program_prints_one_line_and_ends_in_order_by_signal_by_call_and_with_its_standard_input() {
    for way in ["signal", "call", "stdin"] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(binary());
        command.arg("--data").arg(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
        if way == "stdin" {
            command.arg("--until-stdin-closes");
        }
        let mut child = command.spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert!(ready["platform"].as_str().unwrap().starts_with("https://localhost:"));
        assert_eq!(ready["ca"], folder.path().join("ca.pem").to_str().unwrap());
        match way {
            "signal" => {
                let sent = Command::new("kill").arg(child.id().to_string()).status().unwrap();
                assert!(sent.success());
            }
            "call" => {
                let control = paytaipei_sandbox::ControlClient::new(ready["control"].as_str().unwrap());
                control.shutdown().unwrap();
            }
            _ => drop(child.stdin.take()),
        }
        assert!(child.wait().unwrap().success(), "{way}");
        let mut rest = String::new();
        output.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "", "{way}");
    }
}

#[test]
fn a_port_that_is_taken_is_said_and_nothing_runs() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = Sandbox::spawn(Options { port, ..Options::default() }).err().expect("the port is taken");
    assert!(error.to_string().contains(&port.to_string()), "{error}");
}
