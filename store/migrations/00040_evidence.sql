-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- A person is asked for by id: to export or erase what is kept about them.
CREATE INDEX case_views_by_person ON case_views USING gin (persons);
