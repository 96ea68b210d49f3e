//! Codes that look like a bill's and are not right: refused by name, never guessed at.

use crate::words::{Words, spoken};

/// Why a code that presents itself as a bill's is refused. Holds nothing of the code's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Suspicion {
    /// Control, zero-width or bidirectional formatting characters inside the code (UAX 9, UTS 39).
    HiddenCharacters,
    /// A host that resembles a genuine one, or a foreign host that carries a bill link's path.
    LookAlikeHost,
    /// Letters of another script that look like Latin ones (UTS 39, mixed-script confusables).
    MixedScriptHost,
    /// An `xn--` host (RFC 3492) that shows as one that resembles a genuine host.
    PunycodeHost,
    /// `user@` before the host (RFC 3986, section 3.2.1).
    UserInfoInLink,
    NotHttps,
    PortInLink,
    /// A bill in a link to a host that is not known to carry bills.
    UnlistedHost,
    MalformedLink,
    /// `check4` of a pay.taipei link.
    LinkCheckWrong,
    /// Check digits of three-segment barcodes.
    CheckDigitsWrong,
    /// CRC of an EMVCo code.
    ChecksumWrong,
    CentsNotZero,
    AmountTooLarge,
    AmountMalformed,
    /// TWQRP D10 other than 901 (ISO 4217 numeric, TWD).
    ForeignCurrency,
    DateMalformed,
    DuplicateKey,
    /// A field that does not belong into a code of this kind.
    ForeignKey,
    MissingField,
    MalformedField,
    BillNumberMalformed,
    PeriodMalformed,
    EncodingMalformed,
    /// Several codes on one paper that name different bills, amounts or dates.
    CodesDisagree,
    /// Several sets of barcodes that can be put together in more than one way.
    AmbiguousBarcodes,
}

const DO_NOT_OPEN_ZH: &str =
    "請勿開啟或付款。請檢查紙本上是否貼有他人的貼紙，改以手動輸入帳單號碼，或洽帳單上的收費單位。";
const DO_NOT_OPEN_EN: &str = "Do not open it or pay it. Look for a sticker over the paper's own code; key in the number of the bill instead, or ask the biller.";
const AGAIN_OR_KEY_ZH: &str = "請再掃描一次；若仍出現此訊息，請手動輸入帳單號碼，或洽收費單位。";
const AGAIN_OR_KEY_EN: &str = "Scan once more; if this comes again, key in the number of the bill or ask the biller.";

const fn danger(code: &'static str, zh: &'static str, en: &'static str) -> Words {
    Words { code, zh, en, zh_hint: DO_NOT_OPEN_ZH, en_hint: DO_NOT_OPEN_EN }
}

const fn wrong(code: &'static str, zh: &'static str, en: &'static str) -> Words {
    Words { code, zh, en, zh_hint: AGAIN_OR_KEY_ZH, en_hint: AGAIN_OR_KEY_EN }
}

impl Suspicion {
    const fn words(self) -> Words {
        match self {
            Self::HiddenCharacters => {
                danger("hidden_characters", "條碼內含有看不見的字元。", "The code holds characters that can't be seen.")
            }
            Self::LookAlikeHost => danger(
                "look_alike_host",
                "這個網址看起來像官方網址，但不是。",
                "This link looks like an official one and is not.",
            ),
            Self::MixedScriptHost => danger(
                "mixed_script_host",
                "這個網址用了其他文字中看起來像英文字母的字。",
                "This link uses letters of another script that look like Latin ones.",
            ),
            Self::PunycodeHost => danger(
                "punycode_host",
                "這個網址以國際化編碼假冒官方網址。",
                "This link imitates an official one through an internationalised host name.",
            ),
            Self::UserInfoInLink => danger(
                "user_info_in_link",
                "這個網址在主機名稱前藏有帳號，實際會連到別處。",
                "This link hides its real host behind a user name.",
            ),
            Self::NotHttps => {
                danger("not_https", "這個網址沒有加密（不是 https）。", "This link is not encrypted (not https).")
            }
            Self::PortInLink => danger(
                "port_in_link",
                "這個網址指定了連接埠，官方條碼不會如此。",
                "This link names a port, which official codes do not.",
            ),
            Self::UnlistedHost => danger(
                "unlisted_host",
                "這個網址帶著一張帳單，但網址不是已知的收費單位。",
                "This link carries a bill but leads to a host that is not known to carry bills.",
            ),
            Self::MalformedLink => {
                wrong("malformed_link", "這個帳單網址的格式不正確。", "This bill link is not formed as such links are.")
            }
            Self::LinkCheckWrong => wrong(
                "link_check_wrong",
                "這個帳單網址的檢查碼不符。",
                "The check characters of this bill link do not fit its number.",
            ),
            Self::CheckDigitsWrong => wrong(
                "check_digits_wrong",
                "條碼的檢查碼不符。",
                "The check digits of the barcodes do not fit what they say.",
            ),
            Self::ChecksumWrong => {
                wrong("checksum_wrong", "條碼的檢查碼（CRC）不符。", "The checksum (CRC) of the code does not fit.")
            }
            Self::CentsNotZero => wrong(
                "cents_not_zero",
                "條碼上的金額有角分，新臺幣帳單不會如此。",
                "The amount in the code has cents, which bills in New Taiwan dollars never have.",
            ),
            Self::AmountTooLarge => {
                wrong("amount_too_large", "條碼上的金額過大。", "The amount in the code is larger than any bill.")
            }
            Self::AmountMalformed => {
                wrong("amount_malformed", "條碼上的金額不是數字。", "The amount in the code is not a number.")
            }
            Self::ForeignCurrency => wrong(
                "foreign_currency",
                "條碼上的幣別不是新臺幣。",
                "The amount in the code is not in New Taiwan dollars.",
            ),
            Self::DateMalformed => {
                wrong("date_malformed", "條碼上的日期不存在。", "A date in the code does not exist.")
            }
            Self::DuplicateKey => danger(
                "duplicate_key",
                "條碼內同一欄位出現兩次。",
                "A field stands in the code twice, so that it could be read in two ways.",
            ),
            Self::ForeignKey => danger(
                "foreign_key",
                "條碼內含有此類帳單不會有的欄位。",
                "The code holds a field that bills of its kind do not have.",
            ),
            Self::MissingField => {
                wrong("missing_field", "條碼缺少必要欄位。", "A field that every such code has is missing.")
            }
            Self::MalformedField => wrong(
                "malformed_field",
                "條碼內有格式不正確的欄位。",
                "A field of the code is not formed as it must be.",
            ),
            Self::BillNumberMalformed => wrong(
                "bill_number_malformed",
                "條碼上的帳單號碼格式不符此收費單位的規則。",
                "The bill number in the code is not one of this biller's.",
            ),
            Self::PeriodMalformed => {
                wrong("period_malformed", "條碼上的帳單期別不正確。", "The billing period in the code does not exist.")
            }
            Self::EncodingMalformed => wrong(
                "encoding_malformed",
                "條碼的文字編碼不正確。",
                "The text of the code is encoded in a way that bills are not.",
            ),
            Self::CodesDisagree => Words {
                code: "codes_disagree",
                zh: "同一張紙上的條碼說的不是同一張帳單。",
                en: "The codes on this paper do not speak of the same bill.",
                zh_hint: "請一次只拍一張帳單。若畫面上只有一張，請檢查條碼上是否貼有貼紙，改以手動輸入帳單號碼，或洽收費單位。",
                en_hint: "Hold one bill alone before the camera. If there is only one, look for a sticker over its code; key in the number instead or ask the biller.",
            },
            Self::AmbiguousBarcodes => Words {
                code: "ambiguous_barcodes",
                zh: "畫面上有多張帳單的條碼，無法分辨哪些屬於同一張。",
                en: "There are barcodes of several bills here, and which belong together can't be told.",
                zh_hint: "請一次只拍一張帳單。",
                en_hint: "Hold one bill alone before the camera.",
            },
        }
    }
}

spoken!(Suspicion);
impl std::error::Error for Suspicion {}

impl Suspicion {
    /// Every kind, for lists and for tests that hold for all of them.
    pub const ALL: &[Self] = &[
        Self::HiddenCharacters,
        Self::LookAlikeHost,
        Self::MixedScriptHost,
        Self::PunycodeHost,
        Self::UserInfoInLink,
        Self::NotHttps,
        Self::PortInLink,
        Self::UnlistedHost,
        Self::MalformedLink,
        Self::LinkCheckWrong,
        Self::CheckDigitsWrong,
        Self::ChecksumWrong,
        Self::CentsNotZero,
        Self::AmountTooLarge,
        Self::AmountMalformed,
        Self::ForeignCurrency,
        Self::DateMalformed,
        Self::DuplicateKey,
        Self::ForeignKey,
        Self::MissingField,
        Self::MalformedField,
        Self::BillNumberMalformed,
        Self::PeriodMalformed,
        Self::EncodingMalformed,
        Self::CodesDisagree,
        Self::AmbiguousBarcodes,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

    #[test]
    fn every_kind_has_a_code_of_its_own_and_says_what_is_wrong_and_what_to_do_in_both_languages() {
        let mut codes: Vec<&str> = Suspicion::ALL.iter().map(|kind| kind.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Suspicion::ALL.len());
        for kind in Suspicion::ALL {
            assert!(kind.code().bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{kind:?}");
            for text in [kind.message(Lang::ZhHant), kind.hint(Lang::ZhHant)] {
                assert!(!text.is_ascii() && text.ends_with('。'), "{kind:?}: {text}");
            }
            for text in [kind.message(Lang::En), kind.hint(Lang::En)] {
                assert!(text.is_ascii() && text.ends_with('.'), "{kind:?}: {text}");
            }
        }
    }
}
