// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"ricongiungi/store"
	"ricongiungi/workflows"
)

// health asks the parts that a process depends on, all at once: one that hangs
// must not make another look dead.
type health struct {
	log       *store.Store
	temporal  client.Client
	namespace string
}

func (p *parts) health() health { return health{p.log, p.temporal, p.namespace} }

// Check gives the trouble of each part, nil where it answers.
func (h health) Check(ctx context.Context) map[string]error {
	asks := map[string]func(context.Context) error{"database": h.log.Ping, "temporal": h.engine, "worker": h.workers}
	troubles := map[string]error{}
	var mutex sync.Mutex
	var wait sync.WaitGroup
	for part, ask := range asks {
		wait.Go(func() {
			err := ask(ctx)
			mutex.Lock()
			defer mutex.Unlock()
			troubles[part] = err
		})
	}
	wait.Wait()
	return troubles
}

func (h health) engine(ctx context.Context) error {
	_, err := h.temporal.CheckHealth(ctx, &client.CheckHealthRequest{})
	return err
}

// lately is within which a worker must have asked for work: it asks at least
// once a minute.
const lately = 2 * time.Minute

var errNoWorker = errors.New("no worker asks for work: start `ricongiungi work`")

// workers tells whether anybody decides commands.
func (h health) workers(ctx context.Context) error {
	queue, err := h.temporal.DescribeTaskQueue(ctx, workflows.TaskQueue, enumspb.TASK_QUEUE_TYPE_WORKFLOW)
	if err != nil {
		return err
	}
	for _, poller := range queue.GetPollers() {
		if time.Since(poller.GetLastAccessTime().AsTime()) < lately {
			return nil
		}
	}
	return errNoWorker
}

// probes answers what those ask who start and stop processes: whether this one
// lives, and whether the parts it needs answer.
func (p *parts) probes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", p.meter.Handler())
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if errors.Join(p.log.Ping(ctx), p.health().engine(ctx)) != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}
