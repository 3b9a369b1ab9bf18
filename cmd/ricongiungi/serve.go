// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"ricongiungi/api"
	"ricongiungi/metrics"
	"ricongiungi/store"
	"ricongiungi/workflows"
)

func serveCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run the HTTP API",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return serve(cmd, s) },
	}
}

func serve(cmd *cobra.Command, s *settings) error {
	p, err := s.openParts(cmd.Context())
	if err != nil {
		return err
	}
	defer p.close()
	handler, err := s.handler(p)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(cmd.Context())
	group.Go(func() error { return serveUntilDone(ctx, s.listen, handler, p.logger) })
	group.Go(func() error { return serveUntilDone(ctx, s.metrics, metrics.Handler(p.log, p.logger), p.logger) })
	return group.Wait()
}

func (s *settings) handler(p *parts) (http.Handler, error) {
	keys, err := s.tokenKeys()
	if err != nil {
		return nil, err
	}
	return api.New(api.Config{
		Orders: p.log, Engine: &workflows.Engine{Client: p.temporal}, Views: p.log, Handoffs: p.log, Evidence: p.log, Hub: p.log,
		Health: health{p.log, p.temporal}, Tokens: api.NewVerifier(keys, api.DefaultIssuer, api.DefaultAudience),
		Log: p.logger, Version: version(),
	}), nil
}

// health asks the parts the API depends on.
type health struct {
	log      *store.Store
	temporal client.Client
}

// Check gives the trouble of each part, nil where it answers.
func (h health) Check(ctx context.Context) map[string]error {
	_, err := h.temporal.CheckHealth(ctx, &client.CheckHealthRequest{})
	return map[string]error{"database": h.log.Ping(ctx), "temporal": err}
}

// serveUntilDone answers requests until the context ends, then lets those under
// way finish.
func serveUntilDone(ctx context.Context, address string, handler http.Handler, logger *slog.Logger) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", address, err)
	}
	server := api.Server(address, handler)
	logger.Info("listening", "address", listener.Addr().String(), "pid", os.Getpid())
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	finish, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	if err := server.Shutdown(finish); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("stopping: %w", err)
	}
	return nil
}
