//! Which texts there are.

/// A text for each form in which a language counts; see [`Texts::plural_form`]. `{count}` stands for the number.
#[derive(Clone, Copy)]
pub(crate) struct Counted(pub &'static [&'static str]);

macro_rules! texts {
    ($($(#[$doc:meta])* $key:ident,)*) => {
        /// The texts of a language. Those of letters have the placeholders of templates, the others those named with them.
        pub(crate) struct Texts {
            /// How many forms the language has for counted things.
            #[cfg(test)]
            pub plural_forms: usize,
            /// Which of them goes with a number, from 0.
            pub plural_form: fn(u32) -> usize,
            pub people_count: Counted,
            /// How many more times a course has than are listed.
            pub more_times: Counted,
            $($(#[$doc])* pub $key: &'static str,)*
        }

        #[cfg(test)]
        impl Texts {
            /// Every text that is not counted, with its key.
            pub fn entries(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($key), self.$key),)*]
            }

            /// Every counted text, with its key.
            pub fn counted(&self) -> [(&'static str, Counted); 2] {
                [("people_count", self.people_count), ("more_times", self.more_times)]
            }
        }
    };
}

texts! {
    confirmation_subject,
    confirmation_body,
    requested_subject,
    requested_body,
    changed_subject,
    changed_body,
    /// Subject: what is asked for has changed.
    request_changed_subject,
    /// Body: what is asked for has changed.
    request_changed_body,
    cancelled_subject,
    cancelled_body,
    reminder_subject,
    reminder_body,
    thank_you_subject,
    thank_you_body,
    /// Subject to the business: booked.
    staff_booked_subject,
    /// Body to the business: booked.
    staff_booked_body,
    /// Subject to the business: changed.
    staff_changed_subject,
    /// Body to the business: changed.
    staff_changed_body,
    /// Subject to the business: cancelled.
    staff_cancelled_subject,
    /// Body to the business: cancelled.
    staff_cancelled_body,

    /// The first line of a letter to somebody, with `{name}`.
    greeting,
    /// The first line of a letter when no name is known.
    greeting_without_name,
    /// The button that leads customers to their booking.
    show_booking,
    /// The button that leads the people of the business to the booking.
    open_booking,

    /// Label: what was booked.
    product,
    /// Label: the number of the booking.
    booking_number,
    /// Label: date and time.
    when,
    people,
    /// Label: who has booked.
    customer,
    email,
    phone,
    /// Label: how far a booking is.
    status,
    /// What stands there while it waits for the business to accept it.
    not_accepted,
    /// Label: why it was cancelled.
    cancellation_reason,
    /// Label: what the cancellation costs.
    cancellation_fee,
    /// Label: sum of the price.
    total,
    /// Label: what was paid so far.
    paid,
    /// Label: what is still to be paid.
    open,
    /// Label: what was paid beyond the total.
    overpaid,
    /// An option that was chosen.
    yes,
    /// An option that was not.
    no,
    /// How many of what: `{number}` and `{category}`.
    people_of_category,
    /// From one moment to another on a later day: `{from}` and `{to}`.
    from_to,

    /// What a calendar of bookings is called: `{business}`.
    feed_name,
    /// What calendars show of a time that is kept free.
    busy,

    sample_product,
    /// Sample: a people category.
    sample_adults,
    /// Sample: another people category.
    sample_children,
    sample_option,
    /// Sample: what was chosen.
    sample_choice,
    /// Sample: a customer's name.
    sample_customer,
    /// Sample: why a booking was cancelled.
    sample_reason,
}
