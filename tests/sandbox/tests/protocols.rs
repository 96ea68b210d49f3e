//! Each of the eight businesses in its own protocol: the platform's side is core/merchant in a program of its own, the
//! business's side verifies and signs with SDKs that nobody here wrote. Money is counted in the businesses' books.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{AMY, Answer, Payment, Phone, World, client};
use paytaipei_sandbox::business::BUSINESSES;
use paytaipei_sandbox::{Fault, FaultKind, IssuedBill, PlatformPayment, Settings};
use reqwest::Client;
use std::time::Duration;

const PRICE: i64 = 428;

/// The person's browser: it follows a hand-off to the business's page.
struct Browser(Client);

impl Browser {
    fn new(world: &World) -> Self {
        Self(client(&world.sandbox))
    }

    async fn text(&self, url: &str) -> String {
        self.0.get(url).send().await.unwrap().text().await.unwrap()
    }

    /// The business's page: where the platform's page has a form, it is posted as a browser posts it.
    async fn follow(&self, hand_off: &str) -> Option<String> {
        if !hand_off.contains("/platform/pay/") {
            return Some(hand_off.to_owned());
        }
        let page = self.text(hand_off).await;
        let values = |from: &str, mark: &str| -> Vec<String> {
            let parts = from.split(mark).skip(1).map(|rest| rest.split('"').next().unwrap());
            parts.map(|text| text.replace("&quot;", "\"").replace("&lt;", "<").replace("&amp;", "&")).collect()
        };
        let action = values(&page, "action=\"").remove(0);
        let fields: Vec<(String, String)> =
            values(&page, "name=\"").into_iter().zip(values(&page, "value=\"")).collect();
        let answer = self.0.post(action).form(&fields).send().await.unwrap();
        answer.headers().get("location").map(|location| location.to_str().unwrap().to_owned())
    }

    async fn decide(&self, page: &str, decision: &str) -> String {
        let fields = [("account", AMY), ("decision", decision)];
        self.0.post(page).form(&fields).send().await.unwrap().text().await.unwrap()
    }
}

/// One payment at one business.
struct Try {
    business: &'static str,
    bill: IssuedBill,
    payment: Payment,
    answer: Answer,
}

impl Try {
    async fn new(world: &World, phone: &Phone, business: &'static str) -> Self {
        let bill = world.water_bill(PRICE);
        let payment = phone.consent(&bill, business).await;
        let mut answer = phone.put(&payment).await;
        if answer.state() == "processing" {
            answer = phone.settled(&payment.id).await;
        }
        Self { business, bill, payment, answer }
    }

    fn url(&self) -> &str {
        self.answer.json["hand_off_url"].as_str().unwrap_or_else(|| panic!("{}: {:?}", self.business, self.answer))
    }

    /// How it ended.
    async fn end(&self, phone: &Phone) -> Answer {
        for _ in 0..400 {
            let answer = phone.get(&self.payment.id).await;
            if !["processing", "awaiting_hand_off"].contains(&answer.state()) {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{}: no end", self.business);
    }

    fn at_the_platform(&self, world: &World) -> PlatformPayment {
        world.sandbox.payments().unwrap().into_iter().find(|payment| payment.id == self.payment.id).unwrap()
    }
}

fn businesses() -> impl Iterator<Item = &'static str> {
    BUSINESSES.iter().map(|one| one.id)
}

fn soon() -> Settings {
    Settings { poll_ms: Some(200), ..Settings::default() }
}

async fn opened(settings: Settings) -> Option<(World, Phone)> {
    let world = World::with_protocols()?;
    world.sandbox.settings(settings).unwrap();
    let phone = world.phone(AMY).await;
    Some((world, phone))
}

async fn linked(settings: Settings) -> Option<(World, Phone)> {
    let (world, phone) = opened(settings).await?;
    for business in businesses() {
        world.sandbox.agree(business, AMY, 100_000).unwrap();
    }
    Some((world, phone))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_approves_on_the_businesss_own_page_and_pays_once() {
    let Some((world, phone)) = opened(soon()).await else { return };
    let browser = Browser::new(&world);
    for business in businesses() {
        let one = Try::new(&world, &phone, business).await;
        assert_eq!(one.answer.state(), "awaiting_hand_off", "{business}: {:?}", one.answer);
        let page = browser.follow(one.url()).await.unwrap();
        assert!(browser.text(&page).await.contains("NT$428"), "{business}");
        let paid = browser.decide(&page, "approve").await;
        assert!(paid.contains("已付款"), "{business}: {paid}");
        let end = one.end(&phone).await;
        assert_eq!(end.state(), "settled", "{business}: {end:?}");
        assert!(end.json["receipt"].as_str().is_some_and(|receipt| !receipt.is_empty()));
        browser.decide(&page, "approve").await;
        assert_eq!(world.charges_of(&one.bill), 1, "{business}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_refuses_on_the_page_and_nothing_is_charged() {
    let Some((world, phone)) = opened(Settings { hand_off_s: Some(2), ..soon() }).await else { return };
    let browser = Browser::new(&world);
    let mut tries = Vec::new();
    for business in businesses() {
        let one = Try::new(&world, &phone, business).await;
        let page = browser.follow(one.url()).await.unwrap();
        let refused = browser.decide(&page, "refuse").await;
        assert!(refused.contains("沒有付款"), "{business}: {refused}");
        tries.push(one);
    }
    for one in tries {
        let end = one.end(&phone).await;
        assert_eq!(end.state(), "declined", "{}: {end:?}", one.business);
        assert_eq!(world.charges_of(&one.bill), 0, "{}", one.business);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_with_too_little_is_not_charged_and_the_banks_say_why() {
    let Some((world, phone)) = linked(Settings { hand_off_s: Some(2), ..soon() }).await else { return };
    let mut tries = Vec::new();
    for business in businesses() {
        world.sandbox.account(business, AMY, PRICE - 1).unwrap();
        let bill = world.water_bill(PRICE);
        let payment = phone.consent(&bill, business).await;
        let answer = phone.put(&payment).await;
        tries.push(Try { business, bill, payment, answer });
    }
    for one in tries {
        let end = one.end(&phone).await;
        assert_eq!(end.state(), "declined", "{}: {end:?}", one.business);
        if ["taishin", "esun"].contains(&one.business) {
            assert_eq!(end.json["reason"], "insufficient_funds", "{}", one.business);
        }
        assert_eq!(world.charges_of(&one.bill), 0, "{}", one.business);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn under_an_agreement_a_payment_is_debited_silently_up_to_its_limit() {
    let Some((world, phone)) = linked(Settings { hand_off_s: Some(3), ..soon() }).await else { return };
    for business in businesses() {
        let one = Try::new(&world, &phone, business).await;
        let end = one.end(&phone).await;
        assert_eq!(end.state(), "settled", "{business}: {end:?}");
        assert_eq!(world.charges_of(&one.bill), 1, "{business}");
        world.sandbox.agree(business, AMY, PRICE - 1).unwrap();
    }
    for business in businesses() {
        let one = Try::new(&world, &phone, business).await;
        let end = one.end(&phone).await;
        assert_eq!(end.state(), "declined", "{business}: {end:?}");
        assert_eq!(world.charges_of(&one.bill), 0, "{business}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreement_that_was_revoked_debits_nothing_and_the_next_payment_asks_the_person() {
    let Some((world, phone)) = linked(Settings { hand_off_s: Some(3), ..soon() }).await else { return };
    for business in businesses() {
        world.sandbox.revoke_agreement(business, AMY).unwrap();
        let one = Try::new(&world, &phone, business).await;
        let end = one.end(&phone).await;
        assert_eq!((end.state(), end.json["reason"].as_str()), ("declined", Some("no_agreement")), "{business}");
        assert_eq!(world.charges_of(&one.bill), 0, "{business}");
        let next = Try::new(&world, &phone, business).await;
        assert_eq!(next.answer.state(), "awaiting_hand_off", "{business}: {:?}", next.answer);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_out_after_the_charge_is_found_out_by_inquiry_and_charges_once() {
    let Some((world, phone)) = linked(soon()).await else { return };
    for kind in [FaultKind::LostAnswer, FaultKind::LostWebhook] {
        world.sandbox.fault(Fault::new(kind).ms(4_000).times(8)).unwrap();
    }
    let mut tries = Vec::new();
    for business in businesses() {
        let bill = world.water_bill(PRICE);
        let payment = phone.consent(&bill, business).await;
        let request = phone.put_request(&payment);
        tries.push((business, bill, payment, tokio::spawn(request.send())));
    }
    for (business, bill, payment, sent) in tries {
        sent.await.unwrap().unwrap();
        let answer = phone.get(&payment.id).await;
        let one = Try { business, bill, payment, answer };
        let end = one.end(&phone).await;
        assert_eq!(end.state(), "settled", "{business}: {end:?}");
        assert_eq!(world.charges_of(&one.bill), 1, "{business}");
    }
    assert_eq!(world.sandbox.faults_left().unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn notices_that_come_twice_late_or_out_of_order_change_nothing_after_the_first() {
    let Some((world, phone)) = linked(soon()).await else { return };
    for business in businesses() {
        for kind in [FaultKind::DuplicateWebhook, FaultKind::UnorderedWebhooks] {
            world.sandbox.fault(Fault::new(kind).provider(business).times(1)).unwrap();
        }
        world.sandbox.fault(Fault::new(FaultKind::LateWebhook).provider(business).ms(300).times(1)).unwrap();
        let one = Try::new(&world, &phone, business).await;
        common::until(|| one.at_the_platform(&world).webhooks >= 3).await;
        let end = one.end(&phone).await;
        assert_eq!(end.state(), "settled", "{business}: {end:?}");
        assert_eq!(world.charges_of(&one.bill), 1, "{business}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_notice_settles_nothing() {
    let Some((world, phone)) = opened(Settings { poll_ms: Some(60_000), ..Settings::default() }).await else { return };
    let browser = Browser::new(&world);
    for business in businesses() {
        let one = Try::new(&world, &phone, business).await;
        // Somebody who has seen an order's id, and no key.
        let page = browser.follow(one.url()).await.unwrap();
        let shown = browser.text(&page).await;
        let order =
            shown.split("<dd>").nth(if shown.contains("項目") { 3 } else { 2 }).unwrap().split('<').next().unwrap();
        let base = world.sandbox.businesses().unwrap();
        for body in forgeries(order) {
            let sent = browser.0.post(format!("{base}/platform/notices/{business}")).header("digest", "00").body(body);
            sent.send().await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        let still = phone.get(&one.payment.id).await;
        assert_eq!(still.state(), "awaiting_hand_off", "{business}: {still:?}");
        assert_eq!(world.charges_of(&one.bill), 0);
        // The true one, after a forged one, is believed.
        world.sandbox.fault(Fault::new(FaultKind::ForgedWebhook).provider(business).times(1)).unwrap();
        browser.decide(&page, "approve").await;
        let end = one.end(&phone).await;
        assert_eq!(end.state(), "settled", "{business}: {end:?}");
    }
}

fn forgeries(order: &str) -> [String; 5] {
    [
        format!(r#"{{"transaction":{{"platform_order_id":"{order}","status":0,"tradeNo":"X1","final_price":428}}}}"#),
        format!("MerchantTradeNo={order}&RtnCode=1&TradeAmt=428&TradeNo=X1&CheckMacValue=0"),
        format!("Status=SUCCESS&TradeInfo=00&TradeSha=00&MerchantOrderNo={order}"),
        format!(r#"{{"params":{{"ret_code":"00","order_no":"{order}","amt":"42800"}}}}"#),
        format!(r#"{{"MchId":"1","Result":"0000","StoreOrderNo":"{order}","TotalFee":"428","Sign":"AAAA"}}"#),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_business_that_holds_another_key_takes_no_order() {
    let Some((world, phone)) = linked(Settings { hand_off_s: Some(1), ..soon() }).await else { return };
    // Taishin signs nothing: there is no key to be wrong.
    let signing: Vec<&str> = businesses().filter(|business| *business != "taishin").collect();
    let mut tries = Vec::new();
    for business in signing {
        world.sandbox.fault(Fault::new(FaultKind::WrongSignature).provider(business).times(1)).unwrap();
        let bill = world.water_bill(PRICE);
        let payment = phone.consent(&bill, business).await;
        let answer = phone.put(&payment).await;
        tries.push(Try { business, bill, payment, answer });
    }
    for one in tries {
        let end = one.end(&phone).await;
        assert_eq!(end.state(), "declined", "{}: {end:?}", one.business);
        assert_eq!(world.charges_of(&one.bill), 0, "{}", one.business);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settled_payment_is_given_back_and_no_more_than_was_paid() {
    let Some((world, phone)) = linked(soon()).await else { return };
    for business in businesses() {
        let one = Try::new(&world, &phone, business).await;
        assert_eq!(one.end(&phone).await.state(), "settled", "{business}");
        let before = world.sandbox.balance(business, AMY).unwrap();
        assert!(world.sandbox.refund_of(&one.payment.id, PRICE + 1).is_err(), "{business}");
        world.sandbox.refund(&one.payment.id, "refund").unwrap_or_else(|error| panic!("{business}: {error}"));
        assert_eq!(world.sandbox.balance(business, AMY).unwrap(), before + PRICE, "{business}");
        assert_eq!(phone.get(&one.payment.id).await.state(), "refunded", "{business}");
        assert!(world.sandbox.refund(&one.payment.id, "refund").is_err(), "{business} gives back twice");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_paid_after_the_time_was_up_is_given_back() {
    let Some((world, phone)) = opened(Settings { hand_off_s: Some(1), ..soon() }).await else { return };
    let browser = Browser::new(&world);
    let mut tries = Vec::new();
    for business in businesses() {
        let one = Try::new(&world, &phone, business).await;
        let page = browser.follow(one.url()).await.unwrap();
        tries.push((one, page));
    }
    for (one, page) in tries {
        let end = one.end(&phone).await;
        assert_eq!(end.state(), "declined", "{}: {end:?}", one.business);
        let before = world.sandbox.balance(one.business, AMY).unwrap();
        browser.decide(&page, "approve").await;
        assert_eq!(world.charges_of(&one.bill), 1, "{}", one.business);
        common::until(|| world.sandbox.balance(one.business, AMY).unwrap() == before).await;
        assert_eq!(phone.get(&one.payment.id).await.state(), "declined", "{}", one.business);
    }
}
