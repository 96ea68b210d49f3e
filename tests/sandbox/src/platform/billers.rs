//! The billers of the catalogue, and how each numbers its bills.

use crate::entropy;
use time::{Date, Duration};

/// Years between the Gregorian calendar and the Republic's (民國).
const ROC_OFFSET: i32 = 1911;

/// A biller of the catalogue, as it numbers its bills.
pub struct Biller {
    pub id: &'static str,
    /// Where its invented customers live.
    pub address: &'static str,
    /// Whether its bills are still paid once their day is over.
    pub paid_late: bool,
    numbering: Numbering,
}

enum Numbering {
    /// Seven digits; the period is ROC year and month, `YYYMM`.
    KinmenWater,
    /// Area 1, sub-area 2, household 6, check 1; the period is the deadline, `YYYYMMDD`.
    TaipeiWater,
    /// `Q` and 14 digits or letters; the number alone names the slip.
    TaipeiParking,
    /// A letter and eight digits or letters; alone it names the ticket.
    Ticket,
    /// 8 to 20 letters or digits, of which those made up here begin so; alone they name the bill.
    Payment(&'static str),
    /// Sixteen digits; the period is five.
    Tax,
}

const fn biller_of(id: &'static str, address: &'static str, paid_late: bool, numbering: Numbering) -> Biller {
    Biller { id, address, paid_late, numbering }
}

const TAIPEI: &str = "臺北市中正區長興街1號";

/// All whose bills the platform takes.
pub const BILLERS: [Biller; 13] = [
    biller_of("kinmen-water", "金門縣金城鎮民生路1號", false, Numbering::KinmenWater),
    biller_of("taipei-water", TAIPEI, false, Numbering::TaipeiWater),
    biller_of("taipei-parking", TAIPEI, false, Numbering::TaipeiParking),
    biller_of("taipei-hospital", TAIPEI, false, Numbering::Payment("H")),
    biller_of("taipei-study-fees", TAIPEI, false, Numbering::Payment("S")),
    biller_of("house-tax", TAIPEI, false, Numbering::Tax),
    biller_of("land-value-tax", TAIPEI, false, Numbering::Tax),
    biller_of("vehicle-licence-tax", TAIPEI, false, Numbering::Tax),
    biller_of("traffic-fine", TAIPEI, true, Numbering::Ticket),
    biller_of("assembly-deposit", TAIPEI, false, Numbering::Payment("D")),
    biller_of("land-office", TAIPEI, false, Numbering::Payment("L")),
    biller_of("company-registration", TAIPEI, false, Numbering::Payment("C")),
    biller_of("online-application", TAIPEI, false, Numbering::Payment("A")),
];

/// One that the control interface added to the catalogue.
pub const ADDED: Biller = biller_of("", TAIPEI, false, Numbering::Payment("N"));

/// The biller of an id.
pub fn biller(id: &str) -> Option<&'static Biller> {
    BILLERS.iter().find(|biller| biller.id == id)
}

impl Biller {
    /// May a bill of this biller have this number?
    pub fn numbers_so(&self, number: &str) -> bool {
        let digits = number.bytes().all(|byte| byte.is_ascii_digit());
        let letters_or_digits = number.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
        match self.numbering {
            Numbering::KinmenWater => number.len() == 7 && digits,
            Numbering::TaipeiWater => number.len() == 10 && letters_or_digits,
            Numbering::TaipeiParking => number.len() == 15 && number.starts_with('Q') && letters_or_digits,
            Numbering::Ticket => {
                number.len() == 9 && number.starts_with(|c: char| c.is_ascii_uppercase()) && letters_or_digits
            }
            Numbering::Payment(_) => (8..=20).contains(&number.len()) && letters_or_digits,
            Numbering::Tax => number.len() == 16 && digits,
        }
    }

    /// May a bill of this biller have this period?
    pub fn periods_so(&self, period: &str) -> bool {
        match self.numbering {
            Numbering::KinmenWater => {
                let month = period.get(3..5).and_then(|month| month.parse::<u8>().ok());
                period.len() == 5
                    && period.bytes().all(|byte| byte.is_ascii_digit())
                    && month.is_some_and(|month| (1..=12).contains(&month))
            }
            Numbering::TaipeiWater => {
                let dashed = period.get(0..4).zip(period.get(4..6)).zip(period.get(6..8));
                let day =
                    dashed.and_then(|((year, month), day)| crate::clock::parse_day(&format!("{year}-{month}-{day}")));
                period.len() == 8 && day.is_some()
            }
            Numbering::TaipeiParking | Numbering::Ticket | Numbering::Payment(_) => period.is_empty(),
            Numbering::Tax => period.len() == 5 && period.bytes().all(|byte| byte.is_ascii_digit()),
        }
    }

    /// A number that nobody was given on purpose.
    pub fn make_number(&self) -> String {
        match self.numbering {
            Numbering::KinmenWater => entropy::digits(7),
            Numbering::TaipeiWater => {
                let household = entropy::digits(6);
                let area = entropy::from_alphabet(1, b"1234");
                let check = taipei_water_check(&household);
                format!("{area}08{household}{check}")
            }
            Numbering::TaipeiParking => {
                format!("Q{}", entropy::from_alphabet(14, b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"))
            }
            Numbering::Ticket => format!("{}{}", entropy::from_alphabet(1, b"ABCD"), entropy::digits(8)),
            Numbering::Payment(begin) => {
                format!("{begin}{}", entropy::from_alphabet(15, b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"))
            }
            Numbering::Tax => entropy::digits(16),
        }
    }

    /// The period of a bill that is due on a day.
    pub fn make_period(&self, due: Date) -> String {
        match self.numbering {
            Numbering::KinmenWater => {
                // Water is billed for the month before the one in which it is to be paid.
                let billed = due.replace_day(1).unwrap_or(due).checked_sub(Duration::days(1)).unwrap_or(due);
                let year = billed.year().saturating_sub(ROC_OFFSET);
                format!("{year:03}{:02}", u8::from(billed.month()))
            }
            Numbering::TaipeiWater => {
                format!("{:04}{:02}{:02}", due.year(), u8::from(due.month()), due.day())
            }
            Numbering::TaipeiParking | Numbering::Ticket | Numbering::Payment(_) => String::new(),
            Numbering::Tax => format!("{:03}10", due.year().saturating_sub(ROC_OFFSET)),
        }
    }
}

/// The household's check digit: plain products with 2,1,2,1,2,1, their sum's complement to ten.
fn taipei_water_check(household: &str) -> u32 {
    let sum: u32 = household
        .chars()
        .filter_map(|digit| digit.to_digit(10))
        .zip([2u32, 1].into_iter().cycle())
        .map(|(digit, weight)| digit.saturating_mul(weight))
        .fold(0, u32::saturating_add);
    10u32.saturating_sub(sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_household_ends_in_the_check_digit_of_the_water_departments_rule() {
        assert_eq!(taipei_water_check("123456"), 0);
    }

    #[test]
    fn every_biller_numbers_its_own_bills_as_it_would_accept_them() {
        let due = crate::clock::parse_day("2027-01-05").unwrap();
        for biller in &BILLERS {
            for _ in 0..50 {
                let number = biller.make_number();
                assert!(biller.numbers_so(&number), "{} {number}", biller.id);
            }
            assert!(biller.periods_so(&biller.make_period(due)), "{}", biller.id);
        }
        assert_eq!(biller("kinmen-water").unwrap().make_period(due), "11512");
        assert_eq!(biller("taipei-water").unwrap().make_period(due), "20270105");
    }

    #[test]
    fn a_period_that_is_no_month_or_no_day_is_refused() {
        assert!(!biller("kinmen-water").unwrap().periods_so("11513"));
        assert!(!biller("taipei-water").unwrap().periods_so("20260230"));
        assert!(!biller("taipei-parking").unwrap().periods_so("1"));
    }
}
