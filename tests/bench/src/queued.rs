//! Getting to where the measuring begins: a verified number, and bills queued with their consents.

use std::path::Path;
use std::sync::Arc;

use paytaipei_app::ports::{Clock, Entropy, Http, SystemClock, SystemEntropy};
use paytaipei_app::{Core, Lang, http::HttpsClient, platform};
use paytaipei_printer::PaperBill;
use paytaipei_sandbox::{ControlClient, IssuedBill, NewBill};

use crate::vault::phone;
use crate::{Failure, Result};

/// File of the store in a phone's folder, as the façade names it.
pub const STORE: &str = "paytaipei.sqlite";
/// The month of every bill that is issued here; the preloaded past ends before it.
const PERIOD: &str = "11510";
const PROVIDERS: [&str; 8] = ["pi-wallet", "taishin", "esun", "ezpay", "opay", "aipei", "jkopay", "gamapay"];

/// The platform that a measured phone talks to.
#[derive(Clone)]
pub struct Platform {
    pub url: String,
    /// PEM.
    pub root: Vec<u8>,
    pub control: ControlClient,
}

impl Platform {
    pub fn https(&self) -> Result<HttpsClient> {
        Ok(HttpsClient::new(&self.url, Some(&self.root), Arc::new(SystemClock))?)
    }

    /// Issues `count` bills of the numbers from `first` on.
    pub fn issue(&self, first: usize, count: usize) -> Result<Vec<IssuedBill>> {
        (first..first.saturating_add(count))
            .map(|number| {
                let amount = i64::try_from(number % 1_900).unwrap_or_default() + 100;
                let bill = NewBill::new("kinmen-water", amount).number(&format!("{number:07}")).period(PERIOD);
                Ok(self.control.issue(bill)?)
            })
            .collect()
    }
}

/// An invented number of its own for each phone: one that has payments already would have them fetched first.
pub fn msisdn(phone: usize) -> String {
    format!("09{phone:08}")
}

/// Opens the core of the phone in `folder`, making both where they are missing.
pub fn open(folder: &Path, entropy: Arc<dyn Entropy>, clock: Arc<dyn Clock>) -> Result<Core> {
    std::fs::create_dir_all(folder)?;
    Ok(Core::open(&folder.join(STORE), phone(folder, entropy, clock)?, Lang::En)?)
}

pub fn open_usual(folder: &Path) -> Result<Core> {
    open(folder, Arc::new(SystemEntropy::default()), Arc::new(SystemClock))
}

/// Verifies a number. The person approves before the phone first asks, so that nothing waits.
pub async fn verify(core: &Core, http: &dyn Http, platform: &Platform, msisdn: &str) -> Result<()> {
    let prepared = core.prepare_verification(msisdn, paytaipei_app::Method::Handset)?;
    let reply = http.send(prepared.request()).await;
    core.verification_started(prepared, reply)?;
    let mut verification = core.verification()?.ok_or_else(|| Failure::new("no verification under way"))?;
    let (control, number) = (platform.control.clone(), verification.msisdn.e164().to_owned());
    tokio::task::spawn_blocking(move || control.approve(&number)).await??;
    let reply = http.send(platform::collect_request(&verification)).await;
    let outcome = verification.heard(platform::collected(reply), SystemClock.now().0);
    if !core.verification_went(&verification, outcome)? {
        return Err(Failure::new("the number was not verified"));
    }
    // What the platform has of the number is fetched once: on a new number nothing.
    while let Some(order) = core.restore_order()? {
        core.restored(order.answer(http.send(order.request()).await))?;
    }
    Ok(())
}

/// Keeps a bill by the text of its printed code; gives its identifier.
pub fn keep(core: &Core, bill: &IssuedBill) -> Result<String> {
    let paper = PaperBill {
        biller: bill.biller.clone(),
        number: bill.number.clone(),
        period: bill.period.clone(),
        amount: bill.amount,
        due: bill.due.clone(),
        owner: bill.owner.clone(),
        address: bill.address.clone(),
    };
    let codes = paytaipei_printer::codes(&paper).map_err(|error| Failure::new(error.to_string()))?;
    Ok(core.add_text(&codes.qr)?.id)
}

/// Keeps each bill and agrees to pay it.
pub fn queue(core: &Core, bills: &[IssuedBill]) -> Result<()> {
    for (bill, provider) in bills.iter().zip(PROVIDERS.iter().cycle()) {
        let kept = keep(core, bill)?;
        let payment = core.pay_when_confirmed(&kept, provider, None)?;
        let agreed = core.consent(&payment.id)?;
        if agreed.state != "awaiting_network" {
            return Err(Failure::new(format!("agreed to, and {} instead", agreed.state)));
        }
    }
    Ok(())
}
