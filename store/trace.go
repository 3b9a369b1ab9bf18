// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// tracer shows the hops of a command that lie in the store. Unless somebody asked
// for traces it does nothing.
var tracer = otel.Tracer("ricongiungi/store")

// hop begins the span of one step of a command. It holds ids only.
func hop(ctx context.Context, name, caseID, commandID string) (context.Context, trace.Span) {
	return tracer.Start(ctx, name, trace.WithAttributes(attribute.String("case_id", caseID), attribute.String("command_id", commandID)))
}

// Trouble says of an error what may stand in a log. The text of a database error
// can quote a row, and that of a value that cannot be read the value: of such
// errors only kind and place are told.
func Trouble(err error) string {
	var pgErr *pgconn.PgError
	var connect *pgconn.ConnectError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &pgErr):
		return fmt.Sprintf("database: SQLSTATE %s, table %q, constraint %q", pgErr.Code, pgErr.TableName, pgErr.ConstraintName)
	case errors.As(err, &connect), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err.Error()
	}
	return fmt.Sprintf("%T", root(err))
}

// root is the innermost error, of several the last.
func root(err error) error {
	for {
		var inner error
		switch e := err.(type) {
		case interface{ Unwrap() error }:
			inner = e.Unwrap()
		case interface{ Unwrap() []error }:
			inner = e.Unwrap()[len(e.Unwrap())-1]
		}
		if inner == nil {
			return err
		}
		err = inner
	}
}
