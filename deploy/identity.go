// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// clusterUser is the user PostgreSQL runs as: ourselves, or, since it refuses to
// run as root, an unprivileged user of this machine. A cluster that exists is
// run by the user who owns it.
func clusterUser(dir string) (*syscall.Credential, error) {
	owner, found := ownerOf(dir)
	if os.Geteuid() != 0 {
		if found && owner.Uid != uint32(os.Geteuid()) {
			return nil, fmt.Errorf("the cluster in %s belongs to another user (uid %d): run this as that user, or as root as before", dir, owner.Uid)
		}
		return nil, nil
	}
	if found && owner.Uid != 0 {
		return owner, nil
	}
	return unprivilegedUser()
}

func ownerOf(dir string) (*syscall.Credential, bool) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil, false
	}
	return &syscall.Credential{Uid: stat.Uid, Gid: stat.Gid}, true
}

func unprivilegedUser() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(account.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(account.Gid, 10, 32)
		if uidErr == nil && gidErr == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, fmt.Errorf("PostgreSQL does not run as root and there is no user postgres or nobody: run this as an ordinary user")
}

// canEnter tries, as that user, whether a folder can be reached: permissions,
// access lists and mount options all have their say, so asking is the only test.
func canEnter(credential *syscall.Credential, dir string) bool {
	if credential == nil {
		return true
	}
	cmd := exec.Command("test", "-x", dir)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential}
	return cmd.Run() == nil
}

// giveTo hands a file or folder to the user of the cluster.
func giveTo(credential *syscall.Credential, path string) error {
	if credential == nil {
		return nil
	}
	if err := os.Chown(path, int(credential.Uid), int(credential.Gid)); err != nil {
		return fmt.Errorf("give %s to the PostgreSQL user: %w", path, err)
	}
	return nil
}
