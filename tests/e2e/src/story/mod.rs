//! The story of one Kinmen resident, in seven chapters.

mod chapters;
pub mod diary;
mod ledgers;

use std::io::Write;
use std::path::{Path, PathBuf};

use paytaipei_printer::{Camera, Framing, Level, PaperBill, photograph, print};
use paytaipei_sandbox::{IssuedBill, Ledger, NewBill, Options as SandboxOptions, Sandbox, Settings};
use serde_json::Value;
use tempfile::TempDir;
use time::{Duration, OffsetDateTime, UtcOffset};

use crate::phone::Phone;
use crate::programs::programs;
use crate::report::Report;
use crate::teller::{Teller, Tongue};
use crate::{Failure, Result};

pub(crate) use chapters::dollars;
use diary::Taken;
pub use ledgers::Agreement;
pub(crate) use ledgers::compare;

/// The resident's number: invented, and unused by any operator's range for people.
pub const MSISDN: &str = "0900000017";
const E164: &str = "+886900000017";

#[derive(Clone, Debug)]
pub struct Options {
    pub tongue: Tongue,
    /// The platform's own refusal to let a paid bill be paid under another identifier.
    pub guard: bool,
    /// Where photos, data and record are kept; a folder that vanishes, where left out.
    pub keep: Option<PathBuf>,
    /// Where the page about it is written; nowhere, where left out.
    pub report: Option<PathBuf>,
}

/// The bills of the story.
struct Bills {
    /// Keyed in while connected.
    kinmen_keyed: IssuedBill,
    /// Scanned offline; its charge's reply is lost.
    kinmen: IssuedBill,
    /// Scanned offline; its amount changes.
    taipei: IssuedBill,
    /// Scanned offline; paid elsewhere.
    parking: IssuedBill,
    /// Keyed in offline.
    kinmen_offline: IssuedBill,
}

struct Stage<'a, 'b> {
    teller: &'a mut Teller<'b>,
    folder: PathBuf,
    phone: Phone,
    sandbox: Sandbox,
    bills: Bills,
    /// In the order in which the phone came to know them.
    taken: Vec<Taken>,
}

/// How the story ended.
struct Ending {
    agreement: Agreement,
    /// Payments on the phone, in the story's language.
    history: Vec<Value>,
    ledger: Ledger,
}

/// Plays it. What is returned is what the accounts say at the end.
pub fn play(options: &Options, out: &mut dyn Write) -> Result<Agreement> {
    let programs = programs()?;
    let vanishing = TempDir::new()?;
    let folder = options.keep.clone().unwrap_or_else(|| vanishing.path().to_owned());
    std::fs::create_dir_all(&folder)?;
    let record = folder.join("record.jsonl");
    let sandbox_options = SandboxOptions {
        data: Some(folder.join("sandbox")),
        record: Some(record.clone()),
        ..SandboxOptions::default()
    };
    let sandbox = Sandbox::spawn_binary(&programs.sandbox, &sandbox_options)
        .map_err(|error| Failure::new(format!("the sandbox does not start: {error}")))?;
    let control = sandbox.control();
    control.guard(options.guard)?;
    control.settings(Settings { poll_interval_s: Some(1), ..Settings::default() })?;
    let bills = issue(&sandbox)?;
    let phone = Phone {
        binary: programs.phone,
        data: folder.join("phone"),
        platform: sandbox.platform().to_owned(),
        ca: sandbox.ca().to_owned(),
        lang: options.tongue.code(),
    };
    let mut teller = Teller::new(options.tongue, out);
    let mut stage = Stage { teller: &mut teller, folder, phone, sandbox, bills, taken: Vec::new() };
    let ending = stage.play(options.guard)?;
    if let Some(file) = &options.report {
        stage.report(options, ending.history, ending.ledger, &record)?.write(file)?;
        teller.report(file);
    }
    Ok(ending.agreement)
}

impl Stage<'_, '_> {
    /// All that the page tells.
    fn report(&self, options: &Options, history: Vec<Value>, ledger: Ledger, record: &Path) -> Result<Report> {
        let other = match options.tongue {
            Tongue::Zh => Tongue::En,
            Tongue::En => Tongue::Zh,
        };
        let phone = Phone { lang: other.code(), ..self.phone.clone() };
        let mut history = [history, phone.run(&["history"])?.well()?.all("payment")];
        if options.tongue == Tongue::En {
            history.reverse();
        }
        let [zh, en] = history;
        Ok(Report {
            account: E164.to_owned(),
            guard: options.guard,
            taken: self.taken.clone(),
            payments: Report::pair(zh, en)?,
            ledger,
            diary: self.teller.diary().to_vec(),
            requests: Report::requests_of(record)?,
        })
    }
}

fn issue(sandbox: &Sandbox) -> Result<Bills> {
    let control = sandbox.control();
    let issue = |biller: &str, amount: i64, days: i64, owner: &str, address: &str| {
        let bill = NewBill {
            owner: Some(owner.to_owned()),
            address: Some(address.to_owned()),
            ..NewBill::new(biller, amount).due(&day(days))
        };
        control.issue(bill)
    };
    let home = ("許秀英", "金門縣金湖鎮新市里林森路12號");
    Ok(Bills {
        kinmen_keyed: issue("kinmen-water", 264, 20, home.0, home.1)?,
        kinmen: issue("kinmen-water", 428, 14, "許志明", "金門縣金城鎮民生路45號")?,
        taipei: issue("taipei-water", 1_250, 10, "許家豪", "臺北市中正區長興街131號")?,
        parking: issue("taipei-parking", 50, 7, "許家豪", "臺北市信義區市府路")?,
        kinmen_offline: issue("kinmen-water", 316, 25, "許陳金枝", "金門縣烈嶼鄉林湖村8號")?,
    })
}

/// The city's day, so many days from now, `YYYY-MM-DD`.
fn day(from_now: i64) -> String {
    let taipei = UtcOffset::from_hms(8, 0, 0).unwrap_or(UtcOffset::UTC);
    let date = (OffsetDateTime::now_utc().to_offset(taipei) + Duration::days(from_now)).date();
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}

/// Prints the bill and photographs the paper: tilted, a little blurred, unevenly lit. Gives width and height in pixels.
fn photo(bill: &IssuedBill, seed: u64, file: &Path) -> Result<(u32, u32)> {
    let paper = PaperBill {
        biller: bill.biller.clone(),
        number: bill.number.clone(),
        period: bill.period.clone(),
        amount: bill.amount,
        due: bill.due.clone(),
        owner: bill.owner.clone(),
        address: bill.address.clone(),
    };
    let camera = Camera { framing: Framing::Codes, ..Camera::new(seed, Level::Gentle) };
    let photo = photograph(&print(&paper)?, &camera)?;
    std::fs::write(file, photo.to_jpeg()?)?;
    Ok(photo.image.dimensions())
}
