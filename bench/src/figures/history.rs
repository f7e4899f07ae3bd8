//! A past and a near future for the demo's business, written into the SQLite file while no server runs.
//!
//! The rows are copies of a booking that the demo made through the server's own code, and of everything that refers to
//! it, with ids, numbers and times of their own: whatever a booking consists of, these have it too.
//!
//! The demo's own products have too few seats for a load, so the business also gets a ferry: twice a day, with
//! [`SEATS`] seats.

use super::template::Template;
use crate::load::Dice;
use anyhow::bail;
use jiff::ToSpan;
use jiff::civil::{Date, Time, time};
use jiff::tz::TimeZone;
use rusqlite::{Connection, params};
use std::fs::File;
use std::path::Path;

/// The seats of each ferry.
pub const SEATS: u32 = 2_000;

/// How many bookings there are in the month ahead, whatever the past: a list of that month finds the same.
const PRESENT: u32 = 300;

/// How many years the past has.
const YEARS: i64 = 5;

/// The past ends so many days ago; the demo has its own bookings since then.
const GAP_DAYS: i64 = 40;

/// How many bookings one transaction writes.
const TRANSACTION: u32 = 50_000;

/// Every so many bookings there is a new customer; the others are of customers who were there before.
const NEW_CUSTOMER: u32 = 4;

/// How many of the customers may come again.
const REGULARS: usize = 512;

/// What the load has to know.
#[derive(Debug)]
pub struct Ferry {
    /// The day that it is for the business.
    pub today: Date,
    pub product: String,
    /// Its two series, one in the morning and one in the afternoon.
    pub series: [String; 2],
    /// Numbers of bookings of the month ahead.
    pub numbers: Vec<String>,
    /// How many rows were written.
    pub rows: u64,
}

/// Fills the database of a demo that does not run. `cruise` is the demo's product that becomes the ferry.
pub fn fill(file: &Path, cruise: &str, past: u32) -> anyhow::Result<Ferry> {
    let db = Connection::open(file)?;
    // It is written down for good at the end. The keys of other tables are checked as the server does it.
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

    /// Adds the ferry to the catalogue.
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

    /// Spreads so many bookings evenly over the ferries from one day to another.
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
            // Up to thirty days ahead, and an hour ago at the latest.
            let minutes = i64::try_from(1 + self.dice.below(30 * 24 * 60))?;
            self.book((starts_at - minutes * 60_000).min(now - 3_600_000))?;
        }
        Ok(())
    }

    /// One booking and everything that refers to it.
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

    /// The position of somebody among the regulars: a new customer, or one who was there before.
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
        // How the past was listed before it was there: no page token is as old as that, and the server would sweep it for long.
        self.db.execute("DELETE FROM listed_before", [])?;
        Ok(())
    }
}

/// When the ferries go.
const STARTS: [Time; 2] = [time(9, 0, 0, 0), time(15, 0, 0, 0)];

/// Numbers of bookings, all different and in no order, as the server draws them.
fn booking_number(position: u32) -> String {
    const LEAST: u128 = 10_000_000_000_000;
    // A step that has no divisor in common with the range meets every number of it once.
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
