//! What a payment business takes the money from.

use paytaipei_bill::Lang;
use serde::{Deserialize, Serialize};

/// A source of money at a payment business, where the person chose one; otherwise it is the business's own choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Funding {
    StoredValue,
    PairedAccount,
    Card,
}

impl Funding {
    pub const ALL: [Self; 3] = [Self::StoredValue, Self::PairedAccount, Self::Card];

    /// Its name among machines, as on the wire.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::StoredValue => "stored_value",
            Self::PairedAccount => "paired_account",
            Self::Card => "card",
        }
    }

    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|funding| funding.id() == id)
    }

    #[must_use]
    pub const fn name(self, lang: Lang) -> &'static str {
        match self {
            Self::StoredValue => lang.pick("儲值金", "stored value"),
            Self::PairedAccount => lang.pick("綁定的銀行帳戶", "paired bank account"),
            Self::Card => lang.pick("信用卡", "credit card"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_has_one_name_on_the_wire_and_in_the_store() {
        for funding in Funding::ALL {
            assert_eq!(Funding::from_id(funding.id()), Some(funding));
        }
        assert_eq!(Funding::from_id("cash"), None);
    }
}
