//! Random texts of every class of characters that a form, a JSON string or a signature can stumble over. The same in
//! every run.

pub const HOW_MANY: usize = 10_000;

/// xorshift64* (Marsaglia; Vigna 2016).
pub struct Texts(u64);

const CLASSES: [&str; 12] = [
    "abcdefghijklmnopqrstuvwxyz",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "0123456789",
    " ",
    "+~'%&=?#/:;,@$",
    "-_.!*()",
    "\"\\<>[]{}|^`",
    "\t\n\r\u{1}\u{7f}",
    "水費測試商品金門縣自來水廠臺北市",
    "🚰💧👨‍👩‍👧‍👦🇹🇼",
    "éÉßÅåΣσςИи",
    "ＡａＢｂ０\u{3000}\u{301}\u{200f}\u{feff}",
];

impl Texts {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % bound
    }

    fn pick(&mut self, class: &str) -> char {
        let at = self.below(class.chars().count());
        class.chars().nth(at).unwrap()
    }

    /// Up to 24 characters; every ninth or so is empty.
    pub fn text(&mut self) -> String {
        if self.below(9) == 0 {
            return String::new();
        }
        let length = 1 + self.below(24);
        (0..length)
            .map(|_| {
                let class = CLASSES[self.below(CLASSES.len())];
                self.pick(class)
            })
            .collect()
    }

    /// Letters and digits.
    pub fn name(&mut self) -> String {
        let length = 1 + self.below(12);
        (0..length)
            .map(|_| {
                let class = CLASSES[self.below(3)];
                self.pick(class)
            })
            .collect()
    }

    /// Fields whose names differ, whatever the case.
    pub fn fields(&mut self) -> Vec<(String, String)> {
        let mut fields: Vec<(String, String)> = Vec::new();
        for _ in 0..1 + self.below(12) {
            let name = format!("{}{}", CLASSES[self.below(2)].chars().nth(self.below(26)).unwrap(), self.name());
            if !fields.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
                fields.push((name, self.text()));
            }
        }
        fields
    }
}
