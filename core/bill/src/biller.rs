//! Whom a bill is owed to.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Lang;

/// A biller's name among machines: 1 to 32 of `a-z 0-9 -`, such as `kinmen-water`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BillerId(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a biller's id has 1 to 32 small letters, digits or hyphens")]
pub struct BillerIdError;

impl BillerId {
    pub fn new(text: &str) -> Result<Self, BillerIdError> {
        let fits = (1..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase() || b == b'-');
        if fits { Ok(Self(text.to_owned())) } else { Err(BillerIdError) }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bundled entry, if the biller is known.
    #[must_use]
    pub fn lookup(&self) -> Option<&'static Biller> {
        BILLERS.iter().find(|biller| biller.id == self.0)
    }
}

impl fmt::Debug for BillerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for BillerId {
    type Error = BillerIdError;
    fn try_from(text: String) -> Result<Self, BillerIdError> {
        Self::new(&text)
    }
}

impl From<BillerId> for String {
    fn from(id: BillerId) -> Self {
        id.0
    }
}

/// What the app knows of a biller before it has asked the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Biller {
    pub id: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    pub category: Category,
    pub county: County,
    /// Whether this release pays its bills.
    pub served: bool,
    /// How a bill can come in.
    pub ways: &'static [Way],
    pub number: NumberRule,
    /// Where on the paper the number stands.
    pub zh_hint: &'static str,
    pub en_hint: &'static str,
    /// How to pay where this release doesn't; empty where it does.
    pub zh_elsewhere: &'static str,
    pub en_elsewhere: &'static str,
}

impl Biller {
    #[must_use]
    pub const fn name(&self, lang: Lang) -> &'static str {
        lang.pick(self.zh, self.en)
    }

    #[must_use]
    pub fn biller_id(&self) -> BillerId {
        BillerId(self.id.to_owned())
    }

    /// Where the number that is keyed in stands on the paper.
    #[must_use]
    pub const fn hint(&self, lang: Lang) -> &'static str {
        lang.pick(self.zh_hint, self.en_hint)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Category {
    Water,
    Parking,
    Hospital,
    Study,
    Tax,
    Fine,
    Deposit,
    Land,
    Registration,
    Application,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum County {
    Taipei,
    Kinmen,
    Elsewhere,
}

/// One way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The codes on the paper.
    Scan,
    /// What is keyed in, field by field.
    Keyed(&'static [Field]),
}

/// What a person keys in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The number of the bill or of the customer; [`NumberRule`] says which there are.
    Number,
    CarPlate,
    MotorcyclePlate,
    Campus,
    NationalId,
    BirthDate,
    BusinessNumber,
    Office,
    Phone,
}

/// Which numbers a biller gives out. The rules are in [`crate::number`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberRule {
    /// Seven digits.
    KinmenWater,
    /// Ten characters, the last a check digit that warns.
    TaipeiWater,
    /// `Q` and 14 digits or capital letters.
    ParkingSlip,
    /// Nine characters, the first a letter.
    TrafficTicket,
    /// Not public: any canonical number.
    NotPublic,
    /// There is none to key in.
    ScanOnly,
}

pub(crate) const KINMEN_WATER: Biller = Biller {
    id: "kinmen-water",
    zh: "金門縣自來水廠",
    en: "Kinmen County Waterworks",
    category: Category::Water,
    county: County::Kinmen,
    served: true,
    ways: &[Way::Scan, Way::Keyed(&[Field::Number])],
    number: NumberRule::KinmenWater,
    zh_hint: "水費單上的七碼水號",
    en_hint: "the water number of seven digits on the bill",
    zh_elsewhere: "",
    en_elsewhere: "",
};

pub(crate) const TAIPEI_WATER: Biller = Biller {
    id: "taipei-water",
    zh: "臺北自來水事業處",
    en: "Taipei Water Department",
    category: Category::Water,
    county: County::Taipei,
    served: true,
    ways: &[Way::Scan, Way::Keyed(&[Field::Number])],
    number: NumberRule::TaipeiWater,
    zh_hint: "水費單上的十碼水號，例如 2-08-123456-0",
    en_hint: "the water number of ten characters on the bill, such as 2-08-123456-0",
    zh_elsewhere: "",
    en_elsewhere: "",
};

pub(crate) const TAIPEI_PARKING: Biller = Biller {
    id: "taipei-parking",
    zh: "臺北市路邊停車費",
    en: "Taipei roadside parking",
    category: Category::Parking,
    county: County::Taipei,
    served: true,
    ways: &[Way::Scan, Way::Keyed(&[Field::Number])],
    number: NumberRule::ParkingSlip,
    zh_hint: "停車繳費單上 Q 開頭的 15 碼單號",
    en_hint: "the slip number of 15 characters beginning with Q",
    zh_elsewhere: "",
    en_elsewhere: "",
};

pub(crate) const TAIWAN_WATER: Biller = Biller {
    id: "taiwan-water",
    zh: "台灣自來水公司",
    en: "Taiwan Water Corporation",
    category: Category::Water,
    county: County::Elsewhere,
    served: false,
    ways: &[Way::Scan],
    number: NumberRule::NotPublic,
    zh_hint: "水費單上的 11 碼水號",
    en_hint: "the water number of 11 characters on the bill",
    zh_elsewhere: "這是台灣自來水公司的水費，不屬於臺北或金門；請至其網站、超商或以台灣 Pay 繳費。",
    en_elsewhere: "Taiwan Water Corporation serves neither Taipei nor Kinmen: pay it on its website, at a convenience store or with Taiwan Pay.",
};

pub(crate) const CITY_HOSPITAL: Biller = Biller {
    id: "taipei-hospital",
    zh: "臺北市立聯合醫院",
    en: "Taipei City Hospital",
    category: Category::Hospital,
    county: County::Taipei,
    served: false,
    ways: &[Way::Keyed(&[Field::Campus, Field::NationalId, Field::BirthDate])],
    number: NumberRule::NotPublic,
    zh_hint: "院區、身分證號與出生日期",
    en_hint: "campus, ID number and birth date",
    zh_elsewhere: "請至 pay.taipei 網站或使用帳單上所列的方式繳費。",
    en_elsewhere: "Pay it on the pay.taipei website or in one of the ways that the bill names.",
};

pub(crate) const STUDY_FEES: Biller = Biller {
    id: "taipei-study-fees",
    zh: "臺北市學雜費",
    en: "Taipei miscellaneous study fees",
    category: Category::Study,
    county: County::Taipei,
    served: false,
    ways: &[Way::Scan, Way::Keyed(&[Field::Number])],
    number: NumberRule::NotPublic,
    zh_hint: "繳費單上的銷帳編號",
    en_hint: "the payment number on the slip",
    zh_elsewhere: "請至 pay.taipei 網站或使用帳單上所列的方式繳費。",
    en_elsewhere: "Pay it on the pay.taipei website or in one of the ways that the bill names.",
};

pub(crate) const HOUSE_TAX: Biller = Biller {
    id: "house-tax",
    zh: "房屋稅",
    en: "House tax",
    category: Category::Tax,
    county: County::Taipei,
    served: false,
    ways: &[Way::Scan],
    number: NumberRule::ScanOnly,
    zh_hint: "稅單上的 QR Code",
    en_hint: "the QR code on the tax bill",
    zh_elsewhere: "請至 paytax.nat.gov.tw、超商或銀行繳稅。",
    en_elsewhere: "Pay it at paytax.nat.gov.tw, a convenience store or a bank.",
};

pub(crate) const LAND_TAX: Biller = Biller {
    id: "land-value-tax",
    zh: "地價稅",
    en: "Land value tax",
    category: Category::Tax,
    county: County::Taipei,
    served: false,
    ways: &[Way::Scan],
    number: NumberRule::ScanOnly,
    zh_hint: "稅單上的 QR Code",
    en_hint: "the QR code on the tax bill",
    zh_elsewhere: "請至 paytax.nat.gov.tw、超商或銀行繳稅。",
    en_elsewhere: "Pay it at paytax.nat.gov.tw, a convenience store or a bank.",
};

pub(crate) const VEHICLE_TAX: Biller = Biller {
    id: "vehicle-licence-tax",
    zh: "使用牌照稅",
    en: "Vehicle licence tax",
    category: Category::Tax,
    county: County::Taipei,
    served: false,
    ways: &[Way::Scan],
    number: NumberRule::ScanOnly,
    zh_hint: "稅單上的 QR Code",
    en_hint: "the QR code on the tax bill",
    zh_elsewhere: "請至 paytax.nat.gov.tw、超商或銀行繳稅。",
    en_elsewhere: "Pay it at paytax.nat.gov.tw, a convenience store or a bank.",
};

pub(crate) const INCOME_TAX: Biller = Biller {
    id: "income-tax",
    zh: "綜合所得稅",
    en: "Individual income tax",
    category: Category::Tax,
    county: County::Elsewhere,
    served: false,
    ways: &[Way::Scan],
    number: NumberRule::ScanOnly,
    zh_hint: "稅單上的 QR Code",
    en_hint: "the QR code on the tax bill",
    zh_elsewhere: "請至 paytax.nat.gov.tw、超商或銀行繳稅。",
    en_elsewhere: "Pay it at paytax.nat.gov.tw, a convenience store or a bank.",
};

pub(crate) const OTHER_TAX: Biller = Biller {
    id: "other-tax",
    zh: "其他稅款",
    en: "Other taxes",
    category: Category::Tax,
    county: County::Elsewhere,
    served: false,
    ways: &[Way::Scan],
    number: NumberRule::ScanOnly,
    zh_hint: "稅單上的 QR Code",
    en_hint: "the QR code on the tax bill",
    zh_elsewhere: "請至 paytax.nat.gov.tw、超商或銀行繳稅。",
    en_elsewhere: "Pay it at paytax.nat.gov.tw, a convenience store or a bank.",
};

pub(crate) const TRAFFIC_FINE: Biller = Biller {
    id: "traffic-fine",
    zh: "交通違規罰鍰",
    en: "Traffic fines",
    category: Category::Fine,
    county: County::Taipei,
    served: false,
    ways: &[Way::Scan, Way::Keyed(&[Field::Number])],
    number: NumberRule::TrafficTicket,
    zh_hint: "罰單上的 9 碼單號",
    en_hint: "the ticket number of nine characters",
    zh_elsewhere: "請至監理服務網、郵局或超商繳納。",
    en_elsewhere: "Pay it on the motor vehicle office's website, at a post office or a convenience store.",
};

pub(crate) const ASSEMBLY_DEPOSIT: Biller = Biller {
    id: "assembly-deposit",
    zh: "集會遊行保證金",
    en: "Public gathering deposits",
    category: Category::Deposit,
    county: County::Taipei,
    served: false,
    ways: &[Way::Scan, Way::Keyed(&[Field::Number])],
    number: NumberRule::NotPublic,
    zh_hint: "繳費單上的銷帳編號",
    en_hint: "the payment number on the slip",
    zh_elsewhere: "請至 pay.taipei 網站或使用帳單上所列的方式繳費。",
    en_elsewhere: "Pay it on the pay.taipei website or in one of the ways that the bill names.",
};

pub(crate) const LAND_OFFICE: Biller = Biller {
    id: "land-office",
    zh: "地政規費",
    en: "Land administration fees",
    category: Category::Land,
    county: County::Taipei,
    served: false,
    ways: &[Way::Scan, Way::Keyed(&[Field::Number]), Way::Keyed(&[Field::BusinessNumber, Field::Office])],
    number: NumberRule::NotPublic,
    zh_hint: "繳費單上的銷帳編號與地政事務所",
    en_hint: "the payment number on the slip and the office",
    zh_elsewhere: "請至 pay.taipei 網站或使用帳單上所列的方式繳費。",
    en_elsewhere: "Pay it on the pay.taipei website or in one of the ways that the bill names.",
};

pub(crate) const COMPANY_REGISTRATION: Biller = Biller {
    id: "company-registration",
    zh: "公司及商業登記規費",
    en: "Company and business registration fees",
    category: Category::Registration,
    county: County::Taipei,
    served: false,
    ways: &[Way::Scan, Way::Keyed(&[Field::Number]), Way::Keyed(&[Field::Phone])],
    number: NumberRule::NotPublic,
    zh_hint: "繳費單上的銷帳編號",
    en_hint: "the payment number on the slip",
    zh_elsewhere: "請至 pay.taipei 網站或使用帳單上所列的方式繳費。",
    en_elsewhere: "Pay it on the pay.taipei website or in one of the ways that the bill names.",
};

pub(crate) const ONLINE_APPLICATION: Biller = Biller {
    id: "online-application",
    zh: "線上申辦規費",
    en: "Online application fees",
    category: Category::Application,
    county: County::Taipei,
    served: false,
    ways: &[Way::Keyed(&[Field::Number])],
    number: NumberRule::NotPublic,
    zh_hint: "申辦完成後取得的繳費編號",
    en_hint: "the payment number given when you applied",
    zh_elsewhere: "請至 pay.taipei 網站或使用帳單上所列的方式繳費。",
    en_elsewhere: "Pay it on the pay.taipei website or in one of the ways that the bill names.",
};

pub(crate) const CARDLESS_PARKING: Biller = Biller {
    id: "cardless-parking",
    zh: "無卡停車",
    en: "Cardless parking",
    category: Category::Parking,
    county: County::Taipei,
    served: false,
    ways: &[Way::Keyed(&[Field::CarPlate]), Way::Keyed(&[Field::MotorcyclePlate])],
    number: NumberRule::NotPublic,
    zh_hint: "車牌號碼",
    en_hint: "the number plate",
    zh_elsewhere: "請在支付業者的 App 綁定車牌，次日 04:00 生效；一面車牌一次只能綁定一家。",
    en_elsewhere: "Bind the plate in your payment business's app; it takes effect at 04:00 the next day, with one business at a time.",
};

pub(crate) const TAIPEI_TRAINING: Biller = Biller {
    id: "taipei-training",
    zh: "臺北市公務人員訓練費",
    en: "Taipei civil servants' training fees",
    category: Category::Study,
    county: County::Taipei,
    served: false,
    ways: &[Way::Scan],
    number: NumberRule::NotPublic,
    zh_hint: "繳費單上的 QR Code",
    en_hint: "the QR code on the slip",
    zh_elsewhere: "請至 pay.taipei 網站或使用帳單上所列的方式繳費。",
    en_elsewhere: "Pay it on the pay.taipei website or in one of the ways that the bill names.",
};

/// Every biller that this release knows, served or not, in the order in which they are shown.
pub const BILLERS: &[Biller] = &[
    KINMEN_WATER,
    TAIPEI_WATER,
    TAIPEI_PARKING,
    TAIWAN_WATER,
    CITY_HOSPITAL,
    STUDY_FEES,
    HOUSE_TAX,
    LAND_TAX,
    VEHICLE_TAX,
    INCOME_TAX,
    OTHER_TAX,
    TRAFFIC_FINE,
    ASSEMBLY_DEPOSIT,
    LAND_OFFICE,
    COMPANY_REGISTRATION,
    ONLINE_APPLICATION,
    CARDLESS_PARKING,
    TAIPEI_TRAINING,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_biller_can_be_looked_up_by_an_id_of_its_own() {
        for biller in BILLERS {
            assert_eq!(BillerId::new(biller.id).map(|id| id.lookup()), Ok(Some(biller)));
        }
        assert_eq!(BillerId::new("no-such-biller").unwrap().lookup(), None);
    }

    #[test]
    fn a_biller_that_is_not_served_says_where_to_pay_instead() {
        for biller in BILLERS {
            assert_eq!(biller.served, biller.zh_elsewhere.is_empty(), "{}", biller.id);
            assert_eq!(biller.served, biller.en_elsewhere.is_empty(), "{}", biller.id);
            assert!(!biller.ways.is_empty() && !biller.hint(Lang::ZhHant).is_empty(), "{}", biller.id);
        }
    }

    #[test]
    fn kinmen_water_taipei_water_and_taipei_parking_are_served() {
        let served: Vec<&str> = BILLERS.iter().filter(|biller| biller.served).map(|biller| biller.id).collect();
        assert_eq!(served, ["kinmen-water", "taipei-water", "taipei-parking"]);
    }
}
