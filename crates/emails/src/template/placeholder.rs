//! The placeholders of templates.

use std::fmt;

macro_rules! placeholders {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal,)*) => {
        /// A placeholder of a template, in braces: `{customer_name}`. It is empty if the booking has no value for it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Placeholder { $($(#[doc = $doc])* $variant,)* }

        impl Placeholder {
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name without braces.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// A sentence for the owner about what it stands for. It is made of the docs below, so those are texts of
            /// pages.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),*).trim(),)* }
            }
        }
    };
}

placeholders! {
    /// A polite first line, with the customer's name if it is known, such as “Dear Ada Example,”.
    Greeting = "greeting",
    CustomerName = "customer_name",
    /// The customer's e-mail address.
    CustomerEmail = "customer_email",
    /// The customer's phone number.
    CustomerPhone = "customer_phone",
    Product = "product",
    /// Day, time and time zone; of a course those of its first class.
    When = "when",
    /// The day; of a course that of its first class.
    Date = "date",
    /// The time of the day; of a course that of its first class.
    Time = "time",
    /// How many people, such as “3 people”.
    People = "people",
    /// How many of each category, such as “2 × Adults, 1 × Children”.
    Participants = "participants",
    /// The options that were chosen.
    Options = "options",
    BookingNumber = "booking_number",
    Total = "total",
    /// What was paid so far; empty as long as nothing was.
    Paid = "paid",
    /// What is still to be paid; empty when nothing is.
    Open = "open",
    /// Why it was cancelled.
    CancellationReason = "cancellation_reason",
    /// What the cancellation costs.
    CancellationFee = "cancellation_fee",
    /// What the business is called.
    Business = "business",
    BusinessPhone = "business_phone",
    /// Its e-mail address for the public.
    BusinessEmail = "business_email",
    BusinessWebsite = "business_website",
    /// Its address, on one line.
    BusinessAddress = "business_address",
    /// The page of the booking: a button on a line of its own, and an address within a line.
    Link = "link",
    /// Everything about the booking except what it costs: several lines.
    Details = "details",
    /// What it costs and what was paid: several lines.
    Prices = "prices",
}

impl Placeholder {
    /// The placeholder with exactly this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|placeholder| placeholder.as_str() == name)
    }

    /// Whether it stands for several lines. It then needs a line of its own in the body, and can be used once.
    #[must_use]
    pub const fn is_block(self) -> bool {
        matches!(self, Self::Details | Self::Prices)
    }
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
