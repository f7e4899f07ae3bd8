use super::*;
use slotkeeper_api::webhooks::WirePayloads;
use slotkeeper_app::AppConfig;
use slotkeeper_app::clock::Clock;
use slotkeeper_app::passwords::{Asker, Cost, Passwords};
use slotkeeper_app::secrets::Vault;
use slotkeeper_domain::catalogue::ProductKind;
use slotkeeper_domain::id::ProductId;
use slotkeeper_domain::retry_policy::RetryPolicy;
use slotkeeper_domain::secret::Password;
use slotkeeper_domain::time::{Instant, Zone};
use slotkeeper_outgoing::Policy;
use slotkeeper_store::tables::booking_search::{self, BookingSearch};
use slotkeeper_store::tables::customer_search::{self, CustomerSearch, SearchBy, WhoIsMember};
use slotkeeper_store::tables::list_pages::RowRange;
use slotkeeper_store::tables::resourceblocks::{self, ResourceBlockSearch};
use slotkeeper_store::tables::seatblocks::{self, SeatBlockSearch};
use slotkeeper_store::tables::{customers, occupancy};
use slotkeeper_store::{Location, Store};
use std::sync::Arc;
use std::time::Duration;

/// A clock that stands still.
struct At(Instant);

impl Clock for At {
    fn now(&self) -> Instant {
        self.0
    }
}

async fn filled(at: Instant) -> (App, tempfile::TempDir, Credentials) {
    let folder = tempfile::tempdir().expect("a folder");
    let app = App::new(AppConfig {
        store: Store::open(&Location::Sqlite { path: folder.path().join("test.sqlite") }).await.expect("a store"),
        clock: Arc::new(At(at)),
        vault: Vault::new([7; 32]),
        passwords: Passwords::new(Cost::Least, 1).expect("passwords"),
        public_url: "http://127.0.0.1".parse().expect("an address"),
        most_customers: None,
        sign_up: slotkeeper_domain::sign_up::SignUpRules::default(),
        delivers_mail: false,
        sender: "no-reply@example.com".parse().expect("an address"),
        call_rate: None,
        receivers: Policy::default(),
        retries: RetryPolicy::default(),
        items: Arc::new(WirePayloads),
    });
    let credentials = credentials(&app).await.expect("a demo");
    (app, folder, credentials)
}

/// On every day of the week, at several times of the day, in summer and winter and over both changes of the clock.
#[tokio::test]
async fn the_demo_can_be_made_at_any_time() {
    for turn in 0_i64..14 {
        let at = Instant::from_millis(1_772_000_000_000 + turn * (25 * 24 + 7) * 3_600_000);
        let (app, _folder, credentials) = filled(at).await;
        let amounts = amounts(&app, &credentials).await.expect("amounts");
        assert_eq!(amounts.products, 5);
        assert!((50..=80).contains(&amounts.bookings), "{}", amounts.bookings);

        let account: AccountId = credentials.business.account_id.parse().expect("an id");
        let tour: ProductId = credentials.products.fixed[0].parse().expect("an id");
        let zone = Zone::named("Europe/Lisbon").expect("a zone");
        let (first, last) = (at, at.after(Duration::from_secs(28 * 24 * 60 * 60)));
        let (all, taken) = app
            .store()
            .read(move |db| {
                let catalogue = kept::load(db, &account)?;
                let tour = catalogue.product(&tour).expect("the tour").clone();
                let taken = occupancy::occupancies(db, &account, zone.date_of(first), zone.date_of(last), first)?;
                let ProductKind::Fixed { schedules } = &tour.kind else { panic!("the tour has events") };
                let mut all = 0;
                for schedule in schedules {
                    all += schedule.recurrence.between(first, last, tour.length, &zone).count();
                }
                let seats = SeatBlockSearch { starts: Some((first, last)), touched: None, product: None };
                assert_eq!(seatblocks::count(db, &account, &Visibility::All, &seats), Ok(1));
                let resources = ResourceBlockSearch { starts: Some((first, last)), touched: None, resource: None };
                let blocks = resourceblocks::list(db, &account, &Visibility::All, &resources, RowRange::first(10))?;
                // A member of the team made it and is named.
                assert_eq!(blocks.len(), 1);
                assert_eq!((blocks[0].application.as_ref(), blocks[0].created.agent.is_some()), (None, true));
                let taken = taken.into_iter().filter(|(event, _)| event.product == tour.id);
                Ok::<_, StoreError>((all, taken.map(|(_, standing)| standing).collect::<Vec<_>>()))
            })
            .await
            .expect("events");
        let with = |seats| taken.iter().filter(|standing| standing.taken == seats && !standing.private).count();
        let busy = taken.iter().filter(|standing| standing.taken > 0).count();
        assert!(with(8) >= 2 && with(7) >= 2, "full {}, nearly full {}", with(8), with(7));
        assert!(busy + 5 <= all, "{busy} of {all} have somebody");
        assert_eq!(taken.iter().filter(|standing| standing.private).count(), 1);
    }
}

#[tokio::test]
async fn credentials_of_an_older_program_can_be_read() {
    let (_app, _folder, credentials) = filled(Instant::from_millis(1_772_000_000_000)).await;
    let mut json = serde_json::to_value(&credentials).expect("JSON");
    json.as_object_mut().expect("an object").remove("products").expect("products");
    let read: Credentials = serde_json::from_value(json).expect("credentials");
    assert!(read.products.fixed.is_empty());
}

/// A no-show is cancelled by the member of the team who recorded it, and counts for the customer.
#[tokio::test]
async fn who_did_not_come_is_noted() {
    let at = Instant::from_millis(1_780_000_000_000);
    let (app, _folder, credentials) = filled(at).await;
    let account: AccountId = credentials.business.account_id.parse().expect("an id");
    let found = app
        .store()
        .read(move |db| {
            let whole = Some((at.before(Duration::from_secs(31 * 86_400)), at));
            let search = BookingSearch { starts: whole, touched: None, product: None, cancelled: true };
            let all = booking_search::list(db, &account, &Visibility::All, &search, RowRange::first(1_000))?;
            Ok::<_, StoreError>(all.into_iter().filter(|booking| booking.no_show).collect::<Vec<_>>())
        })
        .await
        .expect("bookings");
    assert_eq!(found.len(), 1);
    let cancelled = found[0].cancelled.as_ref().expect("cancelled");
    assert!(cancelled.agent.is_some() && cancelled.at == found[0].span.to, "{cancelled:?}");
}

#[tokio::test]
async fn the_demo_has_members_and_a_password() {
    let at = Instant::from_millis(1_780_000_000_000);
    let (app, _folder, credentials) = filled(at).await;
    let account: AccountId = credentials.business.account_id.parse().expect("an id");
    let known = credentials.customer.expect("a customer");
    let business = account.clone();
    let address = known.email_address;
    let today = Zone::named("Europe/Lisbon").expect("a zone").date_of(at);
    let (members, found, hash) = app
        .store()
        .read(move |db| {
            let search = |by, who| CustomerSearch { since: Instant::from_millis(0), by, who };
            let members = search(SearchBy::Everybody, WhoIsMember::Members(today));
            let known = search(SearchBy::EmailAddress(address.clone()), WhoIsMember::Both);
            let found = customer_search::list(db, &account, &Visibility::All, &known, at, RowRange::first(10))?;
            let hash = customers::password(db, &account, &found[0].customer.id)?.and_then(|(_, hash)| hash);
            Ok::<_, StoreError>((customer_search::count(db, &account, &Visibility::All, &members)?, found.len(), hash))
        })
        .await
        .expect("customers");
    assert_eq!((members, found), (5, 1));
    assert_eq!(
        app.passwords().verify(Asker::Within(&business, None), hash, Password::new(known.password)).await,
        Ok(true)
    );
}
