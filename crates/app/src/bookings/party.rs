//! Who a booking is for: its customer, and the people who come.

use super::place::{PlaceError, Placing};
use crate::random;
use slotkeeper_domain::booking::{Participant, Who, check_participants};
use slotkeeper_domain::catalogue::{Catalogue, CategoryId};
use slotkeeper_domain::customer::{About, FieldInput, Person, answers};
use slotkeeper_domain::id::{CustomerId, LinkedPersonId};
use slotkeeper_domain::party::Party;
use slotkeeper_domain::right::Sight;
use slotkeeper_store::Tx;
use slotkeeper_store::tables::customers::{self, Customer, LinkedPerson};

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
    Known(CustomerId, Sight),
    /// Somebody new.
    New(Box<PersonInput>),
}

/// Somebody who comes.
#[derive(Debug, Clone)]
pub struct ParticipantInput {
    /// Who.
    pub who: WhoInput,
    /// As what.
    pub category: CategoryId,
    /// Which of the people of this category, from 1.
    pub index: u32,
}

/// Who comes.
#[derive(Debug, Clone)]
pub enum WhoInput {
    /// The customer.
    Customer,
    /// Nobody knows.
    Unknown,
    /// Somebody linked to the customer already.
    Linked(LinkedPersonId),
    /// Somebody new, to be linked to the customer.
    New(Box<PersonInput>),
}

impl PersonInput {
    /// The person, if everything said of it is taken.
    pub(crate) fn checked(&self, catalogue: &Catalogue, about: About, at: &'static str) -> Result<Person, PlaceError> {
        let refused = |why| PlaceError::Person { at, why };
        let custom_fields = answers(&catalogue.custom_fields, about, &self.custom_fields).map_err(refused)?;
        let person = Person { custom_fields, ..self.person.clone() };
        person.check().map_err(refused)?;
        Ok(person)
    }
}

impl Placing {
    /// The customer, created if it is somebody new. The flag says which.
    pub(crate) fn customer(
        &self,
        tx: &mut Tx,
        catalogue: &Catalogue,
        input: &CustomerInput,
        new_id: &CustomerId,
    ) -> Result<(Customer, bool), PlaceError> {
        match input {
            CustomerInput::Known(id, sight) => {
                // Locked, or somebody could delete it before the booking is written.
                let customer = customers::lock(tx, &self.account.id, id)?;
                let seen = customer.filter(|customer| sight.shows(customer.application.as_ref()));
                Ok((seen.ok_or(PlaceError::NoCustomer)?, false))
            }
            CustomerInput::New(input) => {
                let customer = Customer {
                    id: new_id.clone(),
                    application: self.application().cloned(),
                    person: input.checked(catalogue, About::Customer, "customer")?,
                    created_at: self.now,
                };
                customers::insert(tx, &self.account.id, &customer)?;
                Ok((customer, true))
            }
        }
    }

    /// The people who come; those who are new are linked to the customer.
    pub(crate) fn participants(
        &self,
        tx: &mut Tx,
        catalogue: &Catalogue,
        customer: &CustomerId,
        party: &Party,
        inputs: &[ParticipantInput],
    ) -> Result<Vec<Participant>, PlaceError> {
        let wants_linked = inputs.iter().any(|input| matches!(input.who, WhoInput::Linked(_)));
        let known = if wants_linked { customers::linked(tx, &self.account.id, customer)? } else { Vec::new() };
        let mut people = Vec::with_capacity(inputs.len());
        for ParticipantInput { who, category, index } in inputs {
            let person = match who {
                WhoInput::Customer => Who::Customer,
                WhoInput::Unknown => continue,
                WhoInput::Linked(id) if known.iter().any(|linked| linked.id == *id) => Who::Linked(id.clone()),
                WhoInput::Linked(_) => return Err(PlaceError::NoPerson),
                WhoInput::New(input) => {
                    let person = input.checked(catalogue, About::Participant, "participants.details.personDetails")?;
                    let linked = LinkedPerson { id: random::id(), person, created_at: self.now };
                    customers::insert_linked(tx, &self.account.id, customer, &linked)?;
                    Who::Linked(linked.id)
                }
            };
            people.push(Participant { person, category: category.clone(), index: *index });
        }
        check_participants(&people, party)?;
        Ok(people)
    }
}
