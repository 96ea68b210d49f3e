//! The eight payment businesses.

use paytaipei_bill::Lang;
use serde::{Deserialize, Serialize};

/// A payment business (pay.taipei, launch announcement of June 2017).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provider {
    PiWallet,
    Taishin,
    Esun,
    Ezpay,
    Opay,
    Aipei,
    Jkopay,
    Gamapay,
}

impl Provider {
    pub const ALL: [Self; 8] =
        [Self::PiWallet, Self::Taishin, Self::Esun, Self::Ezpay, Self::Opay, Self::Aipei, Self::Jkopay, Self::Gamapay];

    /// Its name among machines, as on the wire.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::PiWallet => "pi-wallet",
            Self::Taishin => "taishin",
            Self::Esun => "esun",
            Self::Ezpay => "ezpay",
            Self::Opay => "opay",
            Self::Aipei => "aipei",
            Self::Jkopay => "jkopay",
            Self::Gamapay => "gamapay",
        }
    }

    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.id() == id)
    }

    #[must_use]
    pub const fn name(self, lang: Lang) -> &'static str {
        match self {
            Self::PiWallet => lang.pick("Pi 拍錢包", "Pi Wallet"),
            Self::Taishin => lang.pick("台新銀行", "Taishin International Bank"),
            Self::Esun => lang.pick("玉山銀行", "E.SUN Bank"),
            Self::Ezpay => lang.pick("簡單付 ezPay", "ezPay"),
            Self::Opay => lang.pick("歐付寶", "O'Pay"),
            Self::Aipei => lang.pick("愛貝錢包", "Aipei"),
            Self::Jkopay => lang.pick("街口支付", "JKOPAY"),
            Self::Gamapay => lang.pick("橘子支付", "GAMA PAY"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_business_is_found_by_its_id() {
        for provider in Provider::ALL {
            assert_eq!(Provider::from_id(provider.id()), Some(provider));
        }
        assert_eq!(Provider::from_id("JKOPAY"), None);
    }
}
