// SPDX-License-Identifier: AGPL-3.0-or-later

// Package store keeps the event log in PostgreSQL and everything derived from
// it. It is the only package that knows SQL. There is one door for writing to a
// case: Transact loads, folds, decides, appends, projects and settles in one
// transaction, and the database enforces that the log only grows.
package store
