// SPDX-License-Identifier: AGPL-3.0-or-later

package testservers_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"ricongiungi/internal/testservers"
)

func TestMain(m *testing.M) { testservers.Main(m) }

func TestEveryTestHasAPreparedDatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	first := connect(t, testservers.Database(t, makeNotes, "notes"))
	second := connect(t, testservers.Database(t, makeNotes, "notes"))

	exec(t, first, "INSERT INTO notes VALUES ('only in the first')")

	var count int
	if err := second.QueryRow(context.Background(), "SELECT count(*) FROM notes").Scan(&count); err != nil {
		t.Fatal(err)
	}
	if count != 0 {
		t.Errorf("the second database sees %d notes of the first", count)
	}
}

func TestADatabaseCanBeEmpty(t *testing.T) {
	t.Parallel()
	conn := connect(t, testservers.Database(t, nil, "empty"))
	exec(t, conn, "CREATE TABLE notes (text text)")
}

func TestEveryTestHasATemporalNamespaceOfItsOwn(t *testing.T) {
	t.Parallel()
	address, first := testservers.Temporal(t)
	_, second := testservers.Temporal(t)

	startWorkflow(t, address, first, "case-1")

	if first == second {
		t.Fatalf("both tests were given the namespace %s", first)
	}
	startWorkflow(t, address, second, "case-1")
}

// makeNotes stands for the migrations of a package under test.
func makeNotes(url string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "CREATE TABLE notes (text text)")
	return err
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func exec(t *testing.T, conn *pgx.Conn, statement string) {
	t.Helper()
	if _, err := conn.Exec(context.Background(), statement); err != nil {
		t.Fatal(err)
	}
}

func startWorkflow(t *testing.T, address, namespace, id string) {
	t.Helper()
	c, err := client.Dial(client.Options{HostPort: address, Namespace: namespace})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	options := client.StartWorkflowOptions{ID: id, TaskQueue: "nobody-listens-" + uuid.NewString()}
	if _, err := c.ExecuteWorkflow(ctx, options, "AnyWorkflow"); err != nil {
		t.Fatal(err)
	}
	described, err := c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	if err != nil {
		t.Fatal(err)
	}
	if got := described.GetNamespaceInfo().GetName(); got != namespace {
		t.Errorf("described namespace %q, want %q", got, namespace)
	}
}
