// SPDX-License-Identifier: AGPL-3.0-or-later

package letters

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/family"
	"ricongiungi/rules"
	"ricongiungi/tongues"
)

const caseID = "6f2c1f0e-8a54-4d0f-9d27-3b1d6c5e0a11"

var (
	sponsor = casefile.DeriveID(caseID, "sponsor")
	wife    = casefile.DeriveID(caseID, "member/1")
	today   = rules.On(2026, 3, 10)
)

func writer(t *testing.T) *Writer {
	t.Helper()
	w, err := NewWriter(rules.Default(), family.DefaultContacts())
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// history is a family whose wife has entered and has an appointment.
func history(t *testing.T, more ...casefile.Command) []casefile.Fact {
	t.Helper()
	step := func(y int, m time.Month, d int) casefile.Step {
		return casefile.Step{MemberID: wife, On: rules.On(y, m, d)}
	}
	commands := append([]casefile.Command{
		&casefile.DecideMembers{On: rules.On(2026, 2, 2), Decisions: []casefile.MemberDecision{{Ref: "1", Outcome: "authorised"}},
			Application: &casefile.Application{Office: "wemi-mi", ContactLanguage: "ar", FiledOn: rules.On(2025, 11, 3),
				Sponsor: casefile.Particulars{GivenName: "Adel", FamilyName: "Mansour"},
				Members: []casefile.Applicant{{Ref: "1", Kinship: casefile.Spouse, Who: casefile.Particulars{GivenName: "Salma", FamilyName: "Fathy", BirthDate: rules.On(1990, 5, 10)}}}}},
		&casefile.RecordVisaRequested{Step: step(2026, 2, 20)},
		&casefile.RecordVisaGranted{Step: step(2026, 3, 1), Expires: rules.On(2026, 9, 1)},
		&casefile.RecordEntry{Step: step(2026, 3, 5)},
		&casefile.BookAppointment{MemberID: wife, At: rules.On(2026, 3, 20).Start().Add(9*time.Hour + 30*time.Minute), Place: "hub"},
	}, more...)
	var facts []casefile.Fact
	for _, c := range commands {
		r := casefile.Request{CommandID: casefile.DeriveID(caseID, casefile.CommandName(c)), CaseID: caseID, Now: today.Start(), Book: rules.Default(),
			Actor: casefile.Actor{ID: "a1a1a1a1-0000-4000-8000-000000000001", Role: casefile.Counsellor}}
		drafts, refusal := casefile.Decide(casefile.Fold(facts), c, r)
		if refusal != nil {
			t.Fatal(refusal.Text.En)
		}
		for _, d := range drafts {
			facts = append(facts, d.Recorded(r, int64(len(facts)+1)))
		}
	}
	return facts
}

func drawn(t *testing.T, kind, lang string) string {
	t.Helper()
	page, _, err := writer(t).Draw(history(t), Order{PersonID: wife, Kind: kind, Language: lang, On: today})
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

func TestEveryLetterSaysTheSameTwiceInEveryLanguage(t *testing.T) {
	unsaid := regexp.MustCompile(`>[a-z]+\.[a-z_.]+<|<no value>|ZgotmplZ`)
	for _, kind := range casefile.LetterKinds() {
		for _, lang := range tongues.Languages() {
			page := drawn(t, kind, lang)
			if found := unsaid.FindString(page); found != "" {
				t.Errorf("%s in %s says %q", kind, lang, found)
			}
			both := strings.Contains(page, `<div lang="`+lang+`"`)
			if !both || !strings.Contains(page, `<div lang="it">`) {
				t.Errorf("%s in %s is not in both languages", kind, lang)
			}
		}
	}
}

func TestLettersSayWhatTheirReaderNeeds(t *testing.T) {
	for kind, wanted := range map[string][]string{
		casefile.LetterBeforeDeparture: {"Within 48 hours of your arrival", "Within 8 working days of your arrival", "Entro 48 ore"},
		casefile.LetterPapers:          {"Form 209: Still needed", "Modulo 209: Manca ancora"},
		casefile.LetterAppointment:     {"20 March 2026 at 09:30", "20 marzo 2026, ore 09:30"},
		casefile.LetterSummary:         {"In Italy. There are visits", "Whom to call", "020202"},
		casefile.LetterDates:           {"By 17 March 2026", "8 working days counted from 5 March 2026", "art. 5 c. 2 TUI", "(presentazione allo Sportello Unico"},
	} {
		page := strings.ReplaceAll(drawn(t, kind, "en"), "&#39;", "'")
		for _, text := range wanted {
			if !strings.Contains(page, text) {
				t.Errorf("%s does not say %q", kind, text)
			}
		}
	}
}

func TestTheFamilysLanguageIsUsedWhereNoneIsAskedFor(t *testing.T) {
	if page := drawn(t, casefile.LetterDates, ""); !strings.Contains(page, `<div lang="ar" dir="rtl">`) {
		t.Error("the letter is not in Arabic")
	}
}

func TestALetterIsTheSameBytesWheneverItIsDrawnAndWheneverItIsPrintedAgain(t *testing.T) {
	facts := history(t)
	order := Order{PersonID: wife, Kind: casefile.LetterSummary, Language: "si", On: today}
	first, command, err := writer(t).Draw(facts, order)
	if err != nil {
		t.Fatal(err)
	}
	second, again, _ := writer(t).Draw(facts, order)
	if !bytes.Equal(first, second) || command.Document != again.Document {
		t.Error("two letters from the same history differ")
	}
	facts = history(t, command)
	letters := casefile.Fold(facts).Letters
	_, on, document, found := casefile.LetterIn(facts, letters[0].ID)
	page, err := Unpack(document)
	if err != nil || !found || on != today || !bytes.Equal(page, first) {
		t.Errorf("the kept letter is another one: %v", err)
	}
	if !slices.ContainsFunc(letters, func(l casefile.Letter) bool { return l.Template == Template && l.Drawn == command.Drawn }) {
		t.Error("the letter does not say what it was drawn from")
	}
}

func TestNobodyIsWrittenToWhoIsKeptAway(t *testing.T) {
	facts := history(t, &casefile.CutAccess{On: today, PersonID: sponsor})
	if _, _, err := writer(t).Draw(facts, Order{PersonID: sponsor, Kind: casefile.LetterDates, On: today}); !errors.Is(err, ErrNoReader) {
		t.Error(err)
	}
}

func TestABrokenLetterIsAnError(t *testing.T) {
	for _, document := range []string{"?", "aGVsbG8="} {
		if _, err := Unpack(document); err == nil {
			t.Errorf("%q was read", document)
		}
	}
}

func TestWithoutChromiumThereIsNoPDF(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := NewPrinter("").PDF(t.Context(), nil); !errors.Is(err, ErrNoPrinter) {
		t.Error(err)
	}
}

func TestAPrintingThatNobodyWaitsForEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	program := filepath.Join(t.TempDir(), "chromium")
	if err := os.WriteFile(program, []byte("#!/bin/sh\nsleep 60\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := NewPrinter(program).PDF(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestThePDFIsTaggedAndHoldsItsFonts(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Fatal("Chromium is not installed: run `make browser` once")
	}
	pdf, err := NewPrinter("").PDF(t.Context(), []byte(drawn(t, casefile.LetterSummary, "ar")))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"%PDF-", "/StructTreeRoot", "/FontFile2", "/Lang"} {
		if !bytes.Contains(pdf, []byte(part)) {
			t.Errorf("the PDF has no %s", part)
		}
	}
	if keep := os.Getenv("KEEP_LETTER"); keep != "" {
		if err := os.WriteFile(keep, pdf, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
