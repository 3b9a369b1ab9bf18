// SPDX-License-Identifier: AGPL-3.0-or-later

package metrics

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/prometheus/client_golang/prometheus"

	"ricongiungi/casefile"
	"ricongiungi/views"
)

// HTTP counts and times requests by the pattern of their route, which holds no id.
// It must stand inside the router, where the pattern is known afterwards.
func (m *Meter) HTTP(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorded, began := middleware.NewWrapResponseWriter(w, r.ProtoMajor), time.Now()
		next.ServeHTTP(recorded, r)
		route := chi.RouteContext(r.Context()).RoutePattern()
		m.requests.WithLabelValues(method(r.Method), route, strconv.Itoa(recorded.Status())).Observe(time.Since(began).Seconds())
	})
}

// method keeps what anybody may write there from becoming ever new series.
func method(name string) string {
	switch name {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions:
		return name
	}
	return "other"
}

// Answered counts a command that was handed to its case and answered.
func (m *Meter) Answered(outcome casefile.Outcome, err error, took time.Duration) {
	label := result(outcome)
	if err != nil {
		label = "pending"
	}
	m.answered.WithLabelValues(label).Observe(took.Seconds())
}

// Decided counts a command that a worker decided, or failed to.
func (m *Meter) Decided(outcome casefile.Outcome, err error, took time.Duration) {
	label := result(outcome)
	if err != nil {
		label = "failed"
	}
	m.decided.WithLabelValues(label).Observe(took.Seconds())
	if err == nil && outcome.Refusal != nil {
		m.refused.WithLabelValues(outcome.Refusal.Code).Inc()
	}
}

func result(outcome casefile.Outcome) string {
	switch {
	case outcome.Refusal != nil:
		return "refused"
	case len(outcome.Events) == 0:
		return "unchanged"
	}
	return "decided"
}

// Parts adds whether each part that this process needs answers.
func (m *Meter) Parts(check func(ctx context.Context) map[string]error) {
	m.registry.MustRegister(partsCollector(check))
}

type partsCollector func(ctx context.Context) map[string]error

var partUp = gauge("part_up", "Whether a part that this process needs answers: 1 or 0.", "part")

// Describe names the figure.
func (c partsCollector) Describe(to chan<- *prometheus.Desc) { to <- partUp }

// Collect asks the parts.
func (c partsCollector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	for part, err := range c(ctx) {
		value := 1.0
		if err != nil {
			value = 0
		}
		to <- prometheus.MustNewConstMetric(partUp, prometheus.GaugeValue, value, part)
	}
}

// Pool adds how the connections to the database stand.
func (m *Meter) Pool(read func() views.Pool) { m.registry.MustRegister(poolCollector(read)) }

type poolCollector func() views.Pool

var (
	poolConns  = gauge("pool_connections", "Connections to the database, by what they do: busy or idle.", "state")
	poolMax    = gauge("pool_connections_max", "Most connections to the database that this process opens.")
	poolWaits  = prometheus.NewDesc(prefix+"pool_waits_total", "Times that no connection to the database was free at once.", nil, nil)
	poolWaited = prometheus.NewDesc(prefix+"pool_wait_seconds_total", "Time spent waiting for a free connection to the database.", nil, nil)
)

// Describe names the figures.
func (c poolCollector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{poolConns, poolMax, poolWaits, poolWaited} {
		to <- d
	}
}

// Collect reads the pool.
func (c poolCollector) Collect(to chan<- prometheus.Metric) {
	p := c()
	to <- prometheus.MustNewConstMetric(poolConns, prometheus.GaugeValue, float64(p.Busy), "busy")
	to <- prometheus.MustNewConstMetric(poolConns, prometheus.GaugeValue, float64(p.Idle), "idle")
	to <- prometheus.MustNewConstMetric(poolMax, prometheus.GaugeValue, float64(p.Max))
	to <- prometheus.MustNewConstMetric(poolWaits, prometheus.CounterValue, float64(p.Waits))
	to <- prometheus.MustNewConstMetric(poolWaited, prometheus.CounterValue, p.Waited.Seconds())
}
