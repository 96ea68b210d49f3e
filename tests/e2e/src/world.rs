//! A sandbox, phones beside it and bills: what tests of whole programs begin with.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use paytaipei_sandbox::{IssuedBill, Ledger, NewBill, Options, Sandbox, Settings};
use serde_json::Value;
use tempfile::TempDir;

use crate::phone::{Phone, Ran};
use crate::programs::programs;
use crate::{Failure, Result, ensure};

/// The tester's number: invented.
pub const MSISDN: &str = "0900000018";
pub const E164: &str = "+886900000018";

/// No command of these tests takes longer; one that does hangs.
const LONGEST: Duration = Duration::from_secs(45);

/// A sandbox in this process, and a folder for whatever a test needs.
pub struct World {
    pub sandbox: Sandbox,
    folder: TempDir,
}

impl World {
    pub fn new() -> Result<Self> {
        let sandbox = Sandbox::spawn(Options::default())
            .map_err(|error| Failure::new(format!("the sandbox does not start: {error}")))?;
        sandbox.settings(Settings { poll_interval_s: Some(1), ..Settings::default() })?;
        Ok(Self { sandbox, folder: TempDir::new()? })
    }

    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file into the folder and names it.
    pub fn file(&self, name: &str, bytes: &[u8]) -> Result<String> {
        let path = self.folder().join(name);
        std::fs::write(&path, bytes)?;
        Ok(path.display().to_string())
    }

    /// A phone of which nothing is known yet; its data folder is not made.
    pub fn phone(&self, name: &str) -> Result<Phone> {
        Ok(Phone {
            binary: programs()?.phone,
            data: self.folder().join(name),
            platform: self.sandbox.platform().to_owned(),
            ca: self.sandbox.ca().to_owned(),
            lang: "zh",
        })
    }

    /// A phone whose number is verified.
    pub fn verified_phone(&self) -> Result<Phone> {
        let phone = self.phone("phone")?;
        self.verify(&phone, MSISDN, E164)?;
        Ok(phone)
    }

    /// Verifies a number: the person approves on the handset.
    pub fn verify(&self, phone: &Phone, msisdn: &str, e164: &str) -> Result<()> {
        verify(&self.sandbox, phone, msisdn, e164)
    }

    /// A bill of Kinmen's waterworks over that many dollars.
    pub fn water_bill(&self, amount: i64) -> Result<IssuedBill> {
        Ok(self.sandbox.issue(NewBill::new("kinmen-water", amount))?)
    }

    /// The bill's identifier on the phone, once its number is keyed in.
    pub fn key_in(&self, phone: &Phone, bill: &IssuedBill) -> Result<String> {
        text(&run(phone, &["inquire", &bill.biller, &bill.number])?.well()?.last("bill")?, "id")
    }

    /// A payment that somebody agreed to and that nobody has sent yet: its identifier.
    pub fn agree(&self, phone: &Phone, bill: &IssuedBill, provider: &str) -> Result<String> {
        let id = self.key_in(phone, bill)?;
        let paid = run(phone, &["pay", &id, "--provider", provider, "--yes"])?.well()?.last("payment")?;
        ensure!(paid["state"] == "awaiting_network", "agreed to: {paid}");
        text(&paid, "id")
    }

    /// Charges at the businesses' accounts. Fails where a bill was charged more than once.
    pub fn ledger(&self) -> Result<Ledger> {
        let ledger = self.sandbox.ledger()?;
        ensure!(ledger.double_charged.is_empty(), "charged more than once: {:?}", ledger.double_charged);
        Ok(ledger)
    }

    /// How often this bill was charged.
    pub fn charges_of(&self, bill: &IssuedBill) -> Result<usize> {
        let charges = self.ledger()?.charges;
        Ok(charges.iter().filter(|charge| charge.number == bill.number && charge.period == bill.period).count())
    }
}

/// Runs one command of a phone to its end, bounded.
pub fn run(phone: &Phone, arguments: &[&str]) -> Result<Ran> {
    run_command(phone.command(arguments))
}

/// Runs a command to its end, and kills one that hangs. Standard output must be JSON, one object a line.
pub fn run_command(command: Command) -> Result<Ran> {
    let (status, stdout, stderr) = run_raw(command)?;
    let lines = stdout
        .lines()
        .map(|line| serde_json::from_str(line).map_err(|_| Failure::new(format!("not JSON: {line}"))))
        .collect::<Result<Vec<Value>>>()?;
    ensure!(lines.iter().all(Value::is_object), "not one object a line: {lines:?}");
    Ok(Ran { status, lines, stderr })
}

/// Verifies a number: the person approves on the handset.
pub fn verify(sandbox: &Sandbox, phone: &Phone, msisdn: &str, e164: &str) -> Result<()> {
    let running = phone.start(&["verify", msisdn])?;
    running.next(LONGEST)?;
    sandbox.approve(e164)?;
    let verified = running.next(LONGEST)?;
    ensure!(verified.get("verified").is_some(), "not verified: {verified}");
    ensure!(running.finish()? == 0, "verify did not end well");
    Ok(())
}

/// Exit status, standard output and standard error of a command, which is killed where it hangs.
pub fn run_raw(mut command: Command) -> Result<(i32, String, String)> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let listen = |pipe: Option<Box<dyn Read + Send>>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
            drop(read);
            String::from_utf8_lossy(&bytes).into_owned()
        })
    };
    let stdout = listen(stdout.map(|pipe| Box::new(pipe) as _));
    let stderr = listen(stderr.map(|pipe| Box::new(pipe) as _));
    let deadline = Instant::now() + LONGEST;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            return Err(Failure::new(format!("it hangs: {command:?}")));
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let text = |thread: std::thread::JoinHandle<String>| thread.join().unwrap_or_default();
    Ok((status.code().unwrap_or(-1), text(stdout), text(stderr)))
}

/// The refusal that ended a command: its exit code, its name, its words, and nothing on standard error. Gives the object.
pub fn refusal(ran: &Ran, exit: i32, code: &str) -> Result<Value> {
    let error = ran.lines.last().and_then(|line| line.get("error")).cloned().unwrap_or_default();
    ensure!(ran.status == exit && error["code"] == code, "expected {code} ({exit}): {ran:?}");
    ensure!(ran.stderr.is_empty(), "{code}, and on standard error: {}", ran.stderr);
    for words in ["message", "hint"] {
        ensure!(error[words].as_str().is_some_and(|words| words.trim().len() > 5), "{code} without {words}: {error}");
    }
    Ok(error)
}

/// A command that is refused so, in both languages, and tells each in its own words. Gives the English object.
pub fn refuses(phone: &Phone, arguments: &[&str], exit: i32, code: &str) -> Result<Value> {
    let chinese = refusal(&run(&Phone { lang: "zh", ..phone.clone() }, arguments)?, exit, code)?;
    let english = refusal(&run(&Phone { lang: "en", ..phone.clone() }, arguments)?, exit, code)?;
    for words in ["message", "hint"] {
        let is_chinese =
            |text: &Value| text.as_str().is_some_and(|t| t.chars().any(|c| ('\u{3400}'..'\u{9fff}').contains(&c)));
        ensure!(is_chinese(&chinese[words]), "{code}: {words} is not Chinese: {chinese}");
        ensure!(!is_chinese(&english[words]), "{code}: {words} is not English: {english}");
    }
    ensure!(chinese.get("detail") == english.get("detail"), "{chinese} {english}");
    Ok(english)
}

/// A text of an object.
pub fn text(object: &Value, key: &str) -> Result<String> {
    object[key].as_str().map(str::to_owned).ok_or_else(|| Failure::new(format!("no {key} in {object}")))
}

/// The payment as the phone shows it.
pub fn shown(phone: &Phone, payment: &str) -> Result<Value> {
    run(phone, &["show", payment])?.well()?.last("payment")
}

/// Everything on the phone, without what waiting alone changes.
pub fn holdings(phone: &Phone) -> Result<Value> {
    let mut export = phone.export()?;
    for payment in export["payments"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        for volatile in ["attempt", "next_attempt_at", "updated_at"] {
            payment.remove(volatile);
        }
    }
    Ok(export)
}

/// A copy of a folder's files.
pub fn copy_folder(from: &Path, to: &Path) -> Result<PathBuf> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        std::fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(to.to_owned())
}
