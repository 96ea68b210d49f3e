//! The businesses' pages as a person meets them: opened in Chromium from the address that the phone was given, read in both
//! languages, by day and night, and pressed.
#![allow(clippy::unwrap_used, clippy::panic)]

mod browser;

use std::time::{Duration, Instant};

use browser::Page;
use paytaipei_e2e::phone::Phone;
use paytaipei_e2e::programs::{programs, protocols, target};
use paytaipei_e2e::world::{E164, MSISDN, shown, verify};
use paytaipei_sandbox::business::BUSINESSES;
use paytaipei_sandbox::{NewBill, Options, Sandbox, Settings};
use serde_json::Value;

const PHONE: (u32, u32) = (390, 844);

/// Waits until an expression is true on whatever page the browser has come to.
fn until(page: &mut Page, expression: &str) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while page.ask(&format!("Boolean({expression})")) != true {
        assert!(Instant::now() < deadline, "never so: {expression}; {}", page.ask("document.body.innerText"));
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Text whose contrast with its background is below 4.5 to 1 (WCAG 2.2, 1.4.3), and whatever is wider than the screen.
const FAULTS: &str = r"(() => {
    const faults = [];
    const light = (c) => {
        const [r, g, b] = c.match(/[\d.]+/g).slice(0, 3).map((v) => { const s = v / 255; return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4; });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (!/, 0\)$|transparent/.test(c)) return c; } return 'rgb(255, 255, 255)'; };
    for (const e of document.querySelectorAll('h1,p,dt,dd,a,label,button,input')) {
        if (!e.textContent.trim() && e.tagName !== 'INPUT') continue;
        const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x);
        if ((a + 0.05) / (b + 0.05) < 4.5) faults.push(`faint: ${e.textContent}`);
        if (e.getBoundingClientRect().right > innerWidth + 1) faults.push(`wide: ${e.textContent}`);
        if (/^(BUTTON|INPUT)$/.test(e.tagName) && e.getBoundingClientRect().height < 44) faults.push(`small: ${e.textContent}`);
    }
    if (document.documentElement.scrollWidth > innerWidth) faults.push('scrolls sideways');
    return faults;
})()";

fn is_chinese(text: &Value) -> bool {
    text.as_str().unwrap().chars().any(|c| ('\u{3400}'..'\u{9fff}').contains(&c))
}

#[test]
fn a_person_reads_each_businesss_page_in_either_language_and_pays_or_refuses_by_pressing_its_buttons() {
    let (Some(chromium), true) = (browser::program(), std::env::var_os("PAYTAIPEI_ORACLES").is_some()) else {
        eprintln!("not run: no chromium in PATH, or no PAYTAIPEI_ORACLES (scripts/test installs both)");
        return;
    };
    let options = Options { protocols: Some(protocols().unwrap()), ..Options::default() };
    let sandbox = Sandbox::spawn(options).unwrap();
    let settings = Settings { poll_interval_s: Some(1), poll_ms: Some(300), ..Settings::default() };
    sandbox.settings(settings).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let phone = Phone {
        binary: programs().unwrap().phone,
        data: folder.path().join("phone"),
        platform: sandbox.platform().to_owned(),
        ca: sandbox.ca().to_owned(),
        lang: "zh",
    };
    verify(&sandbox, &phone, MSISDN, E164).unwrap();
    let pictures = target().join("hand-off");
    std::fs::create_dir_all(&pictures).unwrap();
    let mut page = Page::open(&chromium);
    // The sandbox's authority is known to no browser.
    page.call("Security.setIgnoreCertificateErrors", serde_json::json!({ "ignore": true }));
    for (at, business) in BUSINESSES.iter().enumerate() {
        let bill = sandbox.issue(NewBill::new("kinmen-water", 1_234)).unwrap();
        phone.run(&["inquire", "kinmen-water", &bill.number]).unwrap().well().unwrap();
        let bills = phone.export().unwrap()["bills"].as_array().unwrap().clone();
        let kept = bills.iter().find(|kept| kept["number"] == bill.number.as_str()).unwrap()["id"].clone();
        let paid = phone.run(&["pay", kept.as_str().unwrap(), "--provider", business.id, "--yes"]).unwrap();
        let payment = paid.well().unwrap().last("payment").unwrap()["id"].as_str().unwrap().to_owned();
        phone.run(&["sync"]).unwrap();
        let url = shown(&phone, &payment).unwrap()["hand_off_url"].as_str().unwrap().to_owned();

        page.show(&url, PHONE, false);
        until(&mut page, "location.pathname.includes('/pay/') && document.querySelector('button.go')");
        let address = page.ask("location.href.split('?')[0]").as_str().unwrap().to_owned();
        for (lang, dark) in [("zh", false), ("en", true)] {
            page.show(&format!("{address}?lang={lang}"), PHONE, dark);
            let name = page.ask("document.querySelector('h1').innerText");
            assert_eq!(name, if lang == "zh" { business.zh } else { business.en });
            assert_eq!(page.ask("document.documentElement.lang"), if lang == "zh" { "zh-Hant" } else { "en" });
            for part in ["document.querySelector('button.go').innerText", "document.querySelector('label').innerText"] {
                assert_eq!(is_chinese(&page.ask(part)), lang == "zh", "{part}");
            }
            assert_eq!(page.ask("document.querySelector('.amount').innerText"), "NT$1,234");
            // E.SUN and JKOPAY are told no description.
            let told = page.ask("document.querySelector('dl').innerText");
            let bare = ["esun", "jkopay"].contains(&business.id);
            assert_eq!(told.as_str().unwrap().contains("金門縣自來水廠"), !bare, "{}: {told}", business.id);
            assert_eq!(page.ask(FAULTS), serde_json::json!([]), "{} {lang}", business.id);
            let shade = if dark { "dark" } else { "light" };
            page.picture(&pictures.join(format!("{}-{lang}-{shade}.png", business.id)), false);
        }
        let approve = at % 4 != 3;
        page.show(&format!("{address}?lang=zh"), PHONE, false);
        if approve {
            page.ask("document.querySelector('button.go').click()");
            until(&mut page, "document.querySelector('[role=alert]')?.innerText.includes('09')");
            page.ask(&format!("document.querySelector('input[name=account]').value = '{MSISDN}'"));
        }
        page.ask(if approve {
            "document.querySelector('button.go').click()"
        } else {
            "document.querySelector('button').click()"
        });
        until(&mut page, "document.querySelector('[role=status]')");
        let told = page.ask("document.querySelector('[role=status]').innerText");
        assert!(
            told.as_str().unwrap().contains(if approve { "已付款" } else { "沒有付款" }),
            "{}: {told}",
            business.id
        );
        if at == 0 || !approve {
            page.picture(&pictures.join(format!("{}-ended.png", business.id)), false);
        }
        if approve {
            phone.run(&["sync"]).unwrap();
            let deadline = Instant::now() + Duration::from_secs(20);
            while shown(&phone, &payment).unwrap()["state"] != "settled" {
                assert!(Instant::now() < deadline, "{}: {}", business.id, shown(&phone, &payment).unwrap());
                phone.run(&["sync"]).unwrap();
            }
        }
        let charged = sandbox.ledger().unwrap().charges.iter().filter(|charge| charge.payment_id == payment).count();
        assert_eq!(charged, usize::from(approve), "{}", business.id);
    }
    assert_eq!(page.complaints(), Vec::<String>::new());
    let base = sandbox.businesses().unwrap();
    assert!(
        page.requested().iter().all(|url| url.starts_with(base) || url.starts_with("data:")),
        "{:?}",
        page.requested()
    );
}
