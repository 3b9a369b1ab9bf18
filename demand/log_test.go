// SPDX-License-Identifier: AGPL-3.0-or-later

package demand

import (
	"fmt"
	"testing"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/rules"
)

// logOf writes the ways of a town as the facts of its cases, each recorded some
// days after it happened.
func logOf(tracks []casefile.Track, delay int) *Log {
	log := &Log{Book: book, Cohorts: map[string]int{}}
	versions := map[string]int64{}
	add := func(t casefile.Track, on rules.Date, e casefile.Event) {
		if on.IsZero() {
			return
		}
		versions[t.CaseID]++
		log.Position++
		log.Add(casefile.Fact{CaseID: t.CaseID, Version: versions[t.CaseID], EventID: fmt.Sprint(log.Position), OccurredAt: on.Start(),
			RecordedAt: on.AddDays(delay).Start().Add(time.Hour), Event: e})
	}
	for _, t := range tracks {
		of := casefile.OfMember{MemberID: t.MemberID}
		log.Cohorts[t.MemberID] = t.Cohort
		if versions[t.CaseID] == 0 {
			add(t, t.AuthorisedOn, &casefile.CaseOpened{Municipio: t.Municipio, ContactLanguage: t.Language})
		}
		add(t, t.AuthorisedOn, &casefile.MemberListed{MemberID: t.MemberID, Kinship: t.Kinship})
		add(t, t.AuthorisedOn, &casefile.NullaOstaIssued{OfMember: of})
		add(t, t.VisaRequestedOn, &casefile.VisaRequested{OfMember: of, Consulate: t.Consulate})
		add(t, t.EnteredOn, &casefile.Entered{OfMember: of, SchoolDue: true})
		add(t, t.EndedOn, &casefile.MemberWithdrawn{OfMember: of})
	}
	return log
}

func TestTheLogShowsWhatWasKnownThen(t *testing.T) {
	way := casefile.Track{CaseID: "case", MemberID: "child", Kinship: casefile.MinorChild, Cohort: 2020, AuthorisedOn: day("2025-01-07"),
		VisaRequestedOn: day("2025-02-03"), EnteredOn: day("2025-04-01"), Consulate: "PER"}
	log := logOf([]casefile.Track{way}, 20)
	if known := log.Known(day("2025-01-27")); len(known) != 0 {
		t.Errorf("before it was recorded: %+v", known)
	}
	if known := log.Known(day("2025-04-20")); known[0].VisaRequestedOn != way.VisaRequestedOn || !known[0].EnteredOn.IsZero() || known[0].Cohort != 2020 {
		t.Errorf("before the entry was recorded: %+v", known[0])
	}
	if known := log.Known(day("2025-04-22")); known[0].EnteredOn != way.EnteredOn || known[0].Consulate != "PER" {
		t.Errorf("after the entry was recorded: %+v", known[0])
	}
	if known := log.Known(day("2025-01-30")); !known[0].VisaRequestedOn.IsZero() {
		t.Errorf("looking back again: %+v", known[0])
	}
}

func TestACorrectionTellsNobodyWhatWasKnownBeforeIt(t *testing.T) {
	way := casefile.Track{CaseID: "case", MemberID: "child", Kinship: casefile.MinorChild, AuthorisedOn: day("2025-01-07"), EnteredOn: day("2025-04-01")}
	log := logOf([]casefile.Track{way}, 0)
	log.Add(casefile.Fact{CaseID: "case", Version: 5, EventID: "5", RecordedAt: day("2025-06-01").Start(),
		Event: &casefile.EventCorrected{EventID: "4", OccurredAt: day("2025-03-03").Start(), SchemaVersion: 1, Data: []byte(`{"member_id":"child"}`)}})
	for on, entered := range map[string]string{"2025-06-01": "2025-04-01", "2025-06-02": "2025-03-03"} {
		if got := log.Known(day(on))[0].EnteredOn; got != day(entered) {
			t.Errorf("known on %s: entered on %s", on, got)
		}
	}
}

func TestTheBackTestTriesEveryMonthWithWhatWasRecordedByThen(t *testing.T) {
	on := day("2025-01-15")
	tracks := newTown(11, 1500, "2022-01-01", 1200).tracks()
	test := Try(logOf(tracks, 5), on)
	came := arrivalsByMonth(tracks, book)
	for _, trial := range test.Trials {
		if trial.Came != came[trial.Month] || trial.Month >= "2025-01" || trial.MadeOn.After(on) {
			t.Fatalf("%+v, and %d came", trial, came[trial.Month])
		}
	}
	if len(test.Scores) != testedAhead || test.Shortage != nil {
		t.Fatalf("scores %+v", test.Scores)
	}
	for _, s := range test.Scores {
		if s.Trials < 20 || s.Coverage < 0.5 || s.Error > 15 || s.CoverageLow >= s.Coverage || s.CoverageHigh <= s.Coverage {
			t.Errorf("%+v", s)
		}
	}
}

func TestTheBackTestCannotLookAhead(t *testing.T) {
	on := day("2025-01-15")
	tracks := newTown(11, 600, "2022-01-01", 1000).tracks()
	log := logOf(tracks, 0)
	before := Ahead(log.Known(day("2024-03-01")), day("2024-03-01"), testedAhead, nil, Disclosure{}, book)
	for _, trial := range Try(log, on).Trials {
		if trial.MadeOn == day("2024-03-01") && trial.Expected != before.Months[trial.Ahead-1].Expected {
			t.Errorf("the trial says %v, the forecast of then %v", trial.Expected, before.Months[trial.Ahead-1].Expected)
		}
	}
}

func TestALogWithoutAPastIsNotBackTested(t *testing.T) {
	tracks := newTown(11, 600, "2024-01-01", 300).tracks()
	test := Try(logOf(tracks, 2000), day("2025-01-15")) // all recorded at once, years later
	if test.Shortage == nil || len(test.Trials) > 0 || len(test.Scores) > 0 {
		t.Errorf("tested: %+v", test.Scores)
	}
}
