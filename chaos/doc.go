// SPDX-License-Identifier: AGPL-3.0-or-later

// Package chaos proves under fire: the whole system, two APIs and two workers on
// real servers, is worked on by many clients while its processes are killed, its
// connections are slowed and cut, answers to commits are lost, its disk fills up
// and more is asked of it than it can do. Afterwards everything the clients were
// told is compared with the log: nothing acknowledged may be missing, nothing
// may stand twice, and no answer may contradict the order of the log.
//
// It holds tests only. Each runs in a short form with all other tests and in
// full with `make chaos`. All traffic stays on this machine.
package chaos
