-- +goose NO TRANSACTION
-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- Auditors look for events of a type and of an actor, the newest first; by time
-- they are found by halving, since positions rise with it. Built beside the
-- program that goes on writing.
CREATE INDEX CONCURRENTLY IF NOT EXISTS events_of_type ON events (type, position);
CREATE INDEX CONCURRENTLY IF NOT EXISTS events_of_actor ON events ((actor->>'id'), position);
