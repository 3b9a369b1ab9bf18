// SPDX-License-Identifier: AGPL-3.0-or-later

package capsule

import (
	"fmt"
	"io"

	"ricongiungi/rules"
)

// Sentence says in one sentence for everybody what was found.
func (r Report) Sentence() rules.Text {
	text := rules.Text{
		It: fmt.Sprintf("La pratica è INTEGRA: i suoi %d eventi sono quelli registrati e, ripercorsi da capo, portano allo stesso stato e alle stesse date.", r.Events),
		En: fmt.Sprintf("The case is INTACT: its %d events are as they were recorded and, replayed from the beginning, lead to the same state and the same dates.", r.Events),
	}
	if !r.KeyKnown {
		text.It += " La chiave usata è quella dentro il file: confrontala con quella pubblicata dall'ufficio."
		text.En += " The key used is the one inside the file: compare it with the one that the office has published."
	}
	return text
}

// Write lists where the case stands and every day that is due, with the reason.
func (c Case) Write(out io.Writer) {
	fmt.Fprintf(out, "%s, version %d: %s\n", c.View.CaseID, c.View.Version, c.View.Phase)
	for _, m := range c.View.Members {
		fmt.Fprintf(out, "  %s, %s: %s\n", m.Ref, m.Kinship, m.Stage)
		for _, step := range m.Steps {
			fmt.Fprintf(out, "      %s  %s\n", step.On, step.Step)
		}
	}
	for _, d := range c.View.Agenda {
		fmt.Fprintf(out, "  %s  %s\n      %s\n      %s\n", d.DueOn, d.Item, d.Why.It, d.Why.En)
	}
}
