//! `slotkeeper demo`: a server with example data, for a developer's machine and for CI.

mod blocks;
mod bookings;
mod catalogue;
mod credentials;
mod customers;
mod discounts;
mod fill;

use crate::cli::DemoArgs;
use crate::config::{Config, PublicUrl};
use crate::http::Limits;
use crate::node::{Node, document};
use crate::{descriptors, http, logging, serve, signals};
use anyhow::Context;
use credentials::{Amounts, Credentials};
use slotkeeper_api::cors::Origins;
use slotkeeper_app::App;
use slotkeeper_app::secrets::Usage;
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::visibility::Visibility;
use slotkeeper_outgoing::OwnAddresses;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::booking_search::BookingSearch;
use slotkeeper_store::tables::{accounts, booking_search as stored, catalogue as kept, server_facts};
use slotkeeper_web::Web;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// Starts the demo, fills a new database, prints addresses and log-ins, and serves until it is asked to stop. The
/// error is a sentence.
pub async fn demo(args: DemoArgs) -> anyhow::Result<()> {
    // First, so that a demo that is stopped while it starts removes its folder.
    let stop = signals::stop()?;
    let listener = http::listen(args.listen).with_context(|| {
        format!(
            "cannot listen on {}; is the address one of this machine, and free? Choose another one with --listen",
            args.listen
        )
    })?;
    let address = listener.local_addr()?;
    let temporary = match &args.data_dir {
        Some(_) => None,
        None => Some(temporary_folder()?),
    };
    let folder = args.data_dir.as_deref().or(temporary.as_ref().map(tempfile::TempDir::path));
    let mut config = Config { public_url: PublicUrl::http(address), ..Config::default() };
    config.data_dir = folder.unwrap_or(Path::new(".")).to_owned();
    if let Some(url) = &args.database_url {
        config.database_url = url.read()?;
    }
    if let Some(folder) = &args.time_zone_data {
        config.time_zone_data.clone_from(folder);
    }
    if let Some(retries) = &args.retry_seconds {
        config.webhooks.retries.clone_from(retries);
    }
    config.log.filter = "warn".to_owned();
    // High enough never to slow down a client, but set, so that clients see the rate limit headers.
    config.limits.api_calls_per_minute = 6_000_000;
    config.limits.api_burst = 100_000;
    logging::init(&config.log)?;

    let outgoing = config.outgoing.client(true, OwnAddresses::at(config.public_url.as_str(), address));
    let app = serve::open(&config, outgoing.policy().clone()).await.map_err(|error| explain(error, &args))?;
    let credentials = credentials(&app).await?;
    let amounts = amounts(&app, &credentials).await?;
    let web_url = app.address_of("");
    if let Some(path) = &args.credentials_file {
        credentials.write_to(path, &web_url)?;
    }
    std::io::stdout().write_all(credentials.announce(&web_url, args.data_dir.as_deref(), amounts).as_bytes())?;
    std::io::stdout().flush()?;

    let web = Web {
        document: document(&app),
        app,
        trusted_proxies: args.trusted_proxies.into(),
        demo: true,
        installation: Arc::default(),
    };
    let limits = Limits {
        connections: descriptors::connections(config.limits.connections, config.database_connections),
        ..Limits::default()
    };
    let node = Node { web, mailer: None, outgoing: Some(outgoing), origins: Origins::None, limits };
    node.run(listener, stop).await?;
    Ok(())
}

/// Explains a wrong master key: a temporary folder has a new one each time, so a database that is kept needs a folder
/// that is kept.
fn explain(error: anyhow::Error, args: &DemoArgs) -> anyhow::Error {
    if args.database_url.is_some() && args.data_dir.is_none() {
        error.context("a demo on a database of its own that is to be started again needs --data-dir for its master key")
    } else {
        error
    }
}

/// The row of `fact` that holds the demo's credentials, sealed.
const FACT: &str = "demo-credentials";

/// The demo's credentials; fills the database if it has none. Data and credentials are written in one transaction, so
/// a demo that is killed meanwhile starts again from an empty database.
async fn credentials(app: &App) -> anyhow::Result<Credentials> {
    let sealed = app.store().read(|db| server_facts::find(db, FACT)).await?;
    if let Some(sealed) = sealed {
        return Ok(serde_json::from_str(&app.vault().open(Usage::Demo, &sealed)?)?);
    }
    let demo = fill::Demo::invent(app).await?;
    let credentials = demo.credentials.clone();
    let sealed = app.vault().seal(Usage::Demo, &serde_json::to_string(&credentials)?);
    let unit = app.clone();
    let written = app
        .store()
        .write(move |tx| {
            if accounts::any(tx)? {
                return Ok(false);
            }
            demo.write(tx, &unit)?;
            server_facts::insert(tx, FACT, &sealed)?;
            Ok::<_, anyhow::Error>(true)
        })
        .await
        .context("the example data could not be written")?;
    anyhow::ensure!(
        written,
        "there are accounts in this database already, and the demo shows everybody's e-mails. Give it a folder and a \
         database of its own"
    );
    Ok(credentials)
}

/// The numbers of products and bookings of the business.
async fn amounts(app: &App, credentials: &Credentials) -> anyhow::Result<Amounts> {
    let account: AccountId = credentials.business.account_id.parse()?;
    let search = BookingSearch { starts: None, touched: None, product: None, cancelled: true };
    let amounts = app.store().read(move |db| {
        let products = kept::load(db, &account)?.products.len();
        let bookings = stored::count(db, &account, &Visibility::All, &search)?;
        Ok::<_, StoreError>(Amounts { products, bookings })
    });
    Ok(amounts.await?)
}

/// A folder that only this user can open, removed with the demo.
fn temporary_folder() -> std::io::Result<tempfile::TempDir> {
    let mut folder = tempfile::Builder::new();
    folder.prefix("slotkeeper-demo-");
    #[cfg(unix)]
    folder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    folder.tempdir()
}

#[cfg(test)]
mod tests;
