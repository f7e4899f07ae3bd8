//! Time zone data that whoever runs the server has put in place: read, checked, and used by the whole program.

use crate::wording::Sentence;
use anyhow::{Context, ensure};
use slotkeeper_domain::time::{Edition, Zone, ZoneData, use_zone_data, zone_data};
use slotkeeper_store::Store;
use slotkeeper_store::tables::accounts;
use std::fs;
use std::io::Read;
use std::path::Path;

/// How long a file can be that holds the rules of one zone; the longest are a few thousand bytes.
const LONGEST: u64 = 256 * 1024;
/// How many files are read.
const MOST_FILES: usize = 5_000;
/// How deep folders are: `America/Argentina/Ushuaia`.
const DEEPEST: usize = 3;
/// Folders at the top that hold the same zones once more, in other forms.
const OTHER_FORMS: [&str; 2] = ["posix", "right"];
/// The files in which a folder says which edition it is, and what is before it there.
const EDITIONS: [(&str, &str); 3] = [("tzdata.zi", "# version "), ("+VERSION", ""), ("version", "")];

/// Has the program use the data of this folder; what is built in, if none is named. To be called before anything else looks at
/// a clock.
///
/// # Errors
/// Why it cannot be used, as a sentence.
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
            tracing::warn!(%used, %built_in, "the time zone data is older than what is built in");
        }
        _ => {}
    }
    Ok(())
}

/// The data of a folder as `zic` compiles it and systems have it: `Europe/Lisbon` and the like.
///
/// # Errors
/// What is wrong with it, as a sentence.
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
        // Links to other names are files like others.
        let Ok(about) = fs::metadata(&path) else { continue };
        if about.is_dir() {
            if depth < DEEPEST && !OTHER_FORMS.contains(&name.as_str()) {
                walk(&path, &format!("{name}/"), depth + 1, zones)?;
            }
        } else if about.is_file() && about.len() <= LONGEST {
            ensure!(zones.len() < MOST_FILES, "there are more than {MOST_FILES} files in it");
            zones.push((name, fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?));
        }
    }
    Ok(())
}

/// Whether this can be a part of the name of a zone.
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

/// Makes sure that the data in use has the zone of every account: without its clock nothing of it can be read.
///
/// # Errors
/// Which zones are missing, as a sentence.
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
