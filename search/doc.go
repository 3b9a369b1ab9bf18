// SPDX-License-Identifier: AGPL-3.0-or-later

// Package search finds people by their names however these are spelled, from an
// index that is kept in memory only: nothing of it lies on any disk.
package search
