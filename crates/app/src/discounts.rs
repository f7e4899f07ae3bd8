//! The one place that uses up what lowers a price or pays for it: promotions, coupons, vouchers, prepaid credits.
//!
//! Locks come in one order, after those of events and resources: the customer, promotions with a limit by their ids,
//! coupons and vouchers by their codes. What is locked is looked at again before it is used, and the schema refuses a use
//! too many. A hold only looks: it uses nothing up (wire reference, section 6.7).

use crate::bookings::place::{BookingContext, BookingError, CodeKind, QuoteLapsed};
use crate::payments::record::PaymentInput;
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::catalogue::{Catalogue, Promotion, Trigger};
use slotkeeper_domain::code::{Code, CodeError, Codes, TypedCode};
use slotkeeper_domain::credit::{Credit, Redemption, TooMuchCredit, redeem};
use slotkeeper_domain::discounts::{
    AppliedDiscounts, AppliedPromotion, AvailableDiscounts, DiscountedPrice, PromotionSource, ServiceVoucher,
    apply_discounts,
};
use slotkeeper_domain::id::{AccountId, CustomerId, PromotionId};
use slotkeeper_domain::money::Money;
use slotkeeper_domain::order::{OrderError, OrderPlan};
use slotkeeper_domain::party::Party;
use slotkeeper_domain::payment::PaymentMethod;
use slotkeeper_domain::quote::{Quote, QuotedOrder};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::bookings::Booking;
use slotkeeper_store::tables::credits::{self, PrepaidCredit};
use slotkeeper_store::tables::holds::Hold;
use slotkeeper_store::tables::promotions;
use slotkeeper_store::tables::vouchers::{self, Worth};
use slotkeeper_store::{Snapshot, StoreError, Tx};
use std::collections::{BTreeMap, BTreeSet};

/// Somebody asks for the price of an order.
#[derive(Clone, Copy)]
pub(crate) struct PricingRequest<'a> {
    pub(crate) context: &'a BookingContext,
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) plan: &'a OrderPlan<'a>,
    pub(crate) party: &'a Party,
    /// The codes that come with it.
    pub(crate) codes: &'a Codes,
    /// Whose it is, if that is somebody who was there before.
    pub(crate) customer: Option<&'a CustomerId>,
    /// The booking that is changed. What it has is free for it.
    pub(crate) booking: Option<&'a Booking>,
    /// What the hold promised that it takes the place of.
    pub(crate) guarantee: Option<QuoteGuarantee<'a>>,
    /// Whether a product that is for those with prepaid credits needs one for everybody.
    pub(crate) strict: bool,
}

/// What a hold that has not ended promised to the booking that takes its place.
#[derive(Clone, Copy)]
pub(crate) struct QuoteGuarantee<'a> {
    hold: &'a Hold,
    /// What it was made for, if that is the event or appointment that is booked.
    held: Option<&'a QuotedOrder>,
    /// Whether that is the same in everything that makes a price.
    same: bool,
}

/// A price, and everything that lowers it and pays for it.
pub(crate) struct PricedOrder {
    pub(crate) discounted: DiscountedPrice,
    /// The value of the money vouchers that are redeemed now, in minor units.
    value: i64,
    /// Those vouchers, and those that were redeemed with the booking before.
    redeemed: (Vec<Code>, Vec<Code>),
    /// What the customer has.
    credit: Credit,
    /// Which promotions the booking counts for.
    counted: BTreeSet<PromotionId>,
    /// The prepaid credits there are, in the order in which they are used.
    prepaid: Vec<PrepaidCredit>,
}

impl<'a> QuoteGuarantee<'a> {
    pub(crate) fn of(hold: &'a Hold, plan: &OrderPlan<'_>, booked: &QuotedOrder) -> Self {
        let held = hold.quote.held.as_ref().filter(|held| held.has_times_of(plan));
        Self { hold, held, same: held.is_some_and(|held| held.holds_for(booked)) }
    }

    /// The promotion that it promised without a code.
    fn automatic(&self) -> Option<&'a PromotionId> {
        self.hold.quote.automatic.as_ref()
    }

    /// What a booking of the same is promised to cost.
    fn quote(&self) -> Option<&'a Quote> {
        Some(&self.hold.quote).filter(|_| self.same)
    }

    /// Whether as much is paid as was promised; what was received otherwise needs no credit.
    pub(crate) fn check_payment(&self, gross: i64, received: i64, redemption: Redemption) -> Result<(), BookingError> {
        let left = gross.saturating_sub(received).max(0).saturating_sub(redemption.paid());
        match self.quote() {
            Some(quote) if left > quote.left_after(received) => Err(BookingError::PromiseBroken(QuoteLapsed::Credit)),
            _ => Ok(()),
        }
    }
}

/// What may apply to an order, before anybody has looked at what is used.
struct DiscountCandidates<'a> {
    automatic: Vec<&'a Promotion>,
    coded: Vec<(&'a TypedCode, &'a Promotion, PromotionSource)>,
}

/// What a booking had and keeps.
#[derive(Default)]
struct KeptDiscounts {
    promotions: Vec<AppliedPromotion>,
    voucher: Option<ServiceVoucher>,
    redeemed: Vec<Code>,
    prepaid: Vec<PrepaidCredit>,
}

/// The price of an order, without using anything up.
pub(crate) fn look(db: &mut Snapshot, pricing: PricingRequest<'_>) -> Result<PricedOrder, BookingError> {
    let kept = pricing.kept();
    let candidates = pricing.candidates(db, &kept)?;
    pricing.settle(db, kept, &candidates, &BTreeSet::new())
}

/// The price of an order, with everything that it needs locked, and what the booking had before given back. The customer is
/// locked already. What the bargain says is to be used up with [`PricedOrder::use_up`].
pub(crate) fn lock(tx: &mut Tx, pricing: PricingRequest<'_>) -> Result<PricedOrder, BookingError> {
    let account = &pricing.context.account.id;
    let mut kept = pricing.kept();
    let candidates = pricing.candidates(tx, &kept)?;
    let had = pricing.booking.filter(|booking| !booking.details.discounts.is_none());
    let counted = match had {
        Some(booking) => promotions::of_booking(tx, account, &booking.number)?,
        None => BTreeSet::new(),
    };
    let limit = |id: &PromotionId| pricing.catalogue.promotion(id).and_then(|promotion| promotion.most_uses);
    let mut limits: BTreeMap<PromotionId, Option<u32>> = counted.iter().map(|id| (id.clone(), limit(id))).collect();
    let mut coupons: BTreeSet<Code> = BTreeSet::new();
    for promotion in candidates.all().filter(|promotion| promotion.most_uses.is_some()) {
        limits.insert(promotion.id.clone(), promotion.most_uses);
    }
    coupons.extend(candidates.coded.iter().filter_map(|(_, _, by)| match by {
        PromotionSource::Coupon(code) => Some(code.clone()),
        PromotionSource::Itself | PromotionSource::Code(_) => None,
    }));
    let mut of_vouchers: BTreeSet<Code> =
        pricing.codes.vouchers.iter().filter_map(|typed| typed.code.clone()).collect();
    if let Some(booking) = had {
        coupons.extend(booking.details.discounts.coupons().cloned());
        of_vouchers.extend(booking.details.discounts.voucher.iter().map(|voucher| voucher.code.clone()));
    }
    promotions::lock(tx, account, &limits)?;
    promotions::lock_coupons(tx, account, &coupons)?;
    vouchers::lock(tx, account, &of_vouchers)?;
    if let Some(booking) = had {
        kept.prepaid = credits::of_booking(tx, account, &booking.number)?;
        release_uses(tx, account, &booking.number)?;
    }
    pricing.settle(tx, kept, &candidates, &counted)
}

/// Gives back what lowers the price of a booking that is cancelled. What was paid stays paid. The customer is locked
/// already.
pub(crate) fn release(tx: &mut Tx, account: &AccountId, booking: &Booking) -> Result<(), StoreError> {
    if booking.details.discounts.is_none() {
        return Ok(());
    }
    let counted = promotions::of_booking(tx, account, &booking.number)?;
    promotions::lock(tx, account, &counted.into_iter().map(|id| (id, None)).collect())?;
    release_uses(tx, account, &booking.number)
}

fn release_uses(tx: &mut Tx, account: &AccountId, booking: &BookingNumber) -> Result<(), StoreError> {
    promotions::release(tx, account, booking)?;
    vouchers::release_services(tx, account, booking)?;
    credits::release_prepaid(tx, account, booking)
}

fn refused(kind: CodeKind, typed: &TypedCode, why: CodeError) -> BookingError {
    BookingError::Code { kind, typed: typed.typed.clone(), why }
}

fn no_promotion(typed: &TypedCode, why: CodeError) -> BookingError {
    refused(CodeKind::Promotion, typed, why)
}

fn no_voucher(typed: &TypedCode, why: CodeError) -> BookingError {
    refused(CodeKind::Voucher, typed, why)
}

impl<'a> DiscountCandidates<'a> {
    fn all(&self) -> impl Iterator<Item = &'a Promotion> {
        self.automatic.iter().copied().chain(self.coded.iter().map(|(_, promotion, _)| *promotion))
    }
}

impl<'a> PricingRequest<'a> {
    fn day(&self) -> slotkeeper_domain::time::Date {
        self.context.account.zone.date_of(self.plan.span.from)
    }

    /// The promotion that a hold promised without a code.
    fn promised(&self) -> Option<&'a PromotionId> {
        self.guarantee.and_then(|guarantee| guarantee.automatic())
    }

    /// As of when it is asked whether a code has ended: one that a hold was priced with is good for as long as the hold.
    fn looked_at(&self, code: &Code) -> Instant {
        let guarantee = self.guarantee.filter(|guarantee| guarantee.held.is_some_and(|held| held.has_code(code)));
        guarantee.map_or(self.context.now, |guarantee| guarantee.hold.created_at)
    }

    /// What the booking had and still fits: what is for this product on this day. What the business no longer has stays as it
    /// was promised, for the product and the day it was promised for: nobody can say what else it would be for.
    fn kept(&self) -> KeptDiscounts {
        let Some(booking) = self.booking else { return KeptDiscounts::default() };
        let (product, day) = (&self.plan.product.id, self.day());
        let had = &booking.details.discounts;
        let same = *product == booking.product && day == self.context.account.zone.date_of(booking.span.from);
        let fits = |applied: &&AppliedPromotion| match self.catalogue.promotion(&applied.promotion) {
            Some(promotion) => promotion.check_for(product, day).is_ok(),
            None => same,
        };
        KeptDiscounts {
            promotions: had.promotions.iter().filter(fits).cloned().collect(),
            voucher: had.voucher.clone().filter(|_| *product == booking.product),
            redeemed: had.redeemed.clone(),
            prepaid: Vec::new(),
        }
    }

    fn candidates(&self, db: &mut Snapshot, kept: &KeptDiscounts) -> Result<DiscountCandidates<'a>, BookingError> {
        let (product, day) = (&self.plan.product.id, self.day());
        // A booking is made once: what began later than it was made is not for it.
        let made_at = self.booking.map_or(self.context.now, |booking| booking.created.at);
        let has_one = kept.promotions.iter().any(|applied| applied.by == PromotionSource::Itself);
        let fits = |one: &&Promotion| {
            // What a hold was promised a moment ago stays so, also when its time has ended since.
            let promised = self.promised() == Some(&one.id);
            let fit = if promised { one.check_for(product, day) } else { one.check(product, day, made_at) };
            // By itself now, and by a code when the booking came by it: it applies once.
            let has_this = kept.promotions.iter().any(|applied| applied.promotion == one.id);
            one.trigger == Trigger::Automatic && fit.is_ok() && !has_one && !has_this
        };
        let automatic = self.catalogue.promotions.iter().filter(fits).collect();
        let mut coded = Vec::new();
        for typed in &self.codes.promotions {
            let code = typed.code.as_ref().ok_or_else(|| no_promotion(typed, CodeError::Unknown))?;
            if kept.promotions.iter().any(|applied| applied.code() == Some(code)) {
                continue;
            }
            let named = |one: &&Promotion| matches!(&one.trigger, Trigger::Code(known) if known == code);
            // Several can have the same code, one after the other for example.
            let of_code = self.catalogue.promotions.iter().filter(named);
            let at = self.looked_at(code);
            let fitting = of_code.clone().find(|one| one.check(product, day, at).is_ok());
            let (promotion, by) = match fitting.or_else(|| of_code.clone().next()) {
                Some(promotion) => (Some(promotion), PromotionSource::Code(code.clone())),
                None => (self.of_coupon(db, code)?, PromotionSource::Coupon(code.clone())),
            };
            let promotion = promotion.ok_or_else(|| no_promotion(typed, CodeError::Unknown))?;
            promotion.check(product, day, at).map_err(|why| no_promotion(typed, why))?;
            coded.push((typed, promotion, by));
        }
        Ok(DiscountCandidates { automatic, coded })
    }

    fn of_coupon(&self, db: &mut Snapshot, code: &Code) -> Result<Option<&'a Promotion>, StoreError> {
        let coupon = promotions::find_coupon(db, &self.context.account.id, code)?;
        let promotion = coupon.and_then(|coupon| self.catalogue.promotion(&coupon.promotion));
        Ok(promotion.filter(|promotion| promotion.trigger == Trigger::Coupons))
    }

    /// `counted` are the promotions of which the booking was a use.
    fn settle(
        &self,
        db: &mut Snapshot,
        kept: KeptDiscounts,
        candidates: &DiscountCandidates<'_>,
        counted: &BTreeSet<PromotionId>,
    ) -> Result<PricedOrder, BookingError> {
        let account = &self.context.account.id;
        let (automatic, coded): (Vec<AppliedPromotion>, Vec<AppliedPromotion>) =
            kept.promotions.iter().cloned().partition(|applied| applied.by == PromotionSource::Itself);
        let mut offered = AvailableDiscounts { automatic, coded, voucher: kept.voucher.clone(), prepaid: 0 };
        for promotion in &candidates.automatic {
            if has_room(db, account, promotion)? {
                offered.automatic.push(AppliedPromotion::of(promotion, PromotionSource::Itself));
            } else if self.promised() == Some(&promotion.id) {
                return Err(BookingError::PromotionGone(promotion.name.clone()));
            }
        }
        for (typed, promotion, by) in &candidates.coded {
            // By a code now, and by itself when the booking came by it: it applies once.
            let has = |all: &[AppliedPromotion]| all.iter().any(|applied| applied.promotion == promotion.id);
            if has(&offered.coded) || has(&offered.automatic) {
                return Err(no_promotion(typed, CodeError::SamePromotion));
            }
            if let PromotionSource::Coupon(code) = by
                && promotions::find_coupon(db, account, code)?.is_none_or(|coupon| coupon.used)
            {
                return Err(no_promotion(typed, CodeError::Used));
            }
            if !has_room(db, account, promotion)? {
                return Err(no_promotion(typed, CodeError::UsedUp));
            }
            offered.coded.push(AppliedPromotion::of(promotion, by.clone()));
        }
        let (value, redeemed) = self.vouchers(db, &kept, &mut offered)?;
        let (mut credit, mut prepaid) = (Credit::default(), Vec::new());
        if let Some(customer) = self.customer {
            credit = credits::find(db, account, customer)?;
            let promised_at =
                self.guarantee.filter(|guarantee| guarantee.same).map(|guarantee| guarantee.hold.created_at);
            let unused = credits::prepaid(db, account, customer, promised_at.unwrap_or(self.context.now))?;
            // Those that have ended since the booking used them are still its own, and nobody else's.
            let ended = kept.prepaid.iter().filter(|had| unused.iter().all(|one| one.id != had.id));
            prepaid = ended.cloned().chain(unused.iter().cloned()).collect();
            prepaid.retain(|prepaid| prepaid.products.has(&self.plan.product.id));
        }
        offered.prepaid = prepaid.iter().map(|prepaid| prepaid.number).fold(0, u32::saturating_add);
        offered.prepaid = offered.prepaid.min(self.most_prepaid());
        let (people, always) = (self.party.seated(self.catalogue), self.plan.product.prepaid_only);
        let nothing = Money::zero(self.context.currency);
        let discounted = apply_discounts(&self.plan.lines, &offered, people, always, self.catalogue, nothing)?;
        let uncovered = always && self.strict && discounted.uncovered > 0;
        if let Some(quote) = self.guarantee.and_then(|guarantee| guarantee.quote()) {
            let fewer = discounted.prepaid < quote.prepaid.unwrap_or(0);
            let dearer = discounted.price.gross.minor() > quote.price.gross.minor();
            if fewer && (dearer || uncovered) {
                return Err(BookingError::PromiseBroken(QuoteLapsed::Prepaid));
            }
            if dearer {
                return Err(BookingError::PromiseBroken(QuoteLapsed::Price));
            }
        }
        if uncovered {
            return Err(OrderError::PrepaidOnly.into());
        }
        let counts = |applied: &&AppliedPromotion| {
            let is_new = !kept.promotions.contains(applied);
            let promotion = self.catalogue.promotion(&applied.promotion);
            counted.contains(&applied.promotion)
                || (is_new && promotion.is_some_and(|promotion| promotion.most_uses.is_some()))
        };
        let counted = discounted.promotions.iter().filter(counts).map(|applied| applied.promotion.clone()).collect();
        Ok(PricedOrder { discounted, value, redeemed: (redeemed, kept.redeemed), credit, counted, prepaid })
    }

    /// The value of the money vouchers, and which they are. One for a service is added to what is offered.
    fn vouchers(
        &self,
        db: &mut Snapshot,
        kept: &KeptDiscounts,
        offered: &mut AvailableDiscounts,
    ) -> Result<(i64, Vec<Code>), BookingError> {
        let (mut value, mut redeemed) = (0_i64, Vec::new());
        for typed in &self.codes.vouchers {
            let code = typed.code.as_ref().ok_or_else(|| no_voucher(typed, CodeError::Unknown))?;
            if kept.redeemed.contains(code) || kept.voucher.as_ref().is_some_and(|voucher| voucher.code == *code) {
                continue;
            }
            let found = vouchers::find(db, &self.context.account.id, code)?;
            let (voucher, used) = found.ok_or_else(|| no_voucher(typed, CodeError::Unknown))?;
            if used {
                return Err(no_voucher(typed, CodeError::Used));
            }
            if voucher.expires_at.is_some_and(|expires_at| expires_at <= self.looked_at(code)) {
                return Err(no_voucher(typed, CodeError::Expired));
            }
            match voucher.worth {
                Worth::Money(amount) => {
                    value = value.checked_add(amount).ok_or(BookingError::TooMuch)?;
                    redeemed.push(code.clone());
                }
                Worth::Service { product, .. } if product != self.plan.product.id => {
                    return Err(no_voucher(typed, CodeError::OtherProduct));
                }
                Worth::Service { people, .. } => {
                    let voucher = ServiceVoucher { code: code.clone(), people };
                    if offered.voucher.replace(voucher).is_some() {
                        return Err(no_voucher(typed, CodeError::SecondVoucher));
                    }
                }
            }
        }
        Ok((value, redeemed))
    }

    /// How many prepaid credits the order may use. A change uses those that the booking had, and new ones for further people
    /// alone: what was paid with money stays paid with money.
    fn most_prepaid(&self) -> u32 {
        match self.booking {
            Some(booking) if booking.product == self.plan.product.id => {
                let further = self.party.seated(self.catalogue).saturating_sub(booking.party.seated(self.catalogue));
                booking.details.discounts.prepaid.saturating_add(further)
            }
            _ => u32::MAX,
        }
    }
}

/// Whether one more booking can use a promotion.
fn has_room(db: &mut Snapshot, account: &AccountId, promotion: &Promotion) -> Result<bool, StoreError> {
    match promotion.most_uses {
        Some(most) => Ok(promotions::uses(db, account, &promotion.id)? < i64::from(most)),
        None => Ok(true),
    }
}

impl PricedOrder {
    /// What a booking keeps of it.
    pub(crate) fn discounts(&self) -> AppliedDiscounts {
        let (now, before) = &self.redeemed;
        AppliedDiscounts {
            promotions: self.discounted.promotions.clone(),
            voucher: self.discounted.voucher.clone(),
            prepaid: self.discounted.prepaid,
            redeemed: before.iter().chain(now).cloned().collect(),
        }
    }

    /// What pays of what is due, in minor units: vouchers, then what the customer has.
    pub(crate) fn pay(&self, due: i64) -> Result<Redemption, BookingError> {
        redeem(due, self.value, self.credit).map_err(|TooMuchCredit| BookingError::TooMuch)
    }

    /// The same with vouchers alone: what the customer has is left alone.
    pub(crate) fn pay_with_vouchers(&self, due: i64) -> Result<Redemption, BookingError> {
        let redemption = redeem(due, self.value, Credit::default()).map_err(|TooMuchCredit| BookingError::TooMuch)?;
        let rest =
            redeem(0, redemption.credit.of_vouchers, self.credit).map_err(|TooMuchCredit| BookingError::TooMuch)?;
        Ok(Redemption { credit: rest.credit, ..redemption })
    }

    /// Has the booking use all of it, and writes what the customer has afterwards. Whether that is something else than
    /// before. The booking is written, and everything is locked.
    pub(crate) fn use_up(
        &self,
        tx: &mut Tx,
        account: &AccountId,
        (booking, customer): (&BookingNumber, &CustomerId),
        redemption: Redemption,
    ) -> Result<bool, StoreError> {
        for applied in &self.discounted.promotions {
            if let PromotionSource::Coupon(code) = &applied.by {
                promotions::use_coupon(tx, account, code, booking)?;
            }
        }
        for promotion in &self.counted {
            promotions::count_use(tx, account, promotion, booking)?;
        }
        let services = self.discounted.voucher.iter().map(|voucher| &voucher.code);
        for code in services.chain(&self.redeemed.0) {
            vouchers::use_up(tx, account, code, booking)?;
        }
        let mut wanted = self.discounted.prepaid;
        for prepaid in &self.prepaid {
            let number = prepaid.number.min(wanted);
            if number > 0 {
                credits::use_prepaid(tx, account, customer, (&prepaid.id, number), booking)?;
            }
            wanted -= number;
        }
        if redemption.credit == self.credit {
            return Ok(false);
        }
        credits::set(tx, account, customer, redemption.credit)?;
        Ok(true)
    }
}

/// What pays, as payments of a booking.
pub(crate) fn payments(redemption: Redemption, context: &BookingContext) -> Vec<PaymentInput> {
    let parts = [
        (redemption.vouchers, PaymentMethod::MoneyVoucher, "Gift voucher"),
        (redemption.of_credit(), PaymentMethod::ExistingCredit, "Credit"),
    ];
    let parts = parts.into_iter().filter(|(minor, ..)| *minor > 0);
    let payment = |(minor, method, reason): (i64, PaymentMethod, &str)| PaymentInput {
        received_at: None,
        amount: Money::new(minor, context.currency),
        method,
        method_other: None,
        reason: reason.to_owned(),
        comment: None,
        gateway_name: None,
        transaction_id: None,
    };
    parts.map(payment).collect()
}
