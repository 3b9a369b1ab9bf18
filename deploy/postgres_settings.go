// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"fmt"
	"path/filepath"
)

// settingsFile is included by the cluster's postgresql.conf, so that whoever
// starts it by hand in an emergency gets the same settings.
const settingsFile = "ricongiungi.conf"

// commonSettings suit a machine with 2 cores and a few GB shared with Temporal
// and ourselves. Statements and values are kept out of the log: some are
// personal data, and the client gets the full error anyway.
const commonSettings = `# Written at every start; change it in deploy/postgres_settings.go.
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
port = %d
max_connections = 200
password_encryption = 'scram-sha-256'
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%%m [%%p] %%d '
log_error_verbosity = terse
log_min_error_statement = panic
log_checkpoints = off
jit = off
random_page_cost = 1.1
work_mem = '8MB'
maintenance_work_mem = '64MB'
max_wal_size = '2GB'
checkpoint_timeout = '15min'
wal_compression = on
max_parallel_workers_per_gather = 1
`

// durableSettings never trade a committed event for speed.
const durableSettings = `shared_buffers = '256MB'
fsync = on
full_page_writes = on
synchronous_commit = on
`

// fastSettings are for tests, whose clusters are thrown away. A commit still
// survives the death of the server, only not that of the machine.
const fastSettings = `shared_buffers = '64MB'
fsync = off
full_page_writes = off
synchronous_commit = on
`

func (c *cluster) configure() error {
	settings := fmt.Sprintf(commonSettings, c.port)
	if c.durable {
		settings += durableSettings
	} else {
		settings += fastSettings
	}
	path := filepath.Join(c.dir, settingsFile)
	if err := writePrivate(path, []byte(settings)); err != nil {
		return err
	}
	return giveTo(c.credential, path)
}
