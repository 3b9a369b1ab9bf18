// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"context"
	"fmt"
	"io"
)

// Prepare installs PostgreSQL and builds the Temporal server where they are
// missing, and starts nothing. It takes minutes on a new machine and is done at
// once on any other; out hears what it is about.
func Prepare(ctx context.Context, cfg Config) error {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return err
	}
	if _, err := findOrInstallPostgres(ctx, 0, linesTo(cfg.Out)); err != nil {
		return err
	}
	_, err = TemporalPrograms(ctx, cfg)
	return err
}

func linesTo(out io.Writer) func(string, ...any) {
	return func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }
}
