//! Results that Scan2Pay tells by itself: JSON whose member `Sign` is over the same text without it.
//!
//! Which text that is, Scan2Pay's own samples show: they parse, remove the member, and write the rest in the same order.
//! Here the other members stay as they came, byte for byte, so that no two writers of JSON have to agree.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use paytaipei_bill::Twd;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, de};
use serde_json::value::RawValue;

use super::Merchant;
use crate::outcome::LARGEST_NOTICE;
use crate::{Decline, Notice, NoticeError, OrderIdRule, OrderState, PaidOrder};

/// Members in the order in which they stand, none twice.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut members: Self::Value = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                    if members.len() > 64 || members.iter().any(|(known, _)| *known == name) {
                        return Err(de::Error::custom("too many members, or one twice"));
                    }
                    members.push((name, value));
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(InOrder).map(Self)
    }
}

impl Members<'_> {
    fn text(&self, name: &str) -> Option<String> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        serde_json::from_str(value.get()).ok()
    }

    /// The text that is signed.
    fn without_sign(&self) -> String {
        let members = self.0.iter().filter(|(name, _)| name != "Sign");
        let written: Vec<String> = members.map(|(name, value)| format!("\"{name}\":{}", value.get())).collect();
        format!("{{{}}}", written.join(","))
    }
}

impl Merchant {
    /// Checks and reads a notice. `Result` 0000 is paid.
    pub fn notice(&self, body: &[u8]) -> Result<Notice, NoticeError> {
        if body.len() > LARGEST_NOTICE {
            return Err(NoticeError::Malformed);
        }
        let members: Members<'_> = serde_json::from_slice(body).map_err(|_| NoticeError::Malformed)?;
        let sign = members.text("Sign").ok_or(NoticeError::Unsigned)?;
        let sign = STANDARD.decode(sign).map_err(|_| NoticeError::Forged)?;
        if !self.seal.is_signed(members.without_sign().as_bytes(), &sign) {
            return Err(NoticeError::Forged);
        }
        let field = |name: &str| members.text(name).ok_or(NoticeError::Malformed);
        let order_id = field("StoreOrderNo")?;
        let payment = OrderIdRule::Scan2Pay.payment(&order_id).ok_or(NoticeError::ForeignOrder)?;
        if field("MchId")? != self.mch_id {
            return Err(NoticeError::ForeignOrder);
        }
        let result = field("Result")?;
        if !(result.len() == 4 && result.bytes().all(|b| b.is_ascii_digit())) {
            return Err(NoticeError::Malformed);
        }
        let dedupe_key = format!("scan2pay/{order_id}/{result}");
        let state = if result == "0000" {
            let amount = Twd::from_digits(&field("TotalFee")?).map_err(|_| NoticeError::Malformed)?;
            // A notice carries no number of Scan2Pay's own: the order's stands for it.
            OrderState::Paid(PaidOrder { trade_no: order_id, amount, refunded: Twd::ZERO })
        } else {
            OrderState::Failed(Decline::Unnamed)
        };
        Ok(Notice { payment, state, dedupe_key })
    }
}
