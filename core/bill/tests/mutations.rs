//! Texts of true codes, damaged and spliced on purpose: no parser panics, and none takes much longer than its input is long.
//!
//! A short run each time; `BILL_FUZZ_SECONDS=600 cargo test -p paytaipei-bill --test mutations` goes on for longer.
#![allow(clippy::unwrap_used, reason = "a panic in a test is its report")]

use std::time::{Duration, Instant};

use paytaipei_bill::{Catalogue, CivilDate, CodeKind, PaperCode, check_number, read_barcodes, read_paper, read_text};

/// True codes of every format, and words that parsers look for.
const SEEDS: [&str; 24] = [
    "https://pay.taipei/qr/2/Q0000000A000001/d30a/2",
    "https://pay.taipei/qr/18/TEST0000000001/b211",
    "https://parkingfee.pma.gov.taipei/qr?tno=Q0000000A000001",
    "https://ebilltest.fisc.com.tw/payQR.aspx?fee_name=TpeWater&WaterNo=9112430446&TWQRP%3A%2F%2F%E6%B8%AC%E8%A9%A6%2F158%2F03%2FV1%3FD1%3D10000%26D3%3DAVWYrjDqQES%2B%26D7%3D9112430446",
    "TWQRP://臺灣電力公司/158/03/V1?D1=89900&D3=AVnVbcN9xxRv&D4=20170401&D8=電費&D10=901&D11=00,0060061112223334440000000112345678&D12=20170630130000&D15=300&D16=電費",
    "0002010102110216400396006100104004155395940061001041316315805006100104535960012tw.com.twqrp0176V1158Ac5CJ9NjpN1W00,00600626309800100190010002;02,006006263098001001900100025204599953039015802TW5911006TESTSHOP6011TAIPEI CITY610311464210002ZH0111FISC金融卡25256304DC34",
    "https://paytax.nat.gov.tw/QRCODE.aspx?par=113311234567890123456000000050214120414010671687",
    "1509306AE",
    "E100085120097159011",
    "3554O0000030000",
    "991231Y01",
    "ABCDEFGHIKLMNPQR",
    "12349Y000007890",
    "991231168",
    "0101152081234560",
    "1407A6000000428",
    "**品名:1:100:",
    "/ABC1234",
    "https://user@pay.taipei.example.com/qr/2/x",
    "https://xn--pay-taipei.example/qr",
    "\u{202E}TWQRP://\u{200B}",
    "%25%32%35%2525&&D1==D1=9007199254740993&D11=;;,,",
    "６３０４ＤＣ３４－ＡＢＣ",
    "2-08-123456-0",
];

struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % count.max(1)
    }
}

fn mutated(dice: &mut Dice) -> String {
    let mut chars: Vec<char> = SEEDS[dice.below(SEEDS.len())].chars().collect();
    for _ in 0..=dice.below(5) {
        let at = dice.below(chars.len() + 1);
        match dice.below(7) {
            0 => chars.truncate(at),
            1 => chars.insert(
                at,
                ['%', '&', '=', '?', '/', ';', ',', '+', '\n', '\0', '٣', '０', '-', '@', '#'][dice.below(15)],
            ),
            2 => chars.insert(at, char::from_u32(dice.below(0x11_0000) as u32).unwrap_or('\u{FFFD}')),
            3 => {
                let other: Vec<char> = SEEDS[dice.below(SEEDS.len())].chars().collect();
                let from = dice.below(other.len());
                chars.splice(at..at, other[from..].iter().copied());
            }
            4 if at < chars.len() => chars[at] = char::from(b'0' + dice.below(10) as u8),
            5 if at < chars.len() => {
                chars.remove(at);
            }
            _ => {
                let end = (at + dice.below(40)).min(chars.len());
                let part = chars[at..end].to_vec();
                let times = 1 + dice.below(if chars.len() < 2_000 { 30 } else { 2 });
                (0..times).for_each(|_| drop(chars.splice(at..at, part.iter().copied())));
            }
        }
    }
    chars.into_iter().collect()
}

#[test]
fn damaged_texts_are_answered_and_quickly() {
    let today: CivilDate = "2026-11-24".parse().unwrap();
    let seconds = std::env::var("BILL_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok());
    let until = seconds.map(|s| Instant::now() + Duration::from_secs(s));
    let mut dice = Dice(0x00C0_FFEE_5EED_0001);
    let mut runs = 0u64;
    while until.map_or(runs < 20_000, |until| Instant::now() < until) {
        runs += 1;
        let texts: Vec<String> = (0..1 + dice.below(4)).map(|_| mutated(&mut dice)).collect();
        let reading = read_text(&texts[0], today);
        // The same text is the same bill.
        assert_eq!(reading, read_text(&texts[0], today));
        let segments: Vec<&str> = texts.iter().map(String::as_str).collect();
        let _ = read_barcodes(&segments, today);
        let kinds = [CodeKind::Qr, CodeKind::Code39, CodeKind::Code128];
        let codes: Vec<PaperCode<'_>> =
            texts.iter().map(|text| PaperCode { kind: kinds[dice.below(3)], text }).collect();
        let _ = read_paper(&codes, today);
        for biller in &Catalogue::bundled().billers {
            let _ = check_number(biller, &texts[0]);
        }
    }
    eprintln!("{runs} runs");
}
