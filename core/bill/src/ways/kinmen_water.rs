//! Kinmen County Waterworks: the seven ways that its announcement of 2019 names beside the first app (Taipei City Government,
//! Secretariat, "Kinmen Residents Pay Water Bills Through Taipei Smart Payment Platform"). What to bring is this project's
//! wording.

use super::OtherWay;

pub(super) const WAYS: [OtherWay; 7] = [
    OtherWay {
        id: "bank_transfer",
        zh: "金融機構轉帳代繳",
        en: "Bank transfer",
        zh_how: "向銀行或郵局申請，每期由帳戶自動轉帳",
        en_how: "apply at your bank or post office: each bill is then taken from the account",
        by_barcodes: false,
    },
    OtherWay {
        id: "bank_collection",
        zh: "銀行代收",
        en: "Collection by a bank",
        zh_how: "在期限內持帳單或出示三段條碼到代收銀行臨櫃繳納",
        en_how: "until it is due, bring the bill or show its three barcodes at the counter of a collecting bank",
        by_barcodes: true,
    },
    OtherWay {
        id: "convenience_store",
        zh: "便利商店代收",
        en: "Collection at a convenience store",
        zh_how: "在期限內持帳單或出示三段條碼，每筆以 NT$20,000 為限",
        en_how: "until it is due, bring the bill or show its three barcodes; at most NT$20,000 each",
        by_barcodes: true,
    },
    OtherWay {
        id: "waterworks_counter",
        zh: "自來水廠櫃台",
        en: "Counter of the waterworks",
        zh_how: "告知七碼水號，逾期帳單也在此繳納",
        en_how: "tell the water number of seven digits; bills past their deadline are paid here too",
        by_barcodes: false,
    },
    OtherWay {
        id: "nationwide_online",
        zh: "全國繳費網",
        en: "Nationwide online payment",
        zh_how: "在全國繳費網選擇水費，輸入帳單上的號碼",
        en_how: "choose water bills on the nationwide payment site and key in the number on the bill",
        by_barcodes: false,
    },
    OtherWay {
        id: "atm_transfer",
        zh: "ATM 轉帳",
        en: "ATM transfer",
        zh_how: "依帳單上的轉帳帳號，在自動櫃員機轉帳",
        en_how: "at a cash machine, transfer to the account that the bill names",
        by_barcodes: false,
    },
    OtherWay {
        id: "online_bank_transfer",
        zh: "網路銀行轉帳",
        en: "Online bank transfer",
        zh_how: "依帳單上的轉帳帳號，在網路銀行轉帳",
        en_how: "in your online bank, transfer to the account that the bill names",
        by_barcodes: false,
    },
];
