// SPDX-License-Identifier: AGPL-3.0-or-later

package samples_test

import (
	"strings"
	"testing"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/caseload"
	"ricongiungi/rules"
	"ricongiungi/samples"
)

var (
	simulatedFrom = rules.On(2023, 6, 1)
	simulatedTo   = rules.On(2026, 11, 24)
)

// files writes simulated families and gives the text of both files.
func files(t *testing.T, n int, seed uint64) (families, events string) {
	t.Helper()
	var a, b strings.Builder
	if err := caseload.Write(&a, &b, samples.Simulate(n, seed, simulatedFrom, simulatedTo)); err != nil {
		t.Fatal(err)
	}
	return a.String(), b.String()
}

// imported reads the files and rehearses every family.
func imported(t *testing.T, families, events string) []caseload.Rehearsal {
	t.Helper()
	all, err := caseload.Read(strings.NewReader(families), strings.NewReader(events))
	if err != nil {
		t.Fatal(err)
	}
	var rehearsals []caseload.Rehearsal
	now := simulatedTo.Start().Add(15 * time.Hour)
	for _, f := range all {
		rehearsals = append(rehearsals, f.Rehearse(book, now))
		for _, p := range f.Problems {
			t.Errorf("%s, %s line %d, %s: %s", f.Opening.SUIFile, p.In, p.Line, p.Field, p.Reason)
		}
	}
	return rehearsals
}

func TestSimulatedFilesImportWithoutARefusal(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		families, events := files(t, 200, seed)
		if got := len(imported(t, families, events)); got != 200 {
			t.Errorf("%d of 200 families came in", got)
		}
	}
}

func TestTheSameSeedSimulatesTheSameFiles(t *testing.T) {
	t.Parallel()
	a, b := files(t, 60, 7)
	c, d := files(t, 60, 7)
	e, _ := files(t, 60, 8)
	if a != c || b != d || a == e {
		t.Error("the seed does not decide the files")
	}
}

func TestASimulationIsSpreadOverItsSpan(t *testing.T) {
	t.Parallel()
	years := map[int]int{}
	for _, f := range samples.Simulate(300, 1, simulatedFrom, simulatedTo) {
		if f.Opening.On.Before(simulatedFrom) || f.Opening.On.After(simulatedTo) {
			t.Errorf("a family begins on %s", f.Opening.On)
		}
		years[f.Opening.On.Year]++
	}
	for year := 2024; year <= 2026; year++ {
		if years[year] < 30 {
			t.Errorf("%d families begin in %d", years[year], year)
		}
	}
}

// unseen are the commands that no simulated family tells, with the reason.
var unseen = map[string]string{
	"acknowledge_reply": "answers a reply by link, which no file of rows holds",
	"attach_document":   "comes with an upload, which no file of rows holds",
	"confirm_erasure":   "takes a second person, and a desk that brings files in is one",
	"give_family_link":  "holds the digest of a secret that somebody must be given",
	"give_reply_link":   "holds the digest of a secret that somebody must be given",
	"issue_letter":      "holds a page that only the desk of letters draws up",
	"revoke_link":       "ends a link, and no file of rows gives one",
	"wake":              "given by the case itself",
}

func TestASimulationTellsEveryCommandExceptThoseListed(t *testing.T) {
	t.Parallel()
	told := map[string]bool{"file_application": true} // is the hand-off that opens
	for _, f := range samples.Simulate(3000, 7, simulatedFrom, simulatedTo) {
		for _, said := range f.Told {
			told[said.Type] = true
		}
	}
	for _, name := range casefile.CommandNames() {
		if _, listed := unseen[name]; told[name] == listed {
			t.Errorf("%s: told %t, listed as unseen %t", name, told[name], listed)
		}
	}
}

// unseenEvents are the types of event that no simulated case holds, with the reason.
var unseenEvents = map[string]string{
	"document_attached":  "comes with an upload, which no file of rows holds",
	"family_link_given":  "holds the digest of a secret that somebody must be given",
	"letter_issued":      "holds a page that only the desk of letters draws up",
	"link_revoked":       "ends a link, and no file of rows gives one",
	"person_erased":      "takes a second person, and a desk that brings files in is one",
	"reply_acknowledged": "answers a reply by link, which no file of rows holds",
	"reply_link_given":   "holds the digest of a secret that somebody must be given",
}

func TestASimulationLeadsToEveryTypeOfEventExceptThoseListed(t *testing.T) {
	t.Parallel()
	families, events := files(t, 1200, 7)
	seen := map[string]bool{}
	for _, r := range imported(t, families, events) {
		for _, fact := range r.Facts {
			seen[casefile.EventName(fact.Event)] = true
		}
		for _, name := range woken(r.Facts, simulatedTo, simulatedTo.AddDays(10)) {
			seen[name] = true
		}
	}
	for _, name := range casefile.EventNames() {
		if _, listed := unseenEvents[name]; seen[name] == listed {
			t.Errorf("%s: seen %t, listed as unseen %t", name, seen[name], listed)
		}
	}
}

// woken names what a case records that looks at the clock on these days.
func woken(facts []casefile.Fact, days ...rules.Date) []string {
	var names []string
	for i, day := range days {
		request := casefile.Request{CommandID: casefile.DeriveID("wake", day.String()), CaseID: "c", Now: day.Start().Add(15 * time.Hour), Book: book}
		drafts, _ := casefile.Decide(casefile.Fold(facts), &casefile.Wake{}, request)
		for _, draft := range drafts {
			facts = append(facts, draft.Recorded(request, int64(len(facts)+i+1)))
			names = append(names, casefile.EventName(draft.Event))
		}
	}
	return names
}
