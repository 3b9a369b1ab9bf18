// SPDX-License-Identifier: AGPL-3.0-or-later

// Package casefile is the family-reunification case itself: what may be asked
// of it (commands), what has happened to it (events), what is known now
// (state), what comes next and by when (agenda), and what must be done about
// it outside (effects).
//
// It is pure: time, ids and the actor arrive as arguments, and the law comes
// from package rules. The files follow a family's way, each with the commands of
// a stage, the events they decide on, and what those events change:
// authorisation, decision, predeparture, visa, arrival, permit, school,
// followup, meetings; then branches and amendments, which can come at any time.
// conditions takes what a check was told, eligibility, means and verdict judge it;
// restate works terms and verdicts out anew, for corrections and for whatif.
// state, member, fold, decide, agenda and wake hold what all stages share.
package casefile
