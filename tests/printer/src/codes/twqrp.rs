//! TWQRP type 03 (pay a bill), as Taiwan's Financial Information Service Company lays it out.

use sha2::{Digest, Sha256};
use time::Date;

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What a bill's QR code says beside its biller's name.
pub struct BillCode<'a> {
    /// Name of the fee, the path's first part.
    pub name: &'a str,
    /// Whole NT dollars; D1 counts cents.
    pub amount: i64,
    /// D4.
    pub deadline: Date,
    /// D7, what the biller books the payment under.
    pub booking_number: &'a str,
    /// D11's 34 characters: bank 3, merchant 15, terminal 8, fee code 8.
    pub acquirer: &'a str,
}

impl BillCode<'_> {
    pub fn text(&self) -> String {
        let Self { name, amount, deadline, booking_number, acquirer } = self;
        let day = format!("{:04}{:02}{:02}", deadline.year(), u8::from(deadline.month()), deadline.day());
        let d3 = self.secure_code();
        format!("TWQRP://{name}/158/03/V1?D1={amount}00&D3={d3}&D4={day}&D7={booking_number}&D11=00,{acquirer}")
    }

    /// D3. A real one is a keyed code that only the institution can check; readers see twelve characters of Base64,
    /// and the `+` and `/` among them are what breaks careless ones.
    fn secure_code(&self) -> String {
        let Self { name, amount, deadline, booking_number, acquirer } = self;
        let digest =
            Sha256::digest(format!("{name}\n{amount}\n{}\n{booking_number}\n{acquirer}", deadline.to_julian_day()));
        digest.iter().take(12).map(|b| char::from(BASE64[usize::from(b & 63)])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::Month;

    fn code(amount: i64) -> BillCode<'static> {
        BillCode {
            name: "台北自來水費",
            amount,
            deadline: Date::from_calendar_date(2026, Month::December, 31).unwrap(),
            booking_number: "2081234560",
            acquirer: "4614611000051300010001000100513965",
        }
    }

    #[test]
    fn some_secure_codes_hold_plus_and_slash() {
        let codes: Vec<String> = (1..200).map(|amount| code(amount).secure_code()).collect();
        assert!(codes.iter().all(|c| c.len() == 12));
        assert!(codes.iter().any(|c| c.contains('+')) && codes.iter().any(|c| c.contains('/')));
    }

    #[test]
    fn amounts_are_written_in_cents_and_days_without_separators() {
        let text = code(428).text();
        assert!(text.starts_with("TWQRP://台北自來水費/158/03/V1?D1=42800&D3="), "{text}");
        assert!(text.ends_with("&D4=20261231&D7=2081234560&D11=00,4614611000051300010001000100513965"), "{text}");
    }
}
