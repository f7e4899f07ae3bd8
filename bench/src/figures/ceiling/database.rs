//! The ceiling's database: the server's SQLite settings (`store/src/sqlite/connection.rs`), and as few tables as
//! possible.

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Row, params};
use serde::Serialize;
use std::path::Path;

/// An existing key.
pub(super) const KEY: &str = "ACEILING0000000000000000000000000000500";

const TABLES: &str = "
CREATE TABLE api_key (key TEXT NOT NULL PRIMARY KEY, account_id TEXT NOT NULL, permissions TEXT NOT NULL,
                      creation_time TEXT NOT NULL);
CREATE TABLE slot (starts_at BIGINT NOT NULL PRIMARY KEY, product_id TEXT NOT NULL, event_id TEXT NOT NULL,
                   start_time TEXT NOT NULL, end_time TEXT NOT NULL, seats BIGINT NOT NULL, taken BIGINT NOT NULL);
CREATE TABLE booking (
    starts_at BIGINT NOT NULL, number TEXT NOT NULL, event_id TEXT NOT NULL, start_time TEXT NOT NULL,
    end_time TEXT NOT NULL, customer_id TEXT NOT NULL, title TEXT NOT NULL, external_ref TEXT, adults BIGINT NOT NULL,
    children BIGINT NOT NULL, canceled BOOLEAN NOT NULL, accepted BOOLEAN NOT NULL, creation_time TEXT NOT NULL,
    creation_agent TEXT, product_name TEXT NOT NULL, product_id TEXT NOT NULL, private_event BOOLEAN NOT NULL,
    gross TEXT NOT NULL, net TEXT NOT NULL, taxes TEXT NOT NULL, paid TEXT NOT NULL, currency TEXT NOT NULL,
    tax_id TEXT NOT NULL, no_show BOOLEAN NOT NULL, PRIMARY KEY (starts_at, number));
CREATE TABLE event (id TEXT NOT NULL PRIMARY KEY, taken BIGINT NOT NULL);
CREATE TABLE seat_claim (event_id TEXT NOT NULL, holder_id TEXT NOT NULL, seats BIGINT NOT NULL,
                         PRIMARY KEY (event_id, holder_id));
CREATE TABLE customer (id TEXT NOT NULL PRIMARY KEY, first_name TEXT NOT NULL, last_name TEXT NOT NULL);
CREATE TABLE taken_booking (number TEXT NOT NULL PRIMARY KEY, event_id TEXT NOT NULL, product_id TEXT NOT NULL,
                            customer_id TEXT NOT NULL, title TEXT NOT NULL);
CREATE TABLE change (number BIGINT NOT NULL PRIMARY KEY, thing TEXT NOT NULL, thing_id TEXT NOT NULL);
";

const KEYS: u32 = 1_000;
const SLOTS: u32 = 10_000;
const BOOKINGS: u32 = 100_000;
const PRODUCT: &str = "CEILINGPRODUCT0000000";

/// Creates the file, with enough rows that lookups take some time.
pub(super) fn make(file: &Path) -> rusqlite::Result<()> {
    let db = Connection::open(file)?;
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    let series = "CEILINGSERIES00000000";
    db.execute_batch("BEGIN")?;
    db.execute_batch(TABLES)?;
    for number in 0..KEYS {
        let key = format!("ACEILING{number:031}");
        db.prepare_cached("INSERT INTO api_key VALUES (?1, ?2, ?3, '2026-01-01T00:00:00+00:00')")?.execute(params![
            key,
            format!("ACCT{number:06}"),
            "availability_r,blocks_rwd_all,bookings_rwd_all,customers_rwd_all,payments_rw_all"
        ])?;
    }
    for number in 0..SLOTS {
        db.prepare_cached(
            "INSERT INTO slot VALUES (?1, ?2, ?3, '2026-01-01T09:00:00+00:00', '2026-01-01T10:30:00+00:00', 2000, 17)",
        )?
        .execute(params![number, PRODUCT, format!("{PRODUCT}_{series}_2026-01-01")])?;
    }
    for number in 0..BOOKINGS {
        db.prepare_cached(
            "INSERT INTO booking VALUES (?1, ?2, ?3, '2026-01-01T09:00:00+00:00', '2026-01-01T10:30:00+00:00', ?4, ?5, ?6,
                                         2, 1, FALSE, TRUE, '2025-12-24T12:00:00+00:00', 'Harbour Desk',
                                         'Lighthouse cruise', ?7, FALSE, '66', '60', '6', '66', 'EUR', 'CEILINGTAX', FALSE)",
        )?
        .execute(params![
            number,
            format!("{}", 10_000_000_000_000 + u64::from(number)),
            format!("{PRODUCT}_{series}_2026-01-01"),
            format!("CEILINGCUST{number:010}"),
            format!("Customer {number:07}"),
            format!("PAST-{number}"),
            PRODUCT,
        ])?;
    }
    db.execute_batch("COMMIT")?;
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

/// A read-only connection.
pub(super) fn reader(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    open(file, flags, "PRAGMA query_only = ON;")
}

/// A writing connection; a commit is durable when it returns.
pub(super) fn writer(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    open(
        file,
        flags,
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA wal_autocheckpoint = 0;
         PRAGMA journal_size_limit = 67108864;",
    )
}

fn open(file: &Path, flags: OpenFlags, settings: &str) -> rusqlite::Result<Connection> {
    let db = Connection::open_with_flags(file, flags)?;
    db.set_prepared_statement_cache_capacity(64);
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    db.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;")?;
    db.execute_batch(settings)?;
    Ok(db)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeyInfo<'a> {
    account_id: &'a str,
    permissions: Vec<&'a str>,
    creation_time: &'a str,
}

/// The permissions of a key.
pub(super) fn key(db: &Connection, key: &str) -> rusqlite::Result<Vec<u8>> {
    let mut statement =
        db.prepare_cached("SELECT account_id, permissions, creation_time FROM api_key WHERE key = ?1")?;
    statement.query_row([key], |row| {
        let permissions = text(row, 1)?.split(',').collect();
        let mut json = Vec::with_capacity(256);
        write(&mut json, &KeyInfo { account_id: text(row, 0)?, permissions, creation_time: text(row, 2)? })?;
        Ok(json)
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Slot<'a> {
    product_id: &'a str,
    event_id: &'a str,
    start_time: &'a str,
    end_time: &'a str,
    num_seats_available: i64,
    private_event: bool,
}

pub(super) fn slots(db: &Connection) -> rusqlite::Result<Vec<u8>> {
    let sql = "SELECT product_id, event_id, start_time, end_time, seats, taken FROM slot
               WHERE starts_at BETWEEN ?1 AND ?2 ORDER BY starts_at";
    page(db, sql, i64::from(SLOTS / 2), |row, json| {
        let slot = Slot {
            product_id: text(row, 0)?,
            event_id: text(row, 1)?,
            start_time: text(row, 2)?,
            end_time: text(row, 3)?,
            num_seats_available: row.get::<_, i64>(4)? - row.get::<_, i64>(5)?,
            private_event: false,
        };
        write(json, &slot)
    })
}

#[derive(Serialize)]
struct Money<'a> {
    amount: &'a str,
    currency: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PeopleNumber {
    people_category_id: &'static str,
    number: i64,
}

#[derive(Serialize)]
struct Participants {
    numbers: [PeopleNumber; 2],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Tax<'a> {
    tax_id: &'a str,
    amount: Money<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Price<'a> {
    total_gross: Money<'a>,
    total_net: Money<'a>,
    total_taxes: Money<'a>,
    total_paid: Money<'a>,
    taxes: [Tax<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Booking<'a> {
    booking_number: &'a str,
    event_id: &'a str,
    start_time: &'a str,
    end_time: &'a str,
    customer_id: &'a str,
    title: &'a str,
    external_ref: &'a str,
    participants: Participants,
    canceled: bool,
    accepted: bool,
    creation_time: &'a str,
    creation_agent: &'a str,
    product_name: &'a str,
    product_id: &'a str,
    options: [u8; 0],
    private_event: bool,
    price: Price<'a>,
    no_show: bool,
}

pub(super) fn bookings(db: &Connection) -> rusqlite::Result<Vec<u8>> {
    let sql = "SELECT number, event_id, start_time, end_time, customer_id, title, external_ref, adults, children, canceled,
                      accepted, creation_time, creation_agent, product_name, product_id, private_event, gross, net, taxes,
                      paid, currency, tax_id, no_show
               FROM booking WHERE starts_at BETWEEN ?1 AND ?2 ORDER BY starts_at, number";
    page(db, sql, i64::from(BOOKINGS / 2), |row, json| {
        let currency = text(row, 20)?;
        let money = |column| text(row, column).map(|amount| Money { amount, currency });
        let people =
            |people_category_id, column| row.get(column).map(|number| PeopleNumber { people_category_id, number });
        let booking = Booking {
            booking_number: text(row, 0)?,
            event_id: text(row, 1)?,
            start_time: text(row, 2)?,
            end_time: text(row, 3)?,
            customer_id: text(row, 4)?,
            title: text(row, 5)?,
            external_ref: text(row, 6)?,
            participants: Participants { numbers: [people("Cadults", 7)?, people("Cchildren", 8)?] },
            canceled: row.get(9)?,
            accepted: row.get(10)?,
            creation_time: text(row, 11)?,
            creation_agent: text(row, 12)?,
            product_name: text(row, 13)?,
            product_id: text(row, 14)?,
            options: [],
            private_event: row.get(15)?,
            price: Price {
                total_gross: money(16)?,
                total_net: money(17)?,
                total_taxes: money(18)?,
                total_paid: money(19)?,
                taxes: [Tax { tax_id: text(row, 21)?, amount: money(18)? }],
            },
            no_show: row.get(22)?,
        };
        write(json, &booking)
    })
}

/// The fifty rows from an offset on.
fn page(
    db: &Connection,
    sql: &str,
    first: i64,
    each: impl Fn(&Row<'_>, &mut Vec<u8>) -> rusqlite::Result<()>,
) -> rusqlite::Result<Vec<u8>> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([first, first + 49])?;
    let mut json = Vec::with_capacity(64 * 1024);
    json.extend_from_slice(br#"{"info":{"totalItems":50,"totalPages":1,"currentPage":1},"data":["#);
    let mut more = false;
    while let Some(row) = rows.next()? {
        if more {
            json.push(b',');
        }
        more = true;
        each(row, &mut json)?;
    }
    json.extend_from_slice(b"]}");
    Ok(json)
}

fn text<'a>(row: &'a Row<'_>, column: usize) -> rusqlite::Result<&'a str> {
    Ok(row.get_ref(column)?.as_str()?)
}

fn write(json: &mut Vec<u8>, value: &impl Serialize) -> rusqlite::Result<()> {
    serde_json::to_writer(json, value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}
