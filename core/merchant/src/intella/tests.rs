use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs8::DecodePrivateKey;
use rsa::{Pkcs1v15Encrypt, PrivateKey};
use serde_json::{Value, json};

use super::*;
use crate::Notice;

const PAYMENT: Uuid = Uuid::from_u128(0x017F22E2_79B0_7CC3_98C4_DC0C0C07398F);
const PUBLIC_KEY: &str = include_str!("testdata/public.pem");
const PRIVATE_KEY: &str = include_str!("testdata/private.pem");
const IV: &str = "8651731586517315";

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned()).unwrap()
}

fn merchant() -> Merchant {
    let keys = Keys {
        trade_key: secret("1234"),
        refund_key: secret("5678"),
        iv: secret(IV),
        public_key: PUBLIC_KEY.to_owned(),
    };
    Merchant::new(STAGE, Wallet::Pi, "S2PT90001", keys).unwrap()
}

fn order() -> Order<'static> {
    let instant = |seconds| OffsetDateTime::from_unix_timestamp(seconds).unwrap();
    Order {
        payment: PAYMENT,
        amount: Twd::new(428).unwrap(),
        description: "水費",
        valid_until: instant(1_795_535_999),
        now: instant(1_795_535_399),
        notice_url: "https://platform.example/n",
        return_url: "https://platform.example/r",
        agreement: None,
    }
}

/// As Intella opens a request: the key first, then what it seals.
fn opened(exchange: &Exchange) -> (Value, Vec<u8>) {
    use aes::cipher::{BlockModeDecrypt, KeyIvInit, block_padding::Pkcs7};
    let envelope: Value = serde_json::from_slice(&exchange.request.body).unwrap();
    let part = |name: &str| STANDARD.decode(envelope[name].as_str().unwrap()).unwrap();
    let private = PrivateKey::from_pkcs8_pem(PRIVATE_KEY).unwrap();
    let key = STANDARD.decode(private.decrypt(Pkcs1v15Encrypt, &part("ApiKey")).unwrap()).unwrap();
    let cipher = cbc::Decryptor::<aes::Aes128>::new_from_slices(&key, IV.as_bytes()).unwrap();
    let plain = cipher.decrypt_padded_vec::<Pkcs7>(&part("Request")).unwrap();
    (serde_json::from_slice(&plain).unwrap(), key)
}

fn answered(exchange: &Exchange, plain: &Value) -> Vec<u8> {
    use aes::cipher::{BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7};
    let (_, key) = opened(exchange);
    let cipher = cbc::Encryptor::<aes::Aes128>::new_from_slices(&key, IV.as_bytes()).unwrap();
    let sealed = STANDARD.encode(cipher.encrypt_padded_vec::<Pkcs7>(plain.to_string().as_bytes()));
    // Line breaks and an escaped sign of equality, as Intella's own answers have them.
    let (head, tail) = sealed.split_at(60);
    format!("{{\"Response\":\"{head}\\n{}\"}}", tail.replace('=', "\\u003d")).into_bytes()
}

fn ask() -> Exchange {
    merchant().inquire(PAYMENT, Twd::new(428).unwrap(), OffsetDateTime::UNIX_EPOCH).unwrap()
}

fn inquired(plain: &Value) -> OrderState {
    let asked = ask();
    let body = answered(&asked, plain);
    merchant().inquired(&asked, Some(Answer { status: 200, body: &body }))
}

fn told(status: &str) -> Value {
    let order = OrderIdRule::Scan2Pay.order_id(PAYMENT).unwrap();
    json!({
        "Header": {"StatusCode": "0000", "StatusDesc": "執行成功"},
        "Data": {"SysOrderNo": "2018010110074205610", "StoreOrderNo": order, "OrderStatus": status},
    })
}

#[test]
fn the_keys_digest_is_the_one_that_the_documentation_prints() {
    let digest = "03ac674216f3e15c761ee1a5e255f067953623c8b388b4459e13f978d7c846f4";
    assert_eq!(hashed(&secret("1234")), digest);
}

#[test]
fn an_order_is_sealed_for_intella_alone_under_a_key_of_its_own() {
    let Opening::Ask(asked) = merchant().open(&order()).unwrap() else { panic!("a page") };
    let (plain, key) = opened(&asked);
    assert_eq!(asked.request.url, "https://s.intella.co/allpaypass/api/general");
    assert_eq!((&plain["Header"]["Method"], &plain["Header"]["ServiceType"]), (&"10300".into(), &"OLPay".into()));
    assert_eq!(plain["Header"]["CreateTime"], "20261124234959");
    let data: Value = serde_json::from_str(plain["Data"].as_str().unwrap()).unwrap();
    assert_eq!((&data["TotalFee"], &data["TimeExpire"]), (&"428".into(), &"20261124235959".into()));
    assert_eq!(OrderIdRule::Scan2Pay.payment(data["StoreOrderNo"].as_str().unwrap()), Some(PAYMENT));
    let Opening::Ask(again) = merchant().open(&order()).unwrap() else { panic!("a page") };
    assert_ne!(opened(&again).1, key);
}

#[test]
fn an_answer_is_read_under_the_key_that_was_sent() {
    let OrderState::Paid(paid) = inquired(&told("1")) else { panic!("not paid") };
    assert_eq!((paid.amount, paid.trade_no.as_str()), (Twd::new(428).unwrap(), "2018010110074205610"));
    assert_eq!(inquired(&told("0")), OrderState::NotPaidYet);
    assert_eq!(inquired(&told("2")), OrderState::Failed(Decline::Unnamed));
    let OrderState::Paid(back) = inquired(&told("3")) else { panic!("not refunded") };
    assert_eq!(back.refunded, back.amount);
    assert_eq!(inquired(&told("9")), OrderState::Unknown(Doubt::UndocumentedCode));
    let code = |code: &str| inquired(&json!({"Header": {"StatusCode": code}}));
    assert_eq!(code("7002"), OrderState::NotThere);
    assert_eq!(code("7105"), OrderState::Unknown(Doubt::Contradiction), "our key is wrong, not the order");
    assert_eq!(code("9997"), OrderState::Unknown(Doubt::TheirTrouble));
    let mut foreign = told("1");
    foreign["Data"]["StoreOrderNo"] = "PO180101001".into();
    assert_eq!(inquired(&foreign), OrderState::Unknown(Doubt::Contradiction));
}

#[test]
fn an_answer_sealed_for_another_request_says_nothing() {
    let body = answered(&ask(), &told("1"));
    for body in [body.as_slice(), b"{\"Response\":\"\"}", b"{\"Response\":\"=\"}", b"9995", b""] {
        let state = merchant().inquired(&ask(), Some(Answer { status: 200, body }));
        assert_eq!(state, OrderState::Unknown(Doubt::NotOfThisInterface));
    }
}

#[test]
fn the_person_is_sent_to_intellas_pages_only() {
    let opened = |url: &str| {
        let asked = ask();
        let body = answered(&asked, &json!({"Header": {"StatusCode": "0000"}, "Data": {"urlToken": url}}));
        merchant().opened(&asked, Some(Answer { status: 200, body: &body }))
    };
    assert!(matches!(opened("https://s.intella.co/allpaypass/api/qrcode/1"), Opened::Page(_)));
    for url in ["https://intella.co.example/", "https://notintella.co/", "https://intella.co@example.com/"] {
        assert_eq!(opened(url), Opened::Unknown(Doubt::Contradiction), "{url}");
    }
}

/// Signed by OpenSSL with the key in testdata.
const SIGNED: &str = r#"{"MchId":"S2PT90001","Result":"0000","StoreOrderNo":"2jcZHzog0CYcG2Femfol","TotalFee":"428","Body":"\u6c34\u8cbb / 1"}"#;
const SIGN: &str = "v7cV8cqy6q4OLbu1U2Ef116fbRYG8Z36RQLcd7yP/GaAKsUDKgASx/HEpdI7Wjl/KWv8VulUqsEk/MkRqmHH69ikyWYU+wc6dzX9c9/I4iCU477YRLeNis3oqgO7TbhgMCUcVL0sLMAJ2ZgUtE/RC01QtytwuvPcgZ9xfPTyx7mbtrWxXyzRP3dNZNdzSXANjOnP+r1CPSO8tkNvaNI6U0Xs3A1qYGKRuo97fvxsLS3OlujFtUP8nytWM2uOBaS2M3pdROylHgssNpPW7Bb7q5ph0OrUhlHUEERyOkRznZwsfjhVvKsdXm0FNBz2R3cTYTEkw2M97xAs8tpoaKXvXw==";

fn notice(signed: &str, sign: &str) -> Result<Notice, NoticeError> {
    let body =
        signed.replacen(",\"TotalFee\"", &format!(",\"Sign\":\"{}\",\"TotalFee\"", sign.replace('=', "\\u003d")), 1);
    merchant().notice(body.as_bytes())
}

#[test]
fn a_notice_that_openssl_signed_is_read_with_its_bytes_as_they_came() {
    let told = notice(SIGNED, SIGN).unwrap();
    let OrderState::Paid(paid) = &told.state else { panic!("not paid") };
    assert_eq!((told.payment, paid.amount), (PAYMENT, Twd::new(428).unwrap()));
    assert_eq!(told.dedupe_key, "scan2pay/2jcZHzog0CYcG2Femfol/0000");
}

#[test]
fn forged_unsigned_and_broken_notices_are_refused() {
    assert_eq!(notice(&SIGNED.replace("428", "429"), SIGN).err(), Some(NoticeError::Forged));
    assert_eq!(notice(SIGNED, "AAAA").err(), Some(NoticeError::Forged));
    assert_eq!(notice(SIGNED, "*").err(), Some(NoticeError::Forged));
    assert_eq!(merchant().notice(SIGNED.as_bytes()).err(), Some(NoticeError::Unsigned));
    let twice = SIGNED.replace("\"Result\"", "\"TotalFee\":\"1\",\"Result\"");
    assert_eq!(notice(&twice, SIGN).err(), Some(NoticeError::Malformed));
    assert_eq!(merchant().notice(b"[]").err(), Some(NoticeError::Malformed));
}

#[test]
fn refunds_are_of_whole_orders() {
    let (amount, part) = (Twd::new(428).unwrap(), Twd::new(1).unwrap());
    let now = OffsetDateTime::UNIX_EPOCH;
    let refund = Refund { payment: PAYMENT, refund: PAYMENT, amount, paid: amount, trade_no: "1", now };
    assert!(merchant().refund(&refund).is_ok());
    assert_eq!(merchant().refund(&Refund { amount: part, ..refund }).err(), Some(RequestError::WholeOnly));
}
