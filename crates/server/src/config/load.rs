//! Merges the configuration: defaults, then the file, then the environment.
//!
//! The annotated default file is the list of options; a default's type is the option's type. Options are merged one
//! at a time, so that an error names the line or variable it comes from. No message repeats a value, because it may
//! be a secret.

use super::{Config, DEFAULT_FILE};
use serde::Deserialize;
use std::ffi::OsString;
use std::io;
use std::mem::discriminant;
use std::path::{Path, PathBuf};
use thiserror::Error;
use toml::de::DeTable;
use toml::{Table, Value};

const PREFIX: &str = "SLOTKEEPER_";

/// Variables with our prefix that are not options.
const NOT_OPTIONS: [&str; 2] = ["SLOTKEEPER_CONFIG", crate::master_key::ENVIRONMENT];

/// Variables with our prefix that other programs set: Kubernetes for a service called slotkeeper, and test programs.
const FOREIGN: [&str; 3] = ["SLOTKEEPER_SERVICE_", "SLOTKEEPER_PORT", "SLOTKEEPER_TEST_"];

/// An error in a configuration, as a sentence for the operator.
#[derive(Debug, Error)]
pub enum ConfigError {
    #[error("The configuration file {} cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{place}: {message}")]
    Wrong {
        /// File and line, or the variable.
        place: String,
        /// What the value has to be.
        message: String,
    },
}

impl Config {
    /// Loads the configuration from a file, if there is one, and the environment, such as `std::env::vars_os()`.
    /// Without `file`, the one that `SLOTKEEPER_CONFIG` names is read.
    ///
    /// # Errors
    /// When a named file cannot be read, or an option is unknown or has an invalid value.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        let variables = ours(environment)?;
        let named = variables.iter().find(|(name, _)| name == NOT_OPTIONS[0]).map(|(_, path)| Path::new(path));

        let mut layers = Layers::new()?;
        if let Some(path) = file.or(named) {
            let unreadable = |source| ConfigError::Unreadable { path: path.to_owned(), source };
            let text = std::fs::read_to_string(path).map_err(unreadable)?;
            layers.lay_file(&path.display().to_string(), &text)?;
        }
        for (name, text) in &variables {
            if !NOT_OPTIONS.contains(&name.as_str()) {
                layers.lay_variable(name, text)?;
            }
        }
        Ok(layers.config)
    }
}

/// The variables with our prefix. Variables of other programs may contain anything, also invalid UTF-8.
fn ours(environment: impl IntoIterator<Item = (OsString, OsString)>) -> Result<Vec<(String, String)>, ConfigError> {
    let mut variables = Vec::new();
    for (name, value) in environment {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else { continue };
        if FOREIGN.iter().any(|prefix| name.starts_with(prefix)) {
            continue;
        }
        let value = value.into_string().map_err(|_| wrong(name, "must be text in UTF-8"))?;
        variables.push((name.to_owned(), value));
    }
    Ok(variables)
}

/// An option's section, if it has one, and its name.
type Name<'a> = (Option<&'a str>, &'a str);

struct Layers {
    known: Table,
    table: Table,
    config: Config,
}

impl Layers {
    fn new() -> Result<Self, ConfigError> {
        let broken = |error: toml::de::Error| wrong("config.default.toml", error.message());
        let known: Table = DEFAULT_FILE.parse().map_err(broken)?;
        let config = Config::deserialize(known.clone()).map_err(broken)?;
        Ok(Self { table: known.clone(), known, config })
    }

    fn lay_file(&mut self, name: &str, text: &str) -> Result<(), ConfigError> {
        let place = |offset: usize| {
            let line = text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1;
            format!("{name}, line {line}")
        };
        let broken =
            |error: toml::de::Error| wrong(&place(error.span().map_or(text.len(), |span| span.start)), error.message());
        let values: Table = text.parse().map_err(broken)?;
        // Parsed a second time for the positions.
        let places = DeTable::parse(text).map_err(broken)?;
        for (key, inner) in places.get_ref() {
            let place_of_key = place(key.span().start);
            let Some(value) = values.get(key.get_ref().as_ref()) else { continue };
            let section = key.get_ref().as_ref();
            if !self.known.get(section).is_some_and(Value::is_table) && !value.is_table() {
                self.set((None, section), value.clone(), &place_of_key)?;
                continue;
            }
            let (Some(options), Some(places)) = (value.as_table(), inner.get_ref().as_table()) else {
                return Err(wrong(&place_of_key, format!("`{section}` is a section and is written [{section}]")));
            };
            if !self.known.get(section).is_some_and(Value::is_table) {
                return Err(wrong(&place_of_key, format!("there is no section [{section}]. {}", self.sections())));
            }
            for key in places.keys() {
                let option = key.get_ref().as_ref();
                if let Some(value) = options.get(option) {
                    self.set((Some(section), option), value.clone(), &place(key.span().start))?;
                }
            }
        }
        Ok(())
    }

    fn lay_variable(&mut self, variable: &str, text: &str) -> Result<(), ConfigError> {
        let options = all(&self.known);
        let Some(((section, name), like)) = options.into_iter().find(|(option, _)| variable_of(*option) == variable)
        else {
            return Err(wrong(variable, "there is no such option. `slotkeeper config` explains all options"));
        };
        let value = match like {
            Value::Integer(_) => Value::Integer(text.parse().map_err(|_| wrong(variable, "must be a whole number"))?),
            Value::Array(_) => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                Value::Array(parts.map(|part| Value::String(part.to_owned())).collect())
            }
            _ => Value::String(text.to_owned()),
        };
        let (section, name) = (section.map(str::to_owned), name.to_owned());
        self.set((section.as_deref(), &name), value, variable)
    }

    /// Sets one option, replacing its earlier value.
    fn set(&mut self, option: Name<'_>, value: Value, place: &str) -> Result<(), ConfigError> {
        let (section, name) = option;
        let Some((_, like)) = all(&self.known).into_iter().find(|(known, _)| *known == option) else {
            return Err(wrong(place, self.unknown(option)));
        };
        let path = section.map_or_else(|| name.to_owned(), |section| format!("{section}.{name}"));
        if discriminant(like) != discriminant(&value) {
            let kind = match like {
                Value::Integer(_) => "a whole number",
                Value::Array(_) => "a list in square brackets",
                _ => "text in quotation marks",
            };
            return Err(wrong(place, format!("`{path}` must be {kind}")));
        }
        let table = match section {
            Some(section) => self.table.get_mut(section).and_then(Value::as_table_mut),
            None => Some(&mut self.table),
        };
        if let Some(table) = table {
            table.insert(name.to_owned(), value);
        }
        self.config = Config::deserialize(self.table.clone())
            .map_err(|error| wrong(place, format!("`{path}`: {}", error.message())))?;
        Ok(())
    }

    /// The message for an unknown option, naming the section in which an option of this name exists.
    fn unknown(&self, (section, name): Name<'_>) -> String {
        let here = section.map_or_else(|| "outside a section".to_owned(), |section| format!("in [{section}]"));
        let elsewhere = all(&self.known).into_iter().map(|(option, _)| option).find(|(_, known)| *known == name);
        let hint = match elsewhere {
            Some((Some(section), _)) => format!("It belongs in the section [{section}]"),
            Some((None, _)) => "It belongs at the top of the file, before the first section".to_owned(),
            None => "`slotkeeper config` explains all options".to_owned(),
        };
        format!("there is no option `{name}` {here}. {hint}")
    }

    fn sections(&self) -> String {
        let names = self.known.iter().filter(|(_, value)| value.is_table()).map(|(name, _)| format!("[{name}]"));
        format!("The sections are {}", names.collect::<Vec<_>>().join(", "))
    }
}

fn all(known: &Table) -> Vec<(Name<'_>, &Value)> {
    let mut options = Vec::new();
    for (key, value) in known {
        match value {
            Value::Table(section) => {
                options.extend(section.iter().map(|(name, value)| ((Some(&**key), &**name), value)))
            }
            value => options.push(((None, &**key), value)),
        }
    }
    options
}

fn variable_of((section, name): Name<'_>) -> String {
    let section = section.map(|section| format!("{section}_")).unwrap_or_default();
    format!("{PREFIX}{section}{name}").to_uppercase()
}

fn wrong(place: &str, message: impl Into<String>) -> ConfigError {
    ConfigError::Wrong { place: place.to_owned(), message: message.into() }
}

#[cfg(test)]
mod tests;
