// SPDX-License-Identifier: AGPL-3.0-or-later

package testservers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// templates are the prepared databases of this binary by key.
var templates sync.Map

type template struct {
	once sync.Once
	name string
	err  error
}

// Database returns the URL of a database of the test's own. It is a copy of one
// that prepare filled (with migrations, usually) once per binary and key; prepare
// must close its connections. A nil prepare gives an empty database.
func Database(t testing.TB, prepare func(url string) error, key string) string {
	t.Helper()
	server := Postgres(t)
	model := templateFor(server, prepare, key)
	if model.err != nil {
		t.Fatalf("prepare the database %q for the tests: %v", key, model.err)
	}
	name := "test_" + hex.EncodeToString(newID())
	statement := "CREATE DATABASE " + quote(name) + " TEMPLATE " + quote(model.name)
	if err := execute(server, statement); err != nil {
		t.Fatalf("copy the prepared database (does prepare leave a connection open?): %v", err)
	}
	t.Cleanup(func() {
		if err := drop(server, name); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return withDatabase(server, name)
}

func templateFor(server string, prepare func(string) error, key string) *template {
	sum := sha256.Sum256([]byte(key))
	name := fmt.Sprintf("template_%d_%s", os.Getpid(), hex.EncodeToString(sum[:6]))
	value, _ := templates.LoadOrStore(key, &template{name: name})
	model := value.(*template)
	model.once.Do(func() { model.err = model.fill(server, prepare) })
	return model
}

func (m *template) fill(server string, prepare func(string) error) error {
	// A binary that was killed may have left its template on a server that outlives it.
	if err := drop(server, m.name); err != nil {
		return err
	}
	if err := execute(server, "CREATE DATABASE "+quote(m.name)); err != nil {
		return err
	}
	shared.whenOver(func() { _ = drop(server, m.name) })
	if prepare == nil {
		return nil
	}
	return prepare(withDatabase(server, m.name))
}

// whenOver remembers what Main does after the tests.
func (s *server) whenOver(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cleanups = append(s.cleanups, do)
}

func drop(server, name string) error {
	return execute(server, "DROP DATABASE IF EXISTS "+quote(name)+" WITH (FORCE)")
}

func execute(server, statement string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return fmt.Errorf("connect to the test PostgreSQL: %w", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

func withDatabase(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		// Postgres gave out this URL and pgx has connected with it.
		panic(fmt.Sprintf("the URL of the test PostgreSQL cannot be read: %v", err))
	}
	u.Path = "/" + name
	return u.String()
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }

func newID() []byte {
	id := uuid.New()
	return id[:8]
}
