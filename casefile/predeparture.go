// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// support is what the hub does for a member beside visa, permit and school.
func (a *agenda) support(m *Member) {
	a.consulate(m)
	a.papers(m)
	a.guidance(m)
	a.settling(m)
	a.ages(m)
	if !m.AuthorisedOn.IsZero() && !m.here() && m.Needs == nil {
		a.policy("needs_profile", PreDeparture, m, Counsellor, rules.NeedsProfileDue, later(m.AuthorisedOn, a.state.handedOver()))
	}
}

// afterwards is what still comes once a member has settled, for as long as the
// case is open.
func (a *agenda) afterwards(m *Member) {
	if m.Ending == "" || m.Ending == Settled {
		a.renewal(m)
		a.assessment(m)
	}
}
