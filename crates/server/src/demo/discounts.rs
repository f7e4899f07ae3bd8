//! The demo's promotions, coupons, voucher and prepaid credit. None applies by itself, so that prices are those of
//! the catalogue.

use slotkeeper_app::bookings::place::BookingError;
use slotkeeper_app::{credits, promotions, random, vouchers};
use slotkeeper_domain::account::Currency;
use slotkeeper_domain::catalogue::{Covered, Discount, Promotion, Trigger};
use slotkeeper_domain::change::Actor;
use slotkeeper_domain::code::Code;
use slotkeeper_domain::id::{CustomerId, PromotionId};
use slotkeeper_domain::money::{Money, Percent};
use slotkeeper_domain::recurrence::Season;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::Tx;
use slotkeeper_store::tables::accounts::Account;
use slotkeeper_store::tables::vouchers::{Voucher, Worth};

/// The promotion code, usable by every customer.
const CODE: &str = "HARBOUR10";
/// Each can be used once.
const COUPONS: [&str; 5] = ["KAYAK-1", "KAYAK-2", "KAYAK-3", "KAYAK-4", "KAYAK-5"];
/// A voucher for 20 euros.
const VOUCHER: &str = "GIFT-20";
/// The credit of the first customer, in cents.
const CREDIT: u32 = 2_500;

/// The promotions, coupons and the voucher.
pub(super) struct DemoDiscounts {
    pub(super) promotions: Vec<Promotion>,
    of_coupons: PromotionId,
    coupons: Vec<Code>,
    voucher: Voucher,
}

impl DemoDiscounts {
    pub(super) fn invent(currency: Currency) -> anyhow::Result<Self> {
        let promotion = |name: &str, trigger: Trigger, discount: Discount| Promotion {
            id: random::id(),
            name: name.to_owned(),
            enabled: true,
            trigger,
            discount,
            products: Covered::All,
            booked_from: None,
            booked_before: None,
            days: Season::default(),
            most_uses: None,
        };
        let tenth = Discount::Part(Percent::from_millionths(100_000)?);
        let five_euros = Discount::Fixed(Money::new(500, currency));
        let with_coupons = promotion("Kayak coupon", Trigger::Coupons, five_euros);
        Ok(Self {
            of_coupons: with_coupons.id.clone(),
            promotions: vec![promotion("Harbour season", Trigger::Code(CODE.parse()?), tenth), with_coupons],
            coupons: COUPONS.iter().map(|code| code.parse()).collect::<Result<_, _>>()?,
            voucher: Voucher { code: VOUCHER.parse()?, worth: Worth::Money(2_000), expires_at: None },
        })
    }

    /// Writes coupons and voucher in a transaction.
    pub(super) fn give_out(&self, tx: &mut Tx, account: &Account, actor: &Actor) -> Result<(), BookingError> {
        let at = account.created_at;
        promotions::give_out::give_out(tx, &account.id, actor, at, (&self.of_coupons, &self.coupons))?;
        Ok(vouchers::issue::issue(tx, &account.id, actor, at, &self.voucher)?)
    }
}

/// Gives a customer prepaid credit in a transaction.
pub(super) fn grant(
    tx: &mut Tx,
    account: &Account,
    actor: &Actor,
    at: Instant,
    customer: &CustomerId,
) -> Result<(), BookingError> {
    credits::grant::grant(tx, &account.id, actor, at, (customer, CREDIT))
}
