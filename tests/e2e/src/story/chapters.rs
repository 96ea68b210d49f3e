//! What happens, and what must be true after each thing that does.

use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use paytaipei_sandbox::{BillChange, Fault, FaultKind, IssuedBill, Route};
use serde_json::Value;

use super::diary::{Photo, Source, Taken, What};
use super::ledgers;
use super::{E164, Ending, MSISDN, Stage, photo};
use crate::phone::Running;
use crate::{Failure, Result, ensure};

/// The new amount of the Taipei water bill, NT$.
const CHANGED: i64 = 1_286;

/// What JKOPAY gives back of a water bill of Kinmen's: 8 %, at most so much, NT$.
const BACK: i64 = 20;

/// Identifiers on the phone.
struct Queued {
    kinmen_keyed: String,
    kinmen: String,
    taipei: String,
    parking: String,
    /// Wanted, and not agreed to: nobody knows its amount.
    kinmen_offline: String,
}

impl Stage<'_, '_> {
    pub(super) fn play(&mut self, guard: bool) -> Result<Ending> {
        if !guard {
            self.teller.say(
                "平台的重複繳費防護已關閉：只靠手機自己保護",
                "the platform's own guard is off: the phone alone must protect",
            );
        }
        self.verify()?;
        let keyed = self.key_online()?;
        self.lose_network()?;
        let scanned = self.scan()?;
        let (queued, running) = self.agree_and_kill(&keyed, &scanned)?;
        self.reconnect(&queued, running)?;
        self.receipts(&queued)
    }

    fn verify(&mut self) -> Result<()> {
        self.teller.chapter(1, "驗證門號", "Verify the number");
        let picture = self.folder.join("none.png").display().to_string();
        let gated: [&[&str]; 23] = [
            &["add", &picture],
            &["inquire", "kinmen-water", "1234567"],
            &["check", "x"],
            &["household"],
            &["numbers"],
            &["remember", "kinmen-water", "1234567"],
            &["forget", "kinmen-water", "1234567"],
            &["pay", "x", "--provider", "jkopay", "--yes"],
            &["consent", "x", "--yes"],
            &["cancel", "x"],
            &["queue"],
            &["sync"],
            &["history"],
            &["show", "x"],
            &["export"],
            &["providers", "x"],
            &["deals"],
            &["agreement", "list"],
            &["receipt", "show", "x"],
            &["find", "水"],
            &["reminders"],
            &["spending"],
            &["ways", "x"],
        ];
        for command in gated {
            let ran = self.phone.run(command)?;
            ensure!(ran.error() == Some("number_not_verified"), "{command:?} before verifying: {ran:?}");
        }
        self.phone.run(&["billers"])?.well()?;
        self.teller.proven(
            "門號驗證前，除了 billers、county、scan、verify、returned、receipt verify 以外的 23 個指令全部拒絕：number_not_verified",
            "before that, all 23 commands but billers, county, scan, verify, returned and receipt verify are \
             refused: number_not_verified",
        );
        let running = self.phone.start(&["verify", MSISDN])?;
        let started = running.next(Duration::from_secs(20))?;
        let code = text(&started, &["verification", "binding_message"])?;
        self.teller.say(
            &format!("電信業者傳送確認到手機，代碼 {code};許秀英核對後按「同意」"),
            &format!("the operator asks on the handset, code {code}; Hsu Hsiu-ying compares it and approves"),
        );
        let pending = self.sandbox.control().pending(E164)?;
        ensure!(pending.len() == 1, "pending on the handset: {pending:?}");
        self.sandbox.control().approve(E164)?;
        running.until("verified", |_| Ok(true))?;
        ensure!(running.finish()? == 0, "verify did not end well");
        self.teller.proven("門號已驗證", "the number is verified");
        self.verify_by_page()
    }

    /// The second way: the operator's page in the phone's browser, whose way back another app tries to forge.
    fn verify_by_page(&mut self) -> Result<()> {
        let running = self.phone.start(&["verify", MSISDN, "--method", "device"])?;
        let url = text(&running.next(Duration::from_secs(20))?, &["page", "url"])?;
        let forged = self.phone.run(&["returned", "https://pay.taipei/app/verified?code=forged&state=forged"])?;
        ensure!(forged.error() == Some("return_refused"), "a forged way back: {forged:?}");
        let link = self.sandbox.control().browse(&url, E164, true)?;
        self.phone.run(&["returned", &link])?.well()?;
        running.until("verified", |_| Ok(true))?;
        ensure!(running.finish()? == 0, "verifying by the page did not end well");
        self.teller.proven(
            "也能在電信業者的網頁上驗證；其他 App 偽造的返回連結被拒絕：return_refused",
            "the operator's page verifies it too; a way back forged by another app is refused: return_refused",
        );
        Ok(())
    }

    fn key_online(&mut self) -> Result<String> {
        self.teller.chapter(2, "連線中：輸入七碼水號查詢", "Connected: a water number of seven digits is keyed in");
        let bill = self.bills.kinmen_keyed.clone();
        // As typed on a Chinese keyboard.
        let typed: String = bill.number.chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap_or(c)).collect();
        self.teller.say(
            &format!("水費 → 金門縣自來水廠 → 水號 {typed} → 查詢"),
            &format!("water bills → Kinmen County Waterworks → number {typed} → check status"),
        );
        let found = self.phone.run(&["inquire", "kinmen-water", &typed])?.well()?.last("bill")?;
        ensure!(found["status"] == "payable" && found["payable"] == bill.amount, "the keyed bill: {found}");
        ensure!(
            found["number"] == bill.number.as_str() && found["period"] == bill.period.as_str(),
            "the keyed bill: {found}"
        );
        let owner = text(&found, &["owner"])?;
        ensure!(owner != bill.owner, "the owner's name must be masked");
        let due = &bill.due;
        self.teller.proven(
            &format!("待繳 {},用戶 {owner},期限 {due}", dollars(bill.amount)),
            &format!("{} to pay, customer {owner}, due {due}", dollars(bill.amount)),
        );
        self.taken.push(Taken { issued: bill, source: Source::Keyed { typed, connected: true } });
        let id = text(&found, &["id"])?;
        self.compare_deals(&id)?;
        Ok(id)
    }

    /// Payment businesses, the one that gives back most first: 8 % of 264 are 21, and no more than 20 are given.
    fn compare_deals(&mut self, bill: &str) -> Result<()> {
        let listed = self.phone.run(&["providers", bill])?.well()?.all("provider");
        let first = listed.first().cloned().unwrap_or_default();
        ensure!(first["id"] == "jkopay" && first["cashback"] == BACK && first["best"] == 25, "listed first: {first}");
        ensure!(listed.iter().skip(1).all(|other| other["best"] == 0), "no other gives anything back: {listed:?}");
        ensure!(first["why"].as_array().map_or(0, Vec::len) == 2, "why: {first}");
        self.teller.say(
            "街口：前 2 筆回饋 8%，每筆最多 NT$20；用儲值金再加 2%",
            "JKOPAY: 8% back of the first 2 payments, at most NT$20 each; 2% more from stored value",
        );
        self.teller.proven(
            &format!("支付業者以回饋最多的在前：街口 {}，用儲值金 {}", dollars(BACK), dollars(25)),
            &format!(
                "the business that gives back most comes first: JKOPAY {}, from stored value {}",
                dollars(BACK),
                dollars(25)
            ),
        );
        Ok(())
    }

    fn lose_network(&mut self) -> Result<()> {
        self.teller.chapter(3, "網路斷了", "The network goes away");
        self.sandbox.control().open_port(false)?;
        self.teller.note(What::Network { up: false });
        ensure!(TcpStream::connect(("127.0.0.1", self.sandbox.port())).is_err(), "the port is still open");
        let port = self.sandbox.port();
        self.teller.proven(&format!("平台的連接埠 {port} 已關閉"), &format!("the platform's port {port} is closed"));
        Ok(())
    }

    /// The three paper bills and the number keyed in offline: their ids on the phone.
    fn scan(&mut self) -> Result<[String; 4]> {
        self.teller.chapter(4, "離線：掃描三張紙本帳單", "Offline: three paper bills are scanned");
        let papers = [
            (self.bills.kinmen.clone(), "kinmen-water.jpg", "金門水費", "Kinmen water"),
            (self.bills.taipei.clone(), "taipei-water.jpg", "臺北水費", "Taipei water"),
            (self.bills.parking.clone(), "taipei-parking.jpg", "臺北停車費", "Taipei parking"),
        ];
        let mut ids = Vec::new();
        for (seed, (bill, name, zh, en)) in (1..).zip(papers) {
            let file = self.folder.join(name);
            let size = photo(&bill, seed, &file)?;
            ids.push(self.scan_one(&bill, &file, size, zh, en)?);
        }
        let issued = self.bills.kinmen_offline.clone();
        let number = issued.number.clone();
        let kept = self.phone.run(&["inquire", "kinmen-water", &number])?.well()?.last("bill")?;
        ensure!(kept["status"] == "unchecked" && kept["payable"].is_null(), "keyed offline: {kept}");
        ids.push(text(&kept, &["id"])?);
        self.taken.push(Taken { issued, source: Source::Keyed { typed: number.clone(), connected: false } });
        self.teller.proven(
            &format!("另輸入水號 {number}:先記下，金額等連線後查詢"),
            &format!("number {number} is keyed in too: kept, its amount to be asked when connected"),
        );
        ids.try_into().map_err(|_| Failure::new("four bills"))
    }

    fn scan_one(
        &mut self,
        bill: &IssuedBill,
        file: &Path,
        (width, height): (u32, u32),
        zh: &str,
        en: &str,
    ) -> Result<String> {
        let path = file.display().to_string();
        let scanned = self.phone.run(&["scan", &path])?.well()?.lines.remove(0);
        let symbols = scanned["symbols"].as_array().map_or(0, Vec::len);
        let millis = scanned["decode_ms"].as_f64().unwrap_or(0.0);
        let kept = self.phone.run(&["add", &path])?.well()?.last("bill")?;
        ensure!(
            kept["number"] == bill.number.as_str()
                && kept["payable"] == bill.amount
                && kept["due"] == bill.due.as_str(),
            "{en} as scanned: {kept}, as issued: {bill:?}"
        );
        let again = self.phone.run(&["add", &path])?.well()?.last("bill")?;
        ensure!(again["id"] == kept["id"], "the same paper twice is one bill");
        self.teller.proven(
            &format!("{zh}:{symbols} 個條碼，{millis:.0} 毫秒，{},期限 {}", dollars(bill.amount), bill.due),
            &format!("{en}: {symbols} codes in {millis:.0} ms, {}, due {}", dollars(bill.amount), bill.due),
        );
        let photo = Photo { file: file.to_owned(), width, height, scanned };
        self.taken.push(Taken { issued: bill.clone(), source: Source::Photo(photo) });
        text(&kept, &["id"])
    }

    fn agree_and_kill(&mut self, keyed: &str, scanned: &[String; 4]) -> Result<(Queued, Running)> {
        self.teller.chapter(
            5,
            "同意四筆繳費，然後程式被強制終止",
            "Four payments are agreed to; then the process is killed",
        );
        let pay = |bill: &str, provider: &str, expected: &str| -> Result<String> {
            let payment = self
                .phone
                .run(&["pay", bill, "--provider", provider, "--when-confirmed", "--yes"])?
                .well()?
                .last("payment")?;
            ensure!(payment["state"] == expected, "{payment}");
            text(&payment, &["id"])
        };
        let [kinmen, taipei, parking, offline] = scanned;
        let queued = Queued {
            kinmen_keyed: pay(keyed, "esun", "awaiting_network")?,
            kinmen: pay(kinmen, "jkopay", "awaiting_network")?,
            taipei: pay(taipei, "pi-wallet", "awaiting_network")?,
            parking: pay(parking, "taishin", "awaiting_network")?,
            kinmen_offline: pay(offline, "gamapay", "needs_inquiry")?,
        };
        let promised = self.phone.run(&["show", &queued.kinmen])?.well()?.last("payment")?;
        ensure!(promised["cashback"] == BACK, "promised: {promised}");
        self.teller.proven(
            &format!("離線也算得出：街口這筆回饋 {}，同意時一併簽章", dollars(BACK)),
            &format!("worked out offline: JKOPAY gives {} back, which is signed with the consent", dollars(BACK)),
        );
        let twice = self.phone.run(&["pay", kinmen, "--provider", "opay", "--yes"])?;
        ensure!(twice.error() == Some("already_being_paid"), "a second payment of one bill: {twice:?}");
        self.teller.say(
            "玉山、街口、Pi、台新各一筆；離線輸入的那張金額未知，不能同意",
            "E.SUN, JKOPAY, Pi and Taishin, one each; the one keyed in offline has no amount to agree to",
        );
        let before = self.phone.export()?;
        let running = self.phone.start(&["queue", "--follow"])?;
        let mut seen = 0;
        running.until("payment", |_| {
            seen += 1;
            Ok(seen == 5)
        })?;
        let killed = running.kill()?;
        self.teller.mark(What::Killed(killed), "SIGKILL");
        let after = self.phone.export()?;
        ensure!(strip(&before) == strip(&after), "the kill changed something: {before} {after}");
        let running = self.phone.start(&["queue", "--follow"])?;
        self.teller.note(What::Restarted { process: running.process(), command: running.command().to_owned() });
        let mut seen = 0;
        running.until("payment", |_| {
            seen += 1;
            Ok(seen == 5)
        })?;
        self.teller.proven(
            "重新啟動：五筆都在，一個字都沒變",
            "started again: all five are there, nothing lost and nothing changed",
        );
        Ok((queued, running))
    }

    fn reconnect(&mut self, queued: &Queued, running: Running) -> Result<()> {
        self.teller.chapter(6, "網路回來了", "The network comes back");
        let control = self.sandbox.control();
        control.pay_elsewhere(&self.bills.parking.name())?;
        self.teller.say("這段時間：停車費已有人在超商繳了", "meanwhile somebody paid the parking slip at a shop");
        let taipei = self.bills.taipei.name();
        control.change(BillChange {
            biller: taipei.biller,
            number: taipei.number,
            period: taipei.period,
            amount: Some(CHANGED),
            fee: None,
            discount: None,
            due: None,
        })?;
        self.teller.say("臺北水費的金額變了", "the Taipei water bill's amount changed");
        control.fault(Fault::new(FaultKind::LostReply).route(Route::Put).provider("jkopay").times(1))?;
        self.teller.say("街口扣款後，回覆會遺失", "JKOPAY will charge, and its reply will be lost");
        self.teller.note(What::Network { up: true });
        control.open_port(true)?;
        let mut waiting: Vec<(&str, &str)> = vec![
            (&queued.kinmen_keyed, "settled"),
            (&queued.kinmen, "settled"),
            (&queued.taipei, "needs_consent"),
            (&queued.parking, "paid_elsewhere"),
            (&queued.kinmen_offline, "needs_consent"),
        ];
        let (mut unknown, begun) = (false, Instant::now());
        running.until("payment", |payment| {
            unknown |= payment["id"] == queued.kinmen.as_str() && payment["state"] == "unknown";
            if let Some(at) = waiting.iter().position(|(id, _)| payment["id"] == *id) {
                let (_, expected) = waiting[at];
                let there = payment["state"] == expected;
                ensure!(there || payment["ended"] == false, "a payment that should be {expected}: {payment}");
                if there {
                    waiting.swap_remove(at);
                }
            }
            Ok(waiting.is_empty())
        })?;
        ensure!(unknown, "the lost reply was never shown as unknown");
        let seconds = begun.elapsed().as_secs_f32();
        self.teller.say(
            &format!("手機自己發現連線恢復，{seconds:.1} 秒內處理完畢"),
            &format!("the phone notices by itself and is done within {seconds:.1} s"),
        );
        self.teller.proven(
            "停車費：繳款前先查詢，已由其他管道繳清 → 不再扣款",
            "parking: asked before paying; paid elsewhere, so not paid again",
        );
        let taipei = self.phone.run(&["show", &queued.taipei])?.well()?.last("payment")?;
        ensure!(taipei["reason"] == "amount_changed" && taipei["payable"] == CHANGED, "{taipei}");
        let difference = taipei["difference"].as_i64().unwrap_or(0);
        ensure!(difference == CHANGED - self.bills.taipei.amount, "{taipei}");
        self.teller.proven(
            &format!("臺北水費：金額不同，再問一次：{}({difference:+})", dollars(CHANGED)),
            &format!("Taipei water: another amount, so consent is asked again: {} ({difference:+})", dollars(CHANGED)),
        );
        self.teller.proven(
            "金門水費（街口）:回覆遺失 → 結果未知 → 詢問平台 → 已扣款一次，不重付",
            "Kinmen water (JKOPAY): reply lost → unknown → asked, not paid again → charged once",
        );
        let offline = self.phone.run(&["show", &queued.kinmen_offline])?.well()?.last("payment")?;
        ensure!(offline["payable"] == self.bills.kinmen_offline.amount && offline["agreed"].is_null(), "{offline}");
        let amount = dollars(self.bills.kinmen_offline.amount);
        self.teller.proven(
            &format!("離線輸入的水號：金額 {amount},等您同意"),
            &format!("the number keyed in offline: {amount}, waiting for consent"),
        );
        for (id, provider) in [(&queued.taipei, "pi-wallet"), (&queued.kinmen_offline, "gamapay")] {
            let agreed = self.phone.run(&["consent", id, "--yes"])?.well()?.last("payment")?;
            ensure!(agreed["provider"] == provider && agreed["agreed"] == agreed["payable"], "{agreed}");
        }
        let mut waiting = vec![&queued.taipei, &queued.kinmen_offline];
        running.until("payment", |payment| {
            waiting.retain(|id| !(payment["id"] == id.as_str() && payment["state"] == "settled"));
            Ok(waiting.is_empty())
        })?;
        let killed = running.kill()?;
        self.teller.note(What::Killed(killed));
        self.teller.proven("同意後，兩筆也繳清了", "once agreed to, both are paid too");
        Ok(())
    }

    fn receipts(&mut self, queued: &Queued) -> Result<Ending> {
        self.teller.chapter(7, "收據，以及手機與支付業者的帳對照", "Receipts, and the phone beside the accounts");
        let history = self.phone.run(&["history"])?.well()?.all("payment");
        let ledger = self.sandbox.control().ledger()?;
        let agreement = ledgers::compare(self.teller, &history, &ledger, E164)?;
        let parking = history.iter().find(|payment| payment["id"] == queued.parking.as_str());
        ensure!(parking.is_some_and(|payment| payment["charged"].is_null()), "the parking slip: {parking:?}");
        let expected =
            self.bills.kinmen_keyed.amount + self.bills.kinmen.amount + CHANGED + self.bills.kinmen_offline.amount;
        ensure!(agreement.dollars == expected && agreement.charges == 4, "{agreement:?}, expected NT${expected}");
        self.verify_receipt(&queued.kinmen)?;
        self.nothing_in_clear()?;
        self.teller.end(
            "✓ 帳目一致：每張帳單最多扣款一次，分毫不差",
            "✓ The ledgers agree to the dollar: no bill was charged twice, no payment lost",
        );
        Ok(Ending { agreement, history, ledger })
    }

    /// The receipt says what was given back, and verifies from a picture of its code without a network.
    fn verify_receipt(&mut self, payment: &str) -> Result<()> {
        let picture = self.folder.join("receipt.png").display().to_string();
        let receipt = self.phone.run(&["receipt", "show", payment, "--qr", &picture])?.well()?.last("receipt")?;
        ensure!(receipt["cashback"] == BACK && receipt["charged"] == self.bills.kinmen.amount, "{receipt}");
        self.sandbox.control().open_port(false)?;
        self.teller.note(What::Network { up: false });
        let verified = self.phone.run(&["receipt", "verify", &picture])?.well()?.last("receipt")?;
        ensure!(verified == receipt, "{verified}");
        let signed = text(&receipt, &["signed"])?;
        let file = self.folder.join("receipt.txt");
        std::fs::write(&file, signed.replacen('.', "A.", 1))?;
        let forged = self.phone.run(&["receipt", "verify", &file.display().to_string()])?;
        ensure!(forged.error() == Some("receipt_refused"), "a forged receipt: {forged:?}");
        self.sandbox.control().open_port(true)?;
        self.teller.note(What::Network { up: true });
        self.teller.proven(
            &format!(
                "簽章收據：{}，回饋 {}；離線掃 QR Code 驗證無誤，改一個字就被識破",
                dollars(self.bills.kinmen.amount),
                dollars(BACK)
            ),
            &format!(
                "signed receipt: {}, {} back; its QR code verifies offline, one changed character does not",
                dollars(self.bills.kinmen.amount),
                dollars(BACK)
            ),
        );
        Ok(())
    }

    /// Numbers, names and addresses stand in no file of the phone, the write-ahead log included.
    fn nothing_in_clear(&mut self) -> Result<()> {
        let bills = [
            &self.bills.kinmen_keyed,
            &self.bills.kinmen,
            &self.bills.taipei,
            &self.bills.parking,
            &self.bills.kinmen_offline,
        ];
        for bill in bills {
            for secret in [&bill.number, &bill.owner, &bill.address] {
                let files = self.phone.files_with(secret)?;
                ensure!(files.is_empty(), "{secret} stands in clear in {files:?}");
            }
        }
        for secret in [MSISDN, &E164[1..], "signature", "TWQRP"] {
            let files = self.phone.files_with(secret)?;
            ensure!(files.is_empty(), "{secret} stands in clear in {files:?}");
        }
        self.teller.proven(
            "手機的檔案裡找不到任何明文的號碼、姓名、地址",
            "no number, name or address stands in clear in the phone's files",
        );
        Ok(())
    }
}

/// What a restart must not change. When the next try is due may differ: it is tried.
fn strip(export: &Value) -> Value {
    let mut export = export.clone();
    if let Some(payments) = export["payments"].as_array_mut() {
        for payment in payments.iter_mut().filter_map(Value::as_object_mut) {
            for volatile in ["attempt", "next_attempt_at", "updated_at"] {
                payment.remove(volatile);
            }
        }
    }
    export
}

fn text(value: &Value, path: &[&str]) -> Result<String> {
    let found = path.iter().try_fold(value, |value, key| value.get(key)).and_then(Value::as_str);
    found.map(str::to_owned).ok_or_else(|| Failure::new(format!("no {path:?} in {value}")))
}

/// `NT$1,280`.
pub fn dollars(amount: i64) -> String {
    let digits = amount.to_string();
    let grouped: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|part| std::str::from_utf8(part).ok()).collect();
    format!("NT${}", grouped.join(","))
}
