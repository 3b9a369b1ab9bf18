// SPDX-License-Identifier: AGPL-3.0-or-later

// Package deploy runs everything Ricongiungi needs on one machine: a private
// PostgreSQL cluster, a real Temporal server and our own processes, all under
// one data directory, all started together, kept running and stopped together.
//
// Nothing outlives the program that called Start, however that program ends,
// and nothing that was committed is lost by any way of ending it.
package deploy
