//! Time zone data from a folder of the operator: read, checked, and used by the whole program.

use crate::wording::Sentence;
use anyhow::{Context, ensure};
use slotkeeper_domain::time::{Edition, Zone, ZoneData, use_zone_data, zone_data};
use slotkeeper_store::Store;
use slotkeeper_store::tables::accounts;
use std::fs;
use std::io::Read;
use std::path::Path;

/// Maximum bytes of a zone file; the largest have a few thousand.
const MAX_FILE_BYTES: u64 = 256 * 1024;
const MAX_FILES: usize = 5_000;
/// Depth of folders, as in `America/Argentina/Ushuaia`.
const MAX_DEPTH: usize = 3;
/// Top-level folders that contain the same zones in other formats.
const OTHER_FORMS: [&str; 2] = ["posix", "right"];
/// Files that state the edition of the data, and the text before it.
const EDITIONS: [(&str, &str); 3] = [("tzdata.zi", "# version "), ("+VERSION", ""), ("version", "")];

/// Uses the data of this folder; the built-in data if `folder` is empty. Call it before any other use of a time zone.
/// The error is a sentence.
pub fn put_in_use(folder: &Path) -> anyhow::Result<()> {
    if !folder.as_os_str().is_empty() {
        let data = read(folder)
            .with_context(|| format!("the time zone data in {} cannot be used (time_zone_data)", folder.display()))?;
        use_zone_data(data).context("time_zone_data")?;
    }
    let data = zone_data();
    let edition = data.edition().map_or_else(|| "unknown".to_owned(), |edition| edition.to_string());
    let from = if folder.as_os_str().is_empty() { "built in".to_owned() } else { folder.display().to_string() };
    tracing::info!(edition, from, zones = data.names().count(), "time zone data");
    match (data.edition(), Edition::built_in()) {
        (None, _) => tracing::warn!(from, "the time zone data does not say which edition it is"),
        (Some(used), Some(built_in)) if used < built_in => {
            tracing::warn!(%used, %built_in, "the time zone data is older than the built-in data");
        }
        _ => {}
    }
    Ok(())
}

/// Reads a folder of files compiled by `zic`, such as `Europe/Lisbon`. The error is a sentence.
pub fn read(folder: &Path) -> anyhow::Result<ZoneData> {
    let mut zones = Vec::new();
    walk(folder, "", 1, &mut zones)?;
    ZoneData::new(edition(folder), zones).map_err(|error| anyhow::Error::msg(error.sentence()))
}

fn walk(folder: &Path, prefix: &str, depth: usize, zones: &mut Vec<(String, Vec<u8>)>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).context("it cannot be read: it must be a folder")? {
        let entry = entry?;
        let Some(name) = entry.file_name().to_str().filter(|name| is_name(name)).map(str::to_owned) else { continue };
        let (name, path) = (format!("{prefix}{name}"), entry.path());
        // Follows links: aliases are often links.
        let Ok(about) = fs::metadata(&path) else { continue };
        if about.is_dir() {
            if depth < MAX_DEPTH && !OTHER_FORMS.contains(&name.as_str()) {
                walk(&path, &format!("{name}/"), depth + 1, zones)?;
            }
        } else if about.is_file() && about.len() <= MAX_FILE_BYTES {
            ensure!(zones.len() < MAX_FILES, "there are more than {MAX_FILES} files in it");
            zones.push((name, fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?));
        }
    }
    Ok(())
}

/// Whether this can be a part of a zone's name.
fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte);
    !name.is_empty() && name.len() <= 40 && name.bytes().all(fits)
}

fn edition(folder: &Path) -> Option<Edition> {
    EDITIONS.into_iter().find_map(|(file, before)| {
        let mut beginning = String::new();
        fs::File::open(folder.join(file)).ok()?.take(100).read_to_string(&mut beginning).ok()?;
        beginning.lines().next()?.strip_prefix(before)?.trim().parse().ok()
    })
}

/// Checks that the data in use has the zone of every account; without it, none of the account's times could be
/// computed. The error lists the missing zones.
pub async fn check(store: &Store) -> anyhow::Result<()> {
    let used = store.read(accounts::zones).await?;
    let missing: Vec<String> = used.into_iter().filter(|name| Zone::named(name).is_err()).collect();
    ensure!(
        missing.is_empty(),
        "accounts of this database are in time zones that the time zone data does not have: {}. Use data that has them \
         (time_zone_data), or leave it empty for what is built in",
        missing.join(", ")
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_read_with_its_links_and_without_what_lies_beside() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let lisbon = Zone::named("Europe/Lisbon").unwrap();
        for place in ["Europe", "America/Argentina", "right/Europe"] {
            fs::create_dir_all(at(place)).unwrap();
        }
        for (name, bytes) in [
            ("Europe/Lisbon", lisbon.tzif()),
            ("America/Argentina/Ushuaia", Zone::named("America/Argentina/Ushuaia").unwrap().tzif()),
            ("right/Europe/Lisbon", b"TZif2 but wrong"),
            ("zone.tab", b"# a table"),
            ("leapseconds", b"# another"),
            ("tzdata.zi", b"# version 2099b\n# more\n"),
        ] {
            fs::write(at(name), bytes).unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink("Europe/Lisbon", at("Portugal")).unwrap();
        let data = read(folder.path()).unwrap();
        let names: Vec<String> = data.names().collect();
        assert_eq!(names, ["America/Argentina/Ushuaia", "Europe/Lisbon", "Portugal"]);
        assert_eq!(data.edition().unwrap().to_string(), "2099b");
        assert_eq!(data.get("Portugal").unwrap().rules_id(), lisbon.rules_id());

        fs::write(at("Europe/Paris"), b"TZif2 but wrong").unwrap();
        assert_eq!(read(folder.path()).unwrap_err().to_string(), "Europe/Paris cannot be read");
        let missing = read(&at("Europe/Nowhere")).unwrap_err();
        assert!(missing.to_string().contains("must be a folder"), "{missing}");
    }
}
