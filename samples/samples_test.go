// SPDX-License-Identifier: AGPL-3.0-or-later

package samples_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/rules"
	"ricongiungi/samples"
	"ricongiungi/schemas"
)

var book = rules.Default()

// todays are days on which somebody may try the system: in spring, in summer,
// on a holiday, at the turn of the year.
var todays = []rules.Date{rules.On(2026, 4, 15), rules.On(2026, 7, 20), rules.On(2026, 11, 22), rules.On(2027, 1, 1)}

func onEachDay(t *testing.T, check func(t *testing.T, today rules.Date)) {
	for _, today := range todays {
		t.Run(today.String(), func(t *testing.T) { check(t, today) })
	}
}

// office keeps the cases as the system would: it wakes each after every command.
type office struct {
	t     *testing.T
	now   time.Time
	cases map[string][]casefile.Fact // by number of the Prefecture's file
	given int
}

func (o *office) caseID(file string) string { return casefile.DeriveID("case", file) }

func (o *office) give(file string, c casefile.Command) *casefile.Refusal {
	refusal := o.decide(file, c)
	if wake := o.decide(file, &casefile.Wake{}); wake != nil {
		o.t.Fatalf("the wake is refused with %s", wake.Code)
	}
	return refusal
}

func (o *office) decide(file string, c casefile.Command) *casefile.Refusal {
	o.given++
	request := casefile.Request{CommandID: casefile.DeriveID("command", fmt.Sprint(o.given)), CaseID: o.caseID(file), Now: o.now, Book: book}
	drafts, refusal := casefile.Decide(casefile.Fold(o.cases[file]), c, request)
	for _, d := range drafts {
		o.cases[file] = append(o.cases[file], d.Recorded(request, int64(len(o.cases[file])+1)))
	}
	return refusal
}

// live takes all messages in and then tells every story.
func live(t *testing.T, messages []handoff.Message, today rules.Date) *office {
	t.Helper()
	o := &office{t: t, now: today.Start().Add(15 * time.Hour), cases: map[string][]casefile.Fact{}}
	revoked := map[string]bool{}
	for _, m := range messages {
		if refusal := o.give(m.SUIFile, m.Command()); refusal != nil {
			t.Fatalf("message %d (%s of %s) is refused: %s", m.Sequence, m.Kind, m.On, refusal.Text.En)
		}
		revoked[m.SUIFile] = revoked[m.SUIFile] || m.Kind == handoff.Revocation
	}
	for _, m := range messages {
		if m.Kind == handoff.Decision {
			o.follow(m, today, revoked[m.SUIFile])
		}
	}
	return o
}

func (o *office) follow(decision handoff.Message, today rules.Date, revoked bool) {
	o.t.Helper()
	for _, step := range samples.Steps(o.caseID(decision.SUIFile), decision, today, 1) {
		if err := schemas.Command(step.Type, step.Data); err != nil {
			o.t.Errorf("%s %s does not keep to its schema: %v", step.Type, step.Data, err)
		}
		command, err := casefile.DecodeCommand(step.Type, step.Data)
		if err != nil {
			o.t.Fatal(err)
		}
		if refusal := o.give(decision.SUIFile, command); refusal != nil {
			if !revoked {
				o.t.Errorf("%s: %s %s is refused: %s", decision.SUIFile, step.Type, step.Data, refusal.Text.En)
			}
			return // the Prefecture took its authorisation back: the story ends here
		}
	}
}

func TestTheSameSeedAndDayGiveTheSameFamilies(t *testing.T) {
	today := todays[0]
	once, again := asJSON(t, samples.Messages(60, 1, today)), asJSON(t, samples.Messages(60, 1, today))
	if once != again {
		t.Error("the messages differ")
	}
	if asJSON(t, samples.Messages(60, 1, today)) == asJSON(t, samples.Messages(60, 2, today)) {
		t.Error("another seed gives the same messages")
	}
	for _, m := range samples.Messages(60, 1, today) {
		once, again := asJSON(t, samples.Steps("c", m, today, 1)), asJSON(t, samples.Steps("c", m, today, 1))
		if once != again {
			t.Errorf("the steps of %s differ", m.SUIFile)
		}
	}
}

func TestMessagesAreNumberedWithoutGapsInTheOrderOfTheirDays(t *testing.T) {
	onEachDay(t, func(t *testing.T, today rules.Date) {
		ids, before := map[string]bool{}, rules.Date{}
		for i, m := range samples.Messages(60, 1, today) {
			if m.Sequence != int64(i+1) || m.Sender != samples.Sender || ids[m.MessageID] {
				t.Errorf("message %d has number %d and id %s", i+1, m.Sequence, m.MessageID)
			}
			if m.On.Before(before) || m.On.After(today) || m.On.Before(today.AddDays(-370)) || !book.Working(m.On) {
				t.Errorf("message %d is of %s, after one of %s", i+1, m.On, before)
			}
			ids[m.MessageID], before = true, m.On
		}
	})
}

func TestMessagesKeepToTheirSchema(t *testing.T) {
	onEachDay(t, func(t *testing.T, today rules.Date) {
		for _, m := range samples.Messages(120, 3, today) {
			if err := schemas.Handoff(handoff.Canonical(m)); err != nil {
				t.Errorf("message %d: %v", m.Sequence, err)
			}
		}
	})
}

func TestSixtyFamiliesShowEveryPhaseAndEveryStepIsAccepted(t *testing.T) {
	onEachDay(t, func(t *testing.T, today rules.Date) {
		phases := map[casefile.Phase]int{}
		for _, facts := range live(t, samples.Messages(60, 1, today), today).cases {
			phases[casefile.Fold(facts).Phase()]++
		}
		for _, phase := range []casefile.Phase{casefile.PhaseUnderReview, casefile.PhaseAwaitingDocument, casefile.PhaseRefusalNotified,
			casefile.PhasePreDeparture, casefile.PhaseArrival, casefile.PhaseFollowUp, casefile.PhaseClosed} {
			if phases[phase] == 0 {
				t.Errorf("no family is in phase %s: %v", phase, phases)
			}
		}
	})
}

func TestManyFamiliesOfOtherSeedsAreAcceptedToo(t *testing.T) {
	for seed := range uint64(8) {
		live(t, samples.Messages(100, 10+seed, todays[2]), todays[2])
	}
}

func TestNothingIsToldThatHasNotHappenedYet(t *testing.T) {
	onEachDay(t, func(t *testing.T, today rules.Date) {
		for _, m := range samples.Messages(60, 1, today) {
			for _, step := range samples.Steps("c", m, today, 1) {
				var said struct{ On rules.Date }
				if err := json.Unmarshal(step.Data, &said); err != nil || said.On.After(today) {
					t.Errorf("%s is told of %s (%v)", step.Type, said.On, err)
				}
			}
		}
	})
}

func TestAboutHalfOfTheRelativesAreChildrenOfManyCountries(t *testing.T) {
	relatives, children, countries, files := 0, 0, map[string]bool{}, map[string]bool{}
	for _, m := range samples.Messages(300, 1, todays[2]) {
		if !m.Opens() || files[m.SUIFile] {
			continue
		}
		files[m.SUIFile] = true
		countries[m.Sponsor.Citizenship] = true
		for _, member := range m.Members {
			relatives++
			if member.Kinship == casefile.MinorChild {
				children++
			}
		}
		if n := len(m.Members); n < 1 || n > 5 || !strings.HasSuffix(m.Sponsor.Email, "@example.org") || !strings.HasPrefix(m.Sponsor.Phone, "+39 02 0000 ") {
			t.Errorf("family %s has %d members, e-mail %s, phone %s", m.SUIFile, n, m.Sponsor.Email, m.Sponsor.Phone)
		}
	}
	if len(files) != 300 || len(countries) < 13 {
		t.Errorf("%d families of %d countries", len(files), len(countries))
	}
	if share := 100 * children / relatives; share < 40 || share > 60 {
		t.Errorf("%d%% of the relatives are children", share)
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
