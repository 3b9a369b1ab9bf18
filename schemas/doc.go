// SPDX-License-Identifier: AGPL-3.0-or-later

// Package schemas is the wire contract: JSON Schemas (2020-12) of hand-offs,
// commands, events and problem documents, compiled once, and the strict reading
// of JSON that comes before them. What it finds wrong it says in sentences that
// name the field and what is expected there, and never repeat what was sent.
package schemas
