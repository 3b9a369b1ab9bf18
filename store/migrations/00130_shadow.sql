-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- Where views are built anew beside those in use, to be compared and swapped.
-- The tables themselves are made like the ones in use at each rebuild.
CREATE SCHEMA shadow;
GRANT USAGE, CREATE ON SCHEMA shadow TO ricongiungi_app;
