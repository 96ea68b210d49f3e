//! One payment business in its own protocol, played with the real phone, the real gateway and the SDKs of `tests/oracles`.

use std::io::Write;

use paytaipei_sandbox::business::BUSINESSES;
use paytaipei_sandbox::{Fault, FaultKind, IssuedBill, NewBill, Options, Sandbox, Settings};
use serde_json::Value;
use tempfile::TempDir;

use crate::phone::Phone;
use crate::programs::{programs, protocols};
use crate::story::{Agreement, compare};
use crate::teller::{Teller, Tongue};
use crate::world::{E164, MSISDN, shown, verify};
use crate::{Failure, Result, ensure};

/// What a silent debit may take at most: NT dollars.
const LIMIT: i64 = 2_000;

struct Play<'a, 'b> {
    teller: &'a mut Teller<'b>,
    sandbox: Sandbox,
    phone: Phone,
    id: &'static str,
}

/// Plays it. What is returned is what the accounts say at the end.
pub fn play(provider: &str, tongue: Tongue, out: &mut dyn Write) -> Result<Agreement> {
    let known = || BUSINESSES.iter().map(|one| one.id).collect::<Vec<_>>().join(", ");
    let business = BUSINESSES.iter().find(|one| one.id == provider);
    let business = business.ok_or_else(|| Failure::new(format!("no such business; these are: {}", known())))?;
    let folder = TempDir::new()?;
    let options = Options { protocols: Some(protocols()?), ..Options::default() };
    let sandbox = Sandbox::spawn_binary(&programs()?.sandbox, &options)
        .map_err(|error| Failure::new(format!("the sandbox does not start: {error}")))?;
    let settings =
        Settings { poll_interval_s: Some(1), poll_ms: Some(300), hand_off_s: Some(4), ..Settings::default() };
    sandbox.settings(settings)?;
    let phone = Phone {
        binary: programs()?.phone,
        data: folder.path().join("phone"),
        platform: sandbox.platform().to_owned(),
        ca: sandbox.ca().to_owned(),
        lang: tongue.code(),
    };
    let mut teller = Teller::new(tongue, out);
    teller.say(
        &format!("{}：以它自己的協定，經過 TLS；它那一邊用別人寫的 SDK 驗章", business.zh),
        &format!("{}, in its own protocol over TLS; its side verifies with SDKs that nobody here wrote", business.en),
    );
    verify(&sandbox, &phone, MSISDN, E164)?;
    Play { teller: &mut teller, sandbox, phone, id: business.id }.play()
}

impl Play<'_, '_> {
    fn play(&mut self) -> Result<Agreement> {
        self.hand_off()?;
        self.refused()?;
        self.silent()?;
        self.answer_lost()?;
        self.told_badly()?;
        self.given_back()?;
        self.revoked()?;
        let history = self.phone.run(&["history"])?.well()?.all("payment");
        let agreement = compare(self.teller, &history, &self.sandbox.ledger()?, E164)?;
        self.teller.end(
            "手機與業者帳戶一元不差，沒有一張帳單扣款兩次",
            "phone and accounts agree to the dollar, and no bill was charged twice",
        );
        Ok(agreement)
    }

    fn bill(&self, amount: i64) -> Result<IssuedBill> {
        Ok(self.sandbox.issue(NewBill::new("kinmen-water", amount))?)
    }

    /// Keyed in, agreed to, sent. Gives the payment's id.
    fn pay(&self, bill: &IssuedBill) -> Result<String> {
        let found = self.phone.run(&["inquire", "kinmen-water", &bill.number])?.well()?.all("bill");
        let found = found.iter().find(|found| found["period"] == bill.period.as_str());
        let id = found.and_then(|found| found["id"].as_str()).ok_or_else(|| Failure::new("the bill is not there"))?;
        let paid = self.phone.run(&["pay", id, "--provider", self.id, "--yes"])?.well()?.last("payment")?;
        let payment = paid["id"].as_str().ok_or_else(|| Failure::new("a payment without an id"))?.to_owned();
        self.phone.run(&["sync"])?;
        Ok(payment)
    }

    /// The payment once it has ended, the platform asked again and again.
    fn end(&self, payment: &str) -> Result<Value> {
        for _ in 0..60 {
            let seen = shown(&self.phone, payment)?;
            if ["settled", "declined"].contains(&seen["state"].as_str().unwrap_or_default()) {
                return Ok(seen);
            }
            std::thread::sleep(std::time::Duration::from_millis(200));
            self.phone.run(&["sync"])?;
        }
        Err(Failure::new(format!("no end: {}", shown(&self.phone, payment)?)))
    }

    fn settles(&self, payment: &str, bill: &IssuedBill) -> Result<Value> {
        let end = self.end(payment)?;
        ensure!(end["state"] == "settled" && end["charged"] == bill.amount, "not settled: {end}");
        let charges = self.sandbox.ledger()?.charges;
        let charged = charges.iter().filter(|charge| charge.payment_id == payment).count();
        ensure!(charged == 1, "charged {charged} times");
        Ok(end)
    }

    fn declines(&self, payment: &str) -> Result<Value> {
        let end = self.end(payment)?;
        ensure!(end["state"] == "declined", "not declined: {end}");
        let charges = self.sandbox.ledger()?.charges;
        ensure!(charges.iter().all(|charge| charge.payment_id != payment), "declined, and charged: {end}");
        Ok(end)
    }

    fn hand_off(&mut self) -> Result<()> {
        let bill = self.bill(428)?;
        let payment = self.pay(&bill)?;
        let seen = shown(&self.phone, &payment)?;
        let url = seen["hand_off_url"].as_str().unwrap_or_default().to_owned();
        ensure!(seen["state"] == "awaiting_hand_off" && url.starts_with("https://"), "not handed off: {seen}");
        self.sandbox.finish_on_account(&payment, E164, true)?;
        let end = self.settles(&payment, &bill)?;
        self.teller.proven(
            &format!("到業者的頁面確認後付款，收據 {}", end["receipt"].as_str().unwrap_or_default()),
            &format!(
                "approved on the business's page and paid, receipt {}",
                end["receipt"].as_str().unwrap_or_default()
            ),
        );
        Ok(())
    }

    fn refused(&mut self) -> Result<()> {
        let payment = self.pay(&self.bill(230)?)?;
        self.sandbox.finish_on_account(&payment, E164, false)?;
        self.declines(&payment)?;
        self.teller.proven("在業者的頁面拒絕：沒有扣款", "refused on the business's page: nothing charged");
        Ok(())
    }

    fn silent(&mut self) -> Result<()> {
        self.sandbox.agree(self.id, E164, LIMIT)?;
        let bill = self.bill(316)?;
        let payment = self.pay(&bill)?;
        self.settles(&payment, &bill)?;
        let too_much = self.pay(&self.bill(LIMIT + 1)?)?;
        self.declines(&too_much)?;
        self.teller.proven(
            "約定扣款：額度內不必再到業者的頁面，超過額度不扣",
            "under an agreement: up to its limit without any page, beyond it nothing",
        );
        Ok(())
    }

    fn answer_lost(&mut self) -> Result<()> {
        for kind in [FaultKind::LostAnswer, FaultKind::LostWebhook] {
            self.sandbox.fault(Fault::new(kind).provider(self.id).ms(4_000).times(1))?;
        }
        let bill = self.bill(505)?;
        let payment = self.pay(&bill)?;
        self.settles(&payment, &bill)?;
        self.teller.proven(
            "扣款後回覆與通知都遺失：平台查詢，確認只扣一次",
            "answer and notice both lost after the charge: the platform inquired, and it was charged once",
        );
        Ok(())
    }

    fn told_badly(&mut self) -> Result<()> {
        for kind in [FaultKind::ForgedWebhook, FaultKind::DuplicateWebhook, FaultKind::UnorderedWebhooks] {
            self.sandbox.fault(Fault::new(kind).provider(self.id).times(1))?;
        }
        self.sandbox.fault(Fault::new(FaultKind::LateWebhook).provider(self.id).ms(500).times(1))?;
        let bill = self.bill(642)?;
        let payment = self.pay(&bill)?;
        self.settles(&payment, &bill)?;
        self.teller.proven(
            "通知遲到、偽造、重複、順序顛倒：仍然只扣一次",
            "notices late, forged, twice and out of order: charged once all the same",
        );
        Ok(())
    }

    fn given_back(&mut self) -> Result<()> {
        let before = self.sandbox.balance(self.id, E164)?;
        let bill = self.bill(77)?;
        let payment = self.pay(&bill)?;
        self.settles(&payment, &bill)?;
        self.sandbox.refund(&payment, "refund")?;
        let after = self.sandbox.balance(self.id, E164)?;
        ensure!(before == after, "not given back: {before} before, {after} after");
        self.phone.run(&["history", "--refresh"])?.well()?;
        let seen = shown(&self.phone, &payment)?;
        ensure!(seen["state"] == "refunded" && seen["refund"] == "refund", "the phone does not know: {seen}");
        self.teller.proven(
            "退款：帳戶餘額回到付款前，手機紀錄改為已退款",
            "refund: the account holds what it held before, and the phone's history says so",
        );
        Ok(())
    }

    fn revoked(&mut self) -> Result<()> {
        self.sandbox.revoke_agreement(self.id, E164)?;
        let payment = self.pay(&self.bill(99)?)?;
        let end = self.declines(&payment)?;
        ensure!(end["reason"] == "no_agreement", "{end}");
        self.teller.proven(
            "在業者那裡終止約定後：不扣款，手機說明原因",
            "after the agreement was ended at the business: nothing charged, and the phone says why",
        );
        Ok(())
    }
}
