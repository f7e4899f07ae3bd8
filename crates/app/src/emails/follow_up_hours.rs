//! When a business writes to its customers by itself, and for which products it does not.

use crate::App;
use crate::caller::Manager;
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::follow_up::FollowUps;
use slotkeeper_domain::id::ProductId;
use slotkeeper_store::tables::catalogue;
use slotkeeper_store::{StoreError, Tx};
use std::collections::HashSet;

/// A product, and whether its customers are left alone.
#[derive(Debug, Clone)]
pub struct ProductFollowUps {
    pub product: ProductId,
    /// Its name, in the main language of the business.
    pub name: String,
    /// Whether they are neither reminded nor thanked.
    pub quiet: bool,
}

/// The rules, and the products in the order of the business.
pub async fn read(app: &App, manager: &Manager) -> Result<(FollowUps, Vec<ProductFollowUps>), StoreError> {
    let (unit, account) = (app.clone(), manager.account.id.clone());
    let catalogue = app.store().read(move |db| unit.catalogues().of(db, &account)).await?;
    let language = manager.account.languages.default_language();
    let products = catalogue.products.iter().map(|product| ProductFollowUps {
        product: product.id.clone(),
        name: product.name.r#in(language).to_owned(),
        quiet: product.without_follow_ups,
    });
    Ok((catalogue.settings.follow_ups, products.collect()))
}

/// Has customers be written to by these rules, but not those of the products named; names of products that are not there say
/// nothing. Letters of bookings that were made before are asked about again when their time comes.
pub async fn put(
    app: &App,
    manager: &Manager,
    follow_ups: FollowUps,
    quiet: HashSet<ProductId>,
) -> Result<(), StoreError> {
    let (manager, now) = (manager.clone(), app.now());
    let write = move |tx: &mut Tx| {
        let account = &manager.account.id;
        let mut catalogue = catalogue::load_to_change(tx, account)?;
        catalogue.settings.follow_ups = follow_ups;
        catalogue::put_settings(tx, account, catalogue.settings)?;
        for product in &mut catalogue.products {
            let without = quiet.contains(&product.id);
            if product.without_follow_ups != without {
                product.without_follow_ups = without;
                catalogue::put_product(tx, account, product)?;
            }
        }
        tx.record(manager.change(now, Subject::catalogue(account), Kind::Updated));
        Ok::<_, StoreError>(())
    };
    app.store().write(write).await
}
