//! Each signature beside an SDK that we did not write, or, where there is none, beside another language's crypto library.
#![allow(clippy::unwrap_used, clippy::panic)]

mod asking;
mod texts;

use std::collections::BTreeMap;

use asking::{are_here, ask};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use paytaipei_bill::Twd;
use paytaipei_merchant::intella::{Keys, Wallet};
use paytaipei_merchant::newebpay::Sealed;
use paytaipei_merchant::{
    Answer, Delivery, Opened, Opening, Order, OrderIdRule, Protocol, Secret, Told, esun, intella, jkopay, newebpay,
    opay,
};
use serde_json::{Value, json};
use texts::{HOW_MANY, Texts};
use time::OffsetDateTime;
use uuid::Uuid;

const KEY: &str = "12345678901234567890123456789012";
const IV: &str = "1234567890123456";

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned()).unwrap()
}

fn order(description: &str, payment: Uuid) -> Order<'_> {
    Order {
        payment,
        amount: Twd::new(428).unwrap(),
        description,
        valid_until: OffsetDateTime::UNIX_EPOCH,
        now: OffsetDateTime::UNIX_EPOCH,
        notice_url: "https://platform.example/n",
        return_url: "https://platform.example/r",
        agreement: None,
    }
}

/// A UUIDv7 of any time before 2248.
fn payment(texts: &mut Texts) -> Uuid {
    let mut bits = 0_u128;
    for _ in 0..5 {
        bits = bits << 31 | texts.below(1 << 31) as u128;
    }
    let (time, random) = (bits >> 80 & ((1 << 43) - 1), bits & ((1 << 76) - 1));
    Uuid::from_u128(time << 80 | 7 << 76 | (random >> 64 & 0xFFF) << 64 | 2 << 62 | random & ((1 << 62) - 1))
}

/// Holds each answer to ours; shows the first that differs.
fn same<T: std::fmt::Debug>(inputs: &[T], ours: &[String], theirs: &[Value]) {
    for ((input, ours), theirs) in inputs.iter().zip(ours).zip(theirs) {
        assert_eq!(theirs, ours, "of {input:?}");
    }
}

#[test]
fn check_mac_values_are_those_of_two_sdks() {
    if !are_here() {
        return;
    }
    let (key, iv) = ("pwFHCqoQZGmho4w6", "EkRm7iFT261dpevs");
    let merchant = opay::Merchant::new(opay::STAGE, "3002607", secret(key), secret(iv)).unwrap();
    let mut texts = Texts::new(1);
    let forms: Vec<BTreeMap<String, String>> = (0..HOW_MANY).map(|_| texts.fields().into_iter().collect()).collect();
    // What the second SDK is known to mangle: tests/oracles/README.md.
    let plain = |c: &char| {
        let mangled = matches!(c, '"' | '\\' | '{' | '}') || c.is_control();
        !mangled && (c.is_ascii() || c.to_lowercase().eq([*c]))
    };
    let plain: Vec<BTreeMap<String, String>> = forms
        .iter()
        .map(|form| {
            let strip = |value: &String| format!("x{}", value.chars().filter(plain).collect::<String>());
            form.iter().map(|(name, value)| (name.clone(), strip(value))).collect()
        })
        .collect();
    for (sdk, forms) in [("check_mac", forms), ("check_mac_ecpay", plain)] {
        let questions: Vec<Value> =
            forms.iter().map(|fields| json!({"ask": sdk, "key": key, "iv": iv, "fields": fields})).collect();
        let ours: Vec<String> = forms.iter().map(|fields| merchant.check_mac_value(fields)).collect();
        same(&forms, &ours, &ask(&questions));
    }
}

#[test]
fn an_opay_order_of_any_description_is_one_that_an_sdk_believes() {
    if !are_here() {
        return;
    }
    let (key, iv) = ("pwFHCqoQZGmho4w6", "EkRm7iFT261dpevs");
    let merchant = opay::Merchant::new(opay::STAGE, "3002607", secret(key), secret(iv)).unwrap();
    let mut texts = Texts::new(2);
    let mut questions = Vec::new();
    while questions.len() < 1_000 {
        let (description, id) = (texts.text(), payment(&mut texts));
        let Ok(Opening::Page(form)) = merchant.open(&order(&description, id)) else { continue };
        let fields: BTreeMap<_, _> = form.fields.into_iter().collect();
        questions.push(json!({"ask": "check_mac_is_right", "key": key, "iv": iv, "fields": fields}));
    }
    assert!(ask(&questions).iter().all(|right| *right == true));
}

fn newebpay() -> newebpay::Merchant {
    newebpay::Merchant::new(newebpay::TEST, "3430112", secret(KEY), secret(IV)).unwrap()
}

fn encoded(fields: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

#[test]
fn trade_info_and_trade_sha_are_those_of_an_sdk_and_another_sdks_padding_opens() {
    if !are_here() {
        return;
    }
    let mut texts = Texts::new(3);
    let forms: Vec<Vec<(String, String)>> = (0..HOW_MANY).map(|_| texts.fields()).collect();
    let question = |ask: &str| -> Vec<Value> {
        forms.iter().map(|fields| json!({"ask": ask, "key": KEY, "iv": IV, "fields": fields})).collect()
    };
    for (fields, theirs) in forms.iter().zip(ask(&question("seal"))) {
        let ours = newebpay().seal(&encoded(fields)).unwrap();
        assert_eq!(json!({"info": ours.trade_info, "sha": ours.trade_sha}), theirs, "of {fields:?}");
    }
    for (fields, theirs) in forms.iter().zip(ask(&question("seal_padded_to_32"))) {
        let text = |name: &str| theirs[name].as_str().unwrap().to_owned();
        let sealed = Sealed { trade_info: text("info"), trade_sha: text("sha") };
        assert_eq!(newebpay().open(&sealed).unwrap().as_str(), encoded(fields));
    }
}

#[test]
fn what_an_sdk_seals_opens_and_what_we_seal_an_sdk_opens() {
    if !are_here() {
        return;
    }
    let mut texts = Texts::new(4);
    let plain: Vec<String> = (0..HOW_MANY).map(|_| format!("{{{}", texts.text())).collect();
    let questions: Vec<Value> =
        plain.iter().map(|text| json!({"ask": "seal_text", "key": KEY, "iv": IV, "text": text})).collect();
    for (text, theirs) in plain.iter().zip(ask(&questions)) {
        let part = |name: &str| theirs[name].as_str().unwrap().to_owned();
        let sealed = Sealed { trade_info: part("info"), trade_sha: part("sha") };
        assert_eq!(newebpay().open(&sealed).unwrap().as_str(), text);
    }
    // That SDK drops blanks and control characters when it opens.
    let dense: Vec<String> = plain.iter().map(|text| text.chars().filter(|c| u32::from(*c) > 0x20).collect()).collect();
    let questions: Vec<Value> = dense
        .iter()
        .map(|text| {
            let sealed = newebpay().seal(text).unwrap();
            json!({"ask": "open", "key": KEY, "iv": IV, "info": sealed.trade_info, "sha": sealed.trade_sha})
        })
        .collect();
    same(&dense, &dense, &ask(&questions));
}

#[test]
fn the_check_value_of_a_query_is_an_sdks() {
    if !are_here() {
        return;
    }
    let mut texts = Texts::new(5);
    let (mut inputs, mut ours, mut questions) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..HOW_MANY {
        let (id, amount) = (payment(&mut texts), Twd::new(i64::try_from(texts.below(1 << 30)).unwrap()).unwrap());
        let form = newebpay().query(id, amount, 0).unwrap();
        let value = |name: &str| form.iter().find(|(n, _)| *n == name).unwrap().1.clone();
        let fields = json!({"Amt": value("Amt"), "MerchantID": "3430112", "MerchantOrderNo": value("MerchantOrderNo")});
        questions.push(json!({"ask": "check_value", "key": KEY, "iv": IV, "fields": fields}));
        ours.push(value("CheckValue"));
        inputs.push((id, amount));
    }
    same(&inputs, &ours, &ask(&questions));
}

#[test]
fn digests_of_jkopay_and_esun_are_those_of_openssl() {
    if !are_here() {
        return;
    }
    let jko = jkopay::Merchant::new(jkopay::UAT, "1", secret("4h0Ms"), secret("QxN1X")).unwrap();
    let esun = esun::Merchant::new(esun::TEST, "1", secret("K2YCRGSXK6JOPQRG1NPXY7OIQRTJJLVU")).unwrap();
    let mut texts = Texts::new(6);
    let inputs: Vec<String> = (0..HOW_MANY).map(|_| format!("{}{}", texts.text(), texts.text())).collect();
    let question = |ask: &str, key: &str| -> Vec<Value> {
        inputs.iter().map(|text| json!({"ask": ask, "key": key, "text": text})).collect()
    };
    let hmacs: Vec<String> = inputs.iter().map(|text| jko.digest(text.as_bytes())).collect();
    same(&inputs, &hmacs, &ask(&question("hmac", "QxN1X")));
    let macs: Vec<String> = inputs.iter().map(|text| esun.mac(text.as_bytes())).collect();
    same(&inputs, &macs, &ask(&question("sha", "K2YCRGSXK6JOPQRG1NPXY7OIQRTJJLVU")));
}

const PRIVATE_KEY: &str = include_str!("../../src/intella/testdata/private.pem");

fn scan2pay() -> intella::Merchant {
    let keys = Keys {
        trade_key: secret("1234"),
        refund_key: secret("5678"),
        iv: secret(IV),
        public_key: include_str!("../../src/intella/testdata/public.pem").to_owned(),
    };
    intella::Merchant::new(intella::STAGE, Wallet::GamaPay, "S2PT90001", keys).unwrap()
}

#[test]
fn scan2pays_envelope_opens_with_openssl_and_with_forge_and_theirs_with_ours() {
    if !are_here() {
        return;
    }
    let mut texts = Texts::new(7);
    let (mut asked, mut questions) = (Vec::new(), Vec::new());
    while questions.len() < HOW_MANY {
        let (description, id) = (texts.text(), payment(&mut texts));
        let Ok(Opening::Ask(exchange)) = scan2pay().open(&order(&description, id)) else { continue };
        let envelope: Value = serde_json::from_slice(&exchange.request.body).unwrap();
        // Forge is slow at RSA: it opens the first.
        let ask = if questions.len() < 50 { "open_envelope_forge" } else { "open_envelope" };
        questions.push(json!({
            "ask": ask, "private_key": PRIVATE_KEY, "iv": IV,
            "request": envelope["Request"], "api_key": envelope["ApiKey"],
        }));
        asked.push((description, id, exchange));
    }
    for ((description, id, _), plain) in asked.iter().zip(ask(&questions)) {
        let plain: Value = serde_json::from_str(plain.as_str().unwrap()).unwrap();
        let data: Value = serde_json::from_str(plain["Data"].as_str().unwrap()).unwrap();
        assert_eq!((&plain["Header"]["Method"], data["Body"].as_str()), (&"11300".into(), Some(description.as_str())));
        assert!(OrderIdRule::Scan2Pay.names(data["StoreOrderNo"].as_str().unwrap(), *id));
    }
    let answer =
        json!({"Header": {"StatusCode": "0000"}, "Data": {"urlToken": "https://s.intella.co/q/1"}}).to_string();
    for question in &mut questions {
        question["ask"] = "seal_answer".into();
        question["text"] = answer.as_str().into();
    }
    for ((.., exchange), sealed) in asked.iter().zip(ask(&questions[..1_000])) {
        let body = json!({"Response": sealed}).to_string();
        let opened = scan2pay().opened(exchange, Some(Answer { status: 200, body: body.as_bytes() }));
        assert!(matches!(opened, Opened::Page(_)), "{opened:?}");
    }
}

#[test]
fn what_openssl_signs_is_a_scan2pay_notice_whatever_stands_in_it() {
    if !are_here() {
        return;
    }
    let mut texts = Texts::new(8);
    let (mut signed, mut questions) = (Vec::new(), Vec::new());
    for _ in 0..2_000 {
        let id = payment(&mut texts);
        let order_id = OrderIdRule::Scan2Pay.order_id(id).unwrap();
        let body = serde_json::to_string(&texts.text()).unwrap();
        let members = format!(
            r#""MchId":"S2PT90001","Result":"0000","Body":{body},"StoreOrderNo":"{order_id}","TotalFee":"428""#
        );
        questions.push(json!({"ask": "sign", "private_key": PRIVATE_KEY, "text": format!("{{{members}}}")}));
        signed.push((id, members));
    }
    for ((id, members), sign) in signed.iter().zip(ask(&questions)) {
        assert_eq!(STANDARD.decode(sign.as_str().unwrap()).unwrap().len(), 256);
        let body = format!("{{{members},\"Sign\":{sign}}}");
        let told = Protocol::notice(&scan2pay(), Delivery { digest: None, body: body.as_bytes(), known: &|_| None });
        let Ok(Told::Result(notice)) = told else { panic!("{told:?} of {members}") };
        assert_eq!(notice.payment, *id);
    }
}
