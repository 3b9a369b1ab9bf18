// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	sdklog "go.temporal.io/sdk/log"

	"ricongiungi/deploy"
	"ricongiungi/diary"
	"ricongiungi/family"
	"ricongiungi/ledger"
	"ricongiungi/metrics"
	"ricongiungi/rules"
	"ricongiungi/store"
	"ricongiungi/tracing"
	"ricongiungi/vault"
)

// settings come from the environment; what is empty is filled from the system
// that `up` runs in the data folder.
type settings struct {
	dataDir         string        // RICONGIUNGI_DATA, default .data
	databaseURL     string        // DATABASE_URL
	temporalAddress string        // TEMPORAL_ADDRESS
	namespace       string        // TEMPORAL_NAMESPACE, default ricongiungi
	listen          string        // RICONGIUNGI_LISTEN, default 127.0.0.1:8080
	metrics         string        // RICONGIUNGI_METRICS, default 127.0.0.1:9090
	workMetrics     string        // RICONGIUNGI_WORK_METRICS, the same of a worker, default 127.0.0.1:9091
	drain           time.Duration // RICONGIUNGI_DRAIN, how long an API that was asked to stop still answers, default 0
	apiURL          string        // RICONGIUNGI_URL, for commands that talk to a running API
	token           string        // RICONGIUNGI_TOKEN, likewise
	purpose         string        // RICONGIUNGI_PURPOSE, of reads on the command line
	rulesFile       string        // RICONGIUNGI_RULES, a file of the office's own rows
	papersFile      string        // RICONGIUNGI_PAPERS, a file of the office's own lists of papers
	contactsFile    string        // RICONGIUNGI_CONTACTS, a file of whom families may call
	chromium        string        // RICONGIUNGI_CHROMIUM, which makes PDFs of letters; looked for where it is empty
	diaryFile       string        // RICONGIUNGI_DIARY, a file of the hub's own rooms and mediators
	origin          string        // RICONGIUNGI_ORIGIN, name of the log in its checkpoints
	retentionFile   string        // RICONGIUNGI_RETENTION, a file of the office's own terms of keeping data
	machinesFile    string        // RICONGIUNGI_MACHINES, which machines of other bodies are let in; empty: none

	publicURL        string        // RICONGIUNGI_PUBLIC_URL, where browsers reach the console
	provider         string        // RICONGIUNGI_PROVIDER, where the sample provider listens, default 127.0.0.1:8090
	issuerURL        string        // RICONGIUNGI_OIDC_ISSUER, the body's own provider; empty: the sample one
	clientID         string        // RICONGIUNGI_OIDC_CLIENT
	clientSecretFile string        // RICONGIUNGI_OIDC_SECRET_FILE, mode 0600
	groupClaim       string        // RICONGIUNGI_OIDC_GROUPS, default groups
	grantsFile       string        // RICONGIUNGI_GRANTS, rows of group,role,office
	sessionIdle      time.Duration // RICONGIUNGI_SESSION_IDLE, default 30m
	sessionLongest   time.Duration // RICONGIUNGI_SESSION_LONGEST, default 10h

	repositoryURL    string // RICONGIUNGI_REPOSITORY_URL, RICONGIUNGI_ACCESSIBILITY_URL and
	accessibilityURL string // RICONGIUNGI_FEEDBACK: links at the foot of the pages
	feedbackAddress  string
	witnessURL       string // RICONGIUNGI_WITNESS: where a witness shows what it countersigned
	backupDir        string // RICONGIUNGI_BACKUP: folder of the log's archives
	securityContact  string // RICONGIUNGI_SECURITY_CONTACT, for /.well-known/security.txt
}

func settingsFromEnvironment() *settings {
	s := &settings{
		dataDir:         env("RICONGIUNGI_DATA", ".data"),
		databaseURL:     os.Getenv("DATABASE_URL"),
		temporalAddress: os.Getenv("TEMPORAL_ADDRESS"),
		namespace:       env("TEMPORAL_NAMESPACE", "ricongiungi"),
		listen:          env("RICONGIUNGI_LISTEN", "127.0.0.1:8080"),
		metrics:         env("RICONGIUNGI_METRICS", "127.0.0.1:9090"),
		workMetrics:     env("RICONGIUNGI_WORK_METRICS", "127.0.0.1:9091"),
		drain:           envDuration("RICONGIUNGI_DRAIN", 0),
		apiURL:          os.Getenv("RICONGIUNGI_URL"),
		token:           os.Getenv("RICONGIUNGI_TOKEN"),
		purpose:         os.Getenv("RICONGIUNGI_PURPOSE"),
		rulesFile:       os.Getenv("RICONGIUNGI_RULES"),
		papersFile:      os.Getenv("RICONGIUNGI_PAPERS"),
		contactsFile:    os.Getenv("RICONGIUNGI_CONTACTS"),
		chromium:        os.Getenv("RICONGIUNGI_CHROMIUM"),
		diaryFile:       os.Getenv("RICONGIUNGI_DIARY"),
		origin:          env("RICONGIUNGI_ORIGIN", "ricongiungi.local/log"),
		retentionFile:   os.Getenv("RICONGIUNGI_RETENTION"),
		machinesFile:    os.Getenv("RICONGIUNGI_MACHINES"),

		publicURL:        os.Getenv("RICONGIUNGI_PUBLIC_URL"),
		provider:         env("RICONGIUNGI_PROVIDER", "127.0.0.1:8090"),
		issuerURL:        os.Getenv("RICONGIUNGI_OIDC_ISSUER"),
		clientID:         os.Getenv("RICONGIUNGI_OIDC_CLIENT"),
		clientSecretFile: os.Getenv("RICONGIUNGI_OIDC_SECRET_FILE"),
		groupClaim:       env("RICONGIUNGI_OIDC_GROUPS", "groups"),
		grantsFile:       os.Getenv("RICONGIUNGI_GRANTS"),
		sessionIdle:      envDuration("RICONGIUNGI_SESSION_IDLE", 30*time.Minute),
		sessionLongest:   envDuration("RICONGIUNGI_SESSION_LONGEST", 10*time.Hour),

		repositoryURL:    os.Getenv("RICONGIUNGI_REPOSITORY_URL"),
		accessibilityURL: os.Getenv("RICONGIUNGI_ACCESSIBILITY_URL"),
		feedbackAddress:  os.Getenv("RICONGIUNGI_FEEDBACK"),
		witnessURL:       os.Getenv("RICONGIUNGI_WITNESS"),
		backupDir:        env("RICONGIUNGI_BACKUP", filepath.Join(env("RICONGIUNGI_DATA", ".data"), "backup", "log")),
		securityContact:  os.Getenv("RICONGIUNGI_SECURITY_CONTACT"),
	}
	s.publicURL = orElse(s.publicURL, "http://"+s.listen)
	return s
}

// envDuration reads a span such as 30m; one that cannot be read becomes zero,
// which whoever needs it refuses.
func envDuration(name string, fallback time.Duration) time.Duration {
	value := os.Getenv(name)
	if value == "" {
		return fallback
	}
	span, _ := time.ParseDuration(value)
	return span
}

func env(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

func (s *settings) keyFile(name string) string { return filepath.Join(s.dataDir, "keys", name) }

// fromRunning fills in the addresses of the system that runs in the data folder.
func (s *settings) fromRunning() error {
	if s.databaseURL != "" && s.temporalAddress != "" {
		return nil
	}
	run, err := deploy.ReadRun(s.dataDir)
	if errors.Is(err, deploy.ErrNotRunning) {
		return fmt.Errorf("nothing runs in %s: start it with `make run`, or set DATABASE_URL and TEMPORAL_ADDRESS", s.dataDir)
	}
	if err != nil {
		return err
	}
	s.databaseURL, s.temporalAddress = orElse(s.databaseURL, run.DatabaseURL), orElse(s.temporalAddress, run.TemporalAddress)
	return nil
}

func orElse(value, fallback string) string {
	if value != "" {
		return value
	}
	return fallback
}

// book is the law, with the office's own rows and lists of papers where there are any.
func (s *settings) book() (*rules.Book, error) {
	book, err := s.law()
	if err != nil || s.papersFile == "" {
		return book, err
	}
	file, err := os.Open(s.papersFile)
	if err != nil {
		return nil, fmt.Errorf("papers of the office: %w", err)
	}
	defer file.Close()
	return book.WithPapers(s.papersFile, file)
}

func (s *settings) law() (*rules.Book, error) {
	if s.rulesFile == "" {
		return rules.Default(), nil
	}
	file, err := os.Open(s.rulesFile)
	if err != nil {
		return nil, fmt.Errorf("rules of the office: %w", err)
	}
	defer file.Close()
	return rules.Override(s.rulesFile, file)
}

// diary is what can be booked at the hub: the office's own, or the sample.
func (s *settings) diary(book *rules.Book) (*diary.Diary, error) {
	if s.diaryFile == "" {
		return diary.Sample(book), nil
	}
	file, err := os.Open(s.diaryFile)
	if err != nil {
		return nil, fmt.Errorf("diary of the hub: %w", err)
	}
	defer file.Close()
	return diary.Load(s.diaryFile, file, book)
}

// contacts are whom families may call: the office's own, or Milan's hub.
func (s *settings) contacts() (family.Contacts, error) {
	if s.contactsFile == "" {
		return family.DefaultContacts(), nil
	}
	file, err := os.Open(s.contactsFile)
	if err != nil {
		return nil, fmt.Errorf("contacts of the hub: %w", err)
	}
	defer file.Close()
	return family.ReadContacts(s.contactsFile, file)
}

func (s *settings) signer() (*ledger.Signer, error) {
	if err := os.MkdirAll(s.keyFile(""), 0o700); err != nil {
		return nil, fmt.Errorf("folder of keys: %w", err)
	}
	return ledger.LoadOrCreateSigner(s.keyFile("log.key"), s.origin)
}

// openStore opens the log with the keys of the data folder.
func (s *settings) openStore(ctx context.Context) (*store.Store, *rules.Book, error) {
	if err := s.fromRunning(); err != nil {
		return nil, nil, err
	}
	signer, err := s.signer()
	if err != nil {
		return nil, nil, err
	}
	keys, err := vault.Open(s.keyFile("vault.json"))
	if err != nil {
		return nil, nil, err
	}
	book, err := s.book()
	if err != nil {
		return nil, nil, err
	}
	rooms, err := s.diary(book)
	if err != nil {
		return nil, nil, err
	}
	log, err := store.Open(ctx, store.Config{URL: s.databaseURL, Vault: keys, Signer: signer, Book: book, Diary: rooms})
	return log, book, err
}

// parts are what both the API and a worker are made of.
type parts struct {
	log         *store.Store
	book        *rules.Book
	temporal    client.Client
	namespace   string
	logger      *slog.Logger
	meter       *metrics.Meter
	stopTracing func(context.Context) error
}

// openParts opens them for a process that calls itself service.
func (s *settings) openParts(ctx context.Context, service string) (*parts, error) {
	p := &parts{logger: newLog(), meter: metrics.New(version())}
	var err error
	if p.stopTracing, err = tracing.Start(ctx, service, version()); err != nil {
		return nil, err
	}
	if p.log, p.book, err = s.openStore(ctx); err != nil {
		return nil, err
	}
	p.namespace = s.namespace
	if p.temporal, err = s.dialTemporal(p.logger, p.meter); err != nil {
		p.log.Close()
		return nil, fmt.Errorf("temporal: %w", err)
	}
	p.meter.Pool(p.log.Pool)
	p.meter.Parts(p.health().Check)
	return p, nil
}

func (p *parts) close() {
	p.temporal.Close()
	p.log.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := p.stopTracing(ctx); err != nil {
		p.logger.Warn("traces lost", "error", err.Error())
	}
}

// dialTemporal connects lazily: with Temporal down, commands are still accepted.
func (s *settings) dialTemporal(log *slog.Logger, meter *metrics.Meter) (client.Client, error) {
	options := client.Options{HostPort: s.temporalAddress, Namespace: s.namespace, Logger: sdklog.NewStructuredLogger(log), MetricsHandler: meter.Temporal()}
	if tracing.Asked() {
		traced, err := tracing.Temporal()
		if err != nil {
			return nil, err
		}
		options.Interceptors = []interceptor.ClientInterceptor{traced}
	}
	return client.NewLazyClient(options)
}

// newLog writes one JSON line per message to standard error.
func newLog() *slog.Logger { return logTo(os.Stderr) }

// logTo writes the instant of each line in UTC, as the national rules for logs have
// it, wherever the machine stands.
func logTo(out io.Writer) *slog.Logger {
	inUTC := func(groups []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey && len(groups) == 0 {
			a.Value = slog.TimeValue(a.Value.Time().UTC())
		}
		return a
	}
	return slog.New(tracing.Logged(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: slog.LevelInfo, ReplaceAttr: inUTC})))
}
