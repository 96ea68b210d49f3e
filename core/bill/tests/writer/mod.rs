//! Writes codes as a biller's printer would, from the formats' description alone: shares no code with the crate.
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(clippy::unwrap_used, reason = "a panic in a test is its report")]

/// Check digits of the convenience-store rule, by a table rather than by ranges.
pub fn cvs_check(first: &str, second: &str, four: &str, amount: &str) -> String {
    const ALPHABET: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ+%-. $/";
    const COUNTS: [usize; 43] = [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5, 6, 7, 8, 9, 1,
        2, 6, 7, 8, 9, 0,
    ];
    let third = format!("{four}00{amount}");
    let mut sums = [0, 0];
    for segment in [first, second, &third] {
        for (index, c) in segment.chars().enumerate() {
            sums[index % 2] += COUNTS[ALPHABET.find(c).unwrap()];
        }
    }
    let one = "A123456789B".chars().nth(sums[0] % 11).unwrap();
    let two = "X123456789Y".chars().nth(sums[1] % 11).unwrap();
    format!("{one}{two}")
}

pub fn cvs(first: &str, second: &str, four: &str, amount: u64) -> [String; 3] {
    let amount = format!("{amount:09}");
    let check = cvs_check(first, second, four, &amount);
    [first.to_owned(), second.to_owned(), format!("{four}{check}{amount}")]
}

/// A day as bills write it.
#[derive(Clone, Copy, Debug)]
pub struct Due {
    pub year: i32,
    pub month: u8,
    pub day: u8,
}

impl Due {
    pub fn roc(self) -> String {
        format!("{:02}{:02}{:02}", (self.year - 1911) % 100, self.month, self.day)
    }
    pub fn mmdd(self) -> String {
        format!("{:02}{:02}", self.month, self.day)
    }
    pub fn ad(self) -> String {
        format!("{}{:02}{:02}", self.year, self.month, self.day)
    }
    pub fn iso(self) -> String {
        format!("{}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

pub fn twqrp(name: &str, d7: &str, amount: u64, due: Due) -> String {
    format!(
        "TWQRP://{name}/158/03/V1?D1={amount}00&D3=AVWYrjDqQES+&D4={}&D7={d7}&D11=00,4614611000051300010001000100513965",
        due.ad()
    )
}

pub fn kinmen_qr(number: &str, period: &str, amount: u64, due: Due) -> String {
    twqrp("金門縣自來水廠", &format!("{number}{period}"), amount, due)
}

pub fn kinmen_barcodes(number: &str, period: &str, amount: u64, due: Due) -> [String; 3] {
    cvs(&format!("{}6KM", due.roc()), &format!("{number}{period}0000"), &due.mmdd(), amount)
}

pub fn taipei_qr(number: &str, amount: u64, due: Due) -> String {
    twqrp("台北自來水費", number, amount, due)
}

/// `reading` is year, month and day of the meter reading, ROC `YYMMDD`.
pub fn taipei_barcodes(number: &str, reading: &str, amount: u64, due: Due) -> [String; 3] {
    let amount = format!("{amount:09}");
    let (yymm, day) = reading.split_at(4);
    let checked = format!("{amount}11{day}{number}{yymm}");
    const ALPHABET: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const COUNTS: &str = "012345678912345678912345678923456789";
    let count = |c: char| usize::from(COUNTS.as_bytes()[ALPHABET.find(c).unwrap()] - b'0');
    let sum = |weights: &str| -> usize {
        let weights = weights.bytes().cycle().map(|b| usize::from(b - b'0'));
        checked.chars().zip(weights).map(|(c, weight)| weight * count(c)).sum()
    };
    let digit = |sum: usize| "A0987654321".chars().nth(sum % 11).unwrap();
    let check = format!("{}{}", digit(sum("765432")), digit(sum("20305070")));
    [format!("{}168", due.roc()), format!("0111{day}{number}"), format!("{yymm}{check}{amount}")]
}

pub fn parking_barcodes(slip: &str, amount: u64, due: Due) -> [String; 3] {
    cvs(&format!("{}2PK", due.roc()), &format!("{slip}0"), &due.mmdd(), amount)
}

pub fn parking_qr(slip: &str) -> String {
    let check = ring::digest::digest(&ring::digest::SHA256, format!("2{slip}2").as_bytes());
    format!("https://pay.taipei/qr/2/{slip}/{:02x}{:02x}/2", check.as_ref()[0], check.as_ref()[1])
}
