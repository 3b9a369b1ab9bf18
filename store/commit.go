// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"ricongiungi/ledger"
)

// The head of the log orders all writers, so two commits can never overlap and
// each waits for the disk. Writers of one process therefore share a commit: what
// is ready when the head becomes free goes in together.
const (
	groupLimit    = 64
	commitTimeout = 10 * time.Second
)

// errDecidedMeanwhile says that another writer settled the same command first.
var errDecidedMeanwhile = errors.New("store: the command was settled meanwhile")

// errClosed says that the store was closed before a commit.
var errClosed = errors.New("store: closed")

// prepared is a decided command on its way to disk.
type prepared struct {
	change     change     // what it appends; nothing when there are no records
	statements *pgx.Batch // what goes with it
	done       chan error
}

// committer writes prepared commands in groups.
type committer struct {
	store *Store
	queue chan *prepared
	stop  chan struct{}
	ended chan struct{}
}

func newCommitter(s *Store) *committer {
	c := &committer{store: s, queue: make(chan *prepared), stop: make(chan struct{}), ended: make(chan struct{})}
	go c.run()
	return c
}

func (c *committer) close() {
	close(c.stop)
	<-c.ended
}

// commit waits until the command is on disk. When the caller gives up, the
// command is written all the same: asked again, it has its outcome.
func (c *committer) commit(ctx context.Context, p *prepared) error {
	ctx, span := tracer.Start(ctx, "store.commit")
	defer span.End()
	p.done = make(chan error, 1)
	select {
	case c.queue <- p:
	case <-c.ended:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-p.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *committer) run() {
	defer close(c.ended)
	for {
		select {
		case <-c.stop:
			return
		case p := <-c.queue:
			c.writeAll(c.gather(p))
		}
	}
}

// gather takes what else is waiting, without waiting for more.
func (c *committer) gather(first *prepared) []*prepared {
	group := []*prepared{first}
	for len(group) < groupLimit {
		select {
		case p := <-c.queue:
			group = append(group, p)
		default:
			return group
		}
	}
	return group
}

// writeAll writes a group, or each alone when one of them spoils it.
func (c *committer) writeAll(group []*prepared) {
	err := c.write(group)
	if err == nil || len(group) == 1 {
		for _, p := range group {
			p.done <- err
		}
		return
	}
	for _, p := range group {
		p.done <- c.write([]*prepared{p})
	}
}

func (c *committer) write(group []*prepared) error {
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	return pgx.BeginFunc(ctx, c.store.pool, func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		for _, p := range group {
			p.queue(batch)
		}
		if !appends(group) {
			return send(ctx, tx, batch)
		}
		frontier, err := takeHead(ctx, tx)
		if err != nil {
			return err
		}
		if err := c.append(batch, frontier, group); err != nil {
			return err
		}
		return send(ctx, tx, batch)
	})
}

// queue adds copies of the statements: sending a statement marks it, and a group
// that fails is sent again.
func (p *prepared) queue(batch *pgx.Batch) {
	for _, q := range p.statements.QueuedQueries {
		batch.Queue(q.SQL, q.Arguments...).Fn = q.Fn
	}
}

func appends(group []*prepared) bool {
	for _, p := range group {
		if len(p.change.records) > 0 {
			return true
		}
	}
	return false
}

// append gives every record its place and moves the head once.
func (c *committer) append(batch *pgx.Batch, frontier ledger.Frontier, group []*prepared) error {
	var hashes []ledger.IndexedHash
	for _, p := range group {
		leaves, err := place(p.change, frontier.Size())
		if err != nil {
			return err
		}
		queueRecords(batch, p.change.records)
		var added []ledger.IndexedHash
		frontier, added = frontier.Append(leaves...)
		hashes = append(hashes, added...)
	}
	return c.store.queueHead(batch, frontier, hashes)
}
