//! A phone for tests: real TLS, real signatures (ring's, while the sandbox verifies with another library), no rule of its
//! own. Every exchange of a test is recorded, and held to docs/platform-api.yaml at the test's end.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use paytaipei_sandbox::contract::Contract;
use paytaipei_sandbox::{IssuedBill, NewBill, Options, Protocols, Sandbox};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

pub const AMY: &str = "+886912000001";
pub const BOB: &str = "+886912000002";

/// A sandbox whose every exchange is held to the contract when it goes out of scope.
pub struct World {
    pub sandbox: Sandbox,
    folder: tempfile::TempDir,
    /// Set by tests that send what no phone may send.
    pub requests_are_wrong_on_purpose: bool,
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            data: Some(folder.path().join("data")),
            record: Some(folder.path().join("record.jsonl")),
            ..Options::default()
        };
        let sandbox = Sandbox::spawn(options).unwrap();
        Self { sandbox, folder, requests_are_wrong_on_purpose: false }
    }

    /// A sandbox whose businesses speak their own protocols; `None` where the SDKs that they verify with are not installed.
    pub fn with_protocols() -> Option<Self> {
        let Some(oracles) = std::env::var_os("PAYTAIPEI_ORACLES") else {
            eprintln!("not run: no PAYTAIPEI_ORACLES (scripts/test installs the SDKs of tests/oracles)");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let own = std::env::current_exe().unwrap();
        let gateway = own.ancestors().nth(2).unwrap().join("paytaipei-gateway");
        assert!(gateway.is_file(), "cargo build -p paytaipei-gateway");
        let options = Options {
            data: Some(folder.path().join("data")),
            record: Some(folder.path().join("record.jsonl")),
            protocols: Some(Protocols { gateway, oracles: oracles.into() }),
            ..Options::default()
        };
        let sandbox = Sandbox::spawn(options).unwrap();
        Some(Self { sandbox, folder, requests_are_wrong_on_purpose: false })
    }

    /// The sandbox ends, and another one begins on the same folder.
    pub fn restart(&mut self) {
        self.sandbox.kill();
        let options = Options {
            data: Some(self.folder.path().join("data")),
            record: Some(self.folder.path().join("record.jsonl")),
            ..Options::default()
        };
        self.sandbox = Sandbox::spawn(options).unwrap();
    }

    pub fn recording(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("record.jsonl")).unwrap()
    }

    /// A bill of Kinmen's waterworks over that many dollars.
    pub fn water_bill(&self, amount: i64) -> IssuedBill {
        self.sandbox.issue(NewBill::new("kinmen-water", amount)).unwrap()
    }

    pub async fn phone(&self, msisdn: &str) -> Phone {
        let mut phone = Phone::new(&self.sandbox);
        phone.verify(&self.sandbox, msisdn).await;
        phone
    }

    /// Charges of a bill at any business.
    pub fn charges_of(&self, bill: &IssuedBill) -> usize {
        let ledger = self.sandbox.ledger().unwrap();
        ledger.charges.iter().filter(|charge| charge.number == bill.number && charge.period == bill.period).count()
    }

    fn hold_to_the_contract(&self) {
        let contract = Contract::of_this_repository().unwrap();
        let recording = self.recording();
        if !self.requests_are_wrong_on_purpose {
            contract.check_recording(&recording).unwrap_or_else(|found| panic!("{found:#?}"));
            return;
        }
        for line in recording.lines() {
            let exchange: paytaipei_sandbox::contract::Exchange = serde_json::from_str(line).unwrap();
            if exchange.fault.is_none() && contract.operation(&exchange.method, &exchange.path).is_some() {
                contract.check_answer(&exchange).unwrap_or_else(|found| panic!("{found:#?}"));
            }
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.hold_to_the_contract();
        }
    }
}

/// An answer: status and JSON (null where it is none).
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub json: Value,
    pub retry_after: Option<u64>,
}

impl Answer {
    pub fn code(&self) -> &str {
        self.json["error"]["code"].as_str().unwrap_or_default()
    }

    pub fn state(&self) -> &str {
        self.json["state"].as_str().unwrap_or_default()
    }
}

pub fn client(sandbox: &Sandbox) -> Client {
    let pem = std::fs::read(sandbox.ca()).unwrap();
    let mut roots = rustls::RootCertStore::empty();
    let der = base64::engine::general_purpose::STANDARD
        .decode(
            String::from_utf8(pem)
                .unwrap()
                .lines()
                .skip(1)
                .take_while(|line| !line.starts_with('-'))
                .collect::<String>(),
        )
        .unwrap();
    roots.add(der.into()).unwrap();
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap()
}

pub struct Phone {
    pub client: Client,
    pub base: String,
    pub token: String,
    pub consent_key: EcdsaKeyPair,
    pub msisdn: String,
}

pub fn new_key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap()
}

pub fn public(key: &EcdsaKeyPair) -> String {
    URL_SAFE_NO_PAD.encode(key.public_key().as_ref())
}

/// A payment ready to be sent, and sent again: identifier, token and bytes stay.
#[derive(Clone)]
pub struct Payment {
    pub id: String,
    pub token: String,
    pub body: String,
}

impl Phone {
    pub fn new(sandbox: &Sandbox) -> Self {
        Self {
            client: client(sandbox),
            base: sandbox.platform().to_owned(),
            token: String::new(),
            consent_key: new_key(),
            msisdn: String::new(),
        }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        if self.token.is_empty() { request } else { request.bearer_auth(&self.token) }
    }

    pub async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        answer(request.send().await.unwrap()).await
    }

    pub async fn verify(&mut self, sandbox: &Sandbox, msisdn: &str) {
        self.token.clear();
        self.msisdn = msisdn.to_owned();
        let verifier = format!("{}{}", uuid::Uuid::now_v7().simple(), uuid::Uuid::now_v7().simple());
        let started = self.start_verification(msisdn, &verifier).await;
        assert_eq!(started.status, 202, "{started:?}");
        sandbox.approve(msisdn).unwrap();
        let session = self.collect(&started, &verifier).await;
        assert_eq!(session.status, 200, "{session:?}");
        self.token = session.json["token"].as_str().unwrap().to_owned();
    }

    pub async fn start_verification(&self, msisdn: &str, verifier: &str) -> Answer {
        self.start_by("ciba", msisdn, verifier).await
    }

    pub async fn start_by(&self, method: &str, msisdn: &str, verifier: &str) -> Answer {
        let challenge = ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes());
        let body = json!({
            "method": method,
            "msisdn": msisdn,
            "challenge": URL_SAFE_NO_PAD.encode(challenge),
            "consent_key": public(&self.consent_key),
            "session_key": public(&new_key()),
        });
        self.ask(Method::POST, "/v1/verifications", Some(&body)).await
    }

    pub async fn collect(&self, started: &Answer, verifier: &str) -> Answer {
        let verification = started.json["verification"].as_str().unwrap();
        let path = format!("/v1/verifications/{verification}/session");
        self.ask(Method::POST, &path, Some(&json!({"verifier": verifier}))).await
    }

    /// Inquires one bill by its whole name.
    pub async fn inquire(&self, bill: &IssuedBill, purpose: &str) -> Answer {
        let body = json!({"biller": bill.biller, "number": bill.number, "period": bill.period, "purpose": purpose});
        self.ask(Method::POST, "/v1/inquiries", Some(&body)).await
    }

    /// Inquires to pay, and consents: a payment under a new identifier.
    pub async fn consent(&self, bill: &IssuedBill, provider: &str) -> Payment {
        self.consent_to(bill, provider, None, 0).await
    }

    /// The same, paid from a source that the person chose, and promised so much back.
    pub async fn consent_to(&self, bill: &IssuedBill, provider: &str, funding: Option<&str>, cashback: i64) -> Payment {
        let inquiry = self.inquire(bill, "pay").await;
        assert_eq!(inquiry.status, 200, "{inquiry:?}");
        let shown = &inquiry.json["bills"][0];
        let token = shown["bill_token"].as_str().expect("a token");
        self.dealt(&uuid::Uuid::now_v7().to_string(), shown, token, (provider, funding, cashback))
    }

    /// A payment of a bill as shown, under an identifier.
    pub fn payment(&self, id: &str, shown: &Value, token: &str, provider: &str) -> Payment {
        self.dealt(id, shown, token, (provider, None, 0))
    }

    fn dealt(
        &self,
        id: &str,
        shown: &Value,
        token: &str,
        (provider, funding, cashback): (&str, Option<&str>, i64),
    ) -> Payment {
        let at = "2026-11-24T04:00:00Z";
        let text = |name: &str| shown[name].as_str().unwrap();
        let (version, dealt) = match (funding, cashback) {
            (None, 0) => (1, String::new()),
            _ => (2, format!("\n{}\n{cashback}", funding.unwrap_or("-"))),
        };
        let signed = format!(
            "paytaipei-consent-v{version}\n{id}\n{}\n{}\n{}\n{}\n{provider}\n{at}{dealt}",
            text("biller"),
            text("number"),
            text("period"),
            shown["payable"]
        );
        let signature = self.consent_key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        let mut body = json!({
            "bill": {"biller": shown["biller"], "number": shown["number"], "period": shown["period"]},
            "amount": shown["amount"],
            "fee": shown["fee"],
            "discount": shown["discount"],
            "payable": shown["payable"],
            "provider": provider,
            "consent": {"at": at, "signature": URL_SAFE_NO_PAD.encode(signature)},
        });
        if let Some(funding) = funding {
            body["funding"] = funding.into();
        }
        if cashback > 0 {
            body["cashback"] = cashback.into();
        }
        Payment { id: id.to_owned(), token: token.to_owned(), body: body.to_string() }
    }

    pub fn put_request(&self, payment: &Payment) -> RequestBuilder {
        self.request(Method::PUT, &format!("/v1/payments/{}", payment.id))
            .header("bill-token", &payment.token)
            .header("content-type", "application/json")
            .body(payment.body.clone())
    }

    pub async fn put(&self, payment: &Payment) -> Answer {
        answer(self.put_request(payment).send().await.unwrap()).await
    }

    pub async fn get(&self, id: &str) -> Answer {
        self.ask(Method::GET, &format!("/v1/payments/{id}"), None).await
    }

    pub async fn void(&self, id: &str) -> Answer {
        self.ask(Method::POST, &format!("/v1/payments/{id}/void"), None).await
    }

    /// Asks for a payment until it is in another state than `processing`.
    pub async fn settled(&self, id: &str) -> Answer {
        for _ in 0..200 {
            let answer = self.get(id).await;
            if answer.state() != "processing" {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("still processing");
    }
}

/// Waits until something is so. What never is, fails.
pub async fn until(mut is_so: impl FnMut() -> bool) {
    for _ in 0..1_000 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came to be so");
}

pub async fn answer(response: reqwest::Response) -> Answer {
    let status = response.status().as_u16();
    assert_ne!(status, StatusCode::NOT_IMPLEMENTED.as_u16());
    let retry_after = response.headers().get("retry-after").map(|value| value.to_str().unwrap().parse().unwrap());
    let text = response.text().await.unwrap_or_default();
    Answer { status, json: serde_json::from_str(&text).unwrap_or_default(), retry_after }
}
