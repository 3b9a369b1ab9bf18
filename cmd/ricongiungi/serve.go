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
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/sync/errgroup"

	"ricongiungi/access"
	"ricongiungi/api"
	"ricongiungi/console"
	"ricongiungi/identity"
	"ricongiungi/linkpages"
	"ricongiungi/reports"
	"ricongiungi/schools/desk"
	"ricongiungi/search"
	"ricongiungi/workflows"
)

func serveCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run the API and the console",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return serve(cmd, s) },
	}
}

func serve(cmd *cobra.Command, s *settings) error {
	p, err := s.openParts(cmd.Context(), "serve")
	if err != nil {
		return err
	}
	defer p.close()
	keys, err := s.tokenKeys()
	if err != nil {
		return err
	}
	tokens := api.NewVerifier(keys, api.DefaultIssuer, api.DefaultAudience)
	p.meter.Office(p.log, p.logger)
	leaving := &drain{pause: s.drain}
	directory := search.NewDirectory(p.log)
	handler, err := s.handler(cmd.Context(), p, tokens, directory, leaving)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(leaving.after(cmd.Context()))
	group.Go(func() error { return followRevocations(ctx, p.log.Revocations, tokens, p.logger) })
	group.Go(func() error { return directory.Follow(ctx, p.logger) })
	group.Go(func() error { return serveUntilDone(ctx, s.listen, handler, p.logger) })
	group.Go(func() error { return serveUntilDone(ctx, s.metrics, p.meter.Handler(), p.logger) })
	return group.Wait()
}

// drain puts a pause between being asked to stop and stopping: meanwhile this
// process answers, and says that it is not ready, so that nobody sends it more.
type drain struct {
	pause time.Duration
	began atomic.Bool
}

// after is a context that ends when the pause is over.
func (d *drain) after(ctx context.Context) context.Context {
	drained, stop := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() {
		d.began.Store(true)
		time.AfterFunc(d.pause, stop)
	})
	return drained
}

// handler serves the API and, everywhere else, the console.
func (s *settings) handler(ctx context.Context, p *parts, tokens *api.Verifier, directory *search.Directory, leaving *drain) (http.Handler, error) {
	engine, rights := measuredEngine{&workflows.Engine{Client: p.temporal}, p.meter}, access.Default()
	contacts, err := s.contacts()
	if err != nil {
		return nil, err
	}
	letterDesk, err := s.letterDesk(p, contacts)
	if err != nil {
		return nil, err
	}
	signer, err := s.signer()
	if err != nil {
		return nil, err
	}
	key, err := note.NewVerifier(signer.VerifierKey())
	if err != nil {
		return nil, err
	}
	trials, audits := newTrials(ctx, p.log, p.book), newAudits(ctx, p.log, key)
	surgery := &surgery{settings: s, health: p.health(), log: p.log, started: time.Now()}
	program := api.Config{
		Desk: p.log, Trials: trials, Audits: audits, Surgery: surgery,
		Orders: p.log, Engine: engine, Views: p.log, Reads: p.log, People: directory, Handoffs: p.log, Evidence: p.log, Figures: p.log, Hub: p.log, Letters: letterDesk, Department: p.log, Schools: p.log.SchoolFacts, Book: p.book,
		Health: p.health(), Tokens: tokens, Rights: rights, Log: p.logger, Version: version(), Watch: p.watch, Leaving: leaving.began.Load, SecurityContact: s.securityContact,
	}
	if s.machinesFile != "" {
		gate, err := s.gate(p.log)
		if err != nil {
			return nil, err
		}
		program.Machines = gate
	}
	config, err := s.signInConfig()
	if err != nil {
		return nil, err
	}
	signIn, err := identity.New(config, p.log)
	if err != nil {
		return nil, err
	}
	people, err := console.New(console.Config{
		Office: p.log, Handoffs: p.log, Trials: trials, Audits: audits, Evidence: p.log, Surgery: surgery, LogKey: signer.VerifierKey(),
		Views: p.log, Reads: p.log, People: directory, Desk: p.log, Files: p.log, Orders: p.log, Engine: engine, SignIn: signIn, Rights: rights, Book: p.book, Letters: letterDesk, Log: p.logger, Version: version(), Watch: p.watch,
		Department:    &desk.Desk{Store: p.log, Orders: p.log, Engine: engine, Clock: time.Now, Book: p.book},
		Reports:       &reports.Office{Source: p.log, Schools: p.log.SchoolFacts, Clock: time.Now, Book: p.book},
		PublicURL:     s.publicURL,
		RepositoryURL: s.repositoryURL, AccessibilityURL: s.accessibilityURL, FeedbackAddress: s.feedbackAddress,
	})
	if err != nil {
		return nil, err
	}
	machines, both := api.New(program), http.NewServeMux()
	if err := mountLinks(both, linkpages.Config{Cases: p.log, Orders: p.log, Engine: engine, Book: p.book, Contacts: contacts, Log: p.logger}); err != nil {
		return nil, err
	}
	both.Handle("/", people)
	for _, path := range []string{"/v1/", "/status", "/livez", "/readyz", "/openapi.yaml", "/schemas/", "/.well-known/"} {
		both.Handle(path, machines)
	}
	return both, nil
}

// followRevocations keeps the list of revoked actors no older than two seconds
// while the database answers; while it does not, nothing can be read anyhow.
func followRevocations(ctx context.Context, read func(context.Context) (map[string]time.Time, error), tokens *api.Verifier, logger *slog.Logger) error {
	ticker := time.NewTicker(2 * time.Second)
	defer ticker.Stop()
	for {
		since, err := read(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			logger.Warn("revocations not read", "error", err.Error())
		default:
			tokens.Revoke(since)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
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
