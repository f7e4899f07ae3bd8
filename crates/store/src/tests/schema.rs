//! The real schema, and preparing every statement on both engines.

use super::{Place, on_both_engines};
use crate::statements::EVERY;
use crate::{Store, StoreError};

on_both_engines! {
    async fn every_statement_prepares(place) {
        let store = Store::open(&place.location()).await.expect("the real schema");
        let mut wrong = Vec::new();
        for (module, statements) in EVERY {
            for (name, sql) in *statements {
                let sql = *sql;
                // One unit each, because PostgreSQL cannot continue a transaction after an error.
                if let Err(error) = store.write_unlogged(move |tx| tx.check(sql)).await {
                    wrong.push(format!("{module}::{name}: {error}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    async fn the_check_itself_finds_mistakes(place) {
        crate::sql::statements! {
            NO_COLUMN = "SELECT wrong FROM account WHERE id = ?1";
            GAP = "SELECT id FROM account WHERE id = ?2";
        }
        let store = Store::open(&place.location()).await.expect("the real schema");
        for (name, sql) in ALL {
            let sql = *sql;
            let checked: Result<(), StoreError> = store.write_unlogged(move |tx| tx.check(sql)).await;
            assert!(checked.is_err(), "{name}");
        }
    }
}

#[test]
fn every_module_of_tables_is_in_the_list() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tables");
    for entry in std::fs::read_dir(folder).expect("the folder of tables") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a file");
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
        let listed = EVERY
            .iter()
            .any(|(module, _)| module.ends_with(&format!(" {stem}")) || module.ends_with(&format!("::{stem}")));
        assert!(listed || !text.contains("statements! {"), "{stem} is not named in statements.rs");
    }
}
