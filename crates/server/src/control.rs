//! Orders of the command line: open an account, invite to sign up.
//!
//! PostgreSQL can be opened beside a running server, SQLite cannot: one process at a time has the file. So a server on SQLite
//! takes orders on a socket in its data folder, which only its owner can reach; where none listens, no server runs, and the
//! command opens the database itself.

#[cfg(unix)]
mod socket;

use crate::cli::{AccountCommand, CreateArgs};
use crate::config::Config;
use crate::wording::Sentence;
use crate::{logging, serve};
use serde::{Deserialize, Serialize};
use slotkeeper_app::App;
use slotkeeper_app::accounts::invitation;
use slotkeeper_app::accounts::open::{Opening, open};
use slotkeeper_domain::account::{AccountKind, Language, Languages};
use slotkeeper_domain::time::Zone;
use slotkeeper_outgoing::OwnAddresses;
use std::io::Write;
use std::str::FromStr;

#[cfg(unix)]
pub use socket::{ControlSocket, listen};

/// No server takes orders where there are no such sockets; commands then need it stopped.
#[cfg(not(unix))]
pub fn listen(_path: &std::path::Path, _app: &App) -> Option<()> {
    None
}

/// An order as it was typed. It is read where it is obeyed.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum ControlCommand {
    Create {
        kind: String,
        name: String,
        owner: String,
        email: String,
        country: Option<String>,
        zone: Option<String>,
        currency: Option<String>,
        languages: Option<String>,
        mail: bool,
    },
    Invite {
        kind: String,
    },
}

/// Gives the order and prints what came of it.
///
/// # Errors
/// Why nothing was done, as a sentence.
pub async fn give(command: AccountCommand) -> anyhow::Result<()> {
    let (order, server) = match command {
        AccountCommand::Create(CreateArgs {
            kind,
            name,
            owner,
            email,
            country,
            zone,
            currency,
            languages,
            mail,
            server,
        }) => {
            let kind = AccountKind::from(kind).as_str().to_owned();
            (ControlCommand::Create { kind, name, owner, email, country, zone, currency, languages, mail }, server)
        }
        AccountCommand::Invite(args) => {
            (ControlCommand::Invite { kind: AccountKind::from(args.kind).as_str().to_owned() }, args.server)
        }
    };
    let mut config = Config::load(server.config.as_deref(), std::env::vars_os())?;
    server.apply_to(&mut config)?;
    // What a command prints is its answer; the log is for what goes wrong.
    "warn".clone_into(&mut config.log.filter);
    logging::init(&config.log)?;
    config.follow(config.listen);
    let answer = match ask_server(&config, &order).await? {
        Some(answer) => answer,
        None => {
            let itself = OwnAddresses::at(config.public_url.as_str(), config.listen);
            let app = serve::open(&config, config.outgoing.way_out(false, itself).policy().clone()).await?;
            let answer = obey(&app, order).await;
            app.store().close().await;
            answer
        }
    };
    let said = answer.map_err(anyhow::Error::msg)?;
    writeln!(std::io::stdout(), "{said}")?;
    Ok(())
}

/// Has a running server obey; nothing if none listens.
async fn ask_server(config: &Config, order: &ControlCommand) -> anyhow::Result<Option<Result<String, String>>> {
    #[cfg(unix)]
    if config.database_url.is_empty() {
        return socket::ask(&config.orders_socket(), order).await;
    }
    Ok(None)
}

/// Does what was ordered. What is printed, or why nothing was done.
async fn obey(app: &App, order: ControlCommand) -> Result<String, String> {
    match order {
        ControlCommand::Invite { kind } => {
            let kind: AccountKind = kind.parse().map_err(|_| "there is no such kind of account".to_owned())?;
            let path = match kind {
                AccountKind::Business => "/sign-up/business",
                AccountKind::Developer => "/sign-up/developer",
                AccountKind::Portal => {
                    return Err("nobody signs up as a portal: use `slotkeeper account create`".into());
                }
            };
            let token = invitation::invite(app, kind).await.map_err(|error| error.to_string())?;
            Ok(app.address_of(&format!("{path}?invitation={}", token.expose())))
        }
        ControlCommand::Create { kind, name, owner, email, country, zone, currency, languages, mail } => {
            let kind: AccountKind = kind.parse().map_err(|_| "there is no such kind of account".to_owned())?;
            let (country, zone, currency, languages) = match kind {
                AccountKind::Developer => {
                    if country.is_some() || zone.is_some() || currency.is_some() || languages.is_some() {
                        return Err("a developer's account has no --country, --zone, --currency or --languages".into());
                    }
                    (None, Zone::utc(), None, Languages::only(Language::BRITISH_ENGLISH))
                }
                AccountKind::Business | AccountKind::Portal => {
                    let zone = Zone::named(&needed("--zone", zone)?)
                        .map_err(|_| "--zone: there is no such time zone; one looks like Europe/Lisbon")?;
                    let languages = Languages::parse_list(&needed("--languages", languages)?)
                        .map_err(|_| "--languages: tags such as pt-PT,en-GB are needed, each once")?;
                    let country = read("--country", &needed("--country", country)?)?;
                    (Some(country), zone, Some(read("--currency", &needed("--currency", currency)?)?), languages)
                }
            };
            let opening = Opening {
                kind,
                name: read("--name", &name)?,
                country,
                zone,
                currency,
                languages,
                owner: read("--owner", &owner)?,
                email_address: read("--email", &email)?,
                by_mail: mail,
            };
            let link = open(app, opening).await.map_err(|error| error.sentence())?;
            Ok(if mail {
                "The link to choose a password was handed to the mail server.".into()
            } else {
                link.to_string()
            })
        }
    }
}

fn needed(option: &str, value: Option<String>) -> Result<String, String> {
    value.ok_or_else(|| format!("{option} is needed for such an account"))
}

fn read<T: FromStr<Err: Sentence>>(option: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|problem: T::Err| format!("{option}: {}", problem.sentence()))
}
