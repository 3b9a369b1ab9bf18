// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
)

// aptInstall installs the server programs only. The package would also make and
// start a cluster of its own, which nobody asked for: the setting that stops it
// is put in place for the installation and taken away again. apt-get cannot run
// twice at a time, and several tests may find PostgreSQL missing at once.
const aptInstall = `set -e
exec 9>/var/lock/ricongiungi-install.lock
flock 9
export DEBIAN_FRONTEND=noninteractive
setting=/etc/postgresql-common/createcluster.d/ricongiungi.conf
mkdir -p "$(dirname "$setting")"
trap 'rm -f "$setting"' EXIT
echo 'create_main_cluster = false' >"$setting"
apt-get -q update
apt-get -q -y install --no-install-recommends postgresql`

// findOrInstallPostgres installs PostgreSQL where that can be done without a question.
func findOrInstallPostgres(ctx context.Context, major int, say func(string, ...any)) (string, error) {
	bin, err := FindPostgres(major)
	if !errors.Is(err, errNoPostgres) || major != 0 {
		return bin, err
	}
	install := installCommand(ctx)
	if install == nil {
		return "", err
	}
	say("PostgreSQL is not installed; installing it with apt-get, about a minute ...")
	if out, err := install.CombinedOutput(); err != nil {
		return "", fmt.Errorf("install PostgreSQL with apt-get, which said:\n%s\n(%w); install it by hand and try again",
			lastLines(string(out), 5), err)
	}
	return FindPostgres(major)
}

// installCommand is nil where we may not install: no apt-get, or neither root
// nor a sudo that asks for no password.
func installCommand(ctx context.Context) *exec.Cmd {
	if _, err := exec.LookPath("apt-get"); err != nil {
		return nil
	}
	if os.Geteuid() == 0 {
		return exec.CommandContext(ctx, "sh", "-c", aptInstall)
	}
	if exec.CommandContext(ctx, "sudo", "-n", "true").Run() != nil {
		return nil
	}
	return exec.CommandContext(ctx, "sudo", "-n", "sh", "-c", aptInstall)
}
