// SPDX-License-Identifier: AGPL-3.0-or-later

// Package placement puts schools in order for a child and shares the places out
// among many children. Every order has its reasons and every sharing out can be
// checked by whoever holds its problem and its result. It advises: it refuses no
// family a school, and an officer decides.
package placement
