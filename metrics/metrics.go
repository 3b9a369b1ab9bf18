// SPDX-License-Identifier: AGPL-3.0-or-later

// Package metrics shows operators how the office stands, in Prometheus' form:
// figures read from the log's own tables, with no id and no name in them.
package metrics

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"ricongiungi/views"
)

// Office tells how it stands.
type Office interface {
	Figures(ctx context.Context) (views.Figures, error)
}

// Handler answers /metrics with the office's figures and the process's own.
func Handler(office Office, log *slog.Logger) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		&collector{office: office, log: log})
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return mux
}

// collector reads the figures anew each time somebody looks.
type collector struct {
	office Office
	log    *slog.Logger
}

var (
	cases       = gauge("cases", "Cases by phase.", "phase")
	handoffs    = gauge("handoffs", "Hand-offs by status.", "status")
	noNextStep  = gauge("cases_without_next_step", "Open cases with nothing on their agenda; there should be none.")
	overdue     = gauge("agenda_overdue", "Agenda items whose day has passed.")
	unsettled   = gauge("commands_unsettled", "Commands accepted and not yet decided.")
	oldest      = gauge("commands_oldest_unsettled_seconds", "Age of the oldest command not yet decided.")
	outstanding = gauge("effects_outstanding", "Messages and appointments still to be carried out.")
	unstarted   = gauge("cases_without_workflow", "Cases opened whose workflow is still to be started.")
	events      = gauge("log_events", "Events in the log.")
)

func gauge(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("ricongiungi_"+name, help, labels, nil)
}

// Describe names the figures.
func (c *collector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{cases, handoffs, noNextStep, overdue, unsettled, oldest, outstanding, unstarted, events} {
		to <- d
	}
}

// Collect reads the figures; without a database there are none, and the log says so.
func (c *collector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	f, err := c.office.Figures(ctx)
	if err != nil {
		c.log.Warn("no figures", "error", err)
		return
	}
	for phase, n := range f.CasesByPhase {
		to <- prometheus.MustNewConstMetric(cases, prometheus.GaugeValue, float64(n), phase)
	}
	for status, n := range f.HandoffsByStatus {
		to <- prometheus.MustNewConstMetric(handoffs, prometheus.GaugeValue, float64(n), status)
	}
	for desc, value := range map[*prometheus.Desc]float64{
		noNextStep: float64(f.WithoutNextStep), overdue: float64(f.Overdue), unsettled: float64(f.Unsettled),
		oldest: f.OldestUnsettled.Seconds(), outstanding: float64(f.EffectsOutstanding), unstarted: float64(f.WithoutWorkflow), events: float64(f.Events),
	} {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value)
	}
}
