-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- How the office stands, derived from the log and rebuilt with the other views:
-- a narrow row for each case and for each member's way, so that counting over
-- all of them reads little. Ids, codes and days only. An older program that
-- still runs leaves these tables alone; `rebuild views` fills them.
CREATE TABLE desk_cases (
    case_id     uuid    PRIMARY KEY,
    office      text    NOT NULL,
    counsellor  text    NOT NULL,
    language    text    NOT NULL,
    phase       text    NOT NULL,
    members     integer NOT NULL,
    filed_on    date, -- while the Prefecture owes a decision
    review_from date, -- first day of the row of the law that governs its term
    review_days integer NOT NULL,
    review_due  date
);
CREATE INDEX desk_cases_open ON desk_cases (office, counsellor, language) INCLUDE (members) WHERE phase <> 'closed';
CREATE INDEX desk_cases_pending ON desk_cases (office, filed_on) INCLUDE (review_from, review_days, review_due) WHERE review_due IS NOT NULL;

CREATE TABLE desk_ways (
    case_id             uuid NOT NULL,
    member_id           uuid NOT NULL,
    office              text NOT NULL,
    filed_on            date,
    decided_on          date,
    authorised_on       date,
    visa_requested_on   date,
    visa_granted_on     date,
    entered_on          date,
    presented_on        date,
    permit_requested_on date,
    permit_issued_on    date,
    ended_on            date,
    PRIMARY KEY (case_id, member_id)
);

-- What waits for a second person.
CREATE TABLE desk_approvals (
    case_id  uuid NOT NULL,
    kind     text NOT NULL,
    subject  text NOT NULL,
    office   text NOT NULL,
    asked_on date NOT NULL,
    asked_by text NOT NULL, -- empty where anybody may decide
    due_on   date,
    PRIMARY KEY (case_id, kind, subject)
);

-- Counting what is due reads no item as a whole.
CREATE INDEX agenda_items_of_office ON agenda_items (office, due_on) INCLUDE (counsellor, responsible, item, case_id);
-- Open cases with no next step: there should be none, and finding that out should cost nothing.
CREATE INDEX case_views_without_next_step ON case_views (office, case_id) WHERE phase <> 'closed' AND next_due IS NULL AND overdue = 0;

GRANT SELECT, INSERT, UPDATE, DELETE ON desk_cases, desk_ways, desk_approvals TO ricongiungi_app;
