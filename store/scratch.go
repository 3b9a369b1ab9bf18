// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"
)

// Scratch makes an empty database beside the one at the address, for a drill,
// and gives its address and how to drop it. The login must be allowed to.
func Scratch(ctx context.Context, address string) (scratch string, drop func() error, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", nil, fmt.Errorf("store: database address: %w", err)
	}
	name := fmt.Sprintf("ricongiungi_drill_%d", time.Now().UnixNano())
	run := func(ctx context.Context, statement string) error {
		conn, err := pgx.Connect(ctx, address)
		if err != nil {
			return fmt.Errorf("store: a database for the drill: %w", err)
		}
		defer conn.Close(ctx)
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("store: a database for the drill: %w", err)
		}
		return nil
	}
	if err := run(ctx, `CREATE DATABASE `+name); err != nil {
		return "", nil, err
	}
	u.Path = "/" + name
	return u.String(), func() error {
		return run(context.WithoutCancel(ctx), `DROP DATABASE IF EXISTS `+name+` WITH (FORCE)`)
	}, nil
}
