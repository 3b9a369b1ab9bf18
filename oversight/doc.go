// SPDX-License-Identifier: AGPL-3.0-or-later

// Package oversight is how an office stands, in figures that have one definition
// each: pages, the API and CSV files show what is computed here and nothing
// else. Pure: days are arguments, and only ids, codes and numbers go in.
package oversight
