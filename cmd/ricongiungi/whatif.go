// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"ricongiungi/casefile"
	"ricongiungi/oversight"
	"ricongiungi/rules"
	"ricongiungi/store"
)

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
	return publish(cmd.OutOrStdout(), f, csvFile, asJSON)
}

// foresee looks at every case of the log, several at a time.
func foresee(ctx context.Context, log *store.Store, present, changed *rules.Book) (oversight.Trial, error) {
	ids, err := log.CaseIDs(ctx)
	if err != nil {
		return oversight.Trial{}, err
	}
	var found oversight.Shifts
	err = each(ctx, ids, "looking at cases", 4, func(ctx context.Context, id string) error {
		return tryOn(ctx, log, id, present, changed, &found)
	})
	return found.Trial(len(ids)), err
}

// tryOn adds what the changed rules would change in one case.
func tryOn(ctx context.Context, log *store.Store, id string, present, changed *rules.Book, found *oversight.Shifts) error {
	facts, err := log.Facts(ctx, id)
	if err == nil && len(facts) > 0 {
		found.Add(casefile.WhatIf(facts, present, changed, rules.DateOf(time.Now())))
	}
	return err
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

func publish(out io.Writer, f oversight.Trial, csvFile string, asJSON bool) error {
	if csvFile != "" {
		if err := os.WriteFile(csvFile, oversight.CSV(f), 0o600); err != nil {
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
