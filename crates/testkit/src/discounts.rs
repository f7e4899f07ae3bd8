//! Promotions, coupons, vouchers and prepaid credit of a test's business.

use crate::server::TestServer;
use slotkeeper_app::clock::Clock;
use slotkeeper_app::promotions::put::PutError;
use slotkeeper_app::{credits, promotions, random, vouchers};
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::catalogue::{Covered, Discount, Promotion, Trigger};
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::money::Money;
use slotkeeper_domain::recurrence::Season;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::bookings;
use slotkeeper_store::tables::credits::PrepaidCredit;
use slotkeeper_store::tables::vouchers::{Voucher, Worth};
use slotkeeper_store::{StoreError, Tx};
use std::time::Duration;

/// A promotion for all products at all times: a percentage, such as `10`, or an amount in cents, such as `500c`.
/// `trigger` is `automatic`, `coupons`, or a promotion code.
#[must_use]
pub fn promotion(name: &str, trigger: &str, discount: &str) -> Promotion {
    Promotion {
        id: random::id(),
        name: name.to_owned(),
        enabled: true,
        trigger: match trigger {
            "automatic" => Trigger::Automatic,
            "coupons" => Trigger::Coupons,
            code => Trigger::Code(code.parse().unwrap()),
        },
        discount: match discount.strip_suffix('c') {
            Some(cents) => so_much("EUR", cents.parse().unwrap()),
            None => Discount::Part(discount.parse().unwrap()),
        },
        products: Covered::All,
        booked_from: None,
        booked_before: None,
        days: Season::default(),
        most_uses: None,
    }
}

/// The products with these comma-separated ids, or all of them when the text is empty.
#[must_use]
pub fn covered(products: &str) -> Covered {
    match products {
        "" => Covered::All,
        products => Covered::Only(products.split(',').map(|id| id.parse().unwrap()).collect()),
    }
}

impl TestServer {
    async fn give<E: From<StoreError> + std::fmt::Debug + Send + 'static>(
        &self,
        account: &str,
        unit: impl Fn(&mut Tx, &AccountId, Instant) -> Result<(), E> + Send + 'static,
    ) {
        let (account, now): (AccountId, _) = (account.parse().unwrap(), self.clock.now());
        self.store().write(move |tx| unit(tx, &account, now)).await.unwrap()
    }

    /// Writes a promotion of the account, or replaces it.
    pub async fn promote(&self, account: &str, promotion: &Promotion) {
        let promotion = promotion.clone();
        self.give(account, move |tx, account, now| promotions::put::put(tx, account, &Actor::System, now, &promotion))
            .await;
    }

    /// Removes the promotions of a booking. No page can delete a promotion, so the booking gets promotions the
    /// account never had.
    pub async fn lose_promotions_of(&self, account: &str, booking: &str) {
        let number: BookingNumber = booking.parse().unwrap();
        self.give(account, move |tx, account, now| {
            let mut booking = bookings::find(tx, account, &number)?.unwrap();
            for applied in &mut booking.details.discounts.promotions {
                applied.promotion = "LOSTPROMO1".parse().unwrap();
            }
            bookings::update(tx, account, &booking)?;
            tx.record(Actor::System.change(
                account,
                now,
                Subject::booking(&number, booking.application.as_ref()),
                Kind::Updated,
            ));
            Ok::<_, StoreError>(())
        })
        .await;
    }

    /// Whether the account's owner cannot save the promotion.
    pub async fn refuses(&self, account: &str, promotion: &Promotion) -> bool {
        let (account, now, promotion): (AccountId, _, _) =
            (account.parse().unwrap(), self.clock.now(), promotion.clone());
        let put = self.store().write(move |tx| promotions::put::put(tx, &account, &Actor::System, now, &promotion));
        matches!(put.await, Err(PutError::Amount))
    }

    /// Gives out coupons of a promotion.
    pub async fn give_out(&self, account: &str, promotion: &Promotion, codes: &[&str]) {
        let (id, codes) = (promotion.id.clone(), codes.iter().map(|code| code.parse().unwrap()).collect::<Vec<_>>());
        self.give(account, move |tx, account, now| {
            promotions::give_out::give_out(tx, account, &Actor::System, now, (&id, &codes))
        })
        .await;
    }

    /// Issues a voucher for a product and some or all participants; `days` is its validity.
    pub async fn issue_service(
        &self,
        account: &str,
        code: &str,
        product: &str,
        people: Option<u32>,
        days: Option<u64>,
    ) {
        self.issue(account, code, Worth::Service { product: product.parse().unwrap(), people }, days).await;
    }

    /// Issues a voucher for an amount in cents.
    pub async fn issue_money(&self, account: &str, code: &str, cents: i64) {
        self.issue(account, code, Worth::Money(cents), None).await;
    }

    async fn issue(&self, account: &str, code: &str, worth: Worth, days: Option<u64>) {
        let expires_at = days.map(|days| self.clock.now().after(Duration::from_secs(days * 86_400)));
        let voucher = Voucher { code: code.parse().unwrap(), worth, expires_at };
        self.give(account, move |tx, account, now| vouchers::issue::issue(tx, account, &Actor::System, now, &voucher))
            .await;
    }

    /// Gives store credit in cents to a customer.
    pub async fn grant(&self, account: &str, customer: &str, cents: u32) {
        let customer = customer.parse().unwrap();
        self.give(account, move |tx, account, now| {
            credits::grant::grant(tx, account, &Actor::System, now, (&customer, cents))
        })
        .await;
    }

    /// Records prepaid credits of a customer for these products, valid for `days`.
    pub async fn prepay(&self, account: &str, customer: &str, number: u32, products: &str, days: Option<u64>) {
        let customer = customer.parse().unwrap();
        let expires_at = days.map(|days| self.clock.now().after(Duration::from_secs(days * 86_400)));
        let prepaid = PrepaidCredit { id: random::id(), products: covered(products), number };
        self.give(account, move |tx, account, now| {
            credits::prepay::prepay(tx, account, &Actor::System, now, (&customer, &prepaid, expires_at))
        })
        .await;
    }
}

/// The promotion, limited to `most_uses` bookings.
#[must_use]
pub fn limited(promotion: Promotion, most_uses: u32) -> Promotion {
    Promotion { most_uses: Some(most_uses), ..promotion }
}

/// The instant `seconds` from now on the server's clock.
#[must_use]
pub fn instant(server: &TestServer, seconds: u64) -> Instant {
    server.clock.now().after(Duration::from_secs(seconds))
}

/// A discount in minor units of the currency.
#[must_use]
pub fn so_much(currency: &str, minor: i64) -> Discount {
    Discount::Fixed(Money::new(minor, currency.parse().unwrap()))
}
