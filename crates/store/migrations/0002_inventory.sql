-- The catalogue, customers, and the inventory: bookings, holds, and what they claim.
--
-- A booking or a hold says what was agreed; its claims say what it takes. Whether something is left is read from the
-- claims, and a hold ends by comparison: claims whose end has passed count for nothing, and are removed before others
-- take what they took.

-- Changes with every change of the catalogue: programs keep the catalogue of an account in memory by it.
ALTER TABLE account ADD COLUMN catalogue_version BIGINT NOT NULL DEFAULT 0;

-- Products, people categories, resource types, taxes, custom fields and booking settings, each as a JSON document. An
-- account has few, and they are always read together.
CREATE TABLE catalogue_item (
    account_id TEXT NOT NULL REFERENCES account (id),
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    -- In which order the business has them.
    position BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (account_id, kind, id)
);

CREATE TABLE customer (
    account_id TEXT NOT NULL REFERENCES account (id),
    id TEXT NOT NULL,
    -- The application that created it; absent when somebody else did.
    application_id TEXT,
    -- What is known of the person, as JSON.
    person TEXT NOT NULL,
    -- Names and address in lower case, to be searched.
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    full_name TEXT NOT NULL,
    email_address TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX customer_by_email_address ON customer (account_id, email_address) WHERE email_address IS NOT NULL;
CREATE INDEX customer_by_creation ON customer (account_id, created_at, id);

-- People linked to a customer: those they come with.
CREATE TABLE linked_person (
    account_id TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    id TEXT NOT NULL,
    person TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, customer_id, id),
    FOREIGN KEY (account_id, customer_id) REFERENCES customer (account_id, id) ON DELETE CASCADE
);

CREATE TABLE booking (
    account_id TEXT NOT NULL REFERENCES account (id),
    number TEXT NOT NULL,
    -- The application that created it; absent when somebody else did.
    application_id TEXT,
    product_id TEXT NOT NULL,
    -- The event; of a course its first class. Absent for appointments.
    event_id TEXT,
    -- Of a course, the class at which attendance starts, if that is a later one.
    enrolled_event_id TEXT,
    -- Of a course, the one class, if only one is booked.
    drop_in_event_id TEXT,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    customer_id TEXT NOT NULL,
    -- What the calendar shows: the customer's name.
    title TEXT NOT NULL,
    external_ref TEXT,
    -- How many people of each category.
    party TEXT NOT NULL,
    -- Everything nobody searches for, as JSON.
    details TEXT NOT NULL,
    -- What has been paid so far, in minor units of the account's currency; kept by whatever writes a payment.
    paid BIGINT NOT NULL DEFAULT 0,
    accepted BOOLEAN NOT NULL,
    no_show BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL,
    -- Who created, changed, cancelled it: the name of an application or of a person of the business.
    created_by TEXT,
    changed_at BIGINT,
    changed_by TEXT,
    canceled_at BIGINT,
    canceled_by TEXT,
    -- Whether the cancellation counts in the customer's history.
    cancelation_tracked BOOLEAN NOT NULL DEFAULT FALSE,
    -- When it was changed last, or else created.
    touched_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, number),
    FOREIGN KEY (account_id, customer_id) REFERENCES customer (account_id, id)
);
CREATE INDEX booking_by_start ON booking (account_id, starts_at, number);
CREATE INDEX booking_by_touch ON booking (account_id, touched_at, number);
CREATE INDEX booking_by_customer ON booking (account_id, customer_id, starts_at);

CREATE TABLE payment (
    account_id TEXT NOT NULL REFERENCES account (id),
    id TEXT NOT NULL,
    application_id TEXT,
    booking_number TEXT,
    customer_id TEXT,
    received_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    -- In minor units of the account's currency; negative for refunds.
    amount BIGINT NOT NULL,
    method TEXT NOT NULL,
    method_other TEXT,
    reason TEXT NOT NULL,
    description TEXT,
    comment TEXT,
    agent TEXT,
    gateway_name TEXT,
    transaction_id TEXT,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX payment_by_booking ON payment (account_id, booking_number, received_at);
CREATE INDEX payment_by_reception ON payment (account_id, received_at, id);

-- Holds stay for a day after they have ended, so that one can be told what became of them.
CREATE TABLE hold (
    account_id TEXT NOT NULL REFERENCES account (id),
    id TEXT NOT NULL,
    application_id TEXT NOT NULL,
    -- The final price and what will be due, as JSON.
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- The booking it became.
    booking_number TEXT,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX hold_by_expiry ON hold (expires_at);

-- One row for each event of which somebody has had seats: what is locked before seats are given. `taken` is the sum of the
-- event's claims, those that have ended and were not removed yet included; the statement that writes a claim keeps it.
-- Never more than there are: a program that is about to give a seat twice is refused here.
CREATE TABLE event (
    account_id TEXT NOT NULL REFERENCES account (id),
    id TEXT NOT NULL,
    -- The day in the id. Events are found by it, whatever becomes of the time at which they start.
    day TEXT NOT NULL,
    seats BIGINT NOT NULL,
    taken BIGINT NOT NULL,
    -- Whether somebody has taken the event as a whole.
    private BOOLEAN NOT NULL,
    PRIMARY KEY (account_id, id),
    CONSTRAINT never_oversold CHECK (0 <= taken AND taken <= seats)
);
CREATE INDEX event_by_day ON event (account_id, day);

-- Seats of an event that somebody has: a booking, a hold, a seat block.
CREATE TABLE seat_claim (
    account_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    holder_kind TEXT NOT NULL,
    holder_id TEXT NOT NULL,
    day TEXT NOT NULL,
    seats BIGINT NOT NULL CHECK (seats >= 0),
    private BOOLEAN NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (account_id, event_id, holder_kind, holder_id),
    FOREIGN KEY (account_id, event_id) REFERENCES event (account_id, id)
);
CREATE INDEX seat_claim_by_holder ON seat_claim (account_id, holder_kind, holder_id);
-- Only those of holds have an end, and there are few at any time.
CREATE INDEX seat_claim_with_end ON seat_claim (account_id, event_id, expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX seat_claim_with_end_by_day ON seat_claim (account_id, day, expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX seat_claim_by_expiry ON seat_claim (expires_at) WHERE expires_at IS NOT NULL;

-- One row for each resource of which somebody has had time: what is locked before time is given.
CREATE TABLE resource (
    account_id TEXT NOT NULL REFERENCES account (id),
    id TEXT NOT NULL,
    -- How many things it can do at once.
    capacity BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);

-- Time of a resource that something has: an event, a booking, a hold, a resource block. Long ones are in pieces, so that
-- one finds what overlaps a day without looking at everything before it.
CREATE TABLE resource_claim (
    account_id TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    holder_kind TEXT NOT NULL,
    holder_id TEXT NOT NULL,
    ends_at BIGINT NOT NULL CHECK (starts_at < ends_at),
    -- Whether it takes all of the resource, however many things that can do at once: blocks do.
    whole BOOLEAN NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (account_id, resource_id, starts_at, holder_kind, holder_id),
    FOREIGN KEY (account_id, resource_id) REFERENCES resource (account_id, id)
);
CREATE INDEX resource_claim_by_holder ON resource_claim (account_id, holder_kind, holder_id);
CREATE INDEX resource_claim_with_end ON resource_claim (account_id, resource_id, expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX resource_claim_by_expiry ON resource_claim (expires_at) WHERE expires_at IS NOT NULL;
