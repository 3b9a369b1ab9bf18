// SPDX-License-Identifier: AGPL-3.0-or-later

// Package console is the pages on which counsellors and supervisors work:
// server-rendered, in Italian and English, usable without a mouse and without
// scripts. It asks the same questions and gives the same commands as the API,
// under the same tables of rights.
package console
