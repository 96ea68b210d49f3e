//! Ten thousand bills: pages, searches and the months' sums, beside bare SQLite that holds the same in clear.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use paytaipei_app::ports::{HttpReply, SystemClock};
use paytaipei_app::{BillQuery, Core, Method};
use paytaipei_payment::{PaymentId, Timestamp};
use paytaipei_sandbox::{Options, Sandbox};
use rusqlite::Connection;
use serde_json::json;
use time::OffsetDateTime;

use crate::queued::{Platform, msisdn, open_usual, verify};
use crate::report::{Bar, median, write_section};
use crate::{Failure, Result, machine};

const BILLS: usize = 10_000;
/// Bills of one number, as an inquiry shows them.
const PERIODS: usize = 20;
/// Payments of one page of the platform's list.
const PAGE: usize = 100;
/// Bills of one page on the screen.
const SHOWN: u32 = 50;
const OWNERS: [&str; 5] = ["許○英", "王○明", "陳○枝", "林○豪", "李○"];
const TOWNS: [&str; 4] = ["金門縣金城鎮○○○", "金門縣金湖鎮○○○", "金門縣烈嶼鄉○○○", "金門縣金沙鎮○○○"];

/// Words that people type, and what they meet: one bill, a few hundred, all, none.
const WORDS: [&str; 4] = ["1000123", "許 金湖", "自來水", "zebra"];

/// Measures, and writes the section unless `quick`. False where a bar was missed.
pub fn measure(quick: bool) -> Result<bool> {
    let (bills, rounds) = if quick { (1_000, 2) } else { (BILLS, 20) };
    let load = machine::load();
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("phone");
    fill(&data, bills)?;
    let bare = bare(&folder.path().join("bare.sqlite"), &open_usual(&data)?)?;
    let figures = Figures::measure(&data, &bare, rounds)?;
    let bars = figures.bars(bills);
    let text = figures.text(&bars, bills, folder.path(), &load);
    println!("{text}");
    if !quick {
        write_section(Path::new("docs/benchmarks.md"), "bills", &text)?;
    }
    Ok(bars.iter().all(|bar| bar.holds))
}

/// Half of the bills paid over two years, half of them owed.
fn fill(data: &Path, bills: usize) -> Result<()> {
    let sandbox = Sandbox::spawn(Options::default())?;
    let platform =
        Platform { url: sandbox.platform().to_owned(), root: std::fs::read(sandbox.ca())?, control: sandbox.control() };
    let core = open_usual(data)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let https = platform.https()?;
    runtime.block_on(async { Box::pin(verify(&core, &https, &platform, &msisdn(7))).await })?;
    let owed = bills / 2;
    for number in 0..owed / PERIODS {
        let number = format!("{:07}", 1_000_000 + number);
        let inquiry = core.prepare_inquiry("kinmen-water", &number)?;
        let all: Vec<_> = (0..PERIODS).map(|period| owed_bill(&number, period)).collect();
        let answer = inquiry.order.answer(Ok(reply(&json!({ "bills": all }))));
        core.inquired(&inquiry, answer)?;
    }
    // As after a verification on a new phone. Verifying once more has the list read from its beginning.
    runtime.block_on(async { Box::pin(verify_again(&core, &https, &platform)).await })?;
    for page in 0..(bills - owed) / PAGE {
        let order = core.restore_order()?.ok_or_else(|| Failure::new("nothing is being restored"))?;
        let payments: Vec<_> = (0..PAGE).map(|place| paid(page * PAGE + place)).collect();
        let more = (page + 1) * PAGE < bills - owed;
        let body = if more { json!({"payments": payments, "next": "c1"}) } else { json!({ "payments": payments }) };
        core.restored(order.answer(Ok(reply(&body))))?;
    }
    Ok(())
}

/// The number is verified, and what the platform has of it is still to be fetched.
async fn verify_again(core: &Core, http: &paytaipei_app::http::HttpsClient, platform: &Platform) -> Result<()> {
    use paytaipei_app::platform::{collect_request, collected};
    use paytaipei_app::ports::{Clock, Http};
    let prepared = core.prepare_verification(&msisdn(7), Method::Handset)?;
    let answer = http.send(prepared.request()).await;
    core.verification_started(prepared, answer)?;
    let mut verification = core.verification()?.ok_or_else(|| Failure::new("no verification under way"))?;
    let (control, number) = (platform.control.clone(), verification.msisdn.e164().to_owned());
    tokio::task::spawn_blocking(move || control.approve(&number)).await??;
    let answer = http.send(collect_request(&verification)).await;
    let outcome = verification.heard(collected(answer), SystemClock.now().0);
    if core.verification_went(&verification, outcome)? { Ok(()) } else { Err(Failure::new("not verified")) }
}

fn owed_bill(number: &str, period: usize) -> serde_json::Value {
    let (year, month, day) = (115 + period / 12, 1 + period % 12, 1 + period);
    let amount = 100 + period * 37;
    json!({
        "biller": "kinmen-water", "number": number, "period": format!("{year}{month:02}"), "status": "payable",
        "amount": amount, "fee": 0, "discount": 0, "payable": amount,
        "due": format!("{}-{month:02}-{day:02}", year + 1911),
        "owner_masked": OWNERS.get(period % 5), "address_masked": TOWNS.get(period % 4)
    })
}

fn paid(place: usize) -> serde_json::Value {
    let at = 1_700_000_000 + i64::try_from(place).unwrap_or_default() * 12_000;
    let mut entropy = [0; 10];
    let tail: [u8; 8] = u64::try_from(place).unwrap_or_default().to_be_bytes();
    entropy.iter_mut().skip(2).zip(tail).for_each(|(to, from)| *to = from);
    let settled = OffsetDateTime::from_unix_timestamp(at).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let settled = settled.format(&time::format_description::well_known::Rfc3339).unwrap_or_default();
    let (biller, number, period) = match place % 3 {
        0 => ("kinmen-water", format!("{:07}", 5_000_000 + place), "11310"),
        1 => ("taipei-water", format!("208{place:06}0"), "20241020"),
        _ => ("taipei-parking", format!("Q{place:014}"), ""),
    };
    json!({
        "id": PaymentId::new(Timestamp(at * 1_000), entropy).to_string(), "state": "settled",
        "bill": {"biller": biller, "number": number, "period": period}, "payable": 40 + place % 900,
        "provider": "esun", "receipt": format!("ES{place:014}"), "settled_at": settled
    })
}

fn reply(body: &serde_json::Value) -> HttpReply {
    HttpReply {
        status: 200,
        content_type: Some("application/json".to_owned()),
        retry_after: None,
        etag: None,
        body: body.to_string().into_bytes(),
    }
}

/// The same bills and payments in clear, with the indexes that their questions want.
fn bare(file: &Path, core: &Core) -> Result<Connection> {
    let mut db = Connection::open(file)?;
    db.execute_batch(
        "PRAGMA journal_mode = WAL;
         CREATE TABLE bill(id TEXT PRIMARY KEY, biller TEXT, number TEXT, period TEXT, status TEXT, amount INTEGER, due TEXT,
             owner TEXT, address TEXT, words TEXT);
         CREATE INDEX bill_due ON bill(due IS NULL, due, id);
         CREATE TABLE payment(id TEXT PRIMARY KEY, biller TEXT, charged INTEGER, month TEXT);",
    )?;
    let (bills, payments) = (core.bills()?, core.history()?);
    let tx = db.transaction()?;
    for b in &bills {
        let owner = b.owner.clone().unwrap_or_default();
        let address = b.address.clone().unwrap_or_default();
        let words = [&b.biller_name, &b.number, &owner, &address].map(String::as_str).join(" ").to_lowercase();
        tx.execute(
            "INSERT INTO bill VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            rusqlite::params![b.id, b.biller, b.number, b.period, b.status, b.amount, b.due, owner, address, words],
        )?;
    }
    for p in &payments {
        let month = p.settled_at.as_deref().and_then(|at| at.get(..7));
        tx.execute("INSERT INTO payment VALUES (?1, ?2, ?3, ?4)", rusqlite::params![p.id, p.biller, p.charged, month])?;
    }
    tx.commit()?;
    Ok(db)
}

/// Milliseconds of each question, on the phone and on the peer.
#[derive(Default)]
struct Figures {
    first_page: Vec<f64>,
    page: [Vec<f64>; 2],
    search: [Vec<f64>; 2],
    months: [Vec<f64>; 2],
    after_a_write: Vec<f64>,
    bills: usize,
}

fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(f64, T)> {
    let started = Instant::now();
    let done = work()?;
    Ok((started.elapsed().as_secs_f64() * 1_000.0, done))
}

impl Figures {
    fn measure(data: &Path, bare: &Connection, rounds: usize) -> Result<Self> {
        let mut figures = Self::default();
        for _ in 0..rounds.min(5) {
            let (ms, _) = timed(|| Ok(open_usual(data)?.find_bills(&BillQuery::first(SHOWN))?))?;
            figures.first_page.push(ms);
        }
        let core = Arc::new(open_usual(data)?);
        core.find_bills(&BillQuery::first(SHOWN))?;
        for round in 0..rounds {
            figures.pages(&core, bare)?;
            figures.searches(&core, bare)?;
            let (ms, months) = timed(|| Ok(core.spending()?))?;
            figures.months[0].push(ms);
            let (ms, sums) =
                timed(|| rows(bare, "SELECT month, biller, count(*), sum(charged) FROM payment GROUP BY 1, 2", []))?;
            figures.months[1].push(ms);
            let ours: usize = months.iter().map(|month| month.billers.len()).sum();
            // The city's months are not those of UTC: nearly as many.
            if months.is_empty() || ours.abs_diff(sums) > 6 {
                return Err(Failure::new(format!("{ours} sums here, {sums} there")));
            }
            let text = format!(
                "TWQRP://金門縣自來水廠/158/03/V1?D1=42800&D3=AVWYrjDqQES+&D4=20270120&D7={:07}11510&D11=00,4614611000051300010001000100513965",
                7_000_000 + round
            );
            core.add_text(&text)?;
            let (ms, _) = timed(|| Ok(core.find_bills(&BillQuery::first(SHOWN))?))?;
            figures.after_a_write.push(ms);
        }
        Ok(figures)
    }

    fn pages(&mut self, core: &Core, bare: &Connection) -> Result<()> {
        let mut query = BillQuery::first(SHOWN);
        let mut seen = 0;
        loop {
            let (ms, page) = timed(|| Ok(core.find_bills(&query)?))?;
            self.page[0].push(ms);
            seen += page.bills.len();
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        self.bills = seen;
        let mut after = (0_i64, String::new(), String::new());
        loop {
            let sql = "SELECT id, biller, number, period, status, amount, due, owner, address, due IS NULL FROM bill
                       WHERE (due IS NULL, coalesce(due, ''), id) > (?1, ?2, ?3)
                       ORDER BY due IS NULL, due, id LIMIT 50";
            let (ms, last) = timed(|| {
                let mut statement = bare.prepare_cached(sql)?;
                let mut rows = statement.query(rusqlite::params![after.0, after.1, after.2])?;
                let mut last = None;
                while let Some(row) = rows.next()? {
                    let due: Option<String> = row.get(6)?;
                    last = Some((row.get::<_, i64>(9)?, due.unwrap_or_default(), row.get::<_, String>(0)?));
                }
                Ok(last)
            })?;
            self.page[1].push(ms);
            match last {
                Some(last) => after = last,
                None => return Ok(()),
            }
        }
    }

    fn searches(&mut self, core: &Core, bare: &Connection) -> Result<()> {
        for words in WORDS {
            let query = BillQuery { text: words.to_owned(), ..BillQuery::first(SHOWN) };
            let (ms, _) = timed(|| Ok(core.find_bills(&query)?))?;
            self.search[0].push(ms);
            let mut words = words.split(' ').map(|word| format!("%{word}%"));
            let (one, two) = (words.next().unwrap_or_default(), words.next().unwrap_or_else(|| "%".to_owned()));
            let sql = "SELECT * FROM bill WHERE words LIKE ?1 AND words LIKE ?2 ORDER BY due IS NULL, due, id LIMIT 50";
            let (ms, _) = timed(|| rows(bare, sql, [one, two]))?;
            self.search[1].push(ms);
        }
        Ok(())
    }

    fn bars(&self, bills: usize) -> Vec<Bar> {
        let bar = |what: &str, values: &[f64], most: f64, wanted| Bar {
            what: format!("{bills} bills: {what}, 95th percentile"),
            figure: format!("{:.2} ms", percentile(values, 95)),
            wanted,
            holds: percentile(values, 95) <= most,
        };
        vec![
            bar("a page of 50", &self.page[0], 5.0, "≤ 5 ms"),
            bar("a search", &self.search[0], 20.0, "≤ 20 ms"),
            bar("every month's sums", &self.months[0], 20.0, "≤ 20 ms"),
        ]
    }

    fn text(&self, bars: &[Bar], bills: usize, data: &Path, load: &str) -> String {
        let now = OffsetDateTime::now_utc();
        let cell = |values: &[f64]| format!("{:.2} ({:.2})", median(values), percentile(values, 95));
        let row =
            |what: &str, values: &[Vec<f64>; 2]| format!("| {what} | {} | {} |", cell(&values[0]), cell(&values[1]));
        let bars: Vec<String> = bars.iter().map(Bar::row).collect();
        format!(
            "## Bills\n\n`scripts/bench bills`, {} {:02}:{:02} UTC. {} Load average {load} at the start, {} at the end; others may have used the \
             machine too.\n\n| | measured | wanted | |\n|---|---|---|---|\n{}\n\n\
             | milliseconds, median (95th percentile) | phone | bare SQLite |\n|---|---|---|\n{}\n{}\n{}\n\
             | a page after a bill was added | {} | |\n| opening the store and the first page | {} | |\n\n\
             {bills} bills, half of them paid over two years, half owed by {} numbers; {} bills were seen in pages of {SHOWN}. The phone answers \
             from what it opened when it first looked (the last row is that look, AES-GCM and JSON of every row included). The \
             peer holds the same in clear: an index in the order of the list, `LIKE` over one column of words, `GROUP BY` month and \
             biller. Searches are for one bill, for a few hundred, for all, and for none.",
            now.date(),
            now.hour(),
            now.minute(),
            machine::description(data),
            machine::load(),
            bars.join("\n"),
            row("a page of 50", &self.page),
            row("a search", &self.search),
            row("every month's sums", &self.months),
            cell(&self.after_a_write),
            cell(&self.first_page),
            bills / 2 / PERIODS,
            self.bills,
        )
    }
}

fn rows<P: rusqlite::Params>(db: &Connection, sql: &str, parameters: P) -> Result<usize> {
    let mut statement = db.prepare_cached(sql)?;
    let columns = statement.column_count();
    let mut rows = statement.query(parameters)?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            row.get::<_, rusqlite::types::Value>(column)?;
        }
        count += 1;
    }
    Ok(count)
}

fn percentile(values: &[f64], percent: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_95th_percentile_leaves_a_twentieth_above() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert!((percentile(&values, 95) - 95.0).abs() < 1e-9);
        assert!((percentile(&[4.0], 95) - 4.0).abs() < 1e-9);
    }
}
