// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"ricongiungi/casefile"
)

// Rebuild says how views are made anew.
type Rebuild struct {
	CheckOnly bool // compare and leave what is in use as it is
	OnCases   func(total int64)
	OnCase    func() // called once for each case as it goes; both may be nil
}

// Rebuilt is what came of it.
type Rebuilt struct {
	Cases   int64    // in the log
	Differ  []string // cases whose views in use were not what the log says, and views of cases that the log does not have
	InUse   string   // digest of the views in use, at the end
	FromLog string   // digest of the views as the log has them, at the same instant
}

// Equal tells whether the views in use are now what the log says, row by row.
func (r Rebuilt) Equal() bool { return r.InUse == r.FromLog }

// ErrRebuilding says that another rebuild is under way.
var ErrRebuilding = errors.New("store: views are being rebuilt by another process; wait for it to end")

// How many cases are built side by side, and how many are swapped in one
// transaction, for which writers wait.
const (
	shadowBuilders = 4
	swapAtOnce     = 200
	rebuildLock    = 20_260_130
)

// RebuildViews builds every view anew from the log, beside those in use, swaps
// what differs, and compares the two by digest. Readers are never held up;
// writers wait while a few hundred cases are swapped, and no longer. What is
// recorded meanwhile is taken in.
func (s *Store) RebuildViews(ctx context.Context, r Rebuild) (Rebuilt, error) {
	if r.OnCases == nil {
		r.OnCases = func(int64) {}
	}
	if r.OnCase == nil {
		r.OnCase = func() {}
	}
	var done Rebuilt
	err := s.withShadow(ctx, func(sh *shadow) error {
		var err error
		if done.Cases, err = sh.buildAll(ctx, r); err != nil {
			return err
		}
		if !r.CheckOnly {
			if done.Differ, err = sh.swap(ctx); err != nil {
				return err
			}
		}
		if done.InUse, done.FromLog, err = sh.compare(ctx); r.CheckOnly {
			done.Differ = sh.differing()
		}
		return err
	})
	return done, unavailable(err)
}

// shadow is a second set of views on its way.
type shadow struct {
	store *Store
	pool  *pgxpool.Pool // whose connections find the shadow's tables first
	built int64         // up to which position of the log

	mutex   sync.Mutex
	differs map[string]bool // by case
}

// withShadow makes the tables, one rebuild at a time, and drops them afterwards.
func (s *Store) withShadow(ctx context.Context, do func(*shadow) error) error {
	config := s.pool.Config()
	config.MaxConns = shadowBuilders + 2
	config.ConnConfig.RuntimeParams["search_path"] = "shadow, public"
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	defer pool.Close()
	lock, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer lock.Release()
	var free bool
	if err := lock.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, rebuildLock).Scan(&free); err != nil || !free {
		return errors.Join(err, ErrRebuilding)
	}
	defer lock.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, rebuildLock)
	if err := makeTables(ctx, lock.Conn()); err != nil {
		return err
	}
	defer dropTables(context.WithoutCancel(ctx), lock.Conn())
	return do(&shadow{store: s, pool: pool, differs: map[string]bool{}})
}

// makeTables makes tables like those in use. They need not outlive a crash.
func makeTables(ctx context.Context, conn *pgx.Conn) error {
	if err := dropTables(ctx, conn); err != nil {
		return err
	}
	for _, t := range viewTables {
		if _, err := conn.Exec(ctx, fmt.Sprintf(`CREATE UNLOGGED TABLE shadow.%s (LIKE public.%s INCLUDING ALL)`, t.name, t.name)); err != nil {
			return fmt.Errorf("store: a second %s: %w", t.name, err)
		}
	}
	return nil
}

func dropTables(ctx context.Context, conn *pgx.Conn) error {
	for _, t := range viewTables {
		if _, err := conn.Exec(ctx, `DROP TABLE IF EXISTS shadow.`+t.name); err != nil {
			return fmt.Errorf("store: dropping the second %s: %w", t.name, err)
		}
	}
	return nil
}

// buildAll builds every case of the log, and looks for views of cases that the
// log does not have.
func (sh *shadow) buildAll(ctx context.Context, r Rebuild) (int64, error) {
	if err := sh.store.pool.QueryRow(ctx, `SELECT size FROM log_head`).Scan(&sh.built); err != nil {
		return 0, err
	}
	ids, err := sh.store.CaseIDs(ctx)
	if err != nil {
		return 0, err
	}
	r.OnCases(int64(len(ids)))
	if err := sh.build(ctx, ids, r.OnCase); err != nil {
		return 0, err
	}
	if err := sh.catchUp(ctx, sh.pool); err != nil {
		return 0, err
	}
	for _, t := range viewTables {
		strays, err := sh.store.caseIDs(ctx, fmt.Sprintf(`SELECT DISTINCT case_id::text FROM %s v WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.case_id = v.case_id)`, t.name))
		if err != nil {
			return 0, err
		}
		for _, id := range strays {
			sh.differs[id] = true
		}
	}
	return int64(len(ids)), nil
}

func (sh *shadow) build(ctx context.Context, ids []string, onCase func()) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(shadowBuilders)
	for _, id := range ids {
		group.Go(func() error {
			defer onCase()
			return sh.buildCase(ctx, id)
		})
	}
	return group.Wait()
}

// buildCase writes the views of one case from the log, in the shadow's tables,
// and notes whether those in use differ.
func (sh *shadow) buildCase(ctx context.Context, id string) error {
	st, err := sh.store.readStream(ctx, sh.store.pool, id)
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	if err := sh.store.project(batch, st, nil, casefile.Fold(st.facts), st.records[len(st.records)-1].RecordedAt); err != nil {
		return err
	}
	differs := false
	err = pgx.BeginFunc(ctx, sh.pool, func(tx pgx.Tx) error {
		if err := send(ctx, tx, batch); err != nil {
			return err
		}
		if err := sh.takePeople(ctx, tx, st); err != nil {
			return err
		}
		if err := wroteShadowOnly(ctx, tx); err != nil {
			return err
		}
		return tx.QueryRow(ctx, casesDiffer, id).Scan(&differs)
	})
	if err != nil {
		return fmt.Errorf("store: building the views of case %s: %w", id, err)
	}
	sh.mutex.Lock()
	defer sh.mutex.Unlock()
	sh.differs[id] = differs
	return nil
}

// wroteShadowOnly fails when project has written a table of which there is no
// second one: it is missing from viewTables.
func wroteShadowOnly(ctx context.Context, tx pgx.Tx) error {
	var touched string
	err := tx.QueryRow(ctx, `SELECT coalesce(string_agg(relname, ', '), '') FROM pg_stat_xact_user_tables
		WHERE schemaname = 'public' AND n_tup_ins + n_tup_upd + n_tup_del > 0`).Scan(&touched)
	if err == nil && touched != "" {
		err = fmt.Errorf("%s is no table that can be built anew: add it to viewTables", touched)
	}
	return err
}

// takePeople takes over what is sealed about the people from the view in use,
// where it says the same: sealed twice, the same words look different.
func (sh *shadow) takePeople(ctx context.Context, tx pgx.Tx, st stream) error {
	equal, err := sh.store.peopleEqual(ctx, tx, st)
	if err != nil || !equal {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE shadow.case_views s SET people = v.people FROM public.case_views v WHERE s.case_id = $1 AND v.case_id = $1`, st.facts[0].CaseID)
	return err
}

// casesDiffer compares the rows of one case in use with those of the shadow.
var casesDiffer = func() string {
	query := "SELECT false"
	for _, t := range viewTables {
		for _, sides := range [][2]string{{"public", "shadow"}, {"shadow", "public"}} {
			query += fmt.Sprintf(" OR EXISTS (SELECT v::text FROM %s.%s v WHERE case_id = $1 EXCEPT SELECT v::text FROM %s.%s v WHERE case_id = $1)", sides[0], t.name, sides[1], t.name)
		}
	}
	return query
}()

// catchUp builds what was recorded since, as q sees the log.
func (sh *shadow) catchUp(ctx context.Context, q querier) error {
	rows, err := q.Query(ctx, `SELECT DISTINCT case_id::text, (SELECT size FROM log_head) FROM events WHERE position >= $1`, sh.built)
	if err != nil {
		return err
	}
	var id string
	var ids []string
	if _, err := pgx.ForEachRow(rows, []any{&id, &sh.built}, func() error { ids = append(ids, id); return nil }); err != nil {
		return err
	}
	// Two cases may have passed an appointment from one to the other meanwhile.
	if _, err := sh.pool.Exec(ctx, `DELETE FROM shadow.reservations WHERE case_id = ANY($1::uuid[])`, ids); err != nil {
		return err
	}
	return sh.build(ctx, ids, func() {})
}

// differing lists the cases whose views in use are not what the log says.
func (sh *shadow) differing() []string {
	var ids []string
	for _, id := range sortedKeys(sh.differs) {
		if sh.differs[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

// swap puts the shadow's rows in the place of those in use, a stretch of cases
// at a time, and tells which it were. The head of the log is held meanwhile: no
// case can move on between being built and being swapped.
func (sh *shadow) swap(ctx context.Context) ([]string, error) {
	var swapped []string
	for stretch := range slices.Chunk(sh.differing(), swapAtOnce) {
		err := pgx.BeginFunc(ctx, sh.store.pool, func(tx pgx.Tx) error {
			if _, err := takeHead(ctx, tx); err != nil {
				return err
			}
			if err := sh.catchUp(ctx, tx); err != nil {
				return err
			}
			stretch = slices.DeleteFunc(stretch, func(id string) bool { return !sh.differs[id] })
			return sh.replace(ctx, tx, stretch)
		})
		if err != nil {
			return nil, fmt.Errorf("store: swapping views: %w", err)
		}
		swapped = append(swapped, stretch...)
	}
	return swapped, nil
}

func (sh *shadow) replace(ctx context.Context, tx pgx.Tx, ids []string) error {
	for _, t := range viewTables {
		if _, err := tx.Exec(ctx, fmt.Sprintf(`DELETE FROM public.%s WHERE case_id = ANY($1::uuid[])`, t.name), ids); err != nil {
			return err
		}
	}
	for _, t := range viewTables {
		if _, err := tx.Exec(ctx, fmt.Sprintf(`INSERT INTO public.%s SELECT * FROM shadow.%s WHERE case_id = ANY($1::uuid[])`, t.name, t.name), ids); err != nil {
			return err
		}
	}
	for _, id := range ids {
		sh.store.recent.Remove(id)
	}
	return nil
}

// compare brings the shadow to the present and digests both sides as of one instant.
func (sh *shadow) compare(ctx context.Context) (inUse, fromLog string, err error) {
	// Most of what was recorded since is built without holding anybody up.
	if err := sh.catchUp(ctx, sh.pool); err != nil {
		return "", "", err
	}
	err = pgx.BeginTxFunc(ctx, sh.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		if err := sh.freeze(ctx, tx); err != nil {
			return err
		}
		if inUse, err = viewsDigest(ctx, tx, "public"); err != nil {
			return err
		}
		fromLog, err = viewsDigest(ctx, tx, "shadow")
		return err
	})
	return inUse, fromLog, err
}

// freeze catches up for the last time while nobody writes, and has tx see
// precisely that instant.
func (sh *shadow) freeze(ctx context.Context, tx pgx.Tx) error {
	return pgx.BeginFunc(ctx, sh.store.pool, func(holder pgx.Tx) error {
		if _, err := takeHead(ctx, holder); err != nil {
			return err
		}
		if err := sh.catchUp(ctx, holder); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `SELECT size FROM log_head`) // the first statement fixes what is seen
		return err
	})
}
