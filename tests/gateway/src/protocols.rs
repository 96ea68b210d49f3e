//! Who is spoken to how.

use paytaipei_merchant::intella::{Keys, Wallet};
use paytaipei_merchant::{Protocol, RequestError, Secret, esun, intella, jkopay, newebpay, opay, taishin};

use crate::words::Start;

/// The protocol of a business, by its id.
pub fn protocol(id: &str, start: &Start) -> Result<Box<dyn Protocol>, RequestError> {
    let secret = |text: &str| Secret::new(text.to_owned()).map_err(|_| RequestError::Key);
    let site = format!("{}/{id}", start.base);
    let store = start.store.as_str();
    Ok(match id {
        "jkopay" => Box::new(jkopay::Merchant::new(&site, store, secret(&start.iv)?, secret(&start.key)?)?),
        "opay" => Box::new(opay::Merchant::new(&site, store, secret(&start.key)?, secret(&start.iv)?)?),
        "ezpay" => Box::new(newebpay::Merchant::new(&site, store, secret(&start.key)?, secret(&start.iv)?)?),
        "esun" => Box::new(esun::Merchant::new(&site, store, secret(&start.key)?)?),
        "taishin" => Box::new(taishin::Merchant::new(&site, store, "T0000000")?),
        wallet => {
            let wallet = match wallet {
                "pi-wallet" => Wallet::Pi,
                "gamapay" => Wallet::GamaPay,
                "aipei" => Wallet::Aipei,
                _ => return Err(RequestError::StoreId),
            };
            let keys = Keys {
                trade_key: secret(&start.key)?,
                refund_key: secret(&start.iv)?,
                iv: secret(&start.iv)?,
                public_key: start.public_key.clone(),
            };
            Box::new(intella::Merchant::new(&format!("{}/scan2pay", start.base), wallet, store, keys)?)
        }
    })
}
