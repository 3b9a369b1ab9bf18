// SPDX-License-Identifier: AGPL-3.0-or-later

// Package metrics shows operators how the office and its processes stand, in
// Prometheus' form: figures read from the log's own tables and figures counted
// on the way, with no id and no name in them.
package metrics

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Meter gathers what one process knows. It is safe for concurrent use.
type Meter struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	answered *prometheus.HistogramVec
	decided  *prometheus.HistogramVec
	refused  *prometheus.CounterVec
}

// New makes a meter with the figures of the process itself. The version of the
// program is shown, so that an operator sees which release runs where.
func New(version string) *Meter {
	m := &Meter{
		registry: prometheus.NewRegistry(),
		requests: histogram("http_request_duration_seconds", "Time to answer a request, by route and status.", "method", "route", "status"),
		answered: histogram("command_answer_duration_seconds", "Time from handing a command to its case until it is answered: decided, refused, or pending.", "outcome"),
		decided:  histogram("command_decision_duration_seconds", "Time in which a worker decides a command, with its commit: decided, refused, unchanged, or failed.", "outcome"),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{Name: prefix + "command_refusals_total",
			Help: "Commands refused, by the code of the refusal."}, []string{"code"}),
	}
	running := prometheus.NewGauge(prometheus.GaugeOpts{Name: prefix + "build_info", Help: "Always 1; the label says which release runs.",
		ConstLabels: prometheus.Labels{"version": version}})
	running.Set(1)
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		running, m.requests, m.answered, m.decided, m.refused)
	return m
}

const prefix = "ricongiungi_"

// buckets reach from an answer out of memory to a command that waits for an outage to end.
var buckets = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

func histogram(name, help string, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: prefix + name, Help: help, Buckets: buckets}, labels)
}

func gauge(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prefix+name, help, labels, nil)
}

// Handler answers /metrics.
func (m *Meter) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	return mux
}
