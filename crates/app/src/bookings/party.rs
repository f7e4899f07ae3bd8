//! Who a booking is for: its customer, and the people who come.

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

/// What a request says of a person.
#[derive(Debug, Clone, Default)]
pub struct PersonInput {
    /// Everything but the custom fields.
    pub person: Person,
    /// The answers to custom fields.
    pub custom_fields: Vec<FieldInput>,
}

/// Whose a booking is to be.
#[derive(Debug, Clone)]
pub enum CustomerInput {
    /// A customer that is there, looked for within this sight.
    Known(CustomerId, Visibility),
    New(Box<PersonInput>),
}

#[derive(Debug, Clone)]
pub struct ParticipantInput {
    pub who: WhoInput,
    pub category: CategoryId,
    /// Which of the people of this category, from 1.
    pub index: u32,
}

#[derive(Debug, Clone)]
pub enum WhoInput {
    Customer,
    Unknown,
    /// Somebody linked to the customer already.
    Linked(LinkedPersonId),
    /// Somebody new, to be linked to the customer.
    New(Box<PersonInput>),
}

/// Whose people a request may name.
#[derive(Debug, Clone)]
pub struct Naming {
    /// Of customers that are seen: those who are linked to them.
    pub seen: Visibility,
    /// Of customers that may be changed: new ones, who are linked to them.
    pub changed: Visibility,
}

impl ParticipantInput {
    fn is_new(&self) -> bool {
        matches!(self.who, WhoInput::New(_))
    }
}

impl PersonInput {
    /// The person, if everything said of it is taken.
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
    /// Whether an order for this product is for somebody who is a member now. Nobody is looked up for a product that
    /// everybody can book; whoever is not there yet is no member.
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

    /// The customer, created if it is somebody new. The flag says which; whoever calls asks in the end whether there is
    /// [room](Self::has_room_for_customer).
    pub(crate) fn customer(
        &self,
        tx: &mut Tx,
        catalogue: &Catalogue,
        input: &CustomerInput,
        new_id: &CustomerId,
    ) -> Result<(Customer, bool), BookingError> {
        match input {
            CustomerInput::Known(id, visibility) => {
                // Locked, or somebody could delete it before the booking is written.
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

    /// Whether there is room for the customer that this transaction has created: there is a limit for applications alone, if
    /// there is one. The last thing a use case does: from here on nobody else adds a customer to the account until COMMIT.
    pub(crate) fn has_room_for_customer(&self, tx: &mut Tx, app: &App) -> Result<(), BookingError> {
        let Some(most) = app.most_customers().filter(|_| self.application().is_some()) else { return Ok(()) };
        let room = customers::has_room(tx, &self.account.id, most)?;
        if room { Ok(()) } else { Err(BookingError::TooManyCustomers(most)) }
    }

    /// A new person, linked to the customer, whom the caller has locked.
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

    /// Whether nobody is to be linked to a customer who may not be changed.
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

    /// The people who come to a booking that is there, in place of those who were named before. Who is named already stays
    /// also where the customer is not seen.
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

    /// Whether these people could come: those who are new as far as they are described, the others as far as the customer is
    /// known to whom they are linked. Nobody is created.
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

    /// The people who come; those who are new are linked to the customer.
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
