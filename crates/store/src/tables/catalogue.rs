//! The catalogue of an account: few items, always read together.

use crate::{Json, Snapshot, StoreError, Tx, statements};
use serde::Serialize;
use serde::de::DeserializeOwned;
use slotkeeper_domain::catalogue::{
    BookingSettings, Catalogue, CustomField, PeopleCategory, Product, Promotion, ResourceType, Tax,
};
use slotkeeper_domain::id::AccountId;

statements! {
    VERSION = "SELECT catalogue_version FROM account WHERE id = ?1";
    ITEMS = "SELECT kind, body FROM catalogue_item WHERE account_id = ?1 ORDER BY kind, position, id LIMIT 10000";
    PUT = "INSERT INTO catalogue_item (account_id, kind, id, position, body) VALUES (?1, ?2, ?3, ?4, ?5)
           ON CONFLICT (account_id, kind, id) DO UPDATE SET position = excluded.position, body = excluded.body";
    PUT_LAST = "INSERT INTO catalogue_item (account_id, kind, id, position, body) VALUES (?1, ?2, ?3, (
                    SELECT COALESCE(MAX(position), -1) + 1 FROM catalogue_item WHERE account_id = ?1 AND kind = ?2), ?4)
                ON CONFLICT (account_id, kind, id) DO UPDATE SET body = excluded.body";
    NEXT_VERSION = "UPDATE account SET catalogue_version = catalogue_version + 1 WHERE id = ?1";
}

/// An item; `KIND` is the word in the column `kind`.
trait Item: Serialize + DeserializeOwned {
    const KIND: &'static str;

    fn id(&self) -> &str;
}

macro_rules! items {
    ($($type:ty = $kind:literal;)*) => {$(
        impl Item for $type {
            const KIND: &'static str = $kind;

            fn id(&self) -> &str {
                self.id.as_str()
            }
        }
    )*};
}

items! {
    Product = "product";
    PeopleCategory = "people_category";
    ResourceType = "resource_type";
    Tax = "tax";
    CustomField = "custom_field";
    Promotion = "promotion";
}

const SETTINGS: &str = "booking_settings";

/// The version of the account's catalogue, which changes with every write.
pub fn version(db: &mut Snapshot, account: &AccountId) -> Result<i64, StoreError> {
    Ok(db.one(VERSION, &[account], |row| row.next())?.unwrap_or(0))
}

/// The whole catalogue, in the order of the business.
pub fn load(db: &mut Snapshot, account: &AccountId) -> Result<Catalogue, StoreError> {
    let mut catalogue = Catalogue::default();
    db.all(ITEMS, &[account], |row| {
        let kind: String = row.next()?;
        match kind.as_str() {
            Product::KIND => catalogue.products.push(row.next::<Json<_>>()?.0),
            PeopleCategory::KIND => catalogue.categories.push(row.next::<Json<_>>()?.0),
            ResourceType::KIND => catalogue.resource_types.push(row.next::<Json<_>>()?.0),
            Tax::KIND => catalogue.taxes.push(row.next::<Json<_>>()?.0),
            CustomField::KIND => catalogue.custom_fields.push(row.next::<Json<_>>()?.0),
            Promotion::KIND => catalogue.promotions.push(row.next::<Json<_>>()?.0),
            SETTINGS => catalogue.settings = row.next::<Json<_>>()?.0,
            // Written by a newer version, during an upgrade.
            _ => {}
        }
        Ok(())
    })?;
    Ok(catalogue)
}

/// Locks the catalogue until the transaction ends, gives it a new version, and loads it.
pub fn load_to_change(tx: &mut Tx, account: &AccountId) -> Result<Catalogue, StoreError> {
    // The update locks the account's row, and invalidates the catalogues that nodes have cached.
    tx.run(NEXT_VERSION, &[account])?;
    load(tx, account)
}

/// Writes every item of a catalogue, overwriting those with the same ids, and gives it a new version.
pub fn put(tx: &mut Tx, account: &AccountId, catalogue: &Catalogue) -> Result<(), StoreError> {
    put_items(tx, account, &catalogue.products)?;
    put_items(tx, account, &catalogue.categories)?;
    put_items(tx, account, &catalogue.resource_types)?;
    put_items(tx, account, &catalogue.taxes)?;
    put_items(tx, account, &catalogue.custom_fields)?;
    put_items(tx, account, &catalogue.promotions)?;
    put_settings(tx, account, catalogue.settings)?;
    tx.run(NEXT_VERSION, &[account])?;
    Ok(())
}

/// Writes the settings of all products. Does not change the version: call [`load_to_change`] first.
pub fn put_settings(tx: &mut Tx, account: &AccountId, settings: BookingSettings) -> Result<(), StoreError> {
    tx.run(PUT, &[account, &SETTINGS, &SETTINGS, &0_i64, &Json(settings)]).map(drop)
}

/// Overwrites the product with the same id and keeps its position. Does not change the version: call [`load_to_change`]
/// first.
pub fn put_product(tx: &mut Tx, account: &AccountId, product: &Product) -> Result<(), StoreError> {
    tx.run(PUT_LAST, &[account, &Product::KIND, &product.id.as_str(), &Json(product)]).map(drop)
}

/// Overwrites the promotion with the same id or appends it, and gives the catalogue a new version.
pub fn put_promotion(tx: &mut Tx, account: &AccountId, promotion: &Promotion) -> Result<(), StoreError> {
    tx.batch(&[
        (NEXT_VERSION, &[account]),
        (PUT_LAST, &[account, &Promotion::KIND, &promotion.id.as_str(), &Json(promotion)]),
    ])?;
    Ok(())
}

fn put_items<T: Item>(tx: &mut Tx, account: &AccountId, items: &[T]) -> Result<(), StoreError> {
    for (position, item) in (0_i64..).zip(items) {
        tx.run(PUT, &[account, &T::KIND, &item.id(), &position, &Json(item)])?;
    }
    Ok(())
}
