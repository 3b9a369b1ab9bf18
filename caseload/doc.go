// SPDX-License-Identifier: AGPL-3.0-or-later

// Package caseload brings an office's running cases in from two spreadsheets:
// families, with a row for each member in the columns an office keeps, and
// events, with a row for whatever else happened. It reads them, tells every
// family first to a case in memory and then to the desk it is given, and writes
// what was refused so that it can be mended. It also writes such files.
package caseload
