// SPDX-License-Identifier: AGPL-3.0-or-later

// Package schools is the vocabulary of the education department: schools as the
// public registries describe them, where they stand in the city, and the places
// that somebody said are free. It reads no clock and does no I/O.
package schools
