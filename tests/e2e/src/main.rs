//! `paytaipei-demo`: plays the story and ends with 0 only if phone and accounts agree.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use paytaipei_e2e::one_biller;
use paytaipei_e2e::programs::target;
use paytaipei_e2e::story::{Options, play};
use paytaipei_e2e::teller::Tongue;
use paytaipei_e2e::{Result, business};

#[derive(Clone, Copy, ValueEnum)]
enum Language {
    Zh,
    En,
}

/// 金門居民的一天：離線掃描帳單，恢復連線後只繳一次 · A day in Kinmen: bills scanned offline, paid exactly once
#[derive(Parser)]
#[command(name = "paytaipei-demo")]
struct Arguments {
    #[arg(long, value_enum, default_value_t = Language::Zh)]
    lang: Language,
    /// 改演一家支付業者：以它自己的協定繳費、拒絕、斷線、退款 · plays one payment business instead, in its own protocol
    #[arg(long, value_name = "ID", conflicts_with_all = ["guard_off", "keep", "report"])]
    provider: Option<String>,
    /// 關閉平台的重複繳費防護 · switch the platform's own guard off: the phone alone must protect
    #[arg(long)]
    guard_off: bool,
    /// 只演一個收費機關的一張帳單，從紙本到收據 · one bill of one biller, from paper to receipt
    #[arg(long, value_name = "ID", conflicts_with_all = ["guard_off", "report"])]
    biller: Option<String>,
    /// 保留照片、資料與紀錄的資料夾 · keep photos, data and record in this folder
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// 報告網頁的檔名 · where the page about it is written [default: report.html in the kept folder, or in target/demo]
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

impl Arguments {
    fn report(&self) -> PathBuf {
        let folder = || self.keep.clone().unwrap_or_else(|| target().join("demo"));
        self.report.clone().unwrap_or_else(|| folder().join("report.html"))
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let tongue = match arguments.lang {
        Language::Zh => Tongue::Zh,
        Language::En => Tongue::En,
    };
    if let Some(provider) = &arguments.provider {
        return ended(tongue, business::play(provider, tongue, &mut std::io::stdout()).map(drop));
    }
    let report = Some(arguments.report());
    let options = Options { tongue, guard: !arguments.guard_off, keep: arguments.keep.clone(), report };
    let out = &mut std::io::stdout();
    ended(
        tongue,
        match &arguments.biller {
            Some(biller) => one_biller::play(biller, &options, out),
            None => play(&options, out).map(drop),
        },
    )
}

fn ended(tongue: Tongue, result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n✗ {}{failure}", tongue.pick("故事沒有照預期結束:", "The story did not end as it should: "));
            ExitCode::FAILURE
        }
    }
}
