//! Who speaks which protocol, from which source, and what no public document shows.

use std::fmt::Write;

use crate::OrderIdRule;

/// What is known of a payment business.
pub struct Business {
    /// Its name among machines, as on the platform's wire.
    pub id: &'static str,
    pub name: &'static str,
    pub protocol: &'static str,
    /// The folder of `core/merchant/src`.
    pub folder: &'static str,
    pub source: &'static str,
    pub signature: &'static str,
    pub order_id: OrderIdRule,
    pub notices: &'static str,
    pub refunds: &'static str,
    pub oracle: &'static str,
    pub not_public: &'static str,
}

const SCAN2PAY: Business = Business {
    id: "",
    name: "",
    protocol: "Intella Scan2Pay",
    folder: "intella",
    source: "Scan2Pay's public documentation; intella-co/scan2pay-sdk-for-php",
    signature: "AES-128-CBC under a key made for the request, that key under RSA PKCS #1 v1.5",
    order_id: OrderIdRule::Scan2Pay,
    notices: "RSA PKCS #1 v1.5 with SHA-256 over the JSON without `Sign`",
    refunds: "whole orders",
    oracle: "node-forge (RSA), Node's crypto (AES, signatures); a notice signed by OpenSSL; the documentation's digest of a key",
    not_public: "the wallet's own interface; debit under an agreement (field `Agreement` is ours)",
};

pub const BUSINESSES: [Business; 8] = [
    Business { id: "pi-wallet", name: "Pi 拍錢包 Pi Wallet", ..SCAN2PAY },
    Business {
        id: "taishin",
        name: "台新銀行 Taishin International Bank",
        protocol: "TSPG REST 1.0.0",
        folder: "taishin",
        source: "public integrations of TSPG and the comments in them",
        signature: "none: the bank knows the platform by its address",
        order_id: OrderIdRule::Taishin,
        notices: "unsigned: a hint, the order is inquired",
        refunds: "whole and in part",
        oracle: "public samples of requests and codes",
        not_public: "the bank's wallet interface; whether notices can be verified; the length of `order_no`; debit under an \
                     agreement (field `agreement` is ours)",
    },
    Business {
        id: "esun",
        name: "玉山銀行 E.SUN Bank",
        protocol: "ACQ",
        folder: "esun",
        source: "public integrations of ACQ; code table of payum-tw/esunbank",
        signature: "SHA-256 of the JSON followed by the key, lower case",
        order_id: OrderIdRule::Esun,
        notices: "`MACD`; that it was paid is confirmed, and how much, by inquiry",
        refunds: "whole orders",
        oracle: "Node's crypto; FIPS 180's digest of `abc`",
        not_public: "the bank's wallet interface; how `MACD` is made; the member with the amount in answers; debit under an \
                     agreement (member `AGREEMENT` is ours)",
    },
    Business {
        id: "ezpay",
        name: "簡單付 ezPay",
        protocol: "NewebPay MPG 2.0",
        folder: "newebpay",
        source: "NewebPay's MPG manual as published SDKs implement it",
        signature: "AES-256-CBC `TradeInfo`, `TradeSha` SHA-256 upper case",
        order_id: OrderIdRule::NewebPay,
        notices: "`TradeInfo` under `TradeSha`",
        refunds: "whole and in part (`/API/EWallet/refund`)",
        oracle: "newebpay-mpg-sdk and node-newebpay (npm); their published vectors",
        not_public: "what reasons of refusal are called; debit of a wallet under an agreement (`TokenTerm` is documented for cards)",
    },
    Business {
        id: "opay",
        name: "歐付寶 O'Pay",
        protocol: "AioCheckOut V5",
        folder: "opay",
        source: "O'Pay's SDKs; ECPay's published rule for `CheckMacValue`",
        signature: "`CheckMacValue`, SHA-256 upper case",
        order_id: OrderIdRule::OPay,
        notices: "`CheckMacValue`",
        refunds: "whole and in part (`AioChargeback`)",
        oracle: "@rytass/payments-adapter-ecpay and ecpay_aio_nodejs (npm); ECPay's published vectors",
        not_public: "what reasons of refusal are called; debit of a wallet under an agreement (`MerchantMemberID` is documented for cards)",
    },
    Business { id: "aipei", name: "愛貝錢包 Aipei", ..SCAN2PAY },
    Business {
        id: "jkopay",
        name: "街口支付 JKOPAY",
        protocol: "JKOPAY OnlinePay",
        folder: "jkopay",
        source: "JKOPAY's open documents",
        signature: "HMAC-SHA256 over the exact body, or raw query, lower case",
        order_id: OrderIdRule::JkoPay,
        notices: "`DIGEST` as for requests; without it a reason to inquire",
        refunds: "whole and in part",
        oracle: "Node's crypto; JKOPAY's published digests",
        not_public: "whether notices are signed; debit under an agreement (member `agreement_token` is ours)",
    },
    Business { id: "gamapay", name: "橘子支付 GAMA PAY", ..SCAN2PAY },
];

/// What an order id looks like.
const fn rule(rule: OrderIdRule) -> &'static str {
    match rule {
        OrderIdRule::JkoPay => "at most 60: the UUID, 36 characters",
        OrderIdRule::NewebPay => "at most 30, letters, digits, `_`: the UUID in base 36, 25 characters",
        OrderIdRule::OPay | OrderIdRule::Scan2Pay => "at most 20, letters and digits: the UUIDv7 in base 62",
        OrderIdRule::Esun | OrderIdRule::Taishin => "20 digits and capitals: 103 bits of the UUID's SHA-256 in base 36",
    }
}

/// `docs/providers.md`.
#[must_use]
pub fn document() -> String {
    let mut text = String::from(
        "# Payment businesses\n\nWritten by `cargo run -p paytaipei-merchant --example providers`; a test holds it to \
         `core/merchant/src/business.rs`.\n\nThe platform speaks to each business in the protocol below; no phone does. \
         What no public document shows is marked, stands in one folder, and can be exchanged there.\n",
    );
    for one in &BUSINESSES {
        let rows = [
            ("protocol", one.protocol),
            ("source", one.source),
            ("signature", one.signature),
            ("notices", one.notices),
            ("order id", rule(one.order_id)),
            ("refunds", one.refunds),
            ("checked against", one.oracle),
            ("**not public**", one.not_public),
        ];
        // Writing to a string never fails.
        let _ = write!(text, "\n## {} · `{}`\n\n| | |\n|---|---|\n", one.name, one.id);
        for (what, value) in rows {
            let _ = writeln!(text, "| {what} | {value} |");
        }
        let _ = writeln!(text, "| code | [`core/merchant/src/{0}/`](../core/merchant/src/{0}/) |", one.folder);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_about_businesses_is_current() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/providers.md");
        let current = std::fs::read_to_string(file).unwrap_or_default();
        assert!(current == document(), "run: cargo run -p paytaipei-merchant --example providers > docs/providers.md");
    }
}
