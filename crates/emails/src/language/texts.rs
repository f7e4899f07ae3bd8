//! The list of texts that every language has.

/// One text for each plural form; see [`Texts::plural_form`]. `{count}` is the number.
#[derive(Clone, Copy)]
pub(crate) struct Counted(pub &'static [&'static str]);

macro_rules! texts {
    ($($(#[$doc:meta])* $key:ident,)*) => {
        /// The texts of a language. Those of e-mails have the placeholders of templates, the others those named beside
        /// them.
        pub(crate) struct Texts {
            /// The number of plural forms.
            #[cfg(test)]
            pub plural_forms: usize,
            /// The index of the plural form for a number.
            pub plural_form: fn(u32) -> usize,
            pub people_count: Counted,
            /// The times of a course that are not listed.
            pub more_times: Counted,
            $($(#[$doc])* pub $key: &'static str,)*
        }

        #[cfg(test)]
        impl Texts {
            /// All texts without plural forms, with their keys.
            pub fn entries(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($key), self.$key),)*]
            }

            /// All texts with plural forms, with their keys.
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
    request_changed_subject,
    request_changed_body,
    cancelled_subject,
    cancelled_body,
    reminder_subject,
    reminder_body,
    thank_you_subject,
    thank_you_body,
    staff_booked_subject,
    staff_booked_body,
    staff_changed_subject,
    staff_changed_body,
    staff_cancelled_subject,
    staff_cancelled_body,

    /// The first line of an e-mail, with `{name}`.
    greeting,
    /// The first line if no name is known.
    greeting_without_name,
    /// Button, in e-mails to the customer.
    show_booking,
    /// Button, in e-mails to the business.
    open_booking,

    /// Label of the product's name.
    product,
    booking_number,
    /// Label of date and time.
    when,
    people,
    customer,
    email,
    phone,
    /// Label of the status of the booking.
    status,
    /// The status of a request that the business has to accept.
    not_accepted,
    cancellation_reason,
    cancellation_fee,
    /// Label of the total price.
    total,
    /// Label of the sum of payments.
    paid,
    /// Label of the total minus payments.
    open,
    /// Label of the payments beyond the total.
    overpaid,
    /// The value of an option that is on.
    yes,
    /// The value of an option that is off.
    no,
    /// A number of people with its category: `{number}` and `{category}`.
    people_of_category,
    /// A time that ends on a later day: `{from}` and `{to}`.
    from_to,

    /// The name of a feed: `{business}`.
    feed_name,
    /// The title of a block in calendars.
    busy,

    sample_product,
    /// Sample: the name of a people category.
    sample_adults,
    /// Sample: the name of another people category.
    sample_children,
    sample_option,
    /// Sample: the value of `sample_option`.
    sample_choice,
    sample_customer,
    /// Sample: the reason of a cancellation.
    sample_reason,
}
