-- Promotions, coupons, gift vouchers and credit: what lowers prices, and what pays. Promotions themselves are part of the
-- catalogue. What can be used only so often has a row for each use, and the schema refuses a use too many.

-- A code that can be used once, of a promotion that has many.
CREATE TABLE coupon (
    account_id TEXT NOT NULL REFERENCES account (id),
    -- In upper case.
    code TEXT NOT NULL,
    promotion_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, code)
);
-- The key is the last resort against using a coupon twice.
CREATE TABLE coupon_use (
    account_id TEXT NOT NULL,
    code TEXT NOT NULL,
    booking_number TEXT NOT NULL,
    PRIMARY KEY (account_id, code),
    FOREIGN KEY (account_id, code) REFERENCES coupon (account_id, code)
);
CREATE INDEX coupon_use_by_booking ON coupon_use (account_id, booking_number);

-- One row for each promotion with a limit: what is locked before it is used. `uses` is the number of rows in
-- `promotion_use`; the statement that writes one keeps it.
CREATE TABLE promotion_count (
    account_id TEXT NOT NULL REFERENCES account (id),
    promotion_id TEXT NOT NULL,
    uses BIGINT NOT NULL,
    most BIGINT NOT NULL,
    PRIMARY KEY (account_id, promotion_id),
    CONSTRAINT never_used_too_often CHECK (0 <= uses AND uses <= most)
);
CREATE TABLE promotion_use (
    account_id TEXT NOT NULL,
    promotion_id TEXT NOT NULL,
    booking_number TEXT NOT NULL,
    PRIMARY KEY (account_id, promotion_id, booking_number),
    FOREIGN KEY (account_id, promotion_id) REFERENCES promotion_count (account_id, promotion_id)
);
CREATE INDEX promotion_use_by_booking ON promotion_use (account_id, booking_number);

-- A gift voucher: for a service, or for money.
CREATE TABLE voucher (
    account_id TEXT NOT NULL REFERENCES account (id),
    -- In upper case.
    code TEXT NOT NULL,
    -- What it pays for, and for how many people if not for all; absent when it is for money.
    product_id TEXT,
    people BIGINT CHECK (people > 0),
    -- Its value in minor units of the account's currency; absent when it is for a service.
    amount BIGINT CHECK (amount > 0),
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, code),
    CHECK ((product_id IS NULL) <> (amount IS NULL))
);
-- The key is the last resort against using a voucher twice.
CREATE TABLE voucher_use (
    account_id TEXT NOT NULL,
    code TEXT NOT NULL,
    booking_number TEXT NOT NULL,
    PRIMARY KEY (account_id, code),
    FOREIGN KEY (account_id, code) REFERENCES voucher (account_id, code)
);
CREATE INDEX voucher_use_by_booking ON voucher_use (account_id, booking_number);

-- Money that customers have with the business, in minor units of the account's currency. Those without a row have none.
CREATE TABLE customer_credit (
    account_id TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    -- What is left of money vouchers, and what the business gave.
    of_vouchers BIGINT NOT NULL CHECK (of_vouchers >= 0),
    granted BIGINT NOT NULL CHECK (granted >= 0),
    PRIMARY KEY (account_id, customer_id),
    FOREIGN KEY (account_id, customer_id) REFERENCES customer (account_id, id) ON DELETE CASCADE
);

-- Credits that were paid for before; each is good for one person.
CREATE TABLE prepaid_credit (
    account_id TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    id TEXT NOT NULL,
    -- For which products, as JSON.
    products TEXT NOT NULL,
    number BIGINT NOT NULL,
    -- The sum of their uses; the statement that writes one keeps it.
    used BIGINT NOT NULL,
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, customer_id, id),
    CONSTRAINT never_used_twice CHECK (0 <= used AND used <= number),
    FOREIGN KEY (account_id, customer_id) REFERENCES customer (account_id, id) ON DELETE CASCADE
);
CREATE TABLE prepaid_use (
    account_id TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    prepaid_id TEXT NOT NULL,
    booking_number TEXT NOT NULL,
    number BIGINT NOT NULL CHECK (number > 0),
    PRIMARY KEY (account_id, customer_id, prepaid_id, booking_number),
    FOREIGN KEY (account_id, customer_id, prepaid_id) REFERENCES prepaid_credit (account_id, customer_id, id) ON DELETE CASCADE
);
CREATE INDEX prepaid_use_by_booking ON prepaid_use (account_id, booking_number);
