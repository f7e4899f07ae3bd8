//! The people of a booking: its customer and its participants.

use super::place::{BookingContext, BookingError, PersonPlace};
use crate::{App, random};
use slotkeeper_domain::booking::{Participant, Who, check_participants};
use slotkeeper_domain::catalogue::{Catalogue, CategoryId};
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::customer::{About, FieldInput, MOST_LINKED, Person, answers};
use slotkeeper_domain::id::{CustomerId, LinkedPersonId, ProductId};
use slotkeeper_domain::party::Party;
use slotkeeper_domain::visibility::Visibility;
use slotkeeper_store::tables::customers::{self, Customer, Visits};
use slotkeeper_store::tables::linked_people::{self, LinkedPerson};
use slotkeeper_store::{Snapshot, Tx};

#[derive(Debug, Clone, Default)]
pub struct PersonInput {
    /// Everything but the custom fields.
    pub person: Person,
    pub custom_fields: Vec<FieldInput>,
}

/// The customer of a new booking.
#[derive(Debug, Clone)]
pub enum CustomerInput {
    /// An existing customer, within the visibility of the principal.
    Known(CustomerId, Visibility),
    New(Box<PersonInput>),
}

#[derive(Debug, Clone)]
pub struct ParticipantInput {
    pub who: WhoInput,
    pub category: CategoryId,
    /// Position among the participants of the category, counted from 1.
    pub index: u32,
}

#[derive(Debug, Clone)]
pub enum WhoInput {
    Customer,
    Unknown,
    /// A person linked to the customer.
    Linked(LinkedPersonId),
    /// A new person, to be linked to the customer.
    New(Box<PersonInput>),
}

/// Whose linked people a request may name or add.
#[derive(Debug, Clone)]
pub struct Naming {
    /// The customers whose linked people may be named.
    pub seen: Visibility,
    /// The customers to whom new people may be linked.
    pub changed: Visibility,
}

impl ParticipantInput {
    fn is_new(&self) -> bool {
        matches!(self.who, WhoInput::New(_))
    }
}

impl PersonInput {
    /// The person, if all values and custom fields are valid.
    pub(crate) fn checked(
        &self,
        catalogue: &Catalogue,
        about: About,
        place: PersonPlace,
    ) -> Result<Person, BookingError> {
        let refused = |why| BookingError::Person { place, why };
        let custom_fields = answers(&catalogue.custom_fields, about, &self.custom_fields).map_err(refused)?;
        let person = Person { custom_fields, ..self.person.clone() };
        let person = if about == About::Participant { person.as_linked() } else { person };
        person.check(None).map_err(refused)?;
        Ok(person)
    }
}

impl BookingContext {
    /// Whether the order is for a customer with a valid membership. The customer is read only if the product asks for
    /// it; new customers are not members.
    pub(crate) fn for_member(
        &self,
        db: &mut Snapshot,
        catalogue: &Catalogue,
        product: &ProductId,
        input: Option<&CustomerInput>,
    ) -> Result<bool, BookingError> {
        let Some(CustomerInput::Known(id, visibility)) = input else { return Ok(false) };
        if !self.asks_for_member(catalogue, product) {
            return Ok(false);
        }
        let customer = customers::find(db, &self.account.id, id)?;
        let seen = customer.filter(|customer| visibility.shows(customer.application.as_ref()));
        Ok(self.is_member(seen.ok_or(BookingError::NoCustomer)?.membership.as_ref()))
    }

    /// The customer, created if new; the flag says whether. The caller of a new one calls
    /// [`has_room_for_customer`](Self::has_room_for_customer) at the end.
    pub(crate) fn customer(
        &self,
        tx: &mut Tx,
        catalogue: &Catalogue,
        input: &CustomerInput,
        new_id: &CustomerId,
    ) -> Result<(Customer, bool), BookingError> {
        match input {
            CustomerInput::Known(id, visibility) => {
                // Locked, or the customer could be deleted before the booking is written.
                let customer = customers::lock(tx, &self.account.id, id)?;
                let seen = customer.filter(|customer| visibility.shows(customer.application.as_ref()));
                Ok((seen.ok_or(BookingError::NoCustomer)?, false))
            }
            CustomerInput::New(input) => {
                let customer = Customer {
                    id: new_id.clone(),
                    application: self.application().cloned(),
                    person: input.checked(catalogue, About::Customer, PersonPlace::Customer)?,
                    created_at: self.now,
                    membership: None,
                };
                customers::insert(tx, &self.account.id, &customer)?;
                Ok((customer, true))
            }
        }
    }

    /// Fails if the customer created in this transaction exceeds the limit, which applies to applications only. To be
    /// called last: from here until COMMIT no other transaction can add a customer to the account.
    pub(crate) fn has_room_for_customer(&self, tx: &mut Tx, app: &App) -> Result<(), BookingError> {
        let Some(most) = app.most_customers().filter(|_| self.application().is_some()) else { return Ok(()) };
        let room = customers::has_room(tx, &self.account.id, most)?;
        if room { Ok(()) } else { Err(BookingError::TooManyCustomers(most)) }
    }

    /// Creates a person linked to the customer, whom the caller has locked.
    pub(crate) fn link(
        &self,
        tx: &mut Tx,
        catalogue: &Catalogue,
        customer: &CustomerId,
        (input, place): (&PersonInput, PersonPlace),
    ) -> Result<LinkedPerson, BookingError> {
        let person = input.checked(catalogue, About::Participant, place)?;
        let account = &self.account.id;
        if linked_people::count(tx, account, customer)? >= i64::from(MOST_LINKED) {
            return Err(BookingError::TooManyLinked);
        }
        let (customer, visits) = (customer.clone(), Visits::default());
        let linked = LinkedPerson { id: random::id(), customer, person, created_at: self.now, visits };
        linked_people::insert(tx, account, &linked)?;
        tx.record(self.actor.change(account, self.now, Subject::linked_person(&linked.id), Kind::Created));
        Ok(linked)
    }

    /// Fails if a new person is to be linked to a customer that the principal may not change.
    pub(crate) fn may_link(
        &self,
        naming: &Naming,
        customer: &Customer,
        inputs: &[ParticipantInput],
    ) -> Result<(), BookingError> {
        let links = inputs.iter().any(ParticipantInput::is_new);
        let access = !links || naming.changed.shows(customer.application.as_ref());
        if access { Ok(()) } else { Err(BookingError::NotYourCustomer) }
    }

    /// The participants that replace the `named` ones of an existing booking. Those already named can stay even if the
    /// customer is not visible to the principal.
    pub(crate) fn replacing(
        &self,
        tx: &mut Tx,
        catalogue: &Catalogue,
        (named, customer): (&[Participant], &Customer),
        party: &Party,
        (inputs, naming): (&[ParticipantInput], &Naming),
    ) -> Result<Vec<Participant>, BookingError> {
        self.may_link(naming, customer, inputs)?;
        let known = |who: &WhoInput| match who {
            WhoInput::Linked(id) => named.iter().any(|one| one.person.linked() == Some(id)),
            WhoInput::Customer | WhoInput::Unknown | WhoInput::New(_) => true,
        };
        if !naming.seen.shows(customer.application.as_ref()) && !inputs.iter().all(|input| known(&input.who)) {
            return Err(BookingError::NoPerson);
        }
        let people = self.participants(tx, catalogue, &customer.id, party, inputs)?;
        if inputs.iter().any(ParticipantInput::is_new) {
            let owner = Subject::customer(&customer.id, customer.application.as_ref());
            tx.record(self.actor.change(&self.account.id, self.now, owner, Kind::Updated));
        }
        Ok(people)
    }

    /// Checks the participants without creating any: values of new people, and the link of the others if the customer
    /// is known.
    pub(crate) fn check_people(
        &self,
        tx: &mut Tx,
        catalogue: &Catalogue,
        customer: Option<&CustomerId>,
        inputs: &[ParticipantInput],
    ) -> Result<(), BookingError> {
        for input in inputs {
            match (&input.who, customer) {
                (WhoInput::New(person), _) => {
                    drop(person.checked(catalogue, About::Participant, PersonPlace::Participant)?)
                }
                (WhoInput::Linked(id), Some(customer))
                    if !linked_people::lock_linked(tx, &self.account.id, customer, id)? =>
                {
                    return Err(BookingError::NoPerson);
                }
                (WhoInput::Linked(_) | WhoInput::Customer | WhoInput::Unknown, _) => {}
            }
        }
        Ok(())
    }

    /// The participants; new people are linked to the customer.
    pub(crate) fn participants(
        &self,
        tx: &mut Tx,
        catalogue: &Catalogue,
        customer: &CustomerId,
        party: &Party,
        inputs: &[ParticipantInput],
    ) -> Result<Vec<Participant>, BookingError> {
        let mut people = Vec::with_capacity(inputs.len());
        for ParticipantInput { who, category, index } in inputs {
            let person = match who {
                WhoInput::Customer => Who::Customer,
                WhoInput::Unknown => continue,
                WhoInput::Linked(id) if linked_people::lock_linked(tx, &self.account.id, customer, id)? => {
                    Who::Linked(id.clone())
                }
                WhoInput::Linked(_) => return Err(BookingError::NoPerson),
                WhoInput::New(input) => {
                    Who::Linked(self.link(tx, catalogue, customer, (&**input, PersonPlace::Participant))?.id)
                }
            };
            people.push(Participant { person, category: category.clone(), index: *index });
        }
        check_participants(&people, party)?;
        Ok(people)
    }
}
