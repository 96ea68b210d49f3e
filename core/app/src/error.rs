//! Every refusal that a shell can see: a code for the machine, a message and a hint for the person.
//!
//! An error says what was wrong and what to do, and never contains a number, an amount, a token or a name.

use std::fmt;

use paytaipei_bill::Lang;

macro_rules! codes {
    ($($variant:ident $name:literal $exit:literal: $zh:literal / $en:literal => $zh_hint:literal / $en_hint:literal;)*) => {
        /// What kind of refusal. The names are part of the interface: they are added to, never changed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($variant,)* }

        impl Code {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name among machines.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The command line's exit code.
            #[must_use]
            pub const fn exit_code(self) -> u8 {
                match self { $(Self::$variant => $exit,)* }
            }

            /// What was wrong.
            #[must_use]
            pub const fn message(self, lang: Lang) -> &'static str {
                match self { $(Self::$variant => lang.pick($zh, $en),)* }
            }

            /// What to do.
            #[must_use]
            pub const fn hint(self, lang: Lang) -> &'static str {
                match self { $(Self::$variant => lang.pick($zh_hint, $en_hint),)* }
            }
        }
    };
}

codes! {
    // 3: what was put in cannot be used.
    MissingFile "missing_file" 3: "找不到這個檔案" / "there is no such file"
        => "請確認檔名與路徑" / "check the file's name and path";
    UnreadableFile "unreadable_file" 3: "檔案無法讀取" / "the file cannot be read"
        => "請確認檔案權限，以及它是一般檔案，不是資料夾或裝置" / "check its permissions, and that it is an ordinary file, no folder or device";
    BrokenPicture "broken_file" 3: "這不是完整的 PNG 或 JPEG 圖片" / "this is no whole PNG or JPEG picture"
        => "請重新拍攝或另存成 PNG、JPEG" / "take the photo again, or save it as PNG or JPEG";
    PictureTooLarge "picture_too_large" 3: "圖片太大" / "the picture is too large"
        => "請改用 6400 萬像素以下的圖片" / "use a picture of at most 64 megapixels";
    NoCode "no_code" 3: "圖片中找不到帳單條碼" / "no bill code was found in the picture"
        => "請靠近一點、保持手機穩定、避免反光，再拍一次" / "go closer, hold still, avoid glare, and take it again";
    BarcodesIncomplete "barcodes_incomplete" 3: "三段條碼沒有全部拍到" / "not all three barcodes are in the picture"
        => "請把三段條碼都放進畫面" / "bring all three barcodes into the frame";
    NotABill "not_a_bill" 3: "這個條碼不是可繳納的帳單" / "this code is not a bill that can be paid here"
        => "請掃描帳單上的繳費條碼" / "scan the payment code on the bill";
    SuspiciousCode "suspicious_code" 3: "這個條碼有問題，為了您的安全不予處理" / "this code is suspicious and was refused for your safety"
        => "請勿繳納；向收費機關索取新的帳單" / "do not pay it; ask the biller for a new bill";
    TwoBills "two_bills" 3: "畫面中有兩張以上的帳單" / "there is more than one bill in the picture"
        => "請一次只拍一張" / "photograph one bill at a time";
    BillerUnknown "biller_unknown" 3: "沒有這個收費機關" / "there is no such biller"
        => "請用 billers 查看可繳納的機關" / "see `billers` for those that can be paid";
    BillerNotServed "biller_not_served" 3: "這個收費機關目前不能在這裡繳費" / "this biller's bills cannot be paid here yet"
        => "請改用帳單上印的其他繳費方式" / "use another way to pay that the bill names";
    NumberMalformed "bill_number_malformed" 3: "號碼格式不對" / "the number has the wrong form"
        => "請對照帳單再輸入一次" / "compare with the bill and key it in again";
    MsisdnMalformed "msisdn_malformed" 3: "手機號碼格式不對" / "this is no Taiwanese mobile number"
        => "請輸入 09 開頭的十位數字" / "key in ten digits that begin with 09";
    DropRefused "drop_refused" 3: "留給 App 的帳單檔無法使用" / "a bill that was left for the app cannot be used"
        => "請在 App 裡重新掃描這張帳單" / "scan this bill again in the app";
    DropsFull "drops_full" 3: "等候收進 App 的帳單太多" / "too many bills wait to be taken in"
        => "請先打開 App，再試一次" / "open the app first, then try again";
    FieldMissing "field_missing" 3: "還有欄位沒有填" / "not all fields are filled in"
        => "請用 billers 查看需要的欄位" / "see `billers` for the fields it asks for";
    CountyUnknown "county_unknown" 3: "沒有這個縣市" / "there is no such county"
        => "可選：taipei、kinmen、elsewhere" / "choose one of taipei, kinmen, elsewhere";
    NicknameMalformed "nickname_malformed" 3: "暱稱太長，或含有看不見的字元" / "the nickname is too long or holds characters that are not seen"
        => "請改用 20 個字以內的暱稱" / "use at most 20 characters";
    TooManyNumbers "too_many_numbers" 3: "記住的號碼太多" / "too many numbers are kept"
        => "請先刪除不用的號碼" / "forget some first";
    FieldUnknown "field_unknown" 3: "這個收費機關不需要這個欄位" / "this biller has no such field"
        => "請用 billers 查看需要的欄位" / "see `billers` for the fields it asks for";
    ProviderUnknown "provider_unknown" 3: "沒有這家支付業者" / "there is no such payment business"
        => "可選：pi-wallet、taishin、esun、ezpay、opay、aipei、jkopay、gamapay" / "choose one of pi-wallet, taishin, esun, ezpay, opay, aipei, jkopay, gamapay";
    FundingUnknown "funding_unknown" 3: "沒有這種付款來源" / "there is no such source of money"
        => "可選：stored_value、paired_account、card" / "choose one of stored_value, paired_account, card";
    AgreementUnknown "agreement_unknown" 3: "和這家支付業者沒有約定扣款" / "there is no agreement with this payment business"
        => "請先約定扣款" / "make one first";
    LimitMalformed "limit_malformed" 3: "這不是可以約定的上限" / "this is no limit that can be agreed to"
        => "1 到 50000 元" / "1 to 50000 dollars";
    LimitRaised "limit_raised" 3: "上限只能在這裡調低" / "a limit can only be lowered here"
        => "要調高請重新約定" / "agree anew to raise it";
    HandOffRefused "hand_off_refused" 3: "這個付款網址不是支付業者的" / "this payment address is not the payment business's"
        => "請勿開啟，可取消這筆繳費" / "do not open it; the payment can be cancelled";
    HandOffNotAsked "hand_off_not_asked" 3: "這筆繳費不需要到支付業者完成" / "this payment is not to be finished at the payment business"
        => "請查看繳費狀態" / "see where the payment stands";
    ReceiptRefused "receipt_refused" 3: "這份收據無法確認" / "this receipt does not verify"
        => "請勿當作繳費證明" / "do not take it as proof of payment";
    NoSignedReceipt "no_signed_receipt" 3: "這筆繳費還沒有簽章收據" / "there is no signed receipt of this payment yet"
        => "繳清並連上網路後再看一次" / "look again once it is paid and the phone is connected";
    NoBarcodes "no_barcodes" 3: "這張帳單畫不出三段條碼" / "the three barcodes of this bill cannot be drawn"
        => "請改用紙本上的條碼" / "use those printed on the paper";
    BillUnknown "bill_unknown" 3: "這支手機裡沒有這張帳單" / "this phone holds no such bill"
        => "請先掃描或輸入帳單" / "scan the bill or key it in first";
    PaymentUnknown "payment_unknown" 3: "這支手機裡沒有這筆繳費" / "this phone holds no such payment"
        => "請用 queue 或 history 查看編號" / "see `queue` or `history` for its id";

    // 4: who is asking.
    NumberNotVerified "number_not_verified" 4: "手機號碼尚未驗證" / "the mobile number is not verified"
        => "請先驗證門號：verify 09xxxxxxxx" / "verify it first: verify 09xxxxxxxx";
    VerificationRefused "verification_refused" 4: "您在手機上拒絕了驗證" / "the verification was refused on the handset"
        => "如果不是您本人拒絕，請再試一次" / "if that was not you, try again";
    VerificationExpired "verification_expired" 4: "沒有在時間內確認" / "nobody approved in time"
        => "請再驗證一次，並在手機上按同意" / "verify again and approve on the handset";
    VerificationMismatch "verification_mismatch" 4: "驗證的結果不屬於這支手機" / "the verification belongs to another phone"
        => "請重新驗證" / "verify again";
    VerificationReplaced "verification_replaced" 4: "已改用較新的一次驗證" / "a newer verification has taken its place"
        => "請完成較新的那一次" / "finish the newer one";
    NumberMismatch "number_mismatch" 4: "電信業者認得的是另一個門號" / "the operator recognised another number"
        => "請用插著這個門號 SIM 卡的手機，再驗證一次" / "verify again on the phone that has this number's SIM";
    MobileDataNeeded "mobile_data_needed" 4: "行動網路認不出這個門號" / "the mobile network does not recognise this number"
        => "請開啟行動數據、暫時關閉 Wi-Fi 再試，或改用其他驗證方式" / "switch mobile data on and Wi-Fi off and try again, or verify in another way";
    ReturnRefused "return_refused" 4: "這個連結不是這次驗證的回覆" / "this link does not answer the verification under way"
        => "請回到電信業者的網頁完成，或從 App 重新開始" / "go back to the operator's page, or start again in the app";
    KeysInvalid "keys_invalid" 4: "這支手機簽署同意的金鑰已失效或被停用" / "the keys with which this phone signs are lost or were revoked"
        => "請重新驗證門號，手機會換新的金鑰，之後請再同意一次" / "verify your number again: the phone makes new keys; then agree once more";
    OtherNumberHasPayments "other_number_has_payments" 4: "前一個門號還有未完成的繳費" / "payments of the former number are still open"
        => "請先等它們完成或取消" / "let them end or cancel them first";

    // 5: the way to the platform.
    Offline "offline" 5: "目前無法連上平台" / "the platform cannot be reached now"
        => "已保存的帳單與同意都在，連上網路後會繼續" / "what was kept and agreed to is safe and goes on once connected";
    Timeout "platform_timeout" 5: "平台沒有在時間內回應" / "the platform did not answer in time"
        => "稍後會再詢問；請勿重複繳納" / "it will be asked again; do not pay twice";
    TlsFailed "tls_failed" 5: "對方不是真正的平台" / "the other side is not the platform"
        => "請離開這個無線網路，改用行動數據" / "leave this Wi-Fi and use mobile data";
    ClockWrong "clock_wrong" 5: "手機的日期時間不對，無法確認平台身分" / "with this date and time the platform cannot be recognised"
        => "請在設定中開啟自動日期與時間" / "switch on automatic date and time in the settings";
    InsecurePlatform "insecure_platform" 5: "平台網址必須是 https" / "the platform's address must be https"
        => "請使用 https:// 開頭的網址" / "use an address that begins with https://";
    PlatformUrl "platform_url" 5: "平台網址不正確" / "this is no address of a platform"
        => "範例：https://localhost:8443" / "example: https://localhost:8443";
    ReceiptKeysMissing "receipt_keys_missing" 5: "這支手機還沒有平台的收據金鑰" / "this phone does not have the platform's receipt keys yet"
        => "請連上網路一次" / "connect once";
    ExtraRootNotAllowed "extra_root_not_allowed" 5: "手機版不接受額外的根憑證" / "phone builds take no extra root certificate"
        => "請不要設定額外的憑證" / "leave the extra root out";
    ExtraRootUnreadable "extra_root_unreadable" 5: "根憑證檔案無法使用" / "the root certificate cannot be used"
        => "請提供 PEM 格式的憑證" / "give a certificate in PEM form";

    // 6: what the platform said.
    PlatformTrouble "platform_trouble" 6: "平台暫時有問題" / "the platform is in trouble"
        => "請稍後再試" / "try again later";
    PlatformGarbled "platform_garbled" 6: "收到的不是平台的回應" / "what came back is not an answer of the platform"
        => "公共無線網路可能需要先登入；否則請稍後再試" / "a public Wi-Fi may want a sign-in first; otherwise try again later";
    BillNotFound "bill_not_found" 6: "收費機關查無此號碼的帳單" / "the biller knows no bill of this number"
        => "請對照帳單上的號碼，逾期帳單請洽收費機關" / "compare the number with the bill; past its deadline, ask the biller";
    QuietHours "quiet_hours" 6: "收費機關現在不提供查詢" / "the biller answers no inquiries at this hour"
        => "請晚一點再查；已同意的繳費會自動等候" / "ask later; what was agreed to waits by itself";
    SignatureWrong "signature_wrong" 6: "收到的資料不是平台簽署的" / "what came was not signed by the platform"
        => "請離開這個無線網路，稍後再試；已有的名單不受影響" / "leave this Wi-Fi and try again later; what the phone has stays good";
    CatalogueOlder "catalogue_older" 6: "收到的收費機關名單比手機裡的舊" / "the list of billers that came is older than the phone's"
        => "請稍後再試；手機裡的名單不受影響" / "try again later; the phone's own list stays good";
    AppTooOld "app_too_old" 6: "這個版本的 App 太舊，不能再繳費" / "this release of the app is too old to pay"
        => "請更新 App；已同意的繳費不受影響" / "update the app; what was agreed to goes on";
    PhoneRefused "phone_refused" 6: "平台不接受這個請求" / "the platform does not accept this request"
        => "請更新 App 後再試" / "update the app and try again";

    // 7: the rules of paying.
    AlreadyBeingPaid "already_being_paid" 7: "這張帳單已在繳納中或已繳過" / "this bill is being paid or was paid already"
        => "請用 queue 查看，不需要再繳一次" / "see `queue`; there is no need to pay again";
    BillPaid "bill_already_paid" 7: "這張帳單已經繳清" / "this bill is paid"
        => "不需要再繳" / "there is nothing to pay";
    BillExpired "bill_expired" 7: "這張帳單已逾期，不能在這裡繳" / "this bill is past its deadline and cannot be paid here"
        => "請依帳單說明向收費機關繳納" / "pay the biller as the bill says";
    BillerClosed "biller_closed" 7: "這個收費機關暫停在這裡繳費" / "this biller is switched off for now"
        => "請稍後再試，或使用帳單上的其他方式" / "try again later, or another way that the bill names";
    ProviderClosed "provider_closed" 7: "這家支付業者目前不收這種帳單" / "this payment business does not take this bill now"
        => "請改選另一家支付業者" / "choose another payment business";
    ConsentNotAsked "consent_not_asked" 7: "這筆繳費現在不需要同意" / "this payment waits for no consent"
        => "請用 show 查看目前狀態" / "see `show` for where it stands";
    ConsentForOther "consent_for_other" 7: "內容已變更，請重新查看後再同意" / "it changed meanwhile: look again before you agree"
        => "請用 show 查看金額" / "see `show` for the amount";
    PresenceRefused "presence_refused" 7: "沒有確認是您本人" / "nobody confirmed to be present"
        => "繳費需要指紋、臉部或密碼確認；命令列請加 --yes" / "paying needs fingerprint, face or PIN; on the command line, --yes";
    PaymentEnded "payment_ended" 7: "這筆繳費已經結束" / "this payment has ended"
        => "請用 show 查看結果" / "see `show` for how";

    // 8: the phone's storage.
    StoreCorrupt "store_corrupt" 8: "資料檔損壞" / "the data file is damaged"
        => "檔案原封未動；請勿重複繳納，改用另一個資料夾並重新驗證門號" / "the file was left as it is; do not pay again, use another folder and verify the number anew";
    StoreLocked "store_locked" 8: "資料檔正被其他程式使用" / "another program holds the data file"
        => "請關閉它後再試" / "close it and try again";
    StoreNewer "store_newer" 8: "資料檔來自較新的版本" / "the data file comes from a newer release"
        => "請更新 App；檔案原封未動" / "update the app; the file was left as it is";
    StoreFull "store_full" 8: "儲存空間已滿" / "the storage is full"
        => "請清出空間；沒有任何繳費會遺失" / "free some space; no payment is lost";
    StoreReadOnly "store_read_only" 8: "資料檔無法寫入" / "the data file cannot be written"
        => "請檢查資料夾權限" / "check the folder's permissions";
    StoreFailed "store_failed" 8: "儲存裝置發生錯誤" / "the storage failed"
        => "請重新啟動後再試" / "restart and try again";
    KeyLost "key_lost" 8: "解開資料的金鑰已不存在" / "the key that opens the data is gone"
        => "找回金鑰前請勿重複繳納；或改用另一個資料夾並重新驗證門號" / "do not pay again before the key is back; or use another folder and verify the number anew";
    VaultFailed "vault_failed" 8: "手機的安全儲存區發生錯誤" / "the phone's key vault failed"
        => "請解鎖手機後再試；命令列請確認 vault.key 只有您能讀取" / "unlock the phone and try again; on the command line, let nobody but you read vault.key";
    OutputFailed "output_failed" 8: "結果無法寫出" / "the result could not be written out"
        => "請檢查輸出的檔案與可用空間；已完成的事都已保存" / "check where it is written to and the space there; what was done is kept";

    // 70: our own mistake (EX_SOFTWARE of sysexits.h).
    Internal "internal" 70: "程式內部錯誤" / "an error of our own"
        => "請回報這個問題；沒有任何繳費會遺失" / "please report it; no payment is lost";
}

/// A refusal.
#[derive(Clone, PartialEq, Eq)]
pub struct Error {
    pub code: Code,
    /// What exactly, where the code alone is too coarse: a name from a fixed list, or words of this project. Never
    /// anything that came from outside.
    detail: Option<Detail>,
}

#[derive(Clone, PartialEq, Eq)]
struct Detail {
    name: &'static str,
    zh: String,
    en: String,
    zh_hint: Option<String>,
    en_hint: Option<String>,
}

impl Error {
    #[must_use]
    pub const fn new(code: Code) -> Self {
        Self { code, detail: None }
    }

    /// With a finer message than the code's own. `name` tells machines which.
    #[must_use]
    pub fn detailed(code: Code, name: &'static str, message: [&str; 2], hint: Option<[&str; 2]>) -> Self {
        let [zh, en] = message.map(str::to_owned);
        let (zh_hint, en_hint) = hint.map_or((None, None), |[zh, en]| (Some(zh.to_owned()), Some(en.to_owned())));
        Self { code, detail: Some(Detail { name, zh, en, zh_hint, en_hint }) }
    }

    #[must_use]
    pub fn detail(&self) -> Option<&'static str> {
        self.detail.as_ref().map(|detail| detail.name)
    }

    #[must_use]
    pub fn message(&self, lang: Lang) -> &str {
        self.detail.as_ref().map_or_else(|| self.code.message(lang), |detail| lang.pick(&detail.zh, &detail.en))
    }

    #[must_use]
    pub fn hint(&self, lang: Lang) -> &str {
        let own = self.detail.as_ref().and_then(|detail| match lang {
            Lang::ZhHant => detail.zh_hint.as_deref(),
            Lang::En => detail.en_hint.as_deref(),
        });
        own.unwrap_or_else(|| self.code.hint(lang))
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.message(Lang::En))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<crate::ports::VaultError> for Error {
    fn from(error: crate::ports::VaultError) -> Self {
        use crate::ports::VaultError;
        match error {
            VaultError::KeyLost => Code::KeyLost,
            VaultError::NotPresent => Code::PresenceRefused,
            VaultError::Failed => Code::VaultFailed,
        }
        .into()
    }
}

impl From<crate::ports::EntropyError> for Error {
    fn from(_: crate::ports::EntropyError) -> Self {
        Code::VaultFailed.into()
    }
}

impl From<paytaipei_payment::NotNow> for Error {
    fn from(refusal: paytaipei_payment::NotNow) -> Self {
        use paytaipei_payment::NotNow;
        match refusal {
            NotNow::ConsentNotAsked => Code::ConsentNotAsked,
            NotNow::ConsentForOther => Code::ConsentForOther,
            NotNow::Ended => Code::PaymentEnded,
        }
        .into()
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
                Code::StoreLocked
            }
            // Without another name (`SQLITE_ERROR`): a table or column that this release wrote is not there.
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt | ErrorCode::Unknown) => Code::StoreCorrupt,
            Some(ErrorCode::DiskFull) => Code::StoreFull,
            // The log's index could not grow.
            Some(ErrorCode::SystemIoFailure) if is_shm_size(&error) => Code::StoreFull,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => Code::StoreReadOnly,
            Some(ErrorCode::SystemIoFailure) => Code::StoreFailed,
            // A query that does not fit its own schema: the file is not as this release wrote it.
            None => Code::StoreCorrupt,
            Some(_) => Code::Internal,
        }
        .into()
    }
}

/// `SQLITE_IOERR_SHMSIZE`: no room for the file beside the write-ahead log (SQLite, result codes).
fn is_shm_size(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|code| code.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(code: Code, lang: Lang) -> [&'static str; 2] {
        [code.message(lang), code.hint(lang)]
    }

    fn is_chinese(c: char) -> bool {
        matches!(c, '\u{3400}'..='\u{9FFF}')
    }

    #[test]
    fn every_refusal_says_what_was_wrong_and_what_to_do_in_both_languages() {
        for code in Code::ALL {
            for text in texts(*code, Lang::ZhHant) {
                assert!(text.chars().filter(|c| is_chinese(*c)).count() >= 2, "{}: {text}", code.as_str());
            }
            for text in texts(*code, Lang::En) {
                assert!(text.is_ascii() && text.split(' ').count() >= 2, "{}: {text}", code.as_str());
            }
        }
    }

    #[test]
    fn names_are_snake_case_and_no_two_refusals_share_one() {
        let mut names: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')), "{names:?}");
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }

    /// Requirements for Chinese text layout (W3C clreq), section 3.1: punctuation of Chinese text is full-width.
    #[test]
    fn punctuation_beside_chinese_is_full_width() {
        for code in Code::ALL {
            for text in texts(*code, Lang::ZhHant) {
                let padded: Vec<char> = std::iter::once(' ').chain(text.chars()).chain([' ']).collect();
                for around in padded.windows(3) {
                    let narrow = matches!(around[1], ',' | ';' | ':' | '!' | '?' | '(' | ')' | '.');
                    let beside = is_chinese(around[0]) || is_chinese(around[2]);
                    assert!(!(narrow && beside), "{}: {text}", code.as_str());
                }
            }
        }
    }

    #[test]
    fn a_detail_replaces_the_words_and_never_the_code() {
        let error = Error::detailed(Code::NoCode, "glare", ["反光", "glare"], Some(["換個角度", "tilt it"]));
        assert_eq!((error.code, error.detail()), (Code::NoCode, Some("glare")));
        assert_eq!((error.message(Lang::ZhHant), error.hint(Lang::En)), ("反光", "tilt it"));
        let plain = Error::detailed(Code::NoCode, "far", ["太遠", "too far"], None);
        assert_eq!(plain.hint(Lang::ZhHant), Code::NoCode.hint(Lang::ZhHant));
    }
}
