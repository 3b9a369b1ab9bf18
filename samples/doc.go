// SPDX-License-Identifier: AGPL-3.0-or-later

// Package samples invents families to try the system with: the messages the
// Prefecture would have sent about them in the last twelve months, and what the
// hub, the schools and the families would have told since. The same seed and
// day always give the same families. No person, number or address is real.
package samples
