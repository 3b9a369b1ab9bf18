// SPDX-License-Identifier: AGPL-3.0-or-later

package metrics

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"ricongiungi/views"
)

// Office tells how it stands.
type Office interface {
	Figures(ctx context.Context) (views.Figures, error)
}

// Office adds the figures of the office, read anew each time somebody looks.
func (m *Meter) Office(office Office, log *slog.Logger) {
	m.registry.MustRegister(&officeCollector{office: office, log: log})
}

type officeCollector struct {
	office Office
	log    *slog.Logger
}

var (
	cases         = gauge("cases", "Cases by phase.", "phase")
	handoffs      = gauge("handoffs", "Hand-offs by status.", "status")
	oldestHandoff = gauge("handoffs_oldest_waiting_seconds", "Age of the oldest hand-off that is accepted or held and not yet applied.")
	noNextStep    = gauge("cases_without_next_step", "Open cases with nothing on their agenda; there should be none.")
	agenda        = gauge("agenda_items", "Agenda items, by who is responsible.", "responsible")
	overdue       = gauge("agenda_overdue", "Agenda items whose day has passed, by who is responsible.", "responsible")
	unsettled     = gauge("commands_unsettled", "Commands accepted and not yet decided.")
	oldest        = gauge("commands_oldest_unsettled_seconds", "Age of the oldest command not yet decided.")
	outstanding   = gauge("effects_outstanding", "Messages and appointments still to be carried out.")
	oldestEffect  = gauge("effects_oldest_outstanding_seconds", "Age of the oldest message or appointment still to be carried out.")
	unstarted     = gauge("cases_without_workflow", "Cases opened whose workflow is still to be started.")
	events        = gauge("log_events", "Events in the log: the size of its tree.")
	checkpoint    = gauge("log_checkpoint_age_seconds", "Time since the log's head was signed last.")
	viewsLag      = gauge("views_lag_events", "Events that the views of cases do not show yet; there should be none, since both are written in one commit.")
)

// Describe names the figures.
func (c *officeCollector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{cases, handoffs, oldestHandoff, noNextStep, agenda, overdue, unsettled, oldest,
		outstanding, oldestEffect, unstarted, events, checkpoint, viewsLag} {
		to <- d
	}
}

// Collect reads the figures; without a database there are none, and the log says so.
func (c *officeCollector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	f, err := c.office.Figures(ctx)
	if err != nil {
		c.log.Warn("no figures", "error", err)
		return
	}
	byLabel(to, cases, f.CasesByPhase)
	byLabel(to, handoffs, f.HandoffsByStatus)
	byLabel(to, agenda, f.Agenda)
	byLabel(to, overdue, f.Overdue)
	for desc, value := range map[*prometheus.Desc]float64{
		noNextStep: float64(f.WithoutNextStep), unsettled: float64(f.Unsettled), oldest: f.OldestUnsettled.Seconds(),
		oldestHandoff: f.OldestHandoff.Seconds(), outstanding: float64(f.EffectsOutstanding), oldestEffect: f.OldestEffect.Seconds(),
		unstarted: float64(f.WithoutWorkflow), events: float64(f.Events), checkpoint: f.CheckpointAge.Seconds(), viewsLag: float64(f.ViewsLag),
	} {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value)
	}
}

func byLabel(to chan<- prometheus.Metric, desc *prometheus.Desc, counts map[string]int64) {
	for label, n := range counts {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(n), label)
	}
}
