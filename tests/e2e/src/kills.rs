//! Real kills: the real program drains a queue through a bad network and is killed at random, again and again.

use std::collections::BTreeMap;
use std::process::{Child, Stdio};
use std::time::Duration;

use paytaipei_printer::{PaperBill, codes};
use paytaipei_sandbox::{Fault, FaultKind, NewBill, Options as SandboxOptions, Route, Sandbox, Settings};
use serde_json::Value;
use tempfile::TempDir;

use crate::phone::Phone;
use crate::programs::programs;
use crate::proxy::FaultProxy;
use crate::{Failure, Result, ensure};

/// One round: so many bills, drained under so many kills.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    pub bills: usize,
    pub kills: usize,
    pub guard: bool,
    pub seed: u64,
}

/// What a round saw.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub kills: usize,
    /// Of those, with bytes of a payment that might have been on their way.
    pub in_flight: usize,
    /// Payments as they stood after each kill, added up by state.
    pub states: BTreeMap<String, usize>,
    pub charges: usize,
    /// Whole New Taiwan dollars.
    pub dollars: i64,
    pub connections: BTreeMap<&'static str, u64>,
}

const MSISDN: &str = "0900000018";
const E164: &str = "+886900000018";
const PROVIDERS: [&str; 8] = ["pi-wallet", "taishin", "esun", "ezpay", "opay", "aipei", "jkopay", "gamapay"];

/// Plays one round, and fails unless phone and accounts agree at its end and nothing was lost on the way.
pub fn play(round: Round) -> Result<Seen> {
    let programs = programs()?;
    let folder = TempDir::new()?;
    let options = SandboxOptions { data: Some(folder.path().join("sandbox")), ..SandboxOptions::default() };
    let sandbox =
        Sandbox::spawn_binary(&programs.sandbox, &options).map_err(|error| Failure::new(error.to_string()))?;
    let control = sandbox.control();
    control.guard(round.guard)?;
    control.settings(Settings { poll_interval_s: Some(1), ..Settings::default() })?;
    let mut phone = Phone {
        binary: programs.phone,
        data: folder.path().join("phone"),
        platform: sandbox.platform().to_owned(),
        ca: sandbox.ca().to_owned(),
        lang: "en",
    };
    let verifying = phone.start(&["verify", MSISDN])?;
    verifying.next(Duration::from_secs(20))?;
    control.approve(E164)?;
    ensure!(verifying.finish()? == 0, "verify did not end well");
    let queued = queue(&phone, &sandbox, round.bills)?;
    let proxy = FaultProxy::start(sandbox.port(), round.seed)?;
    phone.platform = format!("https://localhost:{}", proxy.port);
    for (kind, times) in [(FaultKind::LostReply, 20), (FaultKind::ErrorAfter, 20), (FaultKind::ErrorBefore, 20)] {
        control.fault(Fault::new(kind).route(Route::Put).times(times))?;
    }
    control.fault(Fault::new(FaultKind::SlowReply).ms(15))?;

    let mut dice = fastrand::Rng::with_seed(round.seed);
    let mut seen = Seen::default();
    let mut ended: BTreeMap<String, Value> = BTreeMap::new();
    for kill in 0..round.kills {
        let mut child = follow(&phone)?;
        std::thread::sleep(Duration::from_millis(dice.u64(5..180)));
        child.kill()?;
        child.wait()?;
        seen.kills += 1;
        let payments = phone.export()?["payments"].as_array().cloned().unwrap_or_default();
        ensure!(payments.len() == queued, "{} of {queued} payments are there after kill {kill}", payments.len());
        let mut in_flight = false;
        for payment in payments {
            let state = payment["state"].as_str().unwrap_or_default().to_owned();
            in_flight |= ["submitting", "unknown"].contains(&state.as_str());
            *seen.states.entry(state.clone()).or_default() += 1;
            let id = payment["id"].as_str().unwrap_or_default().to_owned();
            if let Some(before) = ended.get(&id) {
                ensure!(*before == payment, "an ended payment changed: {before} → {payment}");
            } else if payment["ended"] == true {
                ended.insert(id, payment);
            }
        }
        seen.in_flight += usize::from(in_flight);
        if ended.len() == queued {
            break;
        }
    }
    proxy.calm();
    control.clear_faults()?;
    finish(&phone)?;
    compare(&phone, &sandbox, queued, &mut seen)?;
    let damage = &proxy.damage;
    let count = |counter: &std::sync::atomic::AtomicU64| counter.load(std::sync::atomic::Ordering::Relaxed);
    seen.connections = BTreeMap::from([
        ("passed", count(&damage.passed)),
        ("delayed", count(&damage.delayed)),
        ("reset", count(&damage.reset)),
        ("request cut", count(&damage.cut_out)),
        ("reply cut", count(&damage.cut_back)),
    ]);
    Ok(seen)
}

/// Bills of three billers, read from their codes' texts, agreed to, and waiting.
fn queue(phone: &Phone, sandbox: &Sandbox, bills: usize) -> Result<usize> {
    for index in 0..bills {
        let biller = if index % 2 == 0 { "kinmen-water" } else { "taipei-water" };
        let amount = 100 + i64::try_from(index).unwrap_or(0);
        let issued = sandbox.control().issue(NewBill::new(biller, amount))?;
        let paper = PaperBill {
            biller: issued.biller,
            number: issued.number,
            period: issued.period,
            amount: issued.amount,
            due: issued.due,
            owner: issued.owner,
            address: issued.address,
        };
        let bill = phone.run(&["add", &codes(&paper)?.qr])?.well()?.last("bill")?;
        let id = bill["id"].as_str().unwrap_or_default();
        let provider = PROVIDERS[index % PROVIDERS.len()];
        phone.run(&["pay", id, "--provider", provider, "--when-confirmed", "--yes"])?.well()?;
    }
    Ok(bills)
}

fn follow(phone: &Phone) -> Result<Child> {
    Ok(phone.command(&["queue", "--follow"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?)
}

/// The network is good again: everything comes to rest.
fn finish(phone: &Phone) -> Result<()> {
    for _ in 0..20 {
        phone.run(&["sync", "--for", "30"])?.well()?;
        if phone.run(&["queue"])?.well()?.lines.is_empty() {
            return Ok(());
        }
    }
    Err(Failure::new("the queue does not come to rest"))
}

/// Each bill is charged once, at the business and on the phone, over the same money.
fn compare(phone: &Phone, sandbox: &Sandbox, queued: usize, seen: &mut Seen) -> Result<()> {
    let ledger = sandbox.control().ledger()?;
    ensure!(ledger.double_charged.is_empty(), "charged twice: {:?}", ledger.double_charged);
    let mut charges = BTreeMap::new();
    for charge in &ledger.charges {
        ensure!(charges.insert(charge.payment_id.clone(), charge.amount).is_none(), "charged twice: {charge:?}");
    }
    for payment in phone.run(&["history"])?.well()?.all("payment") {
        let charged = charges.remove(payment["id"].as_str().unwrap_or_default());
        ensure!(
            payment["state"] == "settled" && payment["charged"].as_i64() == charged,
            "{payment}, charged {charged:?}"
        );
        seen.charges += 1;
        seen.dollars += charged.unwrap_or(0);
    }
    ensure!(charges.is_empty(), "charged, and unknown to the phone: {charges:?}");
    ensure!(seen.charges == queued, "{} of {queued} bills were paid", seen.charges);
    Ok(())
}
