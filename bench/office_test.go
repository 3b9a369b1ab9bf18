// SPDX-License-Identifier: AGPL-3.0-or-later

// Package bench measures the engine as ratios against the bare thing
// underneath, on the same servers in the same run, so that the figures mean
// something on another machine.
package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"

	"ricongiungi/activities"
	"ricongiungi/casefile"
	"ricongiungi/deploy"
	"ricongiungi/handoff"
	"ricongiungi/ledger"
	"ricongiungi/rules"
	"ricongiungi/store"
	"ricongiungi/vault"
	"ricongiungi/views"
	"ricongiungi/worker"
	"ricongiungi/workflows"
)

// clients is how many ask at the same time where a figure is about throughput.
const clients = 16

// office is the whole back end on durable servers of its own.
type office struct {
	system *deploy.System
	log    *store.Store
	client client.Client
	engine *workflows.Engine
	signer *ledger.Signer
	pool   *pgxpool.Pool // the bare thing underneath
}

var shared *office

func TestMain(m *testing.M) {
	code := m.Run()
	if shared != nil {
		shared.close()
	}
	os.Exit(code)
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// theOffice starts the servers once for all benchmarks; fsync is on.
func theOffice(b *testing.B) *office {
	b.Helper()
	if shared != nil {
		return shared
	}
	dir, err := os.MkdirTemp("", "ricongiungi-bench-")
	must(b, err)
	must(b, os.Chmod(dir, 0o711))
	system, err := deploy.Start(context.Background(), deploy.Config{DataDir: filepath.Join(dir, "data"), Durable: true, RandomPorts: true, Out: os.Stderr})
	must(b, err)
	o := &office{system: system}
	must(b, store.Migrate(context.Background(), system.DatabaseURL()))
	keys, err := vault.Open(filepath.Join(dir, "keys.json"))
	must(b, err)
	o.signer, err = ledger.LoadOrCreateSigner(filepath.Join(dir, "log.key"), "ricongiungi.bench/log")
	must(b, err)
	o.log, err = store.Open(context.Background(), store.Config{URL: system.DatabaseURL(), Vault: keys, Signer: o.signer, Book: rules.Default(), MaxConns: clients})
	must(b, err)
	o.client, err = client.Dial(client.Options{HostPort: system.TemporalAddress(), Namespace: system.Namespace(), Logger: sdklog.NewStructuredLogger(quiet())})
	must(b, err)
	o.engine = &workflows.Engine{Client: o.client}
	o.pool, err = pgxpool.New(context.Background(), system.DatabaseURL()+"&pool_max_conns="+strconv.Itoa(clients))
	must(b, err)
	w := worker.New(o.client, &activities.Activities{Log: o.log, Post: worker.SimulatedMailbox{Store: o.log}}, quiet())
	registerBare(w)
	must(b, w.Start())
	shared = o
	return o
}

func (o *office) close() {
	o.client.Close()
	o.pool.Close()
	o.log.Close()
	_ = o.system.Stop()
}

func must(b testing.TB, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// figures are what a run of many operations took.
type figures struct {
	p50, p99  time.Duration
	perSecond float64
}

// timings are the durations of single operations and of all together.
type timings struct {
	each []time.Duration
	all  time.Duration
}

func (t timings) figures() figures {
	slices.Sort(t.each)
	n := len(t.each)
	return figures{t.each[n/2], t.each[n*99/100], float64(n) / t.all.Seconds()}
}

// timed runs n operations with so many clients side by side.
func timed(b *testing.B, clients, n int, do func(i int) error) timings {
	b.Helper()
	took := make([]time.Duration, n)
	var wait sync.WaitGroup
	start := time.Now()
	for c := range clients {
		wait.Go(func() {
			for i := c; i < n; i += clients {
				began := time.Now()
				if err := do(i); err != nil {
					b.Error(err)
					return
				}
				took[i] = time.Since(began)
			}
		})
	}
	wait.Wait()
	return timings{took, time.Since(start)}
}

// measure runs n operations once.
func measure(b *testing.B, clients, n int, do func(i int) error) figures {
	b.Helper()
	return timed(b, clients, n, do).figures()
}

// rounds is how often two things are measured in turn: a machine that is slow
// for a while is then slow for both.
const rounds = 6

// compare measures the bare thing and ours in turn.
func compare(b *testing.B, clients, n int, bare, ours func(i int) error) (figures, figures) {
	b.Helper()
	var sums [2]timings
	for range rounds {
		for which, do := range []func(int) error{bare, ours} {
			t := timed(b, clients, n/rounds, do)
			sums[which].each = append(sums[which].each, t.each...)
			sums[which].all += t.all
		}
	}
	return sums[0].figures(), sums[1].figures()
}

// line prints one comparison; the ratio is of rates or of times, as its name says.
func line(b *testing.B, what string, bare, real figures) {
	fmt.Fprintf(os.Stderr, "%-52s bare p50 %8s  p99 %8s  %8.0f/s   ours p50 %8s  p99 %8s  %8.0f/s   time x%.2f  rate x%.2f\n", what,
		short(bare.p50), short(bare.p99), bare.perSecond, short(real.p50), short(real.p99), real.perSecond,
		float64(real.p50)/float64(bare.p50), real.perSecond/bare.perSecond)
	b.ReportMetric(float64(real.p50)/float64(bare.p50), "p50-ratio")
	b.ReportMetric(real.perSecond/bare.perSecond, "rate-ratio")
	b.ReportMetric(0, "ns/op")
}

func short(d time.Duration) string { return fmt.Sprintf("%.2fms", float64(d.Microseconds())/1000) }

var officer = casefile.Actor{ID: "10000000-0000-4000-8000-000000000001", Role: casefile.SUIOfficer, Office: "sui-mi"}

var sequence int64

// family is a hand-off that opens a case with two members authorised.
func family() handoff.Message {
	sequence++
	today := rules.DateOf(time.Now())
	return handoff.Message{Schema: "handoff.v1", Sender: "sui-bench", MessageID: uuid.NewString(), Sequence: sequence, Kind: handoff.Decision,
		SUIFile: "P-MI/F/N/2026/" + uuid.NewString()[:6], On: today.AddDays(-3), FiledOn: today.AddDays(-120), ContactLanguage: "ar",
		Sponsor: &handoff.Person{FamilyName: "Prova", GivenName: "Uno", BirthDate: rules.On(1985, time.May, 4)},
		Members: []handoff.Member{
			{Ref: "1", Kinship: casefile.Spouse, Decision: "authorised", Person: &handoff.Person{FamilyName: "Prova", GivenName: "Due", BirthDate: rules.On(1990, time.January, 9)}},
			{Ref: "2", Kinship: casefile.MinorChild, Decision: "authorised", Person: &handoff.Person{FamilyName: "Prova", GivenName: "Tre", BirthDate: rules.On(2016, time.July, 30)}},
		}}
}

// accept takes n families in and gives what is to be delivered.
func (o *office) accept(b *testing.B, n int) []store.Delivery {
	b.Helper()
	for done := 0; done < n; done += 500 {
		var received []views.Received
		for range min(500, n-done) {
			m := family()
			raw, err := json.Marshal(m)
			must(b, err)
			received = append(received, views.Received{Message: m, Raw: raw, By: officer})
		}
		answers, err := o.log.AcceptHandoffs(b.Context(), received)
		must(b, err)
		for _, a := range answers {
			must(b, a.Err)
		}
	}
	deliveries, err := o.log.Deliverable(b.Context(), n)
	must(b, err)
	return deliveries
}

// cases opens n cases in the log, without their workflows.
func (o *office) cases(b *testing.B, n int) []string {
	b.Helper()
	deliveries := o.accept(b, n)
	measure(b, clients, n, func(i int) error {
		_, err := o.log.Transact(context.Background(), deliveries[i].CaseID, deliveries[i].CommandID)
		return err
	})
	ids := make([]string, n)
	for i, d := range deliveries {
		ids[i] = d.CaseID
	}
	o.quieten(b)
	return ids
}

// quieten takes the messages that opening cases asks for as sent, so that what
// is measured next is not slowed by them.
func (o *office) quieten(b *testing.B) {
	b.Helper()
	_, err := o.pool.Exec(b.Context(), `UPDATE effects SET done_at = now() WHERE done_at IS NULL`)
	must(b, err)
}

// note gives the case a command as the API would: accepted, then decided.
func (o *office) note(caseID string, decide func(ctx context.Context, caseID, commandID string) (casefile.Outcome, error)) error {
	ctx := context.Background()
	order := casefile.Order{CommandID: uuid.NewString(), CaseID: caseID, Type: "add_note", Body: fmt.Appendf(nil, `{"note":"ha chiamato, richiama domani (%d)"}`, time.Now().UnixNano()), Actor: officer, At: time.Now()}
	if _, err := o.log.AcceptOrder(ctx, order); err != nil {
		return err
	}
	outcome, err := decide(ctx, caseID, order.CommandID)
	if err == nil && len(outcome.Events) != 1 {
		err = fmt.Errorf("the note led to %+v", outcome)
	}
	return err
}

// courier delivers until nothing is left: every hand-off applied, every case
// with its workflow.
func (o *office) courier(b *testing.B) {
	b.Helper()
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	c := &worker.Courier{Inbox: o.log, Engine: o.engine, Book: rules.Default(), Log: quiet(), Parallel: 32}
	done := make(chan struct{})
	go func() { c.Run(ctx); close(done) }()
	defer func() { stop(); <-done }()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		waiting, err := o.log.Deliverable(ctx, 1)
		must(b, err)
		unstarted, err := o.log.Unstarted(ctx, 1)
		must(b, err)
		if len(waiting)+len(unstarted) == 0 {
			return
		}
	}
}
