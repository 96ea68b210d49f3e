//! What other programs may rely on: words, exit codes, and one JSON object a line.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs::File;
use std::process::{Command, Stdio};
use std::time::Duration;

use paytaipei_e2e::phone::Phone;
use paytaipei_e2e::programs::programs;
use paytaipei_e2e::world::{MSISDN, World, run, run_command, run_raw, text};
use serde_json::Value;

const COMMANDS: [&str; 28] = [
    "billers",
    "scan",
    "add",
    "inquire",
    "check",
    "household",
    "numbers",
    "remember",
    "forget",
    "county",
    "verify",
    "returned",
    "pay",
    "consent",
    "cancel",
    "queue",
    "sync",
    "history",
    "show",
    "export",
    "providers",
    "deals",
    "agreement",
    "receipt",
    "find",
    "reminders",
    "spending",
    "ways",
];

/// The program alone: nothing of this machine's settings reaches it.
fn bare(arguments: &[&str]) -> Command {
    let mut command = Command::new(programs().unwrap().phone);
    command.args(arguments).env_clear();
    command
}

#[test]
fn help_and_version_are_given_and_succeed() {
    let (status, whole, stderr) = run_raw(bare(&["--help"])).unwrap();
    assert_eq!((status, stderr.as_str()), (0, ""));
    for command in COMMANDS {
        assert!(whole.lines().any(|line| line.trim_start().starts_with(command)), "{command} is not in {whole}");
        let (status, told, _) = run_raw(bare(&[command, "--help"])).unwrap();
        assert_eq!(status, 0, "{command}");
        assert!(told.contains("Usage:"), "{command}: {told}");
    }
    let (status, version, _) = run_raw(bare(&["--version"])).unwrap();
    assert_eq!(status, 0);
    assert!(version.starts_with("paytaipei ") && version.trim().split('.').count() == 3, "{version}");
}

#[test]
fn words_that_are_off_end_with_2_and_say_so_on_standard_error() {
    for wrong in [
        &[][..],
        &["payy"],
        &["--jsn", "queue"],
        &["scan"],
        &["add"],
        &["add", "a", "b"],
        &["inquire"],
        &["verify"],
        &["pay", "x"],
        &["pay", "--provider", "jkopay"],
        &["consent"],
        &["cancel"],
        &["show"],
        &["sync", "--for", "soon"],
        &["sync", "--for", "-1"],
        &["queue", "--folow"],
        &["--lang", "fr", "queue"],
        &["--data"],
        &["export", "here.json"],
    ] {
        let (status, stdout, stderr) = run_raw(bare(wrong)).unwrap();
        assert_eq!((status, stdout.as_str()), (2, ""), "{wrong:?}");
        assert!(stderr.contains("Usage:") || stderr.contains("--help"), "{wrong:?}: {stderr}");
    }
}

#[test]
fn scanning_and_the_list_of_billers_need_neither_data_nor_platform_nor_number() {
    let world = World::new().unwrap();
    let picture = world.file("white.txt", b"no picture").unwrap();
    let data = world.folder().join("never-made");
    let common = ["--json", "--data", data.to_str().unwrap(), "--platform", "http://nowhere", "--ca", "/no/such.pem"];
    let ran = run_command(bare(&[&common[..], &["billers"]].concat())).unwrap().well().unwrap();
    let served: Vec<&str> = ran
        .lines
        .iter()
        .filter(|biller| biller["served"] == true)
        .map(|biller| biller["id"].as_str().unwrap())
        .collect();
    let all = [
        "kinmen-water",
        "taipei-water",
        "taipei-parking",
        "taipei-hospital",
        "taipei-study-fees",
        "house-tax",
        "land-value-tax",
        "vehicle-licence-tax",
        "traffic-fine",
        "assembly-deposit",
        "land-office",
        "company-registration",
        "online-application",
    ];
    assert_eq!(served, all);
    for biller in &ran.lines {
        for key in ["id", "name", "name_en", "category", "county", "hint"] {
            assert!(biller[key].as_str().is_some_and(|text| !text.is_empty()), "{key}: {biller}");
        }
    }
    let ran = run_command(bare(&[&common[..], &["scan", &picture]].concat())).unwrap();
    assert_eq!((ran.status, ran.lines[0]["outcome"].as_str()), (3, Some("broken_file")));
    assert_eq!(ran.lines[0]["symbols"], Value::Array(Vec::new()));
    assert!(ran.lines[0]["decode_ms"].is_number());
    assert!(!data.exists());
}

/// The one key of each line, which says what the line is.
fn kinds(lines: &[Value]) -> Vec<String> {
    let only = |line: &Value| {
        let keys: Vec<&String> = line.as_object().unwrap().keys().collect();
        assert_eq!(keys.len(), 1, "{line}");
        keys[0].clone()
    };
    lines.iter().map(only).collect()
}

#[test]
fn a_number_is_verified_on_the_operators_page_or_by_the_mobile_network_alone() {
    const SIM: &str = "+886900000018";
    let world = World::new().unwrap();
    let phone = world.phone("phone").unwrap();
    let page = |method: &str| {
        let running = phone.start(&["verify", MSISDN, "--method", method]).unwrap();
        let told = running.next(Duration::from_secs(20)).unwrap();
        (running, told["page"]["url"].as_str().unwrap().to_owned())
    };
    let (running, url) = page("device");
    let forged = run(&phone, &["returned", "https://pay.taipei/app/verified?code=c&state=s"]).unwrap();
    assert_eq!((forged.status, forged.error()), (4, Some("return_refused")));
    let link = world.sandbox.browse(&url, SIM, true).unwrap();
    assert_eq!(run(&phone, &["returned", &link]).unwrap().status, 0);
    assert_eq!(kinds(&[running.next(Duration::from_secs(20)).unwrap()]), ["verified"]);
    assert_eq!(running.finish().unwrap(), 0);

    let (running, url) = page("device");
    let link = world.sandbox.browse(&url, "+886900000077", true).unwrap();
    assert_eq!(run(&phone, &["returned", &link]).unwrap().status, 0);
    assert_eq!(running.next(Duration::from_secs(20)).unwrap()["error"]["code"], "number_mismatch");
    assert_eq!(running.finish().unwrap(), 4);

    let alone = run(&phone, &["verify", MSISDN, "--method", "camara"]).unwrap();
    assert_eq!((alone.status, alone.error()), (4, Some("mobile_data_needed")));
    // A modem: the control interface carries what it is given, as the SIM's network would.
    let modem = world.folder().join("modem");
    let body = format!(r#"{{"url":"'"$1"'","msisdn":"{SIM}"}}"#);
    let control = world.sandbox.control_url();
    let script = format!("#!/bin/sh\ncurl -s {control}/control/cellular -d '{body}' | tr -dc 0-9\n");
    std::fs::write(&modem, script).unwrap();
    std::fs::set_permissions(&modem, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let modem = modem.to_str().unwrap();
    let known = run(&phone, &["verify", MSISDN, "--method", "camara", "--cellular", modem]).unwrap();
    assert_eq!(kinds(&known.lines), ["verified"], "{known:?}");
}

#[test]
fn every_command_speaks_one_json_object_a_line() {
    let world = World::new().unwrap();
    let phone = world.phone("phone").unwrap();
    let told = |arguments: &[&str]| kinds(&run(&phone, arguments).unwrap().lines);
    assert_eq!(told(&["queue"]), ["error"]);

    let running = phone.start(&["verify", MSISDN]).unwrap();
    let started = running.next(Duration::from_secs(20)).unwrap();
    assert_eq!(kinds(std::slice::from_ref(&started)), ["verification"]);
    let asked = &world.sandbox.pending("+886900000018").unwrap()[0];
    assert_eq!(started["verification"]["binding_message"], asked.binding_message.as_str());
    assert!(!started.to_string().contains(&MSISDN[..7]), "the number is masked: {started}");
    world.sandbox.approve("+886900000018").unwrap();
    assert_eq!(kinds(&[running.next(Duration::from_secs(20)).unwrap()]), ["verified"]);
    assert_eq!(running.finish().unwrap(), 0);

    let bill = world.water_bill(428).unwrap();
    let other = world.water_bill(316).unwrap();
    assert_eq!(told(&["inquire", "kinmen-water", &bill.number]), ["bill"]);
    assert_eq!(told(&["add", "https://pay.taipei/qr/2/Q0000000A000001/d30a/2"]), ["bill"]);
    let id = world.key_in(&phone, &bill).unwrap();
    let wanted = run(&phone, &["pay", &id, "--provider", "jkopay"]).unwrap().well().unwrap();
    assert_eq!(kinds(&wanted.lines), ["payment"]);
    let payment = text(&wanted.last("payment").unwrap(), "id").unwrap();
    assert_eq!(told(&["consent", &payment, "--yes"]), ["payment", "payment"]);
    let given_up = world.agree(&phone, &other, "esun").unwrap();
    assert_eq!(told(&["queue"]), ["payment", "payment"]);
    assert_eq!(told(&["cancel", &given_up]), ["payment"]);
    assert_eq!(told(&["sync"]), ["payment"]);
    assert_eq!(told(&["queue"]), Vec::<String>::new());
    assert_eq!(told(&["history"]), ["payment", "payment"]);
    assert_eq!(told(&["show", &payment]), ["payment"]);
    assert_eq!(told(&["show", &id]), ["bill"]);
    let export = run(&phone, &["export"]).unwrap().well().unwrap().lines;
    assert_eq!(export.len(), 1);
    let keys: Vec<&String> = export[0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["bills", "exported_at", "msisdn", "payments"]);
    assert_eq!(export[0]["msisdn"], "+886900000018");
    assert_eq!(export[0]["bills"].as_array().unwrap().len(), 3);
    assert_eq!(export[0]["payments"].as_array().unwrap().len(), 2);

    // One that goes on by itself: a line for each payment that is open, then one for each change.
    let third = world.water_bill(264).unwrap();
    world.agree(&phone, &third, "taishin").unwrap();
    let following = phone.start(&["queue", "--follow"]).unwrap();
    loop {
        let line = following.next(Duration::from_secs(20)).unwrap();
        assert_eq!(kinds(std::slice::from_ref(&line)), ["payment"]);
        if line["payment"]["state"] == "settled" {
            break;
        }
    }
    following.kill().unwrap();
}

#[test]
fn people_read_their_own_language_and_refusals_stand_on_standard_error() {
    let world = World::new().unwrap();
    let phone = world.phone("phone").unwrap();
    let in_words = |lang: &str, arguments: &[&str]| {
        let mut command = bare(&["--platform", &phone.platform, "--lang", lang, "--data"]);
        command.arg(&phone.data).arg("--ca").arg(&phone.ca).args(arguments);
        run_raw(command).unwrap()
    };
    let (status, stdout, stderr) = in_words("zh", &["queue"]);
    assert_eq!((status, stdout.as_str()), (4, ""));
    assert!(stderr.starts_with("✗ 手機號碼尚未驗證\n  → 請先驗證門號"), "{stderr}");
    let (status, stdout, stderr) = in_words("en", &["queue"]);
    assert_eq!((status, stdout.as_str()), (4, ""));
    assert!(stderr.starts_with("✗ the mobile number is not verified\n  → verify it first"), "{stderr}");
    // Names of files are shown as they are written down, not as they would act on a terminal.
    let sly = world.file("\u{1b}[2J\u{202e}gnp.png", b"x").unwrap();
    let (status, stdout, _) = in_words("zh", &["scan", &sly]);
    assert_eq!(status, 3);
    assert!(!stdout.contains(['\u{1b}', '\u{202e}']) && stdout.contains("broken_file"), "{stdout:?}");
}

#[test]
fn options_may_stand_in_the_environment() {
    let world = World::new().unwrap();
    let phone = world.verified_phone().unwrap();
    let mut command = bare(&["--json", "queue"]);
    command.env("PAYTAIPEI_DATA", &phone.data).env("PAYTAIPEI_PLATFORM", &phone.platform);
    command.env("PAYTAIPEI_CA", &phone.ca).env("PAYTAIPEI_LANG", "en");
    run_command(command).unwrap().well().unwrap();
    // Without any folder: below XDG's, or below the home; and where there is neither, that is said.
    let at = |name: &str, value: &str| {
        let mut command = bare(&["--json", "queue"]);
        command.env(name, value);
        run_command(command).unwrap()
    };
    let folder = world.folder().display().to_string();
    assert_eq!(at("XDG_DATA_HOME", &folder).error(), Some("number_not_verified"));
    assert!(world.folder().join("paytaipei/vault.key").is_file());
    assert_eq!(at("HOME", &folder).error(), Some("number_not_verified"));
    assert!(world.folder().join(".local/share/paytaipei/vault.key").is_file());
    assert_eq!(at("NOTHING", "").error(), Some("store_read_only"));
}

/// A pipe whose reader has gone.
fn nobody_reads() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// Runs with these outputs: the exit code, and what was said on standard error where somebody listens.
fn with_outputs(mut command: Command, stdout: Stdio, stderr: Stdio) -> (Option<i32>, String) {
    let output =
        command.stdin(Stdio::null()).stdout(stdout).stderr(stderr).spawn().unwrap().wait_with_output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_reader_that_went_away_is_no_failure_and_no_panic() {
    let world = World::new().unwrap();
    let phone = world.verified_phone().unwrap();
    world.agree(&phone, &world.water_bill(428).unwrap(), "jkopay").unwrap();
    let export = phone.command(&["export"]);
    for command in [bare(&["billers"]), bare(&["--json", "billers"]), bare(&["--help"]), export] {
        let (status, stderr) = with_outputs(command, nobody_reads(), Stdio::piped());
        assert_eq!((status, stderr.as_str()), (Some(0), ""));
    }
    // What was done stays done.
    let bill = world.key_in(&phone, &world.water_bill(316).unwrap()).unwrap();
    let pay = phone.command(&["pay", &bill, "--provider", "esun", "--yes"]);
    assert_eq!(with_outputs(pay, nobody_reads(), Stdio::piped()).0, Some(0));
    assert_eq!(run(&phone, &["queue"]).unwrap().lines.len(), 2);
    // Nor does it matter to the exit code that nobody hears the refusal.
    let stranger = Phone { data: world.folder().join("other"), ..phone.clone() };
    let mut deaf = bare(&["--platform", &phone.platform, "--data"]);
    deaf.arg(&stranger.data).arg("queue");
    assert_eq!(with_outputs(deaf, Stdio::null(), nobody_reads()).0, Some(4));
    assert_eq!(with_outputs(bare(&["payy"]), Stdio::null(), nobody_reads()).0, Some(2));
    // A reader that goes away in the middle ends a command that would go on for ever.
    let mut following = phone.command(&["queue", "--follow"]);
    following.stdout(nobody_reads()).stderr(Stdio::piped());
    let (status, stderr) = {
        let output = following.spawn().unwrap().wait_with_output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert_eq!((status, stderr.as_str()), (Some(0), ""));
}

#[test]
fn what_cannot_be_written_out_is_a_failure() {
    let world = World::new().unwrap();
    let phone = world.verified_phone().unwrap();
    // Linux: every write to it fails as on a full disk (full(4)).
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    let (status, stderr) = with_outputs(phone.command(&["export"]), full(), Stdio::piped());
    assert_eq!(status, Some(8));
    assert!(stderr.contains("結果無法寫出") && stderr.contains("could not be written out"), "{stderr}");
    let (status, _) = with_outputs(bare(&["billers"]), full(), full());
    assert_eq!(status, Some(8));
}
