-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- The directory of services as the office imported it; empty while the sample
-- that comes with the program is used.
CREATE TABLE services (
    service    text NOT NULL,
    valid_from date NOT NULL,
    service_row json NOT NULL,
    PRIMARY KEY (service, valid_from)
);

-- A range over texts: a resource as a range of one value can stand beside a
-- stretch of time in an exclusion constraint without any extension.
CREATE TYPE textrange AS RANGE (subtype = text, collation = "C");

-- What appointments hold. Rooms and mediators are shared by cases that know
-- nothing of each other, so the database keeps them apart. The rows are written
-- in the commit of the events they follow from: neither is ever there alone.
CREATE TABLE reservations (
    appointment_id uuid      NOT NULL,
    resource       text      NOT NULL,
    case_id        uuid      NOT NULL,
    during         tstzrange NOT NULL CHECK (NOT isempty(during)),
    PRIMARY KEY (appointment_id, resource),
    CONSTRAINT reservations_apart EXCLUDE USING gist (textrange(resource, resource, '[]') WITH &&, during WITH &&)
);
CREATE INDEX reservations_of_case ON reservations (case_id);
CREATE INDEX reservations_in_time ON reservations USING gist (during);

GRANT SELECT, INSERT, UPDATE, DELETE ON services, reservations TO ricongiungi_app;
