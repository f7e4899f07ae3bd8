//! The demo's example data.

use super::blocks::Blocks;
use super::bookings::{Bookings, DemoActors};
use super::catalogue::Offer;
use super::credentials::{ApiKeys, Credentials, CustomerLogIn, LogIn, Portal, Products};
use super::customers;
use super::discounts::DemoDiscounts;
use slotkeeper_app::accounts::sign_up;
use slotkeeper_app::applications::register;
use slotkeeper_app::consent::grant::{grant, new_api_key};
use slotkeeper_app::passwords::Asker;
use slotkeeper_app::subaccounts::adopt::adopt;
use slotkeeper_app::{App, random, users};
use slotkeeper_domain::account::{AccountKind, ContactDetails, Languages, PhoneKind, Role};
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::permission::{Permission, PermissionSet, Scope};
use slotkeeper_domain::secret::{ApiKey, HashedPassword, Password, SecretKey};
use slotkeeper_domain::time::{Instant, Zone};
use slotkeeper_store::Tx;
use slotkeeper_store::tables::accounts::{self, Account};
use slotkeeper_store::tables::applications::Application;
use slotkeeper_store::tables::authorizations::{Authorization, GrantedBy};
use slotkeeper_store::tables::catalogue;
use slotkeeper_store::tables::users::User;

/// All rows of the demo, made up but not yet written, and its credentials.
pub(super) struct Demo {
    pub(super) credentials: Credentials,
    /// Accounts with their owners, the business first.
    accounts: Vec<(Account, User)>,
    portal: (Account, User),
    subaccounts: Vec<(Account, User)>,
    /// Further members of the business's team.
    people: Vec<User>,
    contact: ContactDetails,
    application: Application,
    secret_key: SecretKey,
    grants: Vec<(Authorization, ApiKey)>,
    offer: Offer,
    discounts: DemoDiscounts,
    bookings: Bookings,
    blocks: Blocks,
    customer_password: HashedPassword,
}

/// A user with a password short enough to type.
struct Person {
    user: User,
    password: String,
}

impl Person {
    fn log_in(&self) -> LogIn {
        LogIn {
            account_id: self.user.account.to_string(),
            username: self.user.email_address.to_string(),
            password: self.password.clone(),
        }
    }
}

async fn person(app: &App, account: &Account, name: &str, address: &str, role: Role) -> anyhow::Result<Person> {
    let password = random::id_characters(12).to_lowercase();
    let user = User {
        account: account.id.clone(),
        id: random::id(),
        email_address: address.parse()?,
        name: name.parse().map_err(anyhow::Error::msg)?,
        role,
        password_hash: Some(
            app.passwords().hash(Asker::Within(&account.id, None), Password::new(password.as_str())).await?,
        ),
        email_confirmed_at: Some(app.now()),
        created_at: app.now(),
    };
    Ok(Person { user, password })
}

fn account(kind: AccountKind, name: &str, now: Instant) -> anyhow::Result<Account> {
    Ok(Account {
        id: random::id(),
        kind,
        name: name.parse().map_err(anyhow::Error::msg)?,
        country: Some("PT".parse()?),
        zone: Zone::named("Europe/Lisbon")?,
        currency: Some("EUR".parse()?),
        languages: Languages::parse_list("en-GB,pt-PT")?,
        created_at: now,
    })
}

impl Demo {
    /// Makes up all data; writes nothing.
    pub(super) async fn invent(app: &App) -> anyhow::Result<Self> {
        let now = app.now();
        let business = account(AccountKind::Business, "Harbour Lights Kayaks", now)?;
        let portal = account(AccountKind::Portal, "Coastline Experiences", now)?;
        let developer = Account {
            zone: Zone::utc(),
            currency: None,
            languages: Languages::parse_list("en-GB")?,
            ..account(AccountKind::Developer, "Pier Nine Software", now)?
        };
        let owner = person(app, &business, "Olivia Owner", "owner@harbourlights.example", Role::Owner).await?;
        let manager = person(app, &business, "Marco Manager", "manager@harbourlights.example", Role::Manager).await?;
        let staff = person(app, &business, "Sofia Staff", "staff@harbourlights.example", Role::Staff).await?;
        let author = person(app, &developer, "Dana Developer", "dev@piernine.example", Role::Owner).await?;
        let head = person(app, &portal, "Paula Portal", "portal@coastline.example", Role::Owner).await?;

        let application = Application {
            account: developer.id.clone(),
            id: random::id(),
            name: "Harbour Desk".parse().map_err(anyhow::Error::msg)?,
            description: "Shows your tours at the tourist offices around the harbour and brings their bookings back."
                .to_owned(),
            callback_url: None,
            created_at: now,
        };
        let grant_to = |account: &Account, by: &Person, permissions: PermissionSet| {
            let authorization = Authorization {
                account: account.id.clone(),
                id: random::id(),
                developer: developer.id.clone(),
                application: application.id.clone(),
                permissions,
                granted_by: GrantedBy::Owner(by.user.id.clone()),
                created_at: now,
                last_used_at: None,
            };
            (authorization, new_api_key(&application.id, &account.id))
        };
        let [all, own, read] = [everything(), its_own(), reading()].map(|set| grant_to(&business, &owner, set));
        let in_portal = grant_to(&portal, &head, Permission::ALL.into_iter().collect());

        let mut subaccounts = Vec::new();
        for (name, address) in
            [("Cliff Walks", "cliffs@coastline.example"), ("Surf School Praia", "surf@coastline.example")]
        {
            let subaccount = account(AccountKind::Business, name, now)?;
            let owner = person(app, &subaccount, name, address, Role::Owner).await?.user;
            subaccounts.push((subaccount, owner));
        }

        let mut offer = Offer::invent(&business, now)?;
        let currency = business.currency.ok_or_else(|| anyhow::anyhow!("the business has no currency"))?;
        let discounts = DemoDiscounts::invent(currency)?;
        offer.catalogue.promotions.clone_from(&discounts.promotions);
        let bookings = Bookings::invent(&offer, &business, now)?;
        let blocks = Blocks::invent(&offer, &business, now)?;
        let secret_key = register::new_secret_key();
        let password = random::id_characters(12).to_lowercase();
        let customer_password =
            app.passwords().hash(Asker::Within(&business.id, None), Password::new(password.as_str())).await?;
        let customer = CustomerLogIn { email_address: customers::with_password(), password };
        let credentials = Credentials {
            authappid: application.id.to_string(),
            secret_key: secret_key.expose().to_owned(),
            api_keys: ApiKeys {
                all: all.1.expose().to_owned(),
                own: own.1.expose().to_owned(),
                read: read.1.expose().to_owned(),
            },
            business: owner.log_in(),
            manager: manager.log_in(),
            staff: staff.log_in(),
            developer: author.log_in(),
            portal: Portal {
                log_in: head.log_in(),
                api_key: in_portal.1.expose().to_owned(),
                subaccounts: subaccounts.iter().map(|(account, _)| account.id.to_string()).collect(),
            },
            products: Products {
                fixed: vec![offer.tour.to_string(), offer.cruise.to_string()],
                fixed_course: vec![offer.course.to_string()],
                flexible_time: vec![offer.coaching.to_string()],
            },
            customer: Some(customer),
        };
        let accounts = vec![(business, owner.user), (developer, author.user)];
        Ok(Self {
            credentials,
            accounts,
            portal: (portal, head.user),
            subaccounts,
            people: vec![manager.user, staff.user],
            contact: contact(),
            application,
            secret_key,
            grants: vec![all, own, read, in_portal],
            offer,
            discounts,
            bookings,
            blocks,
            customer_password,
        })
    }

    /// Writes all data in a transaction.
    pub(super) fn write(&self, tx: &mut Tx, app: &App) -> anyhow::Result<()> {
        tx.keep_past_times();
        let (portal, head) = &self.portal;
        for (account, owner) in self.accounts.iter().chain([&self.portal]).chain(&self.subaccounts) {
            sign_up::create(tx, account, owner)?;
        }
        let by = Actor::User(portal.id.clone(), head.id.clone());
        for (subaccount, _) in &self.subaccounts {
            adopt(tx, &portal.id, &subaccount.id, &by, portal.created_at)?;
        }
        for (account, owner) in self.accounts.iter().take(1) {
            accounts::set_details(tx, &account.id, &account.name, &self.contact)?;
            for user in &self.people {
                users::invite::add(tx, &owner.id, user)?;
            }
        }
        for (account, author) in self.accounts.iter().filter(|(account, _)| account.id == self.application.account) {
            debug_assert_eq!(account.kind, AccountKind::Developer);
            register::create(tx, app, &author.id, &self.application, &self.secret_key)?;
        }
        for (authorization, api_key) in &self.grants {
            grant(tx, app, authorization, api_key)?;
        }
        if let (Some((account, owner)), Some(manager)) = (self.accounts.first(), self.people.first()) {
            catalogue::put(tx, &account.id, &self.offer.catalogue)?;
            let owner = Actor::User(account.id.clone(), owner.id.clone());
            tx.record(owner.change(&account.id, account.created_at, Subject::catalogue(&account.id), Kind::Updated));
            self.discounts.give_out(tx, account, &owner)?;
            let (application, customer_password) = (&self.application, &self.customer_password);
            let actors = DemoActors { account, application, manager, customer_password };
            self.bookings.write(tx, app, &actors)?;
            let through = Actor::Application(self.application.account.clone(), self.application.id.clone());
            self.blocks.write(tx, app, account, (&through, &actors.manager()))?;
        }
        Ok(())
    }
}

fn contact() -> ContactDetails {
    let text = |text: &str| Some(text.to_owned());
    ContactDetails {
        email_address: text("hello@harbourlights.example"),
        phone_number: text("+351 210 000 000"),
        phone_kind: Some(PhoneKind::Work),
        website_url: text("https://harbourlights.example"),
        legal_identifiers: text("VAT PT599999990"),
        address1: text("Cais do Farol 4"),
        address2: None,
        city: text("Lisboa"),
        state: None,
        postcode: text("1100-001"),
        description: text("Guided paddling under the lighthouse since 2009."),
        logo_url: text("https://harbourlights.example/logo.png"),
    }
}

/// Every permission a business can grant.
fn everything() -> PermissionSet {
    let largest = |permission: &Permission| {
        !matches!(permission, Permission::SubaccountsRw)
            && !Permission::ALL.iter().any(|other| other.implied().contains(permission))
    };
    Permission::ALL.into_iter().filter(largest).collect()
}

/// Access to what the application itself created, and availability.
fn its_own() -> PermissionSet {
    let fits =
        |permission: &Permission| permission.scope() == Scope::Own || matches!(permission, Permission::AvailabilityR);
    Permission::ALL.into_iter().filter(fits).collect()
}

/// Read access, and availability.
fn reading() -> PermissionSet {
    use Permission::{AvailabilityR, BlocksRAll, BookingsRAll, CustomersRAll, PaymentsRAll};
    [CustomersRAll, BookingsRAll, BlocksRAll, PaymentsRAll, AvailabilityR].into_iter().collect()
}
