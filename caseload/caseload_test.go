// SPDX-License-Identifier: AGPL-3.0-or-later

package caseload_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ricongiungi/casefile"
	"ricongiungi/caseload"
)

func TestTheTemplatesReadAsTheyStandAndNothingInThemIsRefused(t *testing.T) {
	t.Parallel()
	all := read2(t)
	if len(all) != 1 || !all[0].Sound() {
		t.Fatalf("%d families, %s", len(all), problems(all[0]))
	}
	rehearsal := all[0].Rehearse(book, now)
	if !all[0].Sound() {
		t.Fatal(problems(all[0]))
	}
	if rehearsal.State.Phase() != casefile.PhaseArrival || len(rehearsal.State.Appointments) != 1 {
		t.Errorf("the family is in phase %s", rehearsal.State.Phase())
	}
}

func read2(t *testing.T) []*caseload.Family {
	families, events := template(t)
	return read(t, families, events)
}

const italian = "\uFEFF# pratiche in corso\nfascicolo;presentata;richiedente_cognome;familiare;parentela;familiare_cognome;familiare_nascita;decisione;esito;visto_richiesto;visto_rilasciato;visto_scadenza;ingresso\n"

func row(file, member, entered string) string {
	return fmt.Sprintf("%s;15/09/2025;Esempio;%s;figlio minore;Esempio;3/9/2015;10/12/2025;autorizzato;20/01/2026;10/02/2026;10/08/2026;%s\n", file, member, entered)
}

func TestAnItalianSpreadsheetIsRead(t *testing.T) {
	t.Parallel()
	all := read(t, italian+row("P-MI/F/N/2025/000001", "1", "05/03/2026"), "sui_file,command,on\n")
	all[0].Rehearse(book, now)
	if !all[0].Sound() {
		t.Error(problems(all[0]))
	}
}

func TestAFamilyWithABadRowStaysOutAndTheRestComeIn(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]string{
		"no day":                     row("F2", "1", "31/02/2026"),
		"entered after the visa":     row("F2", "1", "05/03/2027"),
		"no file number":             row("", "1", ""),
		"a member twice":             row("F2", "1", "") + row("F2", "1", ""),
		"cells that belong together": "F2;15/09/2025;Esempio;1;spouse;Esempio;;;;;;10/08/2026;\n",
		"broken quotes":              "F2;\"15/09\"2025;Esempio\n",
	} {
		t.Run(name, func(t *testing.T) {
			all := read(t, italian+row("F1", "1", "05/03/2026")+bad+row("F3", "1", "06/03/2026"), "sui_file,command,on\n")
			good, refused := 0, []*caseload.Family{}
			for _, f := range all {
				if f.Sound() {
					f.Rehearse(book, now)
				}
				if f.Sound() {
					good++
				} else {
					refused = append(refused, f)
				}
			}
			if good != 2 || len(refused) != 1 {
				t.Fatalf("%d families are good, %d refused", good, len(refused))
			}
			var families, events strings.Builder
			if err := caseload.WriteRejected(&families, &events, refused); err != nil {
				t.Fatal(err)
			}
			if lines := strings.Count(families.String(), "\n"); lines != strings.Count(bad, "\n")+1 {
				t.Errorf("the rejected file has %d lines:\n%s", lines, families.String())
			}
			if _, err := caseload.Read(strings.NewReader(families.String()), nil); err != nil {
				t.Errorf("the rejected file cannot be read again: %v", err)
			}
		})
	}
}

func TestARefusalNamesFileLineAndRule(t *testing.T) {
	t.Parallel()
	families, _ := template(t)
	all := read(t, families, "sui_file;command;on;data\nP-MI/F/N/2025/999001;record_contact;01/01/2030;channel=phone\nP-MI/F/N/2025/999001;record_death;2026-03-01;person_id=@member/9\nother;add_note;2026-01-01;\n")
	all[0].Rehearse(book, now)
	var lines []int
	for _, f := range all {
		for _, p := range f.Problems {
			if p.In != "events" {
				t.Errorf("a problem is said to be in %s", p.In)
			}
			lines = append(lines, p.Line)
		}
	}
	if fmt.Sprint(lines) != "[3 2 4]" {
		t.Errorf("problems on lines %v: %s", lines, problems(all[0]))
	}
}

func TestRubbishGivesRowErrorsAndNeverPanics(t *testing.T) {
	t.Parallel()
	cell := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "F1", "1", "2026-02-30", "24/11/2026", "@x/y", "{", `{"a":1}`, "a=b|c", "record_entry", "withdraw", "authorised", "\xff"}))
	names := strings.Split(strings.Split(italian, "\n")[1], ";")
	rapid.Check(t, func(r *rapid.T) {
		text := func(n int) string {
			var b strings.Builder
			for range rapid.IntRange(0, 4).Draw(r, "rows") {
				cells := rapid.SliceOfN(cell, n, n).Draw(r, "cells")
				b.WriteString(strings.Join(cells, ";") + "\n")
			}
			return b.String()
		}
		families := strings.Join(names, ";") + "\n" + text(len(names))
		events := "sui_file;member_ref;command;on;data\n" + text(5)
		all, err := caseload.Read(strings.NewReader(families), strings.NewReader(events))
		if err != nil {
			return
		}
		for _, f := range all {
			f.Rehearse(book, now)
		}
	})
}
