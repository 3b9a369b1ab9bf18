// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/hashicorp/golang-lru/v2/expirable"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"ricongiungi/diary"
	"ricongiungi/ledger"
	"ricongiungi/rules"
	"ricongiungi/services"
	"ricongiungi/vault"
	"ricongiungi/views"
)

// Config says what a store works with. All fields are required but Diary, Clock
// and MaxConns.
type Config struct {
	URL      string           // of the database, already migrated
	Vault    *vault.Vault     // opens and seals what identifies a person
	Signer   *ledger.Signer   // signs the checkpoints of the log
	Book     *rules.Book      // the law as this office applies it
	Diary    *diary.Diary     // the hub's rooms and mediators; defaults to the sample
	Clock    func() time.Time // defaults to time.Now
	MaxConns int32            // of the pool; defaults to 16
}

// Store is the log and its views. It is safe for concurrent use.
type Store struct {
	pool   *pgxpool.Pool
	vault  *vault.Vault
	signer *ledger.Signer
	book   *rules.Book
	diary  *diary.Diary
	clock  func() time.Time

	committer *grouper[*prepared]
	readers   *grouper[[]entryOfAccess]
	seen      *lru.Cache[readKey, time.Time]         // reads recorded a moment ago
	recent    *expirable.LRU[string, views.Rendered] // views opened a moment ago, by case
	streams   *expirable.LRU[string, stream]         // histories opened a moment ago, by case
	directory *expirable.LRU[string, services.Directory]
}

// How many opened views are kept, and for how long: a revocation or an erasure
// in another process must show within five seconds.
const (
	recentViews = 2048
	recentFor   = 5 * time.Second
)

// The same for histories, which are checked against the keys at every use.
const (
	recentStreams    = 512
	recentStreamsFor = time.Minute
)

// How many reads are remembered so that repeats are not recorded again. One
// forgotten is recorded once more.
const recentReads = 32768

// Open connects, takes the role that may only append, and makes sure that the
// key file is the one this database was sealed with.
func Open(ctx context.Context, c Config) (*Store, error) {
	pool, err := connect(ctx, c.URL, c.MaxConns)
	if err != nil {
		return nil, err
	}
	s := &Store{pool: pool, vault: c.Vault, signer: c.Signer, book: c.Book, diary: c.Diary, clock: c.Clock,
		recent:    expirable.NewLRU[string, views.Rendered](recentViews, nil, recentFor),
		streams:   expirable.NewLRU[string, stream](recentStreams, nil, recentStreamsFor),
		directory: expirable.NewLRU[string, services.Directory](1, nil, recentFor)}
	if s.diary == nil {
		s.diary = diary.Sample(c.Book)
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	if s.seen, err = lru.New[readKey, time.Time](recentReads); err != nil {
		pool.Close()
		return nil, fmt.Errorf("store: %w", err)
	}
	if err := s.proveKey(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	s.committer, s.readers = newGrouper("store.commit", s.writeGroup), newGrouper("store.access", s.writeAccess)
	return s, nil
}

// Close writes what is being written and ends all connections.
func (s *Store) Close() {
	s.committer.close()
	s.readers.close()
	s.pool.Close()
}

// defaultConns is how many connections the pool has unless Config says otherwise.
const defaultConns = 16

// connect opens a pool whose connections may add to the log and never change it.
func connect(ctx context.Context, url string, conns int32) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("store: database address: %w", err)
	}
	if config.MaxConns = conns; conns <= 0 {
		config.MaxConns = defaultConns
	}
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `SET ROLE ricongiungi_app`)
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return pool, nil
}

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.pool.Ping(ctx); err != nil {
		return unavailable(err)
	}
	return nil
}

// now is the present instant as PostgreSQL keeps it: UTC, to the microsecond.
func (s *Store) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

const keyProof = "this database belongs to this key file"

// proveKey opens the box sealed at the first start. A lost key file must not be
// replaced in silence: everything sealed with it would be lost too.
func (s *Store) proveKey(ctx context.Context) error {
	var box []byte
	err := s.pool.QueryRow(ctx, `SELECT box FROM key_proof`).Scan(&box)
	if errors.Is(err, pgx.ErrNoRows) {
		return s.sealProof(ctx)
	}
	if err != nil {
		return fmt.Errorf("store: reading the key proof: %w", err)
	}
	if _, err := s.vault.OpenBox(keyProof, box); err != nil {
		return fmt.Errorf("store: the key file is not the one this database was sealed with; put back the right one: %w", err)
	}
	return nil
}

func (s *Store) sealProof(ctx context.Context) error {
	box, err := s.vault.SealBox(keyProof, []byte(keyProof))
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	_, err = s.pool.Exec(ctx, `INSERT INTO key_proof (box) VALUES ($1) ON CONFLICT DO NOTHING`, box)
	if err != nil {
		return fmt.Errorf("store: keeping the key proof: %w", err)
	}
	return nil
}

// unavailable marks errors that say "not now" rather than "no", so that the
// caller may tell the client to come back.
func unavailable(err error) error {
	if err == nil {
		return nil
	}
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) && !transient(pgErr.Code) {
		return err
	}
	return fmt.Errorf("%w: %w", views.ErrUnavailable, err)
}

// transient tells classes of SQLSTATE that a later try may not meet: connection,
// resources, operator intervention, system, and serialisation failures.
func transient(code string) bool {
	switch code[:2] {
	case "08", "53", "57", "58", "40":
		return true
	}
	return false
}
