//! One command, from its words to the façade and back.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use paytaipei_app::export::{bills_csv, payments_csv};
use paytaipei_app::http::HttpsClient;
use paytaipei_app::ports::{AlwaysTry, Cellular, Connectivity, SystemClock, SystemEntropy};
use paytaipei_app::{
    AgreementView, BillQuery, Code, Config, Core, Error, PayTaipei, Phone, Result, billers, verify_receipt_file,
};

use crate::args::{AgreementCommand, Arguments, Command, ReceiptCommand, Table};
use crate::connection::{Knock, Modem};
use crate::output::Output;
use crate::scan;
use crate::vault::{FileVault, Presence};

pub fn run(arguments: Arguments, output: Output) -> Result<ExitCode> {
    match &arguments.command {
        Command::Billers { refresh: false } => {
            list_billers(&arguments, output)?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Scan { files } => return Ok(scan::run(files, output)),
        Command::Receipt { what: ReceiptCommand::Verify { file, keys: Some(keys) } } => {
            let (receipt, keys) = (scan::read_file(file)?, scan::read_file(keys)?);
            output.receipt(&verify_receipt_file(&receipt, &keys, output.lang())?);
            return Ok(ExitCode::SUCCESS);
        }
        _ => {}
    }
    let given = matches!(&arguments.command, Command::Pay { yes: true, .. } | Command::Consent { yes: true, .. });
    let presence = if given { Presence::Given } else { Presence::Ask };
    let core = open(&arguments, presence, output)?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|_| Error::new(Code::Internal))?;
    runtime.block_on(command(&core, arguments.command, output))?;
    // Lists leave out what is damaged; that something is, the person is told.
    if core.is_damaged() {
        return Err(Error::detailed(
            Code::StoreCorrupt,
            "rows_damaged",
            ["有些資料損壞，未列出", "some entries are damaged and were left out"],
            Some([
                "請連上網路後執行 sync，由平台取回；請勿重複繳納",
                "run `sync` once connected to fetch them from the platform; do not pay twice",
            ]),
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn data_folder(arguments: &Arguments) -> Result<PathBuf> {
    arguments.data.clone().map_or_else(default_folder, Ok)
}

/// What this phone knows of billers: without data of its own, what the release comes with.
fn list_billers(arguments: &Arguments, output: Output) -> Result<()> {
    let known = match data_folder(arguments) {
        Ok(data) if Core::is_in(&data) => {
            let phone = phone(&data, Presence::Ask, Arc::new(AlwaysTry));
            Core::open_in(&data, phone, output.lang())?.billers()?
        }
        _ => billers(output.lang()),
    };
    known.iter().for_each(|biller| output.biller(biller));
    Ok(())
}

fn phone(data: &Path, presence: Presence, connectivity: Arc<dyn Connectivity>) -> Phone {
    Phone {
        vault: Arc::new(FileVault::new(data, presence)),
        connectivity,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy::default()),
    }
}

fn open(arguments: &Arguments, presence: Presence, output: Output) -> Result<PayTaipei> {
    let data = data_folder(arguments)?;
    let extra_root = arguments.ca.as_deref().map(scan::read_file).transpose()?;
    let http = HttpsClient::new(&arguments.platform, extra_root.as_deref(), Arc::new(SystemClock))?;
    let (host, port) = http.address();
    make_private(&data)?;
    let phone = phone(&data, presence, Arc::new(Knock { host, port }));
    let config = Config { data, platform: arguments.platform.clone(), extra_root, lang: output.lang() };
    PayTaipei::open_with(&config, phone, Arc::new(http))
}

fn default_folder() -> Result<PathBuf> {
    let base = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"));
    base.or_else(home).map(|base| base.join("paytaipei")).ok_or_else(|| Code::StoreReadOnly.into())
}

/// The folder holds keys: nobody else looks in.
fn make_private(folder: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| match error.kind() {
        std::io::ErrorKind::StorageFull => Error::new(Code::StoreFull),
        _ => Error::new(Code::StoreReadOnly),
    })
}

async fn command(core: &PayTaipei, command: Command, output: Output) -> Result<()> {
    let by_anybody = matches!(
        command,
        Command::Verify { .. }
            | Command::Returned { .. }
            | Command::Billers { .. }
            | Command::County { .. }
            | Command::Receipt { what: ReceiptCommand::Verify { .. } }
    );
    if !by_anybody {
        core.require_verified()?;
    }
    match command {
        Command::Scan { .. } => {}
        Command::Billers { .. } => {
            core.refresh_catalogue().await?;
            core.billers()?.iter().for_each(|biller| output.biller(biller));
        }
        Command::County { county: None } => output.counties(&core.counties(), core.county()?.as_deref()),
        Command::County { county: Some(county) } => {
            core.choose_county(&county)?;
            output.counties(&core.counties(), Some(&county));
        }
        Command::Add { bill } => output.bill(&add(core, &bill)?),
        Command::Inquire { biller, fields } => {
            let found = match fields.as_slice() {
                [number] if !number.contains('=') => core.inquire(&biller, number).await?,
                fields => core.search(&biller, &named(fields)?).await?,
            };
            found.iter().for_each(|bill| output.bill(bill));
        }
        Command::Check { bill } => core.check(&bill).await?.iter().for_each(|bill| output.bill(bill)),
        Command::Household => {
            let checked = core.check_household().await?;
            checked.bills.iter().for_each(|bill| output.bill(bill));
            if let Some(failed) = checked.failed.into_iter().next() {
                return Err(failed.error);
            }
        }
        Command::Numbers => core.numbers()?.iter().for_each(|number| output.number(number)),
        Command::Remember { biller, number, nickname } => {
            output.number(&core.remember_number(&biller, &number, nickname.as_deref())?);
        }
        Command::Forget { biller, number } => {
            core.forget_number(&biller, &number)?;
            core.numbers()?.iter().for_each(|number| output.number(number));
        }
        Command::Verify { msisdn, method, cellular } => {
            let cellular = cellular.map(|program| Arc::new(Modem(program)) as Arc<dyn Cellular>);
            let mut steps = core.verify(&msisdn, method.into(), cellular);
            while let Some(step) = core.next_step(&mut steps).await {
                output.step(step)?;
            }
        }
        Command::Returned { link } => core.page_returned(&link)?,
        Command::Pay { bill, provider, from, when_confirmed, .. } => {
            let pay = if when_confirmed { Core::pay_when_confirmed } else { Core::pay_from };
            let payment = pay(core, &bill, &provider, from.as_deref())?;
            output.payment(&agree(core, payment.can_consent, payment)?);
        }
        Command::Providers { bill } => {
            refresh(core).await?;
            core.providers(&bill)?.iter().for_each(|provider| output.provider(provider));
        }
        Command::Deals => {
            refresh(core).await?;
            core.deals()?.iter().for_each(|deal| output.deal(deal));
        }
        Command::Agreement { what } => {
            let agreements = match what {
                AgreementCommand::List => agreements(core).await?,
                AgreementCommand::Link { provider, limit } => core.link_agreement(&provider, limit).await?,
                AgreementCommand::Limit { provider, dollars } => core.limit_agreement(&provider, dollars).await?,
                AgreementCommand::Unlink { provider } => core.unlink_agreement(&provider).await?,
            };
            agreements.iter().for_each(|agreement| output.agreement(agreement));
        }
        Command::Receipt { what: ReceiptCommand::Show { payment, qr } } => {
            if let Some(file) = qr {
                write_file(&file, &core.receipt_qr(&payment)?.png)?;
            }
            output.receipt(&core.receipt(&payment)?);
        }
        Command::Receipt { what: ReceiptCommand::Verify { file, .. } } => {
            output.receipt(&core.verify_receipt_file(&scan::read_file(&file)?)?);
        }
        Command::Find { words, status, biller, due } => {
            let mut query = BillQuery {
                text: words.join(" "),
                biller,
                status,
                due_within_days: due,
                ..BillQuery::first(BillQuery::MOST)
            };
            loop {
                let page = core.find_bills(&query)?;
                page.bills.iter().for_each(|bill| output.bill(bill));
                match page.next {
                    Some(next) => query.after = Some(next),
                    None => break,
                }
            }
        }
        Command::Reminders => core.reminders()?.iter().for_each(|reminder| output.reminder(reminder)),
        Command::Spending { picture } => {
            if let Some(file) = picture {
                write_file(&file, core.spending_picture()?.as_bytes())?;
            }
            core.spending()?.iter().for_each(|month| output.month(month));
        }
        Command::Ways { bill, barcodes } => {
            if let Some(file) = barcodes {
                write_file(&file, &core.bill_barcodes(&bill)?.picture.png)?;
            }
            core.other_ways(&bill)?.iter().for_each(|way| output.way(way));
        }
        Command::Consent { id, .. } => {
            output.payment(&core.payment(&id)?);
            output.payment(&core.consent(&id)?);
        }
        Command::Cancel { id } => output.payment(&core.cancel(&id)?),
        Command::Queue { follow: false } => core.queue()?.iter().for_each(|payment| output.payment(payment)),
        Command::Queue { follow: true } => return follow(core, output).await,
        Command::Sync { patience } => {
            let synced = core.sync(Duration::from_secs(patience)).await?;
            synced.payments.iter().for_each(|payment| output.payment(payment));
            if let Some(error) = synced.unreachable {
                return Err(error);
            }
        }
        Command::History { refresh } => {
            if refresh {
                core.ask_again()?;
                core.sync(Duration::from_secs(30)).await?.unreachable.map_or(Ok(()), Err)?;
            }
            core.history()?.iter().for_each(|payment| output.payment(payment));
        }
        Command::Show { id } => match core.payment(&id) {
            Ok(payment) => output.payment(&payment),
            Err(error) if error.code == Code::PaymentUnknown => output.bill(&core.bill(&id)?),
            Err(error) => return Err(error),
        },
        Command::Export { csv: None } => output.export(&core.export()?),
        Command::Export { csv: Some(Table::Payments) } => output.table(&payments_csv(&core.export()?.payments)),
        Command::Export { csv: Some(Table::Bills) } => output.table(&bills_csv(&core.export()?.bills)),
    }
    Ok(())
}

/// What is here does where the platform cannot be reached.
async fn refresh(core: &PayTaipei) -> Result<()> {
    match core.refresh().await {
        Err(error) if matches!(error.code, Code::Offline | Code::Timeout) => Ok(()),
        other => other,
    }
}

/// What is here does where the platform cannot be reached.
async fn agreements(core: &PayTaipei) -> Result<Vec<AgreementView>> {
    match core.refresh_agreements().await {
        Err(error) if matches!(error.code, Code::Offline | Code::Timeout) => core.agreements(),
        other => other,
    }
}

fn write_file(file: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(file, bytes).map_err(|_| Code::OutputFailed.into())
}

/// A file that is there, or a name that can only be a file's, is a picture; all else is a code's text.
fn add(core: &PayTaipei, bill: &str) -> Result<paytaipei_app::view::BillView> {
    let path = Path::new(bill);
    let looks_like_a_picture = path
        .extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| ["png", "jpg", "jpeg"].contains(&extension.to_ascii_lowercase().as_str()));
    if path.exists() || looks_like_a_picture { core.add_picture(&scan::read_file(path)?) } else { core.add_text(bill) }
}

/// `FIELD=VALUE` each.
fn named(fields: &[String]) -> Result<Vec<(String, String)>> {
    let pairs =
        fields.iter().map(|field| field.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())));
    match pairs.collect::<Option<Vec<_>>>() {
        Some(pairs) if !pairs.is_empty() => Ok(pairs),
        Some(_) => Err(Code::NumberMalformed.into()),
        None => Err(Code::FieldUnknown.into()),
    }
}

/// Agrees at once where the amount is known and somebody is there to agree; otherwise the payment waits for `consent`.
fn agree(
    core: &PayTaipei,
    asked: bool,
    payment: paytaipei_app::view::PaymentView,
) -> Result<paytaipei_app::view::PaymentView> {
    if !asked {
        return Ok(payment);
    }
    match core.consent(&payment.id) {
        Err(error) if error.code == Code::PresenceRefused => Ok(payment),
        other => other,
    }
}

async fn follow(core: &PayTaipei, output: Output) -> Result<()> {
    let mut stream = core.watch()?;
    let watching = async {
        loop {
            core.next(&mut stream).await?.iter().for_each(|payment| output.payment(payment));
        }
    };
    tokio::select! {
        ended = core.follow() => ended,
        ended = watching => ended,
    }
}
