-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- The receipts of each sender are numbered and signed, and each names the one
-- before. Beside ours lies what the sender signed, where it signs. Hand-offs
-- taken in by an older program have no number.
ALTER TABLE senders
    ADD COLUMN receipts     bigint NOT NULL DEFAULT 0,
    ADD COLUMN last_receipt bytea  NOT NULL DEFAULT '';
ALTER TABLE handoffs
    ADD COLUMN receipt_number   bigint,
    ADD COLUMN receipt          text,
    ADD COLUMN sender_signature text,
    ADD CONSTRAINT handoffs_receipts UNIQUE (sender, receipt_number);
