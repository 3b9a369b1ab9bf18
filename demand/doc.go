// SPDX-License-Identifier: AGPL-3.0-or-later

// Package demand says how many children need a school: now, in the months to
// come, and how well the city has served those who came. It counts, estimates
// and measures; it reads no clock and no database, and the same tracks give the
// same figures years later.
package demand
