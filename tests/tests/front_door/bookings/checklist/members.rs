//! The members of the wire types, by the wire reference.

use slotkeeper_testkit::serde_json::Value;

/// The members that things have in the answers of a path, by the words of the reference; `?` marks what may be absent.
pub(super) fn members(path: &str) -> &'static str {
    match path {
        "/settings/apikeyinfo" => "accountId permissions creationTime",
        "/settings/business" => {
            "id name phoneNumbers streetAddress legalIdentifiers? websiteURL? emailAddress? logo? description?"
        }
        "/settings/customercustomfields" => "choiceFields? numberFields? onOffFields? textFields?",
        "/settings/languages" => "tag name customersDefault",
        "/settings/peoplecategories" => "id name numSeats",
        "/settings/products" => {
            "name productId productCode bookingLimits duration type membersOnly prepaidOnly acceptDeny \
             apiBookingsAllowed dropInOnly description? images? defaultRates? allowPrivateEvents? choiceOptions? \
             numberOptions? onOffOptions? textOptions?"
        }
        "/settings/resources" => "id name isPublic resources",
        "/settings/taxes" => "id name enabled",
        "/availability/slots" => {
            "productId eventId startTime endTime numSeatsAvailable courseSchedule? resources? privateEvent?"
        }
        _ if path.starts_with("/availability/matchingslots") => {
            "eventId startTime endTime price? courseSchedule? resources?"
        }
        _ if path.starts_with("/holds") => {
            "id price totalPayable expiration applicableMoneyCredit? applicableGiftVoucherCredit? \
             applicablePrepaidCredits? promotionApplicable? appliedPromotionDiscount? specificVoucherCode?"
        }
        _ if path.ends_with("/authenticate") => "",
        _ if path.contains("/linkedpeople") => {
            "id creationTime gender customerId firstName? middleName? lastName? emailAddress? phoneNumbers? \
             streetAddress? startTimeOfNextBooking? startTimeOfPreviousBooking? dateOfBirth? customFields?"
        }
        "/customers/{id}/bookings" => members("/bookings"),
        _ if path.starts_with("/customers") || path.ends_with("/customer") => {
            "id creationTime phoneNumbers streetAddress gender credit acceptSmsReminders numBookings numCancelations \
             numNoShows member membershipEnd? firstName? middleName? lastName? emailAddress? startTimeOfNextBooking? \
             startTimeOfPreviousBooking? dateOfBirth? customFields? facebookId? languageCode?"
        }
        _ if path.starts_with("/payments") || path.ends_with("/payments") => {
            "id creationTime receivedTime reason amount paymentMethod description? comment? paymentMethodOther? agent? \
             customerId? gatewayName? transactionId?"
        }
        _ if path.starts_with("/seatblocks") => {
            "id eventId productId numSeats startTime creationTime creationAgent reason? lastChangeTime? lastChangeAgent?"
        }
        _ if path.starts_with("/resourceblocks") => {
            "id startTime endTime resources creationTime creationAgent reason? lastChangeTime? lastChangeAgent?"
        }
        _ if path.starts_with("/bookings") => {
            "bookingNumber startTime endTime customerId title participants canceled accepted creationTime creationAgent \
             productId productName price eventId? firstCourseEnrolledEventId? dropinCourseEnrolledEventId? customer? \
             externalRef? resources? cancelationTime? cancelationAgent? sourceIp? lastChangeTime? lastChangeAgent? \
             options? privateEvent? priceAdjustments? noShow? source? promotionName? couponCodes? specificVoucherCode?"
        }
        "/subaccounts" => "id name",
        "/changes" => "timestamp domain type itemId agent?",
        _ if path.starts_with("/webhooks") => "id url domain type blockedTime? blockedReason?",
        _ => panic!("{path} is not in the reference"),
    }
}

/// The same for things within things, by the member that holds them or a list of them.
pub(super) fn inner_members(name: &str) -> Option<&'static str> {
    Some(match name {
        "info" => "totalItems totalPages currentPage pageNavigationToken?",
        "price" => "totalGross totalNet totalTaxes totalPaid taxes",
        "customer" => members("/customers"),
        "participants" => "numbers details?",
        "personDetails" => {
            "id customerId creationTime gender phoneNumbers? streetAddress? firstName? middleName? lastName? emailAddress? \
             startTimeOfNextBooking? startTimeOfPreviousBooking? dateOfBirth? customFields?"
        }
        "numbers" => "peopleCategoryId number",
        "details" => "personId peopleCategoryId categoryIndex personDetails?",
        "taxes" => "taxId amount",
        "courseSchedule" => "events title?",
        "events" => "eventNumber startTime endTime eventId",
        "priceAdjustments" => "unitPrice quantity description taxIds?",
        "bookingLimits" => "peopleCategoryId? min max",
        "duration" => "days hours minutes",
        "resources" => "id name",
        "options" | "customFields" => "id name value",
        "choiceFields" => {
            "id name description? shownToCustomers forCustomer forParticipants index values defaultValueId?"
        }
        "onOffOptions" => "id name description? index shownToCustomers enabled defaultState",
        _ => return None,
    })
}

pub(super) fn assert_members(thing: &Value, members: &str, text: &str) {
    let thing = thing.as_object().unwrap_or_else(|| panic!("no object: {text}"));
    let known: Vec<_> = members.split_whitespace().map(|name| name.trim_end_matches('?')).collect();
    for name in thing.keys() {
        assert!(known.contains(&name.as_str()), "{name} is not in the reference: {text}");
    }
    for name in members.split_whitespace().filter(|name| !name.ends_with('?')) {
        assert!(thing.contains_key(name), "{name} is missing: {text}");
    }
}
