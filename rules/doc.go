// SPDX-License-Identifier: AGPL-3.0-or-later

// Package rules is the law as dated data: every term, age and calendar day as
// a row with its period of validity and its citation, and the pure date
// arithmetic that turns a row and an event into a due date that can explain
// itself. It reads no clock and imports the standard library only.
package rules
