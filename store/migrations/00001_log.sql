-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- The role under which the program works: it can add to the log and never
-- change it. The login that migrates owns the tables.
-- +goose StatementBegin
DO $$
BEGIN
    CREATE ROLE ricongiungi_app NOLOGIN;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL; -- another database of this cluster made it
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT pg_has_role(current_user, 'ricongiungi_app', 'MEMBER') THEN
        EXECUTE format('GRANT ricongiungi_app TO %I', current_user);
    END IF;
END $$;
-- +goose StatementEnd

CREATE TABLE events (
    position       bigint      PRIMARY KEY CHECK (position >= 0),
    case_id        uuid        NOT NULL,
    version        bigint      NOT NULL CHECK (version >= 1),
    event_id       uuid        NOT NULL CONSTRAINT events_once UNIQUE,
    command_id     uuid        NOT NULL,
    ordinal        integer     NOT NULL CHECK (ordinal >= 0),
    type           text        NOT NULL,
    schema_version integer     NOT NULL CHECK (schema_version >= 1),
    occurred_at    timestamptz NOT NULL,
    recorded_at    timestamptz NOT NULL,
    actor          json        NOT NULL, -- json keeps the text as hashed; jsonb would rewrite it
    data           json        NOT NULL,
    sealed         json        NOT NULL,
    prev_hash      bytea       NOT NULL CHECK (length(prev_hash) = 32),
    leaf_hash      bytea       NOT NULL CHECK (length(leaf_hash) = 32),
    CONSTRAINT events_in_order UNIQUE (case_id, version),
    CONSTRAINT events_of_command UNIQUE (case_id, command_id, ordinal)
);

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$;
-- +goose StatementEnd
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The Merkle tree over the leaves: stored hashes by their index.
CREATE TABLE log_hashes (
    idx  bigint PRIMARY KEY,
    hash bytea  NOT NULL CHECK (length(hash) = 32)
);
CREATE TRIGGER log_hashes_append_only BEFORE UPDATE OR DELETE ON log_hashes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_hashes_no_truncate BEFORE TRUNCATE ON log_hashes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- One row: how long the log is. Whoever appends holds it, so positions have no
-- gaps and are given in commit order.
CREATE TABLE log_head (
    singleton  boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    size       bigint  NOT NULL,
    frontier   bytea   NOT NULL,
    checkpoint bytea   NOT NULL
);
INSERT INTO log_head (size, frontier, checkpoint) VALUES (0, '', '');

-- Persons' keys, wrapped by a master key that is never in the database. An
-- empty wrapped key is a destroyed one.
CREATE TABLE person_keys (
    person_id    uuid        PRIMARY KEY,
    key_id       uuid        NOT NULL UNIQUE,
    wrapped      bytea       NOT NULL,
    commitment   bytea       NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    destroyed_at timestamptz
);

-- A box sealed at the first start: opening it shows that the key file is the right one.
CREATE TABLE key_proof (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    box       bytea   NOT NULL
);

-- Commands from the moment they are accepted. The body is sealed and dropped
-- once settled; digest and outcome stay.
CREATE TABLE orders (
    command_id  uuid        PRIMARY KEY,
    case_id     uuid        NOT NULL,
    type        text        NOT NULL,
    digest      bytea       NOT NULL,
    actor       json        NOT NULL,
    if_version  bigint      NOT NULL,
    accepted_at timestamptz NOT NULL,
    box         bytea,
    settled_at  timestamptz,
    outcome     json,
    CONSTRAINT orders_settled CHECK ((settled_at IS NULL) = (outcome IS NULL) AND (settled_at IS NULL) = (box IS NOT NULL))
);
CREATE INDEX orders_pending ON orders (accepted_at) WHERE settled_at IS NULL;

-- Which case a file of the Prefecture belongs to, by a keyed index of its number.
CREATE TABLE case_files (
    file_index bytea PRIMARY KEY,
    case_id    uuid  NOT NULL UNIQUE
);

-- The next sequence number awaited from each sender.
CREATE TABLE senders (
    sender        text   PRIMARY KEY,
    next_sequence bigint NOT NULL DEFAULT 1
);

CREATE TABLE handoffs (
    handoff_id  uuid        PRIMARY KEY,
    command_id  uuid        NOT NULL UNIQUE, -- of the present attempt
    attempt     integer     NOT NULL DEFAULT 1,
    sender      text        NOT NULL REFERENCES senders,
    message_id  uuid        NOT NULL,
    sequence    bigint      NOT NULL CHECK (sequence >= 1),
    kind        text        NOT NULL,
    digest      bytea       NOT NULL,
    file_index  bytea       NOT NULL,
    actor       json        NOT NULL,
    received_at timestamptz NOT NULL,
    status      text        NOT NULL CHECK (status IN ('accepted', 'held', 'applied', 'quarantined', 'discarded')),
    case_id     uuid,
    box         bytea,
    settled_at  timestamptz,
    settled_by  json,
    outcome     json,
    problem     json,
    CONSTRAINT handoffs_once UNIQUE (sender, message_id),
    CONSTRAINT handoffs_numbered UNIQUE (sender, sequence),
    CONSTRAINT handoffs_kept CHECK (box IS NOT NULL OR status IN ('applied', 'discarded'))
);
CREATE INDEX handoffs_waiting ON handoffs (sender, sequence) WHERE status IN ('accepted', 'held');
CREATE INDEX handoffs_listed ON handoffs (received_at, handoff_id);

-- Rows that were no valid message, kept for a person to mend.
CREATE TABLE handoff_rejects (
    reject_id   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rejected_at timestamptz NOT NULL,
    actor       json        NOT NULL,
    line        integer     NOT NULL,
    field       text        NOT NULL,
    reason      text        NOT NULL,
    box         bytea       NOT NULL
);

-- Views: derived from the log, thrown away and rebuilt at will. Who people are
-- is sealed here as it is in the log.
CREATE TABLE case_views (
    case_id    uuid        PRIMARY KEY,
    version    bigint      NOT NULL,
    phase      text        NOT NULL,
    office     text        NOT NULL,
    counsellor text        NOT NULL,
    municipio  integer     NOT NULL,
    members    integer     NOT NULL,
    opened_on  date        NOT NULL,
    next_due   date,
    next_item  text        NOT NULL,
    overdue    integer     NOT NULL,
    updated_at timestamptz NOT NULL,
    view       json        NOT NULL,
    people     json        NOT NULL,
    persons    uuid[]      NOT NULL -- whom the view is about, sponsor first
);
-- Compressing some ten kilobytes at each command would cost more than writing them.
ALTER TABLE case_views ALTER COLUMN view SET STORAGE EXTERNAL, ALTER COLUMN people SET STORAGE EXTERNAL;
CREATE INDEX case_views_by_next_due ON case_views (office, next_due, case_id);

CREATE TABLE agenda_items (
    case_id     uuid    NOT NULL,
    item        text    NOT NULL,
    subject     text    NOT NULL,
    responsible text    NOT NULL,
    office      text    NOT NULL,
    counsellor  text    NOT NULL,
    due_on      date    NOT NULL,
    lapsed      boolean NOT NULL,
    view        json    NOT NULL,
    PRIMARY KEY (case_id, item, subject)
);
CREATE INDEX agenda_items_by_due ON agenda_items (due_on, case_id, item, subject);

-- Effects to be carried out outside, kept until they are.
CREATE TABLE effects (
    effect_id  uuid        PRIMARY KEY,
    case_id    uuid        NOT NULL,
    effect     json        NOT NULL,
    created_at timestamptz NOT NULL,
    done_at    timestamptz
);
CREATE INDEX effects_outstanding ON effects (case_id) WHERE done_at IS NULL;

-- Cases that were opened and whose workflow is still to be started: written with
-- the opening, so that a case is never without one for longer than an outage.
CREATE TABLE unstarted_cases (
    case_id uuid PRIMARY KEY
);

-- Where messages go while no mail server is configured: a mailbox that people
-- and tests can look into. It simulates delivery and says so.
CREATE TABLE simulated_mailbox (
    effect_id    uuid        PRIMARY KEY,
    case_id      uuid        NOT NULL,
    effect       json        NOT NULL,
    delivered_at timestamptz NOT NULL
);

GRANT USAGE ON SCHEMA public TO ricongiungi_app;
GRANT SELECT, INSERT ON events, log_hashes, simulated_mailbox, handoff_rejects, key_proof, case_files TO ricongiungi_app;
GRANT SELECT, UPDATE ON log_head TO ricongiungi_app;
GRANT SELECT, INSERT, UPDATE ON person_keys, orders, senders, handoffs, effects TO ricongiungi_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON case_views, agenda_items, unstarted_cases TO ricongiungi_app;
