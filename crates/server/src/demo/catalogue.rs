//! The catalogue of the demo's business, with dates relative to the day the demo is made.

use jiff::civil::{Date, Weekday, time};
use slotkeeper_app::catalogue::begin::begin;
use slotkeeper_app::random;
use slotkeeper_domain::account::{Currency, Language};
use slotkeeper_domain::catalogue::{
    AppointmentRules, BookingLimit, BookingRules, BookingSettings, CancellationFee, CancellationPolicy, Catalogue,
    CategoryId, ChoiceValue, CustomField, DropIn, Effect, FieldKind, FieldValue, Opening, OpeningHours,
    OptionDefinition, OptionKind, PeopleCategory, Per, Pricing, Product, ProductKind, Resource, ResourceRequirement,
    ResourceType, Schedule, Tax, Translated, UnitPrice,
};
use slotkeeper_domain::follow_up::FollowUps;
use slotkeeper_domain::id::{CustomFieldId, ProductId, ResourceId, ResourceTypeId, TaxId};
use slotkeeper_domain::money::{Money, Percent as TaxRate};
use slotkeeper_domain::recurrence::{Length, Recurrence, Season, Weekdays};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::accounts::Account;
use std::collections::BTreeSet;

/// The catalogue and the ids other parts of the demo need.
pub(super) struct Offer {
    pub(super) catalogue: Catalogue,
    /// Adults, children, infants, and families of four.
    pub(super) categories: [CategoryId; 4],
    pub(super) tour: ProductId,
    pub(super) cruise: ProductId,
    pub(super) course: ProductId,
    pub(super) coaching: ProductId,
}

/// What every step of making up the catalogue needs.
struct CatalogueGenerator {
    portuguese: Language,
    currency: Currency,
    today: Date,
    categories: [CategoryId; 4],
    tax: TaxId,
}

/// The resources that lead tours and coach.
struct Guides {
    kind: ResourceTypeId,
    ana: ResourceId,
    rui: ResourceId,
}

const WEEKEND: [Weekday; 2] = [Weekday::Saturday, Weekday::Sunday];

impl Offer {
    /// Makes up the catalogue of this business.
    pub(super) fn invent(account: &Account, now: Instant) -> anyhow::Result<Self> {
        let [adults, children, infants] = CategoryId::built_in();
        let family: CategoryId = format!("C{}", random::id_characters(5)).parse()?;
        let inventor = CatalogueGenerator {
            portuguese: "pt-PT".parse()?,
            currency: account.currency.ok_or_else(|| anyhow::anyhow!("the business has no currency"))?,
            today: account.zone.date_of(now),
            categories: [adults, children, infants, family.clone()],
            tax: random::id(),
        };
        let guides = Guides { kind: random::id(), ana: random::id(), rui: random::id() };
        let mut catalogue = begin(&account.languages);
        catalogue.categories.push(PeopleCategory { id: family, name: inventor.text("Family", "Família"), seats: 4 });
        let [tour, cruise, course, coaching, outing] = [
            inventor.tour(&guides),
            inventor.cruise(),
            inventor.course(),
            inventor.coaching(&guides),
            inventor.outing(),
        ];
        let ids = [&tour, &cruise, &course, &coaching].map(|product| product.id.clone());
        catalogue.products = vec![tour, cruise, course, coaching, outing];
        catalogue.resource_types = vec![inventor.guides(guides)];
        catalogue.taxes = vec![Tax {
            id: inventor.tax.clone(),
            name: inventor.text("VAT", "IVA"),
            rate: TaxRate::from_millionths(100_000)?,
            enabled: true,
        }];
        catalogue.custom_fields = inventor.custom_fields();
        catalogue.settings = BookingSettings {
            prices_include_taxes: false,
            cancellation: Some(CancellationPolicy {
                free_until_minutes: 48 * 60,
                fee: CancellationFee::Part(TaxRate::from_millionths(500_000)?),
            }),
            follow_ups: FollowUps::default(),
        };
        let [tour, cruise, course, coaching] = ids;
        Ok(Self { catalogue, categories: inventor.categories, tour, cruise, course, coaching })
    }
}

impl CatalogueGenerator {
    fn text(&self, english: &str, portuguese: &str) -> Translated {
        Translated::only(Language::BRITISH_ENGLISH, english).and(self.portuguese, portuguese)
    }

    fn euros(&self, euros: i64) -> Money {
        // In units of a hundred: the demo's business uses the euro.
        Money::new(euros * 100, self.currency)
    }

    fn day(&self, days: i32) -> Date {
        self.today.saturating_add(jiff::Span::new().days(days))
    }

    /// The first date with this weekday, at least so many days from now.
    fn next(&self, weekday: Weekday, days: i32) -> Date {
        let ahead = (days..days + 7).map(|days| self.day(days));
        ahead.fold(None, |found, day| found.or((day.weekday() == weekday).then_some(day))).unwrap_or(self.day(days))
    }

    fn costs(&self, euros: i64, per: Per, minutes: i32) -> Effect {
        Effect { price: Some(self.euros(euros)), per, minutes }
    }

    fn per_person(&self, prices: &[i64]) -> Pricing {
        let rate = |(category, euros): (&CategoryId, &i64)| UnitPrice {
            category: category.clone(),
            price: self.euros(*euros),
        };
        Pricing::PerPerson(self.categories.iter().zip(prices).map(rate).collect())
    }

    /// The smallest and largest number of participants, and the largest of each category in turn.
    fn limits(&self, (min, max): (u32, u32), most: &[u32]) -> Vec<BookingLimit> {
        let of_category =
            |(category, max): (&CategoryId, &u32)| BookingLimit { category: Some(category.clone()), min: 0, max: *max };
        let all = BookingLimit { category: None, min, max };
        std::iter::once(all).chain(self.categories.iter().zip(most).map(of_category)).collect()
    }

    /// A product with the settings most products of the demo share.
    fn product(&self, code: &str, name: Translated, description: Translated, kind: ProductKind) -> Product {
        Product {
            id: random::id(),
            code: code.to_owned(),
            name,
            description: Some(description),
            images: Vec::new(),
            limits: self.limits((1, 8), &[8, 4, 2]),
            pricing: None,
            length: Length::Minutes(120),
            kind,
            members_only: false,
            prepaid_only: false,
            accept_deny: false,
            api_bookings_allowed: true,
            without_follow_ups: false,
            allow_private_events: false,
            options: Vec::new(),
            taxes: vec![self.tax.clone()],
            rules: BookingRules { lead_minutes: 60, latest: None, window_days: Some(180), change_lead_minutes: 60 },
        }
    }

    /// Every evening but two, and weekend mornings.
    fn tour(&self, guides: &Guides) -> Product {
        let season = Season { first: Some(self.day(-60)), last: Some(self.day(150)) };
        let evenings: Weekdays =
            [Weekday::Tuesday, Weekday::Thursday, Weekday::Friday].into_iter().chain(WEEKEND).collect();
        let schedule = |hour, pattern, guide: &ResourceId| Schedule {
            id: random::id(),
            title: None,
            recurrence: Recurrence {
                starts: time(hour, 0, 0, 0),
                pattern,
                season,
                except: BTreeSet::new(),
                also: BTreeSet::new(),
            },
            seats: 8,
            resources: vec![guide.clone()],
        };
        let mut evening = schedule(18, evenings, &guides.ana);
        evening.recurrence.except.insert(self.next(Weekday::Thursday, 10));
        evening.recurrence.also.insert(self.next(Weekday::Wednesday, 7));
        let morning = schedule(10, WEEKEND.into_iter().collect(), &guides.rui);
        let mut tour = self.product(
            "SUNSET",
            self.text("Sunset kayak tour", "Passeio de caiaque ao pôr do sol"),
            self.text(
                "<p>Two hours on calm water, along the cliffs and back under the lighthouse. For beginners, too.</p>",
                "<p>Duas horas em águas calmas, junto às falésias e de volta ao farol. Também para principiantes.</p>",
            ),
            ProductKind::Fixed { schedules: vec![evening, morning] },
        );
        tour.limits = self.limits((1, 8), &[8, 4, 2, 2]);
        tour.pricing = Some(self.per_person(&[45, 30, 0, 130]));
        tour.allow_private_events = true;
        let value = |option: &str, number: u8, name| ChoiceValue {
            id: format!("{option}_{number}"),
            name,
            description: None,
            effect: Effect::default(),
        };
        let place = option_id(&tour.id);
        let values = vec![
            value(&place, 1, self.text("Harbour pier", "Cais do porto")),
            value(&place, 2, self.text("Lighthouse car park", "Estacionamento do farol")),
        ];
        let default = Some(format!("{place}_1"));
        tour.options = vec![
            option(place, self.text("Meeting point", "Ponto de encontro"), OptionKind::Choice { values, default }),
            option(
                option_id(&tour.id),
                self.text("Dry bags", "Sacos estanques"),
                OptionKind::Number { min: 0, max: 4, default: 0, each: self.costs(5, Per::Booking, 0) },
            ),
            option(
                option_id(&tour.id),
                self.text("Wetsuit hire", "Aluguer de fato isotérmico"),
                OptionKind::OnOff { default: false, on: self.costs(8, Per::Person, 0) },
            ),
            option(
                option_id(&tour.id),
                self.text("Dietary notes", "Restrições alimentares"),
                OptionKind::Text { required: false },
            ),
        ];
        tour
    }

    fn cruise(&self) -> Product {
        let schedule = Schedule {
            id: random::id(),
            title: None,
            recurrence: Recurrence {
                starts: time(8, 30, 0, 0),
                pattern: [Weekday::Wednesday, Weekday::Saturday].into_iter().collect(),
                season: Season::default(),
                except: BTreeSet::new(),
                also: BTreeSet::new(),
            },
            seats: 50,
            resources: Vec::new(),
        };
        let mut cruise = self.product(
            "CRUISE",
            self.text("Lighthouse cruise", "Cruzeiro ao farol"),
            self.text(
                "<p>Out to the lighthouse and back in the early light. One price for your group of up to six.</p>",
                "<p>Até ao farol e de volta com a primeira luz. Um preço para o seu grupo de até seis pessoas.</p>",
            ),
            ProductKind::Fixed { schedules: vec![schedule] },
        );
        cruise.limits = self.limits((1, 6), &[6, 4, 2]);
        cruise.pricing = Some(Pricing::PerBooking(self.euros(60)));
        cruise.length = Length::Minutes(90);
        cruise
    }

    /// One course that has begun, and one that begins in three weeks.
    fn course(&self) -> Product {
        let course = |first: Date| {
            let (english, portuguese) = evenings(first.weekday());
            let last = first.saturating_add(jiff::Span::new().weeks(4));
            Schedule {
                id: random::id(),
                title: Some(self.text(english, portuguese)),
                recurrence: Recurrence {
                    starts: time(19, 0, 0, 0),
                    pattern: [first.weekday()].into_iter().collect(),
                    season: Season { first: Some(first), last: Some(last) },
                    except: BTreeSet::new(),
                    also: BTreeSet::new(),
                },
                seats: 8,
                resources: Vec::new(),
            }
        };
        let mut product = self.product(
            "COURSE5",
            self.text("Sea kayaking, five evenings", "Caiaque de mar em cinco noites"),
            self.text(
                "<p>From the first stroke to a landing in the surf. One evening a week, boat and paddle included.</p>",
                "<p>Da primeira remada ao desembarque na rebentação. Uma noite por semana, com caiaque e pagaia.</p>",
            ),
            ProductKind::FixedCourse {
                schedules: vec![course(self.day(-5)), course(self.day(21))],
                late_enrolment: true,
                drop_in: DropIn::Also,
                drop_in_rates: Some(self.per_person(&[40, 28])),
            },
        );
        product.limits = self.limits((1, 4), &[4, 2]);
        product.pricing = Some(self.per_person(&[180, 120]));
        product.length = Length::Minutes(90);
        product
    }

    fn coaching(&self, guides: &Guides) -> Product {
        let opening =
            |from, to| Opening { days: except(Weekday::Sunday), from: time(from, 0, 0, 0), to: time(to, 0, 0, 0) };
        let flexible = AppointmentRules {
            hours: OpeningHours { weekly: vec![opening(9, 12), opening(13, 17)], closed: BTreeSet::new() },
            step_minutes: 30,
            gap_minutes: 15,
            needs: vec![ResourceRequirement { resource_type: guides.kind.clone(), count: 1 }],
        };
        let mut coaching = self.product(
            "COACH",
            self.text("Private coaching", "Aulas particulares"),
            self.text(
                "<p>One hour with a guide of your own, at your pace. We confirm each request within a day.</p>",
                "<p>Uma hora com um guia só para si, ao seu ritmo. Confirmamos cada pedido no prazo de um dia.</p>",
            ),
            ProductKind::FlexibleTime(flexible),
        );
        coaching.limits = self.limits((1, 3), &[3, 2]);
        coaching.pricing = Some(Pricing::PerBooking(self.euros(70)));
        coaching.length = Length::Minutes(60);
        coaching.accept_deny = true;
        coaching.options = vec![option(
            option_id(&coaching.id),
            self.text("Video review, 30 minutes more", "Análise de vídeo, mais 30 minutos"),
            OptionKind::OnOff { default: false, on: self.costs(25, Per::Booking, 30) },
        )];
        coaching
    }

    /// A product that is not open to the public.
    fn outing(&self) -> Product {
        let schedule = Schedule {
            id: random::id(),
            title: None,
            recurrence: Recurrence {
                starts: time(15, 0, 0, 0),
                pattern: Weekdays::default(),
                season: Season::default(),
                except: BTreeSet::new(),
                also: [self.next(Weekday::Monday, 14)].into_iter().collect(),
            },
            seats: 12,
            resources: Vec::new(),
        };
        let mut outing = self.product(
            "STAFF",
            self.text("Staff outing", "Saída da equipa"),
            self.text("<p>For us alone.</p>", "<p>Só para nós.</p>"),
            ProductKind::Fixed { schedules: vec![schedule] },
        );
        outing.api_bookings_allowed = false;
        outing.taxes = Vec::new();
        outing
    }

    fn guides(&self, guides: Guides) -> ResourceType {
        let guide = |id, name, weekly: Vec<Opening>| Resource {
            id,
            name: Translated::only(Language::BRITISH_ENGLISH, name),
            hours: Some(OpeningHours { weekly, closed: BTreeSet::new() }),
            capacity: 1,
        };
        let opening = |days, from, to| Opening { days, from: time(from, 0, 0, 0), to: time(to, 0, 0, 0) };
        let sunday: Weekdays = [Weekday::Sunday].into_iter().collect();
        ResourceType {
            id: guides.kind,
            name: self.text("Guides", "Guias"),
            is_public: true,
            resources: vec![
                guide(guides.ana, "Ana", vec![opening(except(Weekday::Monday), 9, 21)]),
                guide(guides.rui, "Rui", vec![opening(except(Weekday::Sunday), 9, 18), opening(sunday, 9, 13)]),
            ],
        }
    }

    fn custom_fields(&self) -> Vec<CustomField> {
        let experience: CustomFieldId = random::id();
        let value = |number: u8, name| FieldValue { id: format!("{experience}_{number}"), name, description: None };
        let values = vec![
            value(1, self.text("None", "Nenhuma")),
            value(2, self.text("Some", "Alguma")),
            value(3, self.text("A lot", "Muita")),
        ];
        let field = |id, name, (for_customer, for_participants), kind| CustomField {
            id,
            name,
            description: None,
            shown_to_customers: true,
            for_customer,
            for_participants,
            kind,
        };
        let default = Some(format!("{experience}_1"));
        let asks = self.text("Experience", "Experiência");
        let swims = self.text("Can swim 50 m", "Sabe nadar 50 m");
        let whom = self.text("Emergency contact", "Contacto de emergência");
        vec![
            field(experience.clone(), asks, (true, true), FieldKind::Choice { values, default }),
            field(random::id(), swims, (true, true), FieldKind::OnOff { default: false }),
            field(random::id(), whom, (true, false), FieldKind::Text),
        ]
    }
}

fn option_id(product: &ProductId) -> String {
    format!("{product}_{}", random::id_characters(8))
}

fn option(id: String, name: Translated, kind: OptionKind) -> OptionDefinition {
    OptionDefinition { id, name, description: None, shown_to_customers: true, enabled: true, kind }
}

/// Every weekday but this one.
fn except(day: Weekday) -> Weekdays {
    Weekday::Monday.cycle_forward().take(7).filter(|other| *other != day).collect()
}

/// The name of a course by its weekday, in English and German.
fn evenings(day: Weekday) -> (&'static str, &'static str) {
    match day {
        Weekday::Monday => ("Monday evenings", "Segundas-feiras à noite"),
        Weekday::Tuesday => ("Tuesday evenings", "Terças-feiras à noite"),
        Weekday::Wednesday => ("Wednesday evenings", "Quartas-feiras à noite"),
        Weekday::Thursday => ("Thursday evenings", "Quintas-feiras à noite"),
        Weekday::Friday => ("Friday evenings", "Sextas-feiras à noite"),
        Weekday::Saturday => ("Saturday evenings", "Sábados à noite"),
        Weekday::Sunday => ("Sunday evenings", "Domingos à noite"),
    }
}
