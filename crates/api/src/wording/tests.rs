//! The sentences that clients read, error by error.

use super::{Sentence, absent, discounts};
use slotkeeper_app::availability::SearchError;
use slotkeeper_app::blocks::BlockError;
use slotkeeper_app::bookings::place::{BookingError, CodeKind, PersonPlace, QuoteLapsed};
use slotkeeper_app::idempotency::KeyReused;
use slotkeeper_app::subaccounts::install::InstallError;
use slotkeeper_domain::appointment::AppointmentNotBookable;
use slotkeeper_domain::block::BlockNotAllowed;
use slotkeeper_domain::booking::ParticipantsError;
use slotkeeper_domain::booking_rules::{RuleViolation, TooLate};
use slotkeeper_domain::code::{CodeError, TooManyCodes};
use slotkeeper_domain::customer::{PersonError, PersonField};
use slotkeeper_domain::inventory::AllocationError;
use slotkeeper_domain::money::SumError;
use slotkeeper_domain::options::OptionError;
use slotkeeper_domain::order::{OrderError, OrderPart};
use slotkeeper_domain::party::PartyError;
use slotkeeper_domain::scheduled::EventNotBookable;
use slotkeeper_domain::time::Date;
use slotkeeper_store::StoreError;
use std::fmt::Debug;
use std::str::FromStr;

fn id<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().expect("an id")
}

fn check(table: &[(&dyn Sentence, &str)]) {
    for (error, sentence) in table {
        assert_eq!(error.sentence(), *sentence);
    }
}

#[test]
fn orders() {
    use OrderError as E;
    let time = Date::constant(2026, 6, 12).at(18, 0, 0, 0).time();
    check(&[
        (&E::NoProduct, "productId: this business has no such product."),
        (&E::Closed, "This product cannot be booked through the API."),
        (&E::MembersOnly, "Only current members can book this product."),
        (&E::PrepaidOnly, "Only customers with a prepaid credit for each person can book this product."),
        (&E::NeedsEvent, "eventId is missing: this product is booked by its events."),
        (&E::NeedsStart, "eventId or startTime is missing: one of them says when the appointment starts."),
        (&E::Event(EventNotBookable::NoEvent), "eventId: There is no such event of this product."),
        (&E::Event(EventNotBookable::OtherCourse), "eventId: The event ids are not of the same course."),
        (
            &E::Event(EventNotBookable::NoDropIn),
            "eventId: This course is booked as a whole, and not by single classes.",
        ),
        (&E::Event(RuleViolation::Past.into()), "eventId: It has begun already, or is over."),
        (
            &E::Event(RuleViolation::TooSoon { minutes: 90 }.into()),
            "eventId: It can be booked until 90 minutes before it starts.",
        ),
        (
            &E::Event(RuleViolation::TooLate { days_before: 2, time }.into()),
            "eventId: It could be booked until 18:00:00, 2 days before its day.",
        ),
        (
            &E::Appointment(RuleViolation::TooFar { days: 30 }.into()),
            "startTime: It can be booked 30 days ahead at most.",
        ),
        (&E::Appointment(AppointmentNotBookable::NoStart), "startTime: No appointment can start at this time."),
        (
            &E::Appointment(AppointmentNotBookable::NoEnd),
            "startTime: The end must be after the start, and 31 days after it at most.",
        ),
        (
            &E::Appointment(AppointmentNotBookable::Away(id("312RS00001"))),
            "startTime: The resource 312RS00001 is not there for the whole time.",
        ),
        (&E::OtherProduct, "eventId: this is an appointment of another product."),
        (&E::Party(PartyError::Nobody), "participants.numbers: A booking is for one person at least."),
        (&E::Option(OptionError::Missing("OPTION".into())), "options: The option OPTION must be given."),
        (&E::NoPrivateEvents, "privateEvent: this product has no private events."),
        (&E::TooManyAdjustments, "priceAdjustments can have 100 entries at most."),
        (
            &E::TooLarge { larger: OrderPart::Options, bytes: 40_000 },
            "options takes up too much: options and priceAdjustments can have 32768 bytes together, and these have 40000.",
        ),
        (
            &E::TooLarge { larger: OrderPart::Adjustments, bytes: 40_000 },
            "priceAdjustments takes up too much: options and priceAdjustments can have 32768 bytes together, and these have \
             40000.",
        ),
        (&E::NoTax(id("312TAX0001")), "priceAdjustments.taxIds: this business has no tax 312TAX0001."),
        (&E::Negative, "priceAdjustments: they take off more than there is, and a price or tax cannot be negative."),
        (&E::Price(SumError::TooLarge), "The price cannot be computed: the amount is too large."),
        (&E::Price(SumError::Currencies), "The price cannot be computed: the amounts are of different currencies."),
    ]);
}

#[test]
fn parties_options_and_searches() {
    use OptionError as O;
    let limits = |category| PartyError::OutsideLimits { category, min: 1, max: 8 };
    check(&[
        (&PartyError::TooMany, "There can be 1000 people in a booking at most."),
        (&PartyError::UnknownCategory(id("CXXXXX")), "This business has no people category CXXXXX."),
        (&PartyError::NotOffered(id("Cinfants")), "People of category Cinfants cannot book this product."),
        (&limits(None), "This product takes 1 to 8 people altogether."),
        (&limits(Some(id("Cadults"))), "This product takes 1 to 8 people of category Cadults."),
        (&O::Unknown(3), "The option at position 3 of options is none of this product."),
        (&O::Disabled("X".into()), "The option X cannot be chosen at present."),
        (&O::Twice("X".into()), "The option X is there twice."),
        (&O::NotAValue("X".into()), "The value of option X must be the name of one of its values."),
        (
            &O::NotANumber { id: "X".into(), min: 0, max: 4 },
            "The value of option X must be a whole number from 0 to 4.",
        ),
        (&O::NotOnOff("X".into()), "The value of option X must be true or false."),
        (&O::TooLong("X".into()), "The value of option X can have 2000 characters at most."),
        (&SearchError::NoProduct, "productId: this business has no such product."),
        (&SearchError::Closed, "This product cannot be searched for through the API."),
        (
            &SearchError::NotScheduled,
            "productId: this product has no scheduled events. Search for its appointments with matchingslots.",
        ),
        (&SearchError::Party(PartyError::Nobody), "peopleNumbers: A booking is for one person at least."),
        (&SearchError::NoResource(id("312RS00001")), "resources: this business has no resource 312RS00001."),
    ]);
}

#[test]
fn allocations() {
    let event = || id("312KAYK4E9L17A2B6C8D0_312SCHD7TQ17A2B6D11E3_2026-06-12");
    let seats = |left| AllocationError::TooFewSeats { event: event(), left, wanted: 3 };
    check(&[
        (&seats(0), "No seats are left; 3 wanted."),
        (&seats(1), "Only 1 seat is left; 3 wanted."),
        (&seats(2), "Only 2 seats are left; 3 wanted."),
        (&AllocationError::SoldOut { event: event() }, "No seats are left."),
        (
            &AllocationError::AlreadyBooked { event: event() },
            "Others have booked this event, so it cannot be taken as a private one.",
        ),
        (
            &AllocationError::EventResourceBusy { event: event(), resource: id("312RS00001") },
            "What this event needs is not free at that time.",
        ),
        (
            &AllocationError::TooFewResources { free: 1, wanted: 2 },
            "Of the resources this needs, 1 are left for the whole time; 2 wanted.",
        ),
    ]);
}

#[test]
fn bookings() {
    use BookingError as E;
    let not_in_party = ParticipantsError::NotInParty { category: id("Cadults"), index: 3 };
    let twice = ParticipantsError::Twice { category: id("Cadults"), index: 1 };
    let person = |place| E::Person { place, why: PersonError::NotALine(PersonField::FirstName) };
    let code = |kind, why| E::Code { kind, typed: "SUMMER".into(), why };
    check(&[
        (
            &E::Participants(not_in_party),
            "participants.details: there is no person 3 of category Cadults in participants.numbers.",
        ),
        (&E::Participants(twice), "participants.details: person 1 of category Cadults is there twice."),
        (&person(PersonPlace::Customer), "customer: firstName must be one line of text."),
        (&person(PersonPlace::LinkedPerson), "person: firstName must be one line of text."),
        (&person(PersonPlace::Participant), "participants.details.personDetails: firstName must be one line of text."),
        (&E::NoPerson, "participants.details: the customer has no linked person with the given personId."),
        (&E::NeedsCustomer, "customerId or customer is missing: a booking is somebody's."),
        (&E::NoCustomer, "customerId: there is no such customer."),
        (&E::NotYourCustomer, "participants.details: this API key may not add people to this customer."),
        (&E::TooManyLinked, "A customer can have 1000 linked people at most."),
        (&E::TooManyCustomers(50), "This business has as many customers as it can have here: 50."),
        (&E::NoHold, "previousHoldId: there is no such hold."),
        (&E::HoldIsBooked, "previousHoldId: this hold has become a booking already."),
        (
            &E::NoEventThen,
            "startTime: no event of this product starts then. Name the event in eventId, or take the start of one.",
        ),
        (&E::NotYours, "This API key can change only bookings that its application created."),
        (&E::Cancelled, "This booking has been cancelled."),
        (
            &E::TooLate(TooLate::Begun),
            "This booking has begun or is over: it is neither changed nor cancelled any more. externalRef, source, sourceIp and \
             participants.details can be changed, and payments recorded; mode=backend does the rest.",
        ),
        (
            &E::TooLate(TooLate::Deadline { minutes: 120 }),
            "This booking can no longer be changed: that was possible until 120 minutes before it starts.",
        ),
        (&E::Currency(id("EUR")), "The amount of a payment must be in EUR, the currency of this business."),
        (&E::TooMuch, "The payments add up to more than can be counted."),
        (
            &code(CodeKind::Promotion, CodeError::Unknown),
            "promotionCodeInput: the code “SUMMER” cannot be used: this business has no such code.",
        ),
        (
            &code(CodeKind::Voucher, CodeError::Expired),
            "giftVoucherCodeInput: the code “SUMMER” cannot be used: it has expired.",
        ),
        (
            &E::PromotionGone("Early bird".into()),
            "previousHoldId: the promotion “Early bird”, with which the hold was priced, has been used up. Ask for a new hold.",
        ),
        (
            &E::PromiseBroken(QuoteLapsed::Prepaid),
            "previousHoldId: prepaid credits of the customer, with which the hold was priced, have been used up. Ask for a new \
             hold.",
        ),
        (
            &E::PromiseBroken(QuoteLapsed::Credit),
            "previousHoldId: credit of the customer, which was to pay a part of what the hold costs, has been used up. Ask for a \
             new hold.",
        ),
        (
            &E::PromiseBroken(QuoteLapsed::Price),
            "previousHoldId: the price with which the hold was made has gone up. Ask for a new hold.",
        ),
        (&E::NoBusiness, "This account does not take bookings."),
        (
            &E::UsedOtherwise(KeyReused),
            "This Idempotency-Key was used for another request already. Take a new key for each request.",
        ),
        (&E::NoBooking, "There is no booking with this id, or this API key may not know of it."),
        (&E::Store(StoreError::Busy), "The server is busy; nothing was done. Try again in a moment."),
    ]);
}

#[test]
fn codes() {
    for (error, reason) in [
        (CodeError::Unknown, "this business has no such code"),
        (CodeError::Used, "it has been used already"),
        (CodeError::UsedUp, "its promotion has been used as often as it can be"),
        (CodeError::TooEarly, "it cannot be used yet"),
        (CodeError::Expired, "it has expired"),
        (CodeError::OtherProduct, "it is not for this product"),
        (CodeError::OtherDay, "it is not for this day"),
        (CodeError::SamePromotion, "a promotion can be used once in a booking, and is used already"),
        (CodeError::SecondVoucher, "a booking can be paid with one voucher for a service, and is already"),
    ] {
        assert_eq!(discounts::reason(error), reason);
    }
    let too_many = discounts::too_many(CodeKind::Promotion, TooManyCodes);
    assert_eq!(too_many, "promotionCodeInput can have 20 codes at most.");
}

#[test]
fn people() {
    use PersonField as F;
    for (field, member) in [
        (F::FirstName, "firstName"),
        (F::MiddleName, "middleName"),
        (F::LastName, "lastName"),
        (F::FacebookId, "facebookId"),
        (F::Address1, "streetAddress.address1"),
        (F::Address2, "streetAddress.address2"),
        (F::City, "streetAddress.city"),
        (F::State, "streetAddress.state"),
        (F::Postcode, "streetAddress.postcode"),
        (F::PhoneNumber, "phoneNumbers.number"),
    ] {
        let sentence = PersonError::TooLong(field).sentence();
        assert_eq!(sentence, format!("{member} can have 200 characters at most."));
    }
    check(&[
        (&PersonError::TooMany(F::Phones), "phoneNumbers can have 50 entries at most."),
        (&PersonError::TooMany(F::CustomFields), "customFields can have 50 entries at most."),
        (
            &PersonError::TooLarge { largest: F::Phones, bytes: 17_000 },
            "phoneNumbers takes up too much: all that is known of a person can have 16384 bytes, and this has 17000.",
        ),
        (
            &PersonError::UnknownField(1),
            "customFields: the entry at position 1 is none of the fields of this business for such a person.",
        ),
        (&PersonError::NotAnAnswer(id("FIELD1")), "customFields: the value of field FIELD1 is none that it takes."),
    ]);
}

#[test]
fn blocks() {
    use BlockNotAllowed as B;
    check(&[
        (&B::NoProduct, "productId: this business has no such product."),
        (&B::Closed, "Seats of this product cannot be blocked through the API."),
        (&B::NoSeats, "productId: this product has appointments, which have no seats. Block the resources they use."),
        (&B::NoEvent, "eventId: there is no such event of this product."),
        (&B::Past, "eventId: this event has begun already, or is over."),
        (&B::WrongWayRound, "endTime must be after startTime."),
        (&B::TooLong, "startTime and endTime can be 366 days apart at most."),
        (&B::ResourceCount, "resources must have 1 to 100 entries."),
        (&B::NoResource(id("312RS00001")), "resources: this business has no resource 312RS00001."),
        (&BlockError::NotYours, "This API key can change only blocks that its application created."),
        (&BlockError::NoBusiness, "This account does not take bookings."),
    ]);
}

#[test]
fn subaccounts() {
    check(&[
        (
            &InstallError::KeyEnded,
            "This request was answered before, with an API key that has ended since. Take a new Idempotency-Key for a new one.",
        ),
        (
            &InstallError::Ended,
            "These keys do not work: one of them is wrong or has ended, they are swapped, or they do not belong together.",
        ),
    ]);
    assert_eq!(absent("seat block"), "There is no seat block with this id, or this API key may not know of it.");
}
