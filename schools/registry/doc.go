// SPDX-License-Identifier: AGPL-3.0-or-later

// Package registry reads the open data about schools as the Ministry and the
// city publish them, and joins them into one school each. The two do not share
// a code: schools are found by address and name, and a report says how each was
// found and which were not.
package registry
