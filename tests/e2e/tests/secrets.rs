//! A whole run with every log that there is switched on, and the phone's files as they lie on the disk: neither number nor
//! token, code, state or verifier stands in any of them.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use paytaipei_e2e::phone::Phone;
use paytaipei_e2e::programs::programs;
use paytaipei_e2e::world::{MSISDN, text};
use paytaipei_sandbox::{NewBill, Options, Sandbox};
use serde_json::Value;

const E164: &str = "+886900000018";

/// What the phone wrote for nobody in particular, and how its files looked meanwhile.
#[derive(Default)]
struct Found {
    logs: Vec<u8>,
    files: Vec<(String, Vec<u8>)>,
}

impl Found {
    /// Every file of the phone's folder, the write-ahead log among them.
    fn look(&mut self, folder: &Path) {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            // The log goes with the last connection.
            let Ok(bytes) = std::fs::read(entry.path()) else { continue };
            self.files.push((entry.file_name().into_string().unwrap(), bytes));
        }
    }

    /// Runs a command to its end; whoever shows a step to the person is asked while it still runs.
    fn run(&mut self, phone: &Phone, arguments: &[&str], mut meanwhile: impl FnMut(&mut Self, &Value)) -> Vec<Value> {
        use std::io::{BufRead, BufReader, Read};
        let mut command = phone.command(arguments);
        command.env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(|line| {
            let told: Value = serde_json::from_str(&line.unwrap()).unwrap();
            meanwhile(self, &told);
            self.look(&phone.data);
            told
        });
        let lines = lines.collect();
        self.look(&phone.data);
        child.stderr.take().unwrap().read_to_end(&mut self.logs).unwrap();
        child.wait().unwrap();
        lines
    }
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
}

/// The secrets of a recording: what names the number, and every token, code and proof that crossed the wire.
fn secrets_of(recording: &str) -> BTreeSet<String> {
    let mut secrets = BTreeSet::from(["900000018".to_owned()]);
    for line in recording.lines() {
        let exchange: Value = serde_json::from_str(line).unwrap();
        for body in [&exchange["request_body"], &exchange["response_body"]] {
            let body =
                body.as_str().map_or_else(|| body.clone(), |body| serde_json::from_str(body).unwrap_or_default());
            let places =
                ["/token", "/verifier", "/page/code", "/page/code_verifier", "/page/nonce", "/bills/0/bill_token"];
            secrets.extend(places.iter().filter_map(|place| body.pointer(place)?.as_str().map(str::to_owned)));
        }
    }
    secrets
}

#[test]
fn nothing_personal_and_no_secret_stands_in_a_log_or_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("record.jsonl");
    let sandbox = Sandbox::spawn(Options { record: Some(record.clone()), ..Options::default() }).unwrap();
    let phone = Phone {
        binary: programs().unwrap().phone,
        data: folder.path().join("phone"),
        platform: sandbox.platform().to_owned(),
        ca: sandbox.ca().to_owned(),
        lang: "en",
    };
    let mut found = Found::default();
    let mut states = BTreeSet::new();
    found.run(&phone, &["verify", MSISDN, "--method", "device"], |found, told| {
        let Some(url) = told["page"]["url"].as_str() else { return };
        let link = sandbox.browse(url, E164, true).unwrap();
        for (name, value) in link.split('?').nth(1).unwrap().split('&').filter_map(|pair| pair.split_once('=')) {
            if name == "state" {
                states.insert(value.to_owned());
            }
        }
        // A forged one first: its refusal must not repeat it.
        found.run(&phone, &["returned", &link.replace("state=", "state=x")], |_, _| {});
        found.run(&phone, &["returned", &link], |_, _| {});
    });
    found.run(&phone, &["verify", MSISDN], |_, told| {
        if told.get("verification").is_some() {
            sandbox.approve(E164).unwrap();
        }
    });
    let bill = sandbox.issue(NewBill::new("kinmen-water", 428)).unwrap();
    let kept = found.run(&phone, &["inquire", "kinmen-water", &bill.number], |_, _| {});
    let id = text(&kept[0]["bill"], "id").unwrap();
    found.run(&phone, &["pay", &id, "--provider", "jkopay", "--yes"], |_, _| {});
    let deadline = Instant::now() + Duration::from_secs(60);
    while !found.run(&phone, &["sync"], |_, _| {}).iter().any(|told| told["payment"]["state"] == "settled") {
        assert!(Instant::now() < deadline, "nothing was paid");
    }

    let mut secrets = secrets_of(&std::fs::read_to_string(&record).unwrap());
    secrets.append(&mut states);
    secrets.insert(bill.number.clone());
    assert!(secrets.len() >= 9, "the recording shows what is looked for: {}", secrets.len());
    assert!(found.files.iter().any(|(name, bytes)| name.ends_with("-wal") && bytes.len() > 32), "a log was looked at");
    for secret in &secrets {
        assert!(!holds(&found.logs, secret), "a secret of {} characters stands in what was logged", secret.len());
        for (name, bytes) in &found.files {
            assert!(!holds(bytes, secret), "a secret of {} characters stands in {name}", secret.len());
        }
    }
}
