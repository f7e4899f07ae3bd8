//! Control commands: open an account, invite to sign up.
//!
//! A PostgreSQL database can be opened beside a running server, an SQLite file cannot. So a server on SQLite takes
//! control commands on a socket in its data folder that only its owner can reach. If no server listens there, the
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

/// Without Unix sockets a server takes no control commands: it has to be stopped for them.
#[cfg(not(unix))]
pub fn listen(_path: &std::path::Path, _app: &App) -> Option<()> {
    None
}

/// A control command with its arguments as typed. The process that runs it parses them.
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

/// Runs the command, on the running server if there is one, and prints the result. The error is a sentence.
pub async fn run(command: AccountCommand) -> anyhow::Result<()> {
    let (command, server) = match command {
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
    // The command's result is printed; the log is only for problems.
    "warn".clone_into(&mut config.log.filter);
    logging::init(&config.log)?;
    config.derive_public_url(config.listen);
    let answer = match ask_server(&config, &command).await? {
        Some(answer) => answer,
        None => {
            let itself = OwnAddresses::at(config.public_url.as_str(), config.listen);
            let app = serve::open(&config, config.outgoing.client(false, itself).policy().clone()).await?;
            let answer = execute(&app, command).await;
            app.store().close().await;
            answer
        }
    };
    let text = answer.map_err(anyhow::Error::msg)?;
    writeln!(std::io::stdout(), "{text}")?;
    Ok(())
}

/// Sends the command to a running server; `None` if none listens.
async fn ask_server(config: &Config, command: &ControlCommand) -> anyhow::Result<Option<Result<String, String>>> {
    #[cfg(unix)]
    if config.database_url.is_empty() {
        return socket::ask(&config.control_socket(), command).await;
    }
    Ok(None)
}

/// Runs the command. `Ok` is the text to print, `Err` the reason why nothing was done.
async fn execute(app: &App, command: ControlCommand) -> Result<String, String> {
    match command {
        ControlCommand::Invite { kind } => {
            let kind: AccountKind = kind.parse().map_err(|_| "there is no such kind of account".to_owned())?;
            let path = match kind {
                AccountKind::Business => "/sign-up/business",
                AccountKind::Developer => "/sign-up/developer",
                AccountKind::Portal => {
                    return Err("a portal has no sign-up: use `slotkeeper account create`".into());
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
