//! The demo's report, opened in a browser: what a reader would notice, in both languages, at both widths, by day and night.
#![allow(clippy::unwrap_used, clippy::panic)]

mod browser;

use std::path::Path;

use browser::Page;
use paytaipei_e2e::programs::target;
use paytaipei_e2e::report::Report;
use paytaipei_e2e::story::diary::{Entry, What, Words};
use paytaipei_e2e::story::{Options, play};
use paytaipei_e2e::teller::Tongue;
use paytaipei_sandbox::contract::Exchange;
use paytaipei_sandbox::{Charge, Ledger};
use rusqlite::Connection;
use serde_json::{Value, json};
use time::OffsetDateTime;

const PHONE: (u32, u32) = (390, 844);
const DESKTOP: (u32, u32) = (1440, 1000);

/// Charges by bill number, from the books of the businesses.
fn charges(folder: &Path) -> Vec<(String, i64)> {
    let books = Connection::open(folder.join("sandbox/businesses.db")).unwrap();
    let names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%_charges'";
    let tables: Vec<String> =
        books.prepare(names).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut charges = Vec::new();
    for table in tables {
        let mut statement = books.prepare(&format!("SELECT number, amount FROM {table}")).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        charges.extend(rows.map(Result::unwrap));
    }
    charges.sort();
    charges
}

/// `NT$1,286` is 1286; a dash is nothing.
fn dollars(shown: &Value) -> Option<i64> {
    let digits: String = shown.as_str().unwrap().strip_prefix("NT$")?.chars().filter(|c| *c != ',').collect();
    Some(digits.parse().unwrap())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{3400}'..='\u{9fff}').contains(&c))
}

/// Sums, bills and accounts as shown are those of the books.
fn agrees_with_the_books(seen: &Value, charged: &[(String, i64)]) {
    let rows = list(&seen["rows"]);
    let mut shown: Vec<(String, i64)> = Vec::new();
    for row in rows {
        let (here, there) = (dollars(&row["phone"]), dollars(&row["account"]));
        assert_eq!((here, row["sign"].as_str().unwrap()), (there, "="), "{row}");
        shown.extend(there.map(|there| (row["number"].as_str().unwrap().to_owned(), there)));
    }
    shown.sort();
    assert_eq!(shown, charged, "accounts as shown");
    let sum: i64 = charged.iter().map(|(_, amount)| amount).sum();
    let equation = list(&seen["equation"]);
    assert_eq!((dollars(&equation[0]), dollars(&equation[2])), (Some(sum), Some(sum)), "{equation:?}");
    assert_eq!(equation[1], "=");
    assert_eq!(list(&seen["total"]).iter().map(dollars).collect::<Vec<_>>(), [Some(sum), Some(sum)]);
    let bills = list(&seen["bills"]);
    assert_eq!(bills.len(), rows.len(), "as many bills as payments");
    for bill in bills {
        let number = bill["number"].as_str().unwrap();
        let booked = charged.iter().find(|(charged, _)| charged == number).map(|(_, amount)| *amount);
        assert_eq!(dollars(&bill["charged"]), booked, "{bill}");
        assert!(dollars(&bill["paper"]).is_some(), "{bill}");
    }
    let photos = list(&seen["photos"]);
    assert_eq!(photos.len(), 3);
    for photo in photos {
        assert_eq!(photo["width"], 1920, "the photo as it was taken: {photo}");
        assert!(photo["outlines"].as_u64() > Some(0) && is_chinese(photo["alt"].as_str().unwrap()), "{photo}");
    }
    assert_eq!((&seen["facts"]["twice"], &seen["facts"]["lost"]), (&json!("0"), &json!("0")));
}

/// Each request of the record once and in order, the kills, and no request while the network was away.
fn tells_the_whole_run(seen: &Value, record: &[Exchange]) {
    let moments = list(&seen["moments"]);
    let of = |kind: &str| moments.iter().filter(|m| m["kind"] == kind).collect::<Vec<_>>();
    let requests = of("request");
    assert_eq!(requests.len(), record.len());
    let mut expected: Vec<&Exchange> = record.iter().collect();
    expected.sort_by_key(|exchange| exchange.at.clone());
    for (shown, exchange) in requests.iter().zip(expected) {
        let text = shown["text"].as_str().unwrap();
        let status = exchange.status.map_or("✕".to_owned(), |status| status.to_string());
        assert!(text.contains(&exchange.method) && text.contains(&status), "{text}, recorded as {exchange:?}");
        assert_eq!(shown["away"], false, "a request without a network: {text}");
    }
    let kills = of("kill");
    assert_eq!((kills.len(), &seen["facts"]["kills"]), (2, &json!("2")));
    assert!(kills.iter().all(|kill| kill["text"].as_str().unwrap().contains("SIGKILL")));
    assert!(kills[0]["away"] == true && kills[1]["away"] == false, "{kills:?}");
    let network = of("network");
    let at = |mark: &&Value| mark["seconds"].as_f64().unwrap();
    let away: f64 = network.chunks(2).map(|pair| at(&pair[1]) - at(&pair[0])).sum();
    let told: f64 = seen["facts"]["away"].as_str().unwrap().trim_end_matches(" s").parse().unwrap();
    assert!(network.len() == 4 && (away - told).abs() < 0.1, "{away} s between the marks, {told} s told");
    let seconds: Vec<f64> = moments.iter().map(|moment| moment["seconds"].as_f64().unwrap()).collect();
    assert!(seconds.is_sorted(), "{seconds:?}");
}

/// A person who reads one language finds the page in it, whole on the screen and dark enough to read.
fn reads_well(seen: &Value, english: bool) {
    assert_eq!(seen["lang"], if english { "en" } else { "zh-Hant" });
    assert_eq!(seen["landmarks"], json!(["header", "main", "nav", "footer"]));
    assert_eq!(list(&seen["headings"]).len(), 4);
    for heading in list(&seen["headings"]) {
        assert_eq!(is_chinese(heading.as_str().unwrap()), !english, "{heading}");
    }
    assert_eq!(is_chinese(seen["title"].as_str().unwrap()), !english, "{}", seen["title"]);
    if english {
        // But for the switch, which is for those who read the other one, and a masked owner's name.
        let foreign: Vec<&str> = list(&seen["texts"])
            .iter()
            .filter_map(Value::as_str)
            .filter(|text| is_chinese(text) && !["中文", "語言 · Language"].contains(text) && !text.contains('○'))
            .collect();
        assert!(foreign.is_empty(), "Chinese on the English page: {foreign:?}");
    }
    assert_eq!(seen["faint"], json!([]), "contrast below 4.5 to 1");
    assert_eq!((&seen["scroll"], &seen["outside"]), (&json!(0), &json!([])), "wider than the screen");
}

#[test]
fn the_demos_report_is_what_happened_in_both_languages_on_phone_and_desktop() {
    let Some(chromium) = browser::program() else {
        eprintln!("not run: no chromium in PATH (scripts/test installs it)");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.html");
    let keep = Some(folder.path().to_owned());
    let options = Options { tongue: Tongue::Zh, guard: true, keep, report: Some(file.clone()) };
    let mut told = Vec::new();
    let ending = play(&options, &mut told);
    let told = String::from_utf8(told).unwrap();
    assert!(ending.is_ok(), "{told}\n{ending:?}");
    assert!(told.trim_end().ends_with(file.to_str().unwrap()), "the demo names its report: {told}");

    let charged = charges(folder.path());
    let record = Report::requests_of(&folder.path().join("record.jsonl")).unwrap();
    let pictures = target().join("demo");
    std::fs::create_dir_all(&pictures).unwrap();
    let mut page = Page::open(&chromium);
    for (english, query) in [(false, ""), (true, "?lang=en")] {
        for (dark, (name, screen)) in [
            (false, ("phone", PHONE)),
            (true, ("phone", PHONE)),
            (false, ("desktop", DESKTOP)),
            (true, ("desktop", DESKTOP)),
        ] {
            page.show(&format!("file://{}{query}", file.display()), screen, dark);
            let seen = page.ask(include_str!("browser/page.js"));
            reads_well(&seen, english);
            agrees_with_the_books(&seen, &charged);
            tells_the_whole_run(&seen, &record);
            let (language, light) = (if english { "en" } else { "zh" }, if dark { "dark" } else { "light" });
            page.picture(&pictures.join(format!("{name}-{language}-{light}.png")), false);
        }
    }
    // The switch, as a person uses it, and without any script's help.
    page.call("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    page.show(&format!("file://{}", file.display()), PHONE, false);
    let heading = "document.querySelector('h1').innerText";
    assert!(is_chinese(page.ask(heading).as_str().unwrap()));
    page.ask("document.querySelector('label[for=lang-en]').click()");
    assert!(!is_chinese(page.ask(heading).as_str().unwrap()));

    assert_eq!(page.complaints(), Vec::<String>::new());
    let outside: Vec<String> =
        page.requested().into_iter().filter(|url| !url.starts_with("file://") && !url.starts_with("data:")).collect();
    assert_eq!(outside, Vec::<String>::new(), "asked for over the network");
}

/// A report about one payment, told by the phone as given.
fn of_one(payment: &Value, charges: Vec<Charge>) -> String {
    let entry = Entry { at: OffsetDateTime::UNIX_EPOCH, what: What::Said(Words::new("開始", "begins")) };
    let payments = Report::pair(vec![payment.clone()], vec![payment.clone()]).unwrap();
    Report {
        account: "+886900000017".to_owned(),
        guard: true,
        taken: Vec::new(),
        payments,
        ledger: Ledger { charges, double_charged: Vec::new() },
        diary: vec![entry],
        requests: Vec::new(),
    }
    .html()
    .unwrap()
}

fn payment(charged: i64) -> Value {
    json!({
        "id": "01a2", "biller": "kinmen-water", "biller_name": "<script>alert(1)</script>", "number": "1234567",
        "provider": "esun", "provider_name": "\"><img src=x onerror=alert(2)>", "state": "settled", "words": "'&amp;",
        "agreed": charged, "charged": charged, "receipt": "ES1",
    })
}

fn charge(order: &str, amount: i64) -> Charge {
    Charge {
        business: "esun".to_owned(),
        account: "+886900000017".to_owned(),
        order_id: order.to_owned(),
        payment_id: "01a2".to_owned(),
        biller: "kinmen-water".to_owned(),
        number: "1234567".to_owned(),
        period: "11511".to_owned(),
        amount,
        at: "2026-11-24T21:08:08.738Z".to_owned(),
        refunded: 0,
    }
}

#[test]
fn a_report_about_accounts_that_differ_says_so() {
    let agree = "帳目一致";
    assert!(of_one(&payment(264), vec![charge("a", 264)]).contains(agree));
    let unknown = Charge { payment_id: "elsewhere".to_owned(), ..charge("b", 264) };
    let wrong = [
        ("a dollar more", vec![charge("a", 265)]),
        ("nothing charged", vec![]),
        ("charged twice", vec![charge("a", 132), charge("b", 132)]),
        ("unknown to the phone", vec![charge("a", 264), unknown]),
    ];
    for (what, charges) in wrong {
        let page = of_one(&payment(264), charges);
        assert!(!page.contains(agree) && page.contains("帳目不一致"), "{what}");
        assert!(page.contains("<span class=\"sign\" data-sum=\"sign\">≠</span>"), "{what}");
    }
}

#[test]
fn what_came_from_outside_is_text_in_the_report() {
    let page = of_one(&payment(264), vec![charge("<b>", 264)]);
    for markup in ["<script>", "<img", "<b>", "'&amp;"] {
        assert!(!page.contains(markup), "{markup}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && page.contains("&#39;&amp;amp;"));
}
