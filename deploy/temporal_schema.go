// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"

	"golang.org/x/sync/errgroup"
)

// temporalDatabases are Temporal's two databases and the schema each is given.
var temporalDatabases = map[string]string{
	"temporal":            "postgresql/v12/temporal",
	"temporal_visibility": "postgresql/v12/visibility",
}

// prepareTemporalDatabases creates both databases and brings them to the newest
// schema. On a start like any other that changes nothing and takes a moment.
func prepareTemporalDatabases(ctx context.Context, c *cluster, bin string) error {
	group, ctx := errgroup.WithContext(ctx)
	for database, schema := range temporalDatabases {
		group.Go(func() error {
			if err := c.createDatabases(ctx, database); err != nil {
				return err
			}
			if err := schemaTool(ctx, c, bin, database, "setup-schema", "--version", "0.0"); err != nil {
				return err
			}
			return schemaTool(ctx, c, bin, database, "update-schema", "--schema-name", schema)
		})
	}
	return group.Wait()
}

func schemaTool(ctx context.Context, c *cluster, bin, database string, args ...string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "sql"), args...)
	// Through the environment: arguments are visible to every user of the machine.
	cmd.Env = []string{
		"SQL_PLUGIN=postgres12_pgx", "SQL_HOST=127.0.0.1", "SQL_PORT=" + strconv.Itoa(c.port),
		"SQL_USER=" + clusterOwner, "SQL_PASSWORD=" + c.password, "SQL_DATABASE=" + database,
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("prepare the database %s (%s), whose tool said:\n%s\n(%w)", database, args[0], lastLines(string(out), 5), err)
	}
	return nil
}
