//! Bodies of requests for bookings and holds (wire reference, section 4.6), and how they become an order or a change.
//! Members that only responses have are ignored. That a new booking needs `customerId` or `customer` is checked by the
//! use case: a plain schema cannot express it.

use crate::availability::matchingslots::ResourceInput;
use crate::bounded::{BoundedList, IdText, LONGEST_ID, code_or_empty, codes, id, line, line_or_empty, prose, twice};
use crate::customers::body::PersonBody;
use crate::document::{AsParameter, require};
use crate::error::ApiError;
use crate::payments::body::PaymentBody;
use crate::wire::{Money, NamedValue, PeopleNumber, Switch, null_as_default};
use crate::wording::Sentence;
use crate::wording::discounts::too_many;
use crate::wording::orders::NO_PRODUCT;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};
use slotkeeper_app::bookings::party::{CustomerInput, ParticipantInput, WhoInput};
use slotkeeper_app::bookings::place::CodeKind;
use slotkeeper_app::payments::record::PaymentInput;
use slotkeeper_domain::appointment::AppointmentId;
use slotkeeper_domain::booking::LONGEST_REFERENCE;
use slotkeeper_domain::catalogue::CategoryId;
use slotkeeper_domain::code::{self, Codes};
use slotkeeper_domain::event::EventId;
use slotkeeper_domain::id::{CustomerId, ProductId, ResourceId, TaxId};
use slotkeeper_domain::options::OptionInput;
use slotkeeper_domain::order::{MOST_ADJUSTMENTS, Options, Order};
use slotkeeper_domain::party::{MOST_PEOPLE, Party};
use slotkeeper_domain::price::Adjustment;
use slotkeeper_domain::scheduled::EventChoice;
use slotkeeper_domain::time::{Instant, WireTime, Zone};
use slotkeeper_domain::visibility::Visibility;
use std::borrow::Cow;
use std::fmt::Debug;
use std::marker::PhantomData;

/// Longest free text of a booking, in characters.
const LONGEST_TEXT: usize = 1_000;
/// Longest `sourceIp`, in characters.
const LONGEST_ADDRESS: usize = 100;
/// Longest text of a member with codes, in characters, with the separators.
const LONGEST_CODES: usize = 2_000;
/// Most people categories of a party.
const MOST_CATEGORIES: usize = 100;
/// Most options, most resources, and most payments.
const MOST_ENTRIES: usize = 100;
/// Most taxes of an adjustment.
const MOST_TAXES: usize = 50;
/// Most named participants: as many as a party can have.
const MOST_PARTICIPANTS: usize = MOST_PEOPLE as usize;

/// What the body of a booking is for. Some members are only for creating one; a change ignores them, whatever their
/// values are (wire reference, section 3.2).
pub(crate) trait Purpose: Debug + Default + JsonSchema {
    /// Members that the schema requires.
    const REQUIRED: &'static [&'static str];

    /// The type of a member that is only for creating: `T` itself, or [`Ignored`] in a change.
    type ForNew<T: Debug + Default + DeserializeOwned + JsonSchema>: Debug + Default + DeserializeOwned + JsonSchema;
}

/// For a hold or a new booking.
#[derive(Debug, Default, JsonSchema)]
#[schemars(rename = "Input")]
pub(crate) struct Making;

/// For a booking that is there.
#[derive(Debug, Default, JsonSchema)]
#[schemars(rename = "Change")]
pub(crate) struct Changing;

impl Purpose for Making {
    const REQUIRED: &'static [&'static str] = &["productId", "participants"];

    type ForNew<T: Debug + Default + DeserializeOwned + JsonSchema> = T;
}

impl Purpose for Changing {
    const REQUIRED: &'static [&'static str] = &[];

    type ForNew<T: Debug + Default + DeserializeOwned + JsonSchema> = Ignored;
}

/// Any JSON value; it is ignored.
#[derive(Debug, Default)]
pub(crate) struct Ignored;

impl<'de> Deserialize<'de> for Ignored {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

impl JsonSchema for Ignored {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Ignored".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "Ignored, whatever it is." })
    }
}

/// A booking as requests have it. A new one is somebody's: it has customerId, or customer for somebody new; a hold can do
/// without.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, bound = "P: Purpose")]
#[schemars(rename = "Booking{P}", bound = "P: Purpose", transform = |schema: &mut Schema| require(schema, P::REQUIRED))]
pub(crate) struct BookingBody<P: Purpose = Making> {
    #[serde(deserialize_with = "line::<LONGEST_ID, _>")]
    #[schemars(length(max = LONGEST_ID))]
    product_id: Option<String>,
    #[serde(deserialize_with = "line::<LONGEST_ID, _>")]
    #[schemars(length(max = LONGEST_ID))]
    event_id: Option<String>,
    #[serde(deserialize_with = "line::<LONGEST_ID, _>")]
    #[schemars(length(max = LONGEST_ID))]
    first_course_enrolled_event_id: Option<String>,
    #[serde(deserialize_with = "line::<LONGEST_ID, _>")]
    #[schemars(length(max = LONGEST_ID))]
    dropin_course_enrolled_event_id: Option<String>,
    #[schemars(with = "Option<AsParameter<WireTime>>")]
    start_time: Option<WireTime>,
    #[schemars(with = "Option<AsParameter<WireTime>>")]
    end_time: Option<WireTime>,
    #[serde(deserialize_with = "line::<LONGEST_ID, _>")]
    #[schemars(length(max = LONGEST_ID))]
    customer_id: Option<String>,
    customer: P::ForNew<Option<PersonBody>>,
    #[serde(deserialize_with = "code_or_empty::<LONGEST_REFERENCE, _>")]
    #[schemars(length(max = LONGEST_REFERENCE))]
    external_ref: Option<String>,
    pub(crate) participants: Option<ParticipantsBody<P>>,
    pub(crate) resources: Option<BoundedList<ResourceInput, MOST_ENTRIES>>,
    pub(crate) options: Option<BoundedList<NamedValue, MOST_ENTRIES>>,
    pub(crate) private_event: Option<Switch>,
    price_adjustments: Option<BoundedList<AdjustmentBody, MOST_ADJUSTMENTS>>,
    initial_payments: P::ForNew<Option<BoundedList<PaymentBody, MOST_ENTRIES>>>,
    #[serde(deserialize_with = "codes::<LONGEST_CODES, _>")]
    #[schemars(length(max = LONGEST_CODES))]
    promotion_code_input: Option<String>,
    #[serde(deserialize_with = "codes::<LONGEST_CODES, _>")]
    #[schemars(length(max = LONGEST_CODES))]
    gift_voucher_code_input: Option<String>,
    #[serde(deserialize_with = "line_or_empty::<LONGEST_TEXT, _>")]
    #[schemars(length(max = LONGEST_TEXT))]
    source: Option<String>,
    #[serde(deserialize_with = "line_or_empty::<LONGEST_ADDRESS, _>")]
    #[schemars(length(max = LONGEST_ADDRESS))]
    source_ip: Option<String>,
}

/// Who comes (wire reference, section 4.7). A new booking says how many; a change can name people alone.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, bound = "P: Purpose")]
#[schemars(
    rename = "Participants{P}",
    bound = "P: Purpose",
    transform = |schema: &mut Schema| if !P::REQUIRED.is_empty() { require(schema, &["numbers"]) }
)]
pub(crate) struct ParticipantsBody<P: Purpose> {
    #[schemars(length(min = 1))]
    pub(crate) numbers: Option<BoundedList<PeopleNumber, MOST_CATEGORIES>>,
    details: Option<BoundedList<ParticipantBody, MOST_PARTICIPANTS>>,
    #[serde(skip)]
    purpose: PhantomData<P>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ParticipantInput")]
pub(crate) struct ParticipantBody {
    #[serde(deserialize_with = "id")]
    #[schemars(length(max = LONGEST_ID))]
    person_id: String,
    #[serde(deserialize_with = "id")]
    #[schemars(length(max = LONGEST_ID))]
    people_category_id: String,
    #[schemars(range(min = 0, max = u32::MAX))]
    category_index: u32,
    #[serde(default)]
    person_details: Option<PersonBody>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PriceAdjustmentInput")]
struct AdjustmentBody {
    unit_price: Money,
    #[schemars(range(min = i64::MIN, max = i64::MAX))]
    quantity: i64,
    #[serde(default, deserialize_with = "prose::<LONGEST_TEXT, _>")]
    #[schemars(length(max = LONGEST_TEXT))]
    description: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    #[schemars(with = "Option<BoundedList<IdText, MOST_TAXES>>", extend("uniqueItems" = true))]
    tax_ids: BoundedList<IdText, MOST_TAXES>,
}

/// The event or events that the body names, or the appointment slot by the id that a search returned.
#[derive(Debug, Default)]
pub(crate) struct BookedThing {
    pub(crate) choice: EventChoice,
    pub(crate) appointment: Option<AppointmentId>,
}

/// Cuts seconds off: schedules have whole minutes.
fn to_the_minute(at: Instant) -> Instant {
    Instant::from_millis(at.as_millis().div_euclid(60_000) * 60_000)
}

fn refuse(message: impl Into<String>) -> ApiError {
    ApiError::bad_request(message.into())
}

/// The party of these numbers; `member` is named in errors.
///
/// # Errors
/// 400 for a text that is no category's id, or for too many people.
pub(crate) fn people(numbers: &[PeopleNumber], member: &str) -> Result<Party, ApiError> {
    let mut party = Vec::with_capacity(numbers.len());
    for PeopleNumber { people_category_id, number } in numbers {
        let unknown = |_| refuse(format!("{member}: this business has no such people category."));
        party.push((people_category_id.parse::<CategoryId>().map_err(unknown)?, *number));
    }
    Party::of(party).map_err(|error| refuse(format!("{member}: {}", error.sentence())))
}

pub(crate) fn options(options: &[NamedValue]) -> Vec<OptionInput> {
    let option = |NamedValue { id, name, value }: &NamedValue| OptionInput {
        id: id.clone(),
        name: name.clone(),
        value: value.clone(),
    };
    options.iter().map(option).collect()
}

fn event(text: Option<&String>, member: &str) -> Result<Option<EventId>, ApiError> {
    let parsed = text.map(|text| text.parse()).transpose();
    parsed.map_err(|_| refuse(format!("{member}: there is no such event.")))
}

impl<P: Purpose> BookingBody<P> {
    /// The product; `None` if the body has no `productId`.
    pub(crate) fn product(&self) -> Result<Option<ProductId>, ApiError> {
        let product = self.product_id.as_ref().map(|id| id.parse()).transpose();
        product.map_err(|_| refuse(NO_PRODUCT))
    }

    /// The event ids of the body, parsed.
    pub(crate) fn which(&self) -> Result<BookedThing, ApiError> {
        let mut which = BookedThing {
            choice: EventChoice {
                event: None,
                enrolled_from: event(self.first_course_enrolled_event_id.as_ref(), "firstCourseEnrolledEventId")?,
                drop_in: event(self.dropin_course_enrolled_event_id.as_ref(), "dropinCourseEnrolledEventId")?,
            },
            appointment: None,
        };
        if let Some(text) = &self.event_id {
            // Both kinds of ids are sent as `eventId`; an event's id is tried first.
            match text.parse() {
                Ok(event) => which.choice.event = Some(event),
                Err(_) => {
                    which.appointment = Some(text.parse().map_err(|_| refuse("eventId: there is no such event."))?)
                }
            }
        }
        Ok(which)
    }

    /// Start of an appointment, cut to the minute. A time with the offset `-00:00` is in `zone`.
    pub(crate) fn starts_at(&self, zone: &Zone) -> Option<Instant> {
        self.start_time.map(|time| to_the_minute(time.at(zone)))
    }

    /// End of an appointment, cut to the minute. A time with the offset `-00:00` is in `zone`.
    pub(crate) fn ends_at(&self, zone: &Zone) -> Option<Instant> {
        self.end_time.map(|time| to_the_minute(time.at(zone)))
    }

    /// The party; `None` if the body has no `participants.numbers`.
    pub(crate) fn party(&self) -> Result<Option<Party>, ApiError> {
        let numbers = self.participants.as_ref().and_then(|participants| participants.numbers.as_ref());
        numbers.map(|numbers| people(numbers, "participants.numbers")).transpose()
    }

    /// The named participants; `None` if the body has no `participants.details`.
    pub(crate) fn participant_inputs(&self) -> Result<Option<Vec<ParticipantInput>>, ApiError> {
        let details = self.participants.as_ref().and_then(|participants| participants.details.as_ref());
        let Some(details) = details else { return Ok(None) };
        details.iter().map(ParticipantBody::input).collect::<Result<_, _>>().map(Some)
    }

    /// The resources; `None` if the body has no `resources`. 400 if one is repeated.
    pub(crate) fn resource_ids(&self) -> Result<Option<Vec<ResourceId>>, ApiError> {
        let Some(resources) = &self.resources else { return Ok(None) };
        let resources: Vec<ResourceId> = resources.iter().map(ResourceInput::id).collect::<Result<_, _>>()?;
        match twice(&resources) {
            Some(resource) => Err(refuse(format!("resources: the resource {resource} is there twice."))),
            None => Ok(Some(resources)),
        }
    }

    /// The price adjustments; `None` if the body has none. 400 for an unknown tax or a repeated one.
    pub(crate) fn adjustments(&self) -> Result<Option<Vec<Adjustment>>, ApiError> {
        let Some(adjustments) = &self.price_adjustments else { return Ok(None) };
        let adjustment = |body: &AdjustmentBody| {
            let no_tax = |_| refuse("priceAdjustments.taxIds: this business has no such tax.");
            let taxes = body.tax_ids.iter().map(|IdText(id)| id.parse().map_err(no_tax));
            let taxes: Vec<TaxId> = taxes.collect::<Result<_, _>>()?;
            if let Some(tax) = twice(&taxes) {
                return Err(refuse(format!("priceAdjustments.taxIds: the tax {tax} is there twice.")));
            }
            Ok(Adjustment {
                unit_price: body.unit_price.0,
                quantity: body.quantity,
                description: body.description.clone().unwrap_or_default(),
                taxes,
            })
        };
        adjustments.iter().map(adjustment).collect::<Result<_, _>>().map(Some)
    }

    /// Codes of promotions and vouchers, as customers type them: 400 for more than a member can have.
    pub(crate) fn codes(&self) -> Result<Codes, ApiError> {
        let read = |text: &Option<String>, kind: CodeKind| {
            let found = code::codes(text.as_deref().unwrap_or_default());
            found.map_err(|error| refuse(too_many(kind, error)))
        };
        Ok(Codes {
            promotions: read(&self.promotion_code_input, CodeKind::Promotion)?,
            vouchers: read(&self.gift_voucher_code_input, CodeKind::Voucher)?,
        })
    }

    /// The `externalRef`; an empty text removes it.
    pub(crate) fn reference(&self) -> Option<String> {
        self.external_ref.clone()
    }

    /// `source` and `sourceIp`; an empty text removes the value.
    pub(crate) fn origin(&self) -> (Option<String>, Option<String>) {
        (self.source.clone(), self.source_ip.clone())
    }
}

impl BookedThing {
    /// The product that the event ids or the appointment id belong to.
    pub(crate) fn product(&self) -> Option<ProductId> {
        let EventChoice { event, enrolled_from, drop_in } = &self.choice;
        let event = event.as_ref().or(enrolled_from.as_ref()).or(drop_in.as_ref()).map(|event| &event.product);
        self.appointment.as_ref().map(|appointment| &appointment.product).or(event).cloned()
    }
}

impl BookingBody<Making> {
    /// The order of a hold or a new booking.
    ///
    /// # Errors
    /// 400 when the product or the numbers of people are missing, or a member cannot be read.
    pub(crate) fn order(&self, zone: &Zone) -> Result<Order, ApiError> {
        let which = self.which()?;
        // An event id contains its product, so `productId` may be left out.
        let product = self.product()?.or(which.product()).ok_or_else(|| refuse("The member productId is missing."))?;
        let BookedThing { choice, appointment } = which;
        let options_given = self.options.as_deref().unwrap_or_default();
        Ok(Order {
            product,
            choice,
            appointment,
            starts_at: self.starts_at(zone),
            ends_at: self.ends_at(zone),
            party: self.party()?.ok_or_else(|| refuse("The member participants.numbers is missing."))?,
            options: Options::Chosen(options(options_given)),
            resources: self.resource_ids()?.unwrap_or_default(),
            preferred: Vec::new(),
            private_event: self.private_event.is_some_and(|switch| switch.0),
            adjustments: self.adjustments()?.unwrap_or_default(),
        })
    }

    /// The customer: an existing one, who has to be within `visibility`, or a new one.
    pub(crate) fn customer(&self, visibility: Visibility) -> Result<Option<CustomerInput>, ApiError> {
        // With both members in the body, the id wins.
        if let Some(id) = &self.customer_id {
            let id: CustomerId = id.parse().map_err(|_| refuse("customerId: there is no such customer."))?;
            return Ok(Some(CustomerInput::Known(id, visibility)));
        }
        let customer = self.customer.as_ref().map(PersonBody::input).transpose()?;
        Ok(customer.map(|person| CustomerInput::New(Box::new(person))))
    }

    /// Payments that were received with the booking. The use case checks their currency.
    pub(crate) fn payments(&self, zone: &Zone) -> Result<Vec<PaymentInput>, ApiError> {
        let payments = self.initial_payments.as_deref().unwrap_or_default();
        payments.iter().map(|payment| payment.input(zone, "initialPayments.")).collect()
    }
}

impl ParticipantBody {
    fn input(&self) -> Result<ParticipantInput, ApiError> {
        let no_category = |_| refuse("participants.details: this business has no such people category.");
        let who = match self.person_id.as_str() {
            "PSELF" => WhoInput::Customer,
            "PUNKNOWN" => WhoInput::Unknown,
            "PNEW" => {
                let person = self.person_details.as_ref().map(PersonBody::input).transpose()?;
                WhoInput::New(Box::new(person.unwrap_or_default()))
            }
            id => WhoInput::Linked(id.parse().map_err(|_| {
                refuse("participants.details: personId must be PSELF, PNEW, PUNKNOWN or the id of a linked person.")
            })?),
        };
        let category = self.people_category_id.parse().map_err(no_category)?;
        Ok(ParticipantInput { who, category, index: self.category_index })
    }
}
