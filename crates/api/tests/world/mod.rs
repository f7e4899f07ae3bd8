//! The world of these tests: a business with one installed application.

use slotkeeper_api::webhooks::WirePayloads;
use slotkeeper_app::accounts::sign_up;
use slotkeeper_app::applications::register;
use slotkeeper_app::clock::{Clock, SystemClock};
use slotkeeper_app::consent::grant::{grant, new_api_key};
use slotkeeper_app::passwords::{Cost, Passwords};
use slotkeeper_app::secrets::Vault;
use slotkeeper_app::{App, AppConfig, random};
use slotkeeper_domain::account::{AccountKind, Languages, Role};
use slotkeeper_domain::permission::PermissionSet;
use slotkeeper_domain::retry_policy::RetryPolicy;
use slotkeeper_domain::secret::{ApiKey, SecretKey};
use slotkeeper_domain::time::Zone;
use slotkeeper_outgoing::Policy;
use slotkeeper_store::tables::accounts::Account;
use slotkeeper_store::tables::applications::Application;
use slotkeeper_store::tables::authorizations::{Authorization, GrantedBy};
use slotkeeper_store::tables::users::User;
use slotkeeper_store::{Location, Store, StoreError};
use std::sync::Arc;

/// A world with one application, and a key with just these permissions.
pub async fn key_with(permissions: PermissionSet) -> (App, tempfile::TempDir, ApiKey, SecretKey) {
    key_with_clock(permissions, Arc::new(SystemClock)).await
}

/// The same, at the time of this clock.
pub async fn key_with_clock(
    permissions: PermissionSet,
    clock: Arc<dyn Clock>,
) -> (App, tempfile::TempDir, ApiKey, SecretKey) {
    let folder = tempfile::tempdir().unwrap();
    let app = App::new(AppConfig {
        store: Store::open(&Location::Sqlite { path: folder.path().join("test.sqlite") }).await.unwrap(),
        clock,
        vault: Vault::new([7; 32]),
        passwords: Passwords::new(Cost::Least, 1).unwrap(),
        public_url: "http://127.0.0.1".parse().unwrap(),
        most_customers: None,
        sign_up: slotkeeper_domain::sign_up::SignUpRules::default(),
        delivers_mail: false,
        sender: "no-reply@example.com".parse().unwrap(),
        call_rate: None,
        receivers: Policy::default(),
        retries: RetryPolicy::default(),
        items: Arc::new(WirePayloads),
    });
    let account = Account {
        id: random::id(),
        kind: AccountKind::Business,
        name: "Both at once".parse().unwrap(),
        country: None,
        zone: Zone::utc(),
        currency: None,
        languages: Languages::parse_list("en-GB").unwrap(),
        created_at: app.now(),
    };
    let owner = User {
        account: account.id.clone(),
        id: random::id(),
        email_address: "olivia@example.com".parse().unwrap(),
        name: "Olivia".parse().unwrap(),
        role: Role::Owner,
        password_hash: None,
        email_confirmed_at: None,
        created_at: app.now(),
    };
    let application = Application {
        account: account.id.clone(),
        id: random::id(),
        name: "Desk".parse().unwrap(),
        description: String::new(),
        callback_url: None,
        created_at: app.now(),
    };
    let authorization = Authorization {
        account: account.id.clone(),
        id: random::id(),
        developer: account.id.clone(),
        application: application.id.clone(),
        permissions,
        granted_by: GrantedBy::Owner(owner.id.clone()),
        created_at: app.now(),
        last_used_at: None,
    };
    let (api_key, secret_key) = (new_api_key(&application.id, &account.id), register::new_secret_key());
    let (unit, keys) = (app.clone(), (api_key.clone(), secret_key.clone()));
    app.store()
        .write(move |tx| {
            sign_up::create(tx, &account, &owner)?;
            register::create(tx, &unit, &owner.id, &application, &keys.1)?;
            grant(tx, &unit, &authorization, &keys.0)?;
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    (app, folder, api_key, secret_key)
}
