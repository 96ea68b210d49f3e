//! The command line's grammar.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use paytaipei_app::{Lang, Method};

/// 繳費核心的命令列 · pay.taipei's phone core on the command line
#[derive(Parser)]
#[command(name = "paytaipei", version, arg_required_else_help = true)]
pub struct Arguments {
    /// 資料夾 · folder of this phone's data [default: ~/.local/share/paytaipei]
    #[arg(long, global = true, env = "PAYTAIPEI_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// 平台網址 · the platform's address
    #[arg(
        long,
        global = true,
        env = "PAYTAIPEI_PLATFORM",
        value_name = "URL",
        default_value = "https://localhost:8443"
    )]
    pub platform: String,
    /// 額外的根憑證(PEM)· a further root certificate (PEM), for test platforms
    #[arg(long, global = true, env = "PAYTAIPEI_CA", value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// 每行一個 JSON 物件 · one JSON object a line
    #[arg(long, global = true)]
    pub json: bool,
    /// 語言 · language
    #[arg(long, global = true, env = "PAYTAIPEI_LANG", value_enum, default_value_t = Language::Zh)]
    pub lang: Language,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Language {
    Zh,
    En,
}

impl From<Language> for Lang {
    fn from(language: Language) -> Self {
        match language {
            Language::Zh => Self::ZhHant,
            Language::En => Self::En,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub enum How {
    Ciba,
    Device,
    Camara,
}

impl From<How> for Method {
    fn from(how: How) -> Self {
        match how {
            How::Ciba => Self::Handset,
            How::Device => Self::Page,
            How::Camara => Self::MobileData,
        }
    }
}

#[derive(Subcommand)]
pub enum Command {
    /// 可繳納的機關 · whom bills can be paid to
    Billers {
        /// 先向平台取得最新名單 · fetch the newest list from the platform first
        #[arg(long)]
        refresh: bool,
    },
    /// 讀取圖片中的條碼 · read the codes in pictures
    Scan {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// 加入一張帳單（圖片或條碼內容）· keep a bill, from a picture or a code's text
    Add {
        #[arg(value_name = "FILE|TEXT")]
        bill: String,
    },
    /// 查詢帳單 · ask what is owed under a number
    Inquire {
        biller: String,
        /// 號碼，或 欄位=值 · the number, or FIELD=VALUE
        #[arg(value_name = "NUMBER|FIELD=VALUE")]
        fields: Vec<String>,
    },
    /// 只查詢一張帳單的狀態，不繳費 · ask how a bill stands, and pay nothing
    Check { bill: String },
    /// 查詢所有記住的號碼 · ask about all numbers that are kept
    Household,
    /// 記住的號碼 · numbers kept for the next bill
    Numbers,
    /// 記住一個號碼 · keep a number for the next bill
    Remember {
        biller: String,
        number: String,
        /// 暱稱 · a name of your own for it
        #[arg(long, value_name = "NAME")]
        nickname: Option<String>,
    },
    /// 忘記一個號碼 · keep a number no longer
    Forget { biller: String, number: String },
    /// 選擇居住的縣市 · choose your county
    County {
        #[arg(value_name = "ID")]
        county: Option<String>,
    },
    /// 驗證手機號碼 · verify the mobile number
    Verify {
        msisdn: String,
        /// ciba：在手機上同意 · on the handset；device：電信業者的網頁 · on the operator's page；camara：行動網路 · by the
        /// mobile network alone
        #[arg(long, value_enum, default_value_t = How::Ciba)]
        method: How,
        /// 經由行動數據取得網址的程式 · a program that fetches the address it is given over mobile data, and prints the
        /// HTTP status
        #[arg(long, env = "PAYTAIPEI_CELLULAR", value_name = "PROGRAM")]
        cellular: Option<PathBuf>,
    },
    /// 交回電信業者網頁導向的連結 · hand over the link that the operator's page led back by
    Returned { link: String },
    /// 繳納一張帳單 · pay a bill
    Pay {
        bill: String,
        #[arg(long, value_name = "ID")]
        provider: String,
        /// 付款來源 · what the business takes the money from: stored_value, paired_account or card
        #[arg(long, value_name = "SOURCE")]
        from: Option<String>,
        /// 不先確認用戶是誰，與平台核對無誤即繳納 · pay once the platform confirms it, without first showing whose it is
        #[arg(long)]
        when_confirmed: bool,
        /// 我同意金額 · I agree to the amount
        #[arg(long)]
        yes: bool,
    },
    /// 支付業者，回饋最多的在前 · payment businesses for a bill, the one that gives back most first
    Providers { bill: String },
    /// 回饋活動 · what payment businesses give back
    Deals,
    /// 約定扣款 · agreements on silent debits
    Agreement {
        #[command(subcommand)]
        what: AgreementCommand,
    },
    /// 簽章收據 · signed receipts
    Receipt {
        #[command(subcommand)]
        what: ReceiptCommand,
    },
    /// 尋找帳單 · find bills by any words of what is known of them
    Find {
        #[arg(value_name = "WORD")]
        words: Vec<String>,
        /// unchecked, payable, paid, expired, not_found
        #[arg(long)]
        status: Option<String>,
        #[arg(long, value_name = "ID")]
        biller: Option<String>,
        /// 幾天內到期 · due within so many days
        #[arg(long, value_name = "DAYS")]
        due: Option<u32>,
    },
    /// 到期提醒 · when to be reminded of which bill
    Reminders,
    /// 每月繳費 · what was paid, by month and biller
    Spending {
        /// 另存圖表(SVG) · save a picture of it (SVG)
        #[arg(long, value_name = "FILE")]
        picture: Option<PathBuf>,
    },
    /// 其他繳費方式 · other ways to pay a bill
    Ways {
        bill: String,
        /// 另存三段條碼(PNG) · save its three barcodes (PNG)
        #[arg(long, value_name = "FILE")]
        barcodes: Option<PathBuf>,
    },
    /// 同意金額 · agree to the amount of a payment
    Consent {
        id: String,
        /// 我同意金額 · I agree to the amount
        #[arg(long)]
        yes: bool,
    },
    /// 取消一筆繳費 · cancel a payment
    Cancel { id: String },
    /// 尚未完成的繳費 · payments that have not ended
    Queue {
        /// 持續繳納並顯示變化 · keep paying, and show what changes
        #[arg(long)]
        follow: bool,
    },
    /// 立即繳納等候中的帳單 · pay what waits, now
    Sync {
        /// 最多等幾秒 · wait at most this long
        #[arg(long = "for", value_name = "SECONDS", default_value_t = 30)]
        patience: u64,
    },
    /// 已結束的繳費 · payments that have ended
    History {
        /// 先向平台再問一次，例如是否退款 · ask the platform once more first, such as whether money came back
        #[arg(long)]
        refresh: bool,
    },
    /// 一張帳單或一筆繳費 · one bill or one payment
    Show { id: String },
    /// 匯出這支手機的所有資料 · everything that this phone holds of you
    Export {
        /// 表格(CSV)· as a table (CSV)
        #[arg(long, value_enum)]
        csv: Option<Table>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Table {
    Payments,
    Bills,
}

#[derive(Subcommand)]
pub enum AgreementCommand {
    /// 所有約定 · all agreements
    List,
    /// 約定扣款；到支付業者處同意 · ask for one; the person agrees at the payment business
    Link {
        provider: String,
        /// 每筆上限 · the most of one payment, in dollars
        #[arg(long, value_name = "DOLLARS")]
        limit: i64,
    },
    /// 調低每筆上限 · lower the most of one payment
    Limit { provider: String, dollars: i64 },
    /// 解除約定 · end one
    Unlink { provider: String },
}

#[derive(Subcommand)]
pub enum ReceiptCommand {
    /// 一筆繳費的收據 · the receipt of a payment
    Show {
        payment: String,
        /// 另存 QR Code(PNG) · save its QR code (PNG)
        #[arg(long, value_name = "FILE")]
        qr: Option<PathBuf>,
    },
    /// 離線驗證收據 · verify a receipt without a network: its text, or a picture of its QR code
    Verify {
        file: PathBuf,
        /// 平台金鑰(JWK Set)· the platform's keys (a JWK set), where this phone has none
        #[arg(long, value_name = "FILE")]
        keys: Option<PathBuf>,
    },
}
