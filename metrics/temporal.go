// SPDX-License-Identifier: AGPL-3.0-or-later

package metrics

import (
	"maps"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.temporal.io/sdk/client"
)

// kind is how a figure of the SDK is kept.
type kind int

const (
	count kind = iota
	level
	timer
)

// sdkFigures are the figures of Temporal's client and worker that tell an
// operator something, with the tags worth keeping. What is not listed is
// dropped: the rest is about workflows one by one, or said better by ours.
var sdkFigures = map[string]struct {
	kind       kind
	name, help string
	tags       []string
}{
	"temporal_request_failure":                         {count, "temporal_request_failures_total", "Calls to Temporal that failed, by operation.", []string{"operation", "status_code"}},
	"temporal_request_resource_exhausted":              {count, "temporal_request_exhausted_total", "Calls that Temporal refused because it is busy, by operation.", []string{"operation", "cause"}},
	"temporal_request_latency":                         {timer, "temporal_request_duration_seconds", "Time of calls to Temporal, by operation.", []string{"operation"}},
	"temporal_workflow_task_schedule_to_start_latency": {timer, "temporal_workflow_task_wait_seconds", "Time for which a step of a workflow waits for a worker.", nil},
	"temporal_activity_schedule_to_start_latency":      {timer, "temporal_activity_wait_seconds", "Time for which an activity waits for a worker.", nil},
	"temporal_workflow_task_execution_failed":          {count, "temporal_workflow_task_failures_total", "Steps of workflows that failed; a NonDeterminismError stops its case.", []string{"failure_reason"}},
	"temporal_activity_execution_failed":               {count, "temporal_activity_failures_total", "Attempts of activities that failed.", []string{"activity_type"}},
	"temporal_local_activity_execution_failed":         {count, "temporal_local_activity_failures_total", "Attempts to decide a command that failed.", []string{"activity_type"}},
	"temporal_num_pollers":                             {level, "temporal_pollers", "Calls that wait at Temporal for work.", []string{"poller_type"}},
	"temporal_worker_task_slots_available":             {level, "temporal_worker_slots_available", "Tasks that this worker could still take.", []string{"worker_type"}},
	"temporal_sticky_cache_size":                       {level, "temporal_workflow_cache_size", "Workflows that this worker holds in memory.", nil},
}

// Temporal is how Temporal's client reports to this meter.
func (m *Meter) Temporal() client.MetricsHandler {
	return sdkHandler{figures: m.sdkCollectors(), tags: map[string]string{}}
}

// sdkCollectors are the collectors of a meter, by the SDK's name for them.
func (m *Meter) sdkCollectors() map[string]sdkCollector {
	made := map[string]sdkCollector{}
	for from, f := range sdkFigures {
		name, c := prefix+f.name, sdkCollector{tags: f.tags}
		switch f.kind {
		case timer:
			c.timer = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: f.help, Buckets: buckets}, f.tags)
			m.registry.MustRegister(c.timer)
		case level:
			c.gauge = prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: f.help}, f.tags)
			m.registry.MustRegister(c.gauge)
		case count:
			c.counter = prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: f.help}, f.tags)
			m.registry.MustRegister(c.counter)
		}
		made[from] = c
	}
	return made
}

type sdkCollector struct {
	tags    []string
	timer   *prometheus.HistogramVec
	gauge   *prometheus.GaugeVec
	counter *prometheus.CounterVec
}

// sdkHandler hands the figures of the SDK on to their collectors.
type sdkHandler struct {
	figures map[string]sdkCollector
	tags    map[string]string
}

// WithTags is the handler with more tags.
func (h sdkHandler) WithTags(more map[string]string) client.MetricsHandler {
	tags := maps.Clone(h.tags)
	maps.Copy(tags, more)
	return sdkHandler{figures: h.figures, tags: tags}
}

// values are the tags that are kept, in their order.
func (h sdkHandler) values(c sdkCollector) []string {
	values := make([]string, len(c.tags))
	for i, tag := range c.tags {
		values[i] = h.tags[tag]
	}
	return values
}

// Counter is the counter of that name, or one that counts nothing.
func (h sdkHandler) Counter(name string) client.MetricsCounter {
	c := h.figures[name]
	if c.counter == nil {
		return client.MetricsNopHandler.Counter(name)
	}
	return added{c.counter.WithLabelValues(h.values(c)...)}
}

// Gauge is the gauge of that name, or one that shows nothing.
func (h sdkHandler) Gauge(name string) client.MetricsGauge {
	c := h.figures[name]
	if c.gauge == nil {
		return client.MetricsNopHandler.Gauge(name)
	}
	return shown{c.gauge.WithLabelValues(h.values(c)...)}
}

// Timer is the timer of that name, or one that times nothing.
func (h sdkHandler) Timer(name string) client.MetricsTimer {
	c := h.figures[name]
	if c.timer == nil {
		return client.MetricsNopHandler.Timer(name)
	}
	return timed{c.timer.WithLabelValues(h.values(c)...)}
}

type added struct{ prometheus.Counter }

// Inc adds to the counter.
func (a added) Inc(n int64) { a.Add(float64(n)) }

type shown struct{ prometheus.Gauge }

// Update sets the gauge.
func (s shown) Update(value float64) { s.Set(value) }

type timed struct{ prometheus.Observer }

// Record notes one span of time.
func (t timed) Record(took time.Duration) { t.Observe(took.Seconds()) }
