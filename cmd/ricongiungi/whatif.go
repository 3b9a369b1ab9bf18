// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/store"
)

// tally is how often a changed rule has one effect on one item.
type tally struct {
	Kind   string `json:"kind"`
	Item   string `json:"item"`
	Effect string `json:"effect"`
	Count  int    `json:"count"`
	Cases  int    `json:"cases"`
}

// forecast is what the rules of a file would change.
type forecast struct {
	Cases   int              `json:"cases"`   // looked at
	Touched int              `json:"touched"` // in which something changes
	Tallies []tally          `json:"tallies"`
	Shifts  []casefile.Shift `json:"shifts"`
}

func whatIf(cmd *cobra.Command, s *settings, file, csvFile string, asJSON bool) error {
	log, book, err := s.openStore(cmd.Context())
	if err != nil {
		return err
	}
	defer log.Close()
	changed, err := overridden(book, file)
	if err != nil {
		return err
	}
	f, err := foresee(cmd.Context(), log, book, changed)
	if err != nil {
		return err
	}
	return f.publish(cmd.OutOrStdout(), csvFile, asJSON)
}

// foresee looks at every case of the log, several at a time.
func foresee(ctx context.Context, log *store.Store, present, changed *rules.Book) (forecast, error) {
	ids, err := log.CaseIDs(ctx)
	if err != nil {
		return forecast{}, err
	}
	var found gathered
	today := rules.DateOf(time.Now())
	err = each(ctx, ids, "looking at cases", 4, func(ctx context.Context, id string) error {
		facts, err := log.Facts(ctx, id)
		if err == nil && len(facts) > 0 {
			found.add(casefile.WhatIf(facts, present, changed, today))
		}
		return err
	})
	return found.forecast(len(ids)), err
}

// overridden is the office's book with the rows of the file in it.
func overridden(book *rules.Book, name string) (*rules.Book, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("changed rules: %w", err)
	}
	defer file.Close()
	return book.Override(name, file)
}

// gathered collects the shifts of many cases, several of which are read at a time.
type gathered struct {
	mutex  sync.Mutex
	shifts []casefile.Shift
}

func (g *gathered) add(shifts []casefile.Shift) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.shifts = append(g.shifts, shifts...)
}

// forecast sorts and counts, so that the same log gives the same answer.
func (g *gathered) forecast(cases int) forecast {
	slices.SortFunc(g.shifts, func(a, b casefile.Shift) int {
		return cmp.Or(cmp.Compare(a.CaseID, b.CaseID), cmp.Compare(a.MemberID, b.MemberID), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Item, b.Item), cmp.Compare(a.Subject, b.Subject))
	})
	touched, counted, cells := map[string]bool{}, map[tally]int{}, map[tally]map[string]bool{}
	for _, s := range g.shifts {
		cell := tally{Kind: s.Kind, Item: s.Item, Effect: s.Effect}
		if cells[cell] == nil {
			cells[cell] = map[string]bool{}
		}
		touched[s.CaseID], cells[cell][s.CaseID] = true, true
		counted[cell]++
	}
	f := forecast{Cases: cases, Touched: len(touched), Tallies: []tally{}, Shifts: append([]casefile.Shift{}, g.shifts...)}
	for cell, n := range counted {
		cell.Count, cell.Cases = n, len(cells[tally{Kind: cell.Kind, Item: cell.Item, Effect: cell.Effect}])
		f.Tallies = append(f.Tallies, cell)
	}
	slices.SortFunc(f.Tallies, func(a, b tally) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Item, b.Item), cmp.Compare(a.Effect, b.Effect))
	})
	return f
}

func (f forecast) publish(out io.Writer, csvFile string, asJSON bool) error {
	if csvFile != "" {
		if err := f.writeFile(csvFile); err != nil {
			return err
		}
	}
	if asJSON {
		return printJSON(out, f)
	}
	fmt.Fprintf(out, "%d cases looked at; something would change in %d of them. Nothing was recorded.\n", f.Cases, f.Touched)
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	if len(f.Tallies) > 0 {
		fmt.Fprintln(table, "KIND\tITEM\tEFFECT\tHOW OFTEN\tIN CASES")
	}
	for _, t := range f.Tallies {
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%d\n", t.Kind, t.Item, t.Effect, t.Count, t.Cases)
	}
	return table.Flush()
}

func (f forecast) writeFile(name string) error {
	file, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("shifts: %w", err)
	}
	return cmp.Or(f.writeCSV(file), file.Close())
}

// writeCSV writes one line for each date or verdict: ids, rules, codes and days.
func (f forecast) writeCSV(out io.Writer) error {
	w := csv.NewWriter(out)
	rows := [][]string{{"case_id", "member_id", "kind", "item", "subject", "rule", "was", "is", "effect"}}
	for _, s := range f.Shifts {
		rows = append(rows, []string{s.CaseID, s.MemberID, s.Kind, s.Item, s.Subject, s.Rule, s.Was, s.Is, s.Effect})
	}
	if err := w.WriteAll(rows); err != nil {
		return fmt.Errorf("shifts: %w", err)
	}
	return nil
}
