//! Past and upcoming bookings for the demo's business, written into the SQLite file while no server runs.
//!
//! The rows are copies of a booking made by the server's own code, and of every row that refers to it, with their own
//! ids, numbers and times.
//!
//! The demo's products have too few seats for a load, so the business also gets a ferry: twice a day, with [`SEATS`]
//! seats.

use super::template::Template;
use crate::load::Dice;
use anyhow::bail;
use jiff::ToSpan;
use jiff::civil::{Date, Time, time};
use jiff::tz::TimeZone;
use rusqlite::{Connection, params};
use std::fs::File;
use std::path::Path;

pub const SEATS: u32 = 2_000;

/// Bookings of the coming month, independent of the past, so that a list of that month always finds the same number.
const PRESENT: u32 = 300;

const YEARS: i64 = 5;

/// Days between the past and today; the demo has bookings of its own there.
const GAP_DAYS: i64 = 40;

/// Bookings per transaction.
const TRANSACTION: u32 = 50_000;

/// Every so many bookings there is a new customer.
const NEW_CUSTOMER: u32 = 4;

/// Number of customers who may book again.
const REGULARS: usize = 512;

/// What the load needs to know.
#[derive(Debug)]
pub struct Ferry {
    /// Today in the business's time zone.
    pub today: Date,
    pub product: String,
    /// Its two schedules, in the morning and in the afternoon.
    pub series: [String; 2],
    /// Booking numbers of the coming month.
    pub numbers: Vec<String>,
    /// Rows written.
    pub rows: u64,
}

/// Fills the database of a stopped demo. `cruise` is the product that becomes the ferry.
pub fn fill(file: &Path, cruise: &str, past: u32) -> anyhow::Result<Ferry> {
    let db = Connection::open(file)?;
    // Made durable at the end. Foreign keys are checked as by the server.
    db.execute_batch("PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON; PRAGMA cache_size = -262144;")?;
    db.set_prepared_statement_cache_capacity(64);
    let mut writer = Writer::new(&db, cruise)?;
    db.execute_batch("BEGIN IMMEDIATE")?;
    writer.add_ferry(cruise)?;
    let today = crate::now().to_zoned_datetime(writer.zone.clone()).date();
    let first = today.checked_sub(YEARS.years())?;
    writer.sail(past, first, today.checked_sub(GAP_DAYS.days())?)?;
    writer.numbers.clear();
    writer.sail(PRESENT, today.checked_add(1.day())?, today.checked_add(29.days())?)?;
    writer.finish()?;
    let (product, series, numbers, rows) = (writer.product, writer.series, writer.numbers, writer.rows);
    db.execute_batch("COMMIT")?;
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    db.close().map_err(|(_, error)| error)?;
    File::open(file)?.sync_all()?;
    Ok(Ferry { today, product, series, numbers, rows })
}

struct Customer {
    id: String,
    name: String,
}

struct Writer<'a> {
    db: &'a Connection,
    account: String,
    zone: TimeZone,
    product: String,
    series: [String; 2],
    booking: Template,
    customer: Template,
    person: serde_json::Value,
    payment: Template,
    change: Template,
    event: Template,
    claim: Template,
    changes: i64,
    made: u32,
    customers: u32,
    regulars: Vec<Customer>,
    numbers: Vec<String>,
    rows: u64,
    dice: Dice,
}

impl<'a> Writer<'a> {
    fn new(db: &'a Connection, cruise: &str) -> anyhow::Result<Self> {
        let booking = Template::read(
            db,
            "booking",
            "product_id = ?1 AND application_id IS NOT NULL AND paid > 0 AND canceled_at IS NULL AND changed_at IS NULL
             ORDER BY created_at, number",
            [cruise],
        )?;
        let (account, number) = (booking.text("account_id")?, booking.text("number")?);
        let of_account = |table: &str, column: &str, id: &str| {
            Template::read(db, table, &format!("account_id = ?1 AND {column} = ?2"), [account.as_str(), id])
        };
        let customer = of_account("customer", "id", &booking.text("customer_id")?)?;
        let payment = of_account("payment", "booking_number", &number)?;
        let change = of_account("change", "thing = 'booking' AND kind = 'created' AND thing_id", &number)?;
        let event = of_account("event", "id", &booking.text("event_id")?)?;
        let claim = of_account("seat_claim", "holder_kind = 'booking' AND holder_id", &number)?;
        let (zone, changes): (String, i64) =
            db.query_row("SELECT time_zone, change_count FROM account WHERE id = ?1", [&account], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        let mut dice = Dice::new()?;
        #[expect(
            clippy::disallowed_methods,
            reason = "it knows the server only by its API, and not what zones that uses"
        )]
        let zone = TimeZone::get(&zone)?;
        Ok(Self {
            db,
            zone,
            product: id(&mut dice, 21),
            series: [id(&mut dice, 21), id(&mut dice, 21)],
            person: serde_json::from_str(&customer.text("person")?)?,
            account,
            booking,
            customer,
            payment,
            change,
            event,
            claim,
            changes,
            made: 0,
            customers: 0,
            regulars: Vec::new(),
            numbers: Vec::new(),
            rows: 0,
            dice,
        })
    }

    fn add_ferry(&mut self, cruise: &str) -> anyhow::Result<()> {
        let condition = "account_id = ?1 AND kind = 'product' AND id = ?2";
        let mut item = Template::read(self.db, "catalogue_item", condition, [&self.account, cruise])?;
        let mut body: serde_json::Value = serde_json::from_str(&item.text("body")?)?;
        body["id"] = self.product.as_str().into();
        body["code"] = "FERRY".into();
        let Some(all) = body.pointer_mut("/kind/fixed/series").and_then(|series| series.as_array_mut()) else {
            bail!("product {cruise} of the demo has no series");
        };
        let Some(mut one) = all.pop() else { bail!("product {cruise} of the demo has no series") };
        for (id, starts) in self.series.iter().zip(STARTS) {
            one["id"] = id.as_str().into();
            one["seats"] = SEATS.into();
            one["schedule"]["starts"] = starts.to_string().into();
            one["schedule"]["pattern"] = 0b111_1111.into();
            all.push(one.clone());
        }
        item.set("id", self.product.clone())?;
        item.set("position", 1_000)?;
        item.set("body", body.to_string())?;
        item.copy(self.db, [])?;
        let version = "UPDATE account SET catalogue_version = catalogue_version + 1 WHERE id = ?1";
        self.db.execute(version, [&self.account])?;
        self.booking.set("product_id", self.product.clone())?;
        self.event.set("seats", i64::from(SEATS))
    }

    /// Spreads bookings evenly over the ferries from `first` to `last`.
    fn sail(&mut self, bookings: u32, first: Date, last: Date) -> anyhow::Result<()> {
        let mut ferries = Vec::new();
        for day in first.series(1.day()).take_while(|day| *day <= last) {
            for (series, starts) in self.series.iter().zip(STARTS) {
                ferries.push((format!("{}_{series}_{day}", self.product), day, starts));
            }
        }
        let count = u64::try_from(ferries.len())?;
        let share = |position: u64| position * u64::from(bookings) / count;
        for ((event, day, starts), position) in ferries.into_iter().zip(0..) {
            let booked = u32::try_from(share(position + 1) - share(position))?;
            if booked > 0 {
                self.ferry(&event, day, starts, booked)?;
            }
        }
        Ok(())
    }

    /// One ferry and its bookings.
    fn ferry(&mut self, event: &str, day: Date, starts: Time, bookings: u32) -> anyhow::Result<()> {
        let starts_at = day.to_datetime(starts).to_zoned_datetime(self.zone.clone())?.timestamp().as_millisecond();
        let length = self.booking.number("ends_at")? - self.booking.number("starts_at")?;
        let taken = self.claim.number("seats")? * i64::from(bookings);
        let day = day.to_string();
        self.event
            .copy(self.db, [("id", event.to_owned().into()), ("day", day.clone().into()), ("taken", taken.into())])?;
        self.rows += 1;
        self.booking.set("event_id", event.to_owned())?;
        self.booking.set("starts_at", starts_at)?;
        self.booking.set("ends_at", starts_at + length)?;
        self.claim.set("event_id", event.to_owned())?;
        self.claim.set("day", day)?;
        let now = crate::now().as_millisecond();
        for _ in 0..bookings {
            // Created up to thirty days before, and at least an hour ago.
            let minutes = i64::try_from(1 + self.dice.below(30 * 24 * 60))?;
            self.book((starts_at - minutes * 60_000).min(now - 3_600_000))?;
        }
        Ok(())
    }

    /// A booking and every row that refers to it.
    fn book(&mut self, at: i64) -> anyhow::Result<()> {
        if self.made.is_multiple_of(TRANSACTION) && self.made > 0 {
            self.db.execute_batch("COMMIT; BEGIN IMMEDIATE")?;
        }
        let customer = self.customer(at)?;
        let Customer { id, name } = &self.regulars[customer];
        let (id, name) = (id.clone(), name.clone());
        let number = booking_number(self.made);
        let reference = format!("PAST-{}", self.made);
        self.booking.copy(
            self.db,
            [
                ("number", number.clone().into()),
                ("customer_id", id.clone().into()),
                ("title", name.clone().into()),
                ("external_ref", reference.clone().into()),
                ("created_at", at.into()),
                ("touched_at", at.into()),
            ],
        )?;
        self.claim.copy(self.db, [("holder_id", number.clone().into())])?;
        self.change("booking", &number, at)?;
        let payment = self::id(&mut self.dice, 16);
        let description = format!("Lighthouse cruise ({number})");
        self.payment.copy(
            self.db,
            [
                ("id", payment.clone().into()),
                ("booking_number", number.clone().into()),
                ("customer_id", id.clone().into()),
                ("received_at", at.into()),
                ("created_at", at.into()),
                ("description", description.clone().into()),
            ],
        )?;
        self.change("payment", &payment, at)?;
        self.made += 1;
        self.rows += 3;
        self.numbers.push(number);
        Ok(())
    }

    /// The index of a new or a returning customer.
    fn customer(&mut self, at: i64) -> anyhow::Result<usize> {
        if !self.made.is_multiple_of(NEW_CUSTOMER) {
            return Ok(self.dice.below(self.regulars.len()));
        }
        self.customers += 1;
        let last_name = format!("{:07}", self.customers);
        let (id, name) = (id(&mut self.dice, 21), format!("Customer {last_name}"));
        let address = format!("customer.{last_name}@travellers.example");
        self.person["first_name"] = "Customer".into();
        self.person["last_name"] = last_name.as_str().into();
        self.person["email_address"] = address.as_str().into();
        let person = self.person.to_string();
        self.customer.copy(
            self.db,
            [
                ("id", id.clone().into()),
                ("person", person.clone().into()),
                ("first_name", "customer".to_owned().into()),
                ("last_name", last_name.clone().into()),
                ("full_name", name.to_lowercase().into()),
                ("email_address", address.clone().into()),
                ("created_at", at.into()),
            ],
        )?;
        self.rows += 1;
        self.change("customer", &id, at)?;
        let customer = Customer { id, name };
        let position = usize::try_from(self.customers)? % REGULARS;
        if position < self.regulars.len() {
            self.regulars[position] = customer;
            return Ok(position);
        }
        self.regulars.push(customer);
        Ok(self.regulars.len() - 1)
    }

    fn change(&mut self, thing: &str, id: &str, at: i64) -> anyhow::Result<()> {
        self.changes += 1;
        let number = self.changes;
        self.rows += 1;
        self.change.copy(
            self.db,
            [
                ("number", number.into()),
                ("at", at.into()),
                ("thing", thing.to_owned().into()),
                ("thing_id", id.to_owned().into()),
            ],
        )
    }

    fn finish(&mut self) -> anyhow::Result<()> {
        self.db.execute("UPDATE account SET change_count = ?2 WHERE id = ?1", params![self.account, self.changes])?;
        // Triggers have logged the copies; no page token is that old, and the sweep would take long.
        self.db.execute("DELETE FROM listed_before", [])?;
        Ok(())
    }
}

/// Departures of the ferry.
const STARTS: [Time; 2] = [time(9, 0, 0, 0), time(15, 0, 0, 0)];

/// Unique booking numbers in no order, as the server draws them.
fn booking_number(position: u32) -> String {
    const LEAST: u128 = 10_000_000_000_000;
    // A step coprime to the range visits every number once.
    const STEP: u128 = 55_623_058_987_489;
    (LEAST + u128::from(position + 1) * STEP % (9 * LEAST)).to_string()
}

fn id(dice: &mut Dice, length: usize) -> String {
    const ALPHABET: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    (0..length).map(|_| char::from(ALPHABET[dice.below(ALPHABET.len())])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn numbers_of_bookings_are_different_and_have_fourteen_digits() {
        let numbers: BTreeSet<String> = (0..100_000).map(booking_number).collect();
        assert_eq!(numbers.len(), 100_000);
        assert!(numbers.iter().all(|number| number.len() == 14 && !number.starts_with('0')));
    }
}
