// SPDX-License-Identifier: AGPL-3.0-or-later

package keyfile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"ricongiungi/internal/keyfile"
)

func TestAFileIsMadeOnceAndThenOnlyRead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new", "folder", "secret")
	fresh := func() ([]byte, error) { return []byte("first"), nil }
	if got, err := keyfile.LoadOrCreate(path, fresh); err != nil || string(got) != "first" {
		t.Fatalf("first start: %q, %v", got, err)
	}
	never := func() ([]byte, error) { return nil, errors.New("made again") }
	if got, err := keyfile.LoadOrCreate(path, never); err != nil || string(got) != "first" {
		t.Fatalf("second start: %q, %v", got, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v; want 0600", info.Mode(), err)
	}
}

func TestProcessesThatStartTogetherAgreeOnOneFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "secret")
	got := make([]string, 16)
	var group sync.WaitGroup
	for i := range got {
		group.Go(func() {
			content, err := keyfile.LoadOrCreate(path, func() ([]byte, error) { return []byte(strconv.Itoa(i)), nil })
			if err != nil {
				t.Error(err)
			}
			got[i] = string(content)
		})
	}
	group.Wait()
	for _, one := range got {
		if one != got[0] {
			t.Fatalf("they read different contents: %q", got)
		}
	}
	if left, _ := os.ReadDir(folder); len(left) != 1 {
		t.Fatalf("drafts were left behind: %v", left)
	}
}

func TestAFileOpenToOthersIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret")
	if err := keyfile.Replace(path, []byte("x")); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o620, 0o601} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := keyfile.Read(path); !errors.Is(err, keyfile.ErrExposed) {
			t.Errorf("mode %o: %v, want ErrExposed", mode, err)
		}
	}
}

func TestReplaceLeavesTheNewContent(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	if _, err := keyfile.Read(path); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("no file yet: %v", err)
	}
	for _, content := range []string{"a longer first content", "second"} {
		if err := keyfile.Replace(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := keyfile.Read(path); err != nil || string(got) != "second" {
		t.Fatalf("%q, %v", got, err)
	}
}
