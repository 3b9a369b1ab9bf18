// SPDX-License-Identifier: AGPL-3.0-or-later

package metrics_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"ricongiungi/casefile"
	"ricongiungi/metrics"
	"ricongiungi/views"
)

type office struct {
	figures views.Figures
	err     error
}

func (o office) Figures(context.Context) (views.Figures, error) { return o.figures, o.err }

func meter(o office) *metrics.Meter {
	m := metrics.New("test")
	m.Office(o, slog.New(slog.DiscardHandler))
	return m
}

func page(m *metrics.Meter) string {
	answer := httptest.NewRecorder()
	m.Handler().ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	return answer.Body.String()
}

func assertShown(t *testing.T, m *metrics.Meter, lines ...string) {
	t.Helper()
	shown := page(m)
	for _, line := range lines {
		if !strings.Contains(shown, line) {
			t.Errorf("%q is not on the page", line)
		}
	}
}

func TestThePageShowsHowTheOfficeStands(t *testing.T) {
	t.Parallel()
	m := meter(office{figures: views.Figures{CasesByPhase: map[string]int64{"arrival": 3}, WithoutNextStep: 1,
		Overdue: map[string]int64{"counsellor": 2}, OldestHandoff: time.Minute, ViewsLag: 4}})
	assertShown(t, m, `ricongiungi_cases{phase="arrival"} 3`, "ricongiungi_cases_without_next_step 1", "go_goroutines",
		`ricongiungi_agenda_overdue{responsible="counsellor"} 2`, "ricongiungi_handoffs_oldest_waiting_seconds 60", "ricongiungi_views_lag_events 4")
}

func TestWithoutADatabaseThereAreNoFiguresOfTheOffice(t *testing.T) {
	t.Parallel()
	shown := page(meter(office{err: errors.New("down")}))
	if strings.Contains(shown, "ricongiungi_cases") || !strings.Contains(shown, "go_goroutines") {
		t.Errorf("the page is %s", shown)
	}
}

func TestCommandsAreCountedByWhatBecameOfThem(t *testing.T) {
	t.Parallel()
	m := metrics.New("test")
	m.Decided(casefile.Outcome{Events: make([]casefile.EventRef, 1)}, nil, 20*time.Millisecond)
	m.Decided(casefile.Outcome{Refusal: &casefile.Refusal{Code: "member_ended"}}, nil, time.Millisecond)
	m.Decided(casefile.Outcome{}, errors.New("down"), time.Second)
	m.Answered(casefile.Outcome{}, errors.New("later"), time.Second)
	assertShown(t, m, `ricongiungi_command_decision_duration_seconds_count{outcome="decided"} 1`,
		`ricongiungi_command_decision_duration_seconds_count{outcome="failed"} 1`, `ricongiungi_command_refusals_total{code="member_ended"} 1`,
		`ricongiungi_command_answer_duration_seconds_count{outcome="pending"} 1`)
}

func TestRequestsAreCountedByRouteAndNotByAddress(t *testing.T) {
	t.Parallel()
	m := metrics.New("test")
	router := chi.NewRouter()
	router.Use(m.HTTP)
	router.Get("/v1/cases/{case_id}", func(http.ResponseWriter, *http.Request) {})
	router.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/v1/cases/4711", nil))
	router.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("BREW", "/v1/cases/4711", nil))
	assertShown(t, m, `route="/v1/cases/{case_id}"`, `method="other"`)
	if shown := page(m); strings.Contains(shown, "4711") || strings.Contains(shown, "BREW") {
		t.Errorf("the page shows what callers write: %s", shown)
	}
}

func TestAPartThatIsDownShows(t *testing.T) {
	t.Parallel()
	m := metrics.New("test")
	m.Parts(func(context.Context) map[string]error {
		return map[string]error{"database": nil, "temporal": errors.New("gone")}
	})
	m.Pool(func() views.Pool { return views.Pool{Busy: 3, Max: 16, Waited: time.Second} })
	assertShown(t, m, `ricongiungi_part_up{part="database"} 1`, `ricongiungi_part_up{part="temporal"} 0`,
		`ricongiungi_pool_connections{state="busy"} 3`, "ricongiungi_pool_wait_seconds_total 1")
}

// full is a meter on which everything that can be shown is shown.
func full() *metrics.Meter {
	m := meter(office{figures: views.Figures{CasesByPhase: map[string]int64{"arrival": 3}, HandoffsByStatus: map[string]int64{"held": 1},
		Agenda: map[string]int64{"counsellor": 1}, Overdue: map[string]int64{"counsellor": 1}}})
	m.Decided(casefile.Outcome{Refusal: &casefile.Refusal{Code: "x"}}, nil, time.Second)
	m.Answered(casefile.Outcome{}, nil, time.Second)
	m.Parts(func(context.Context) map[string]error { return map[string]error{"database": nil} })
	m.Pool(func() views.Pool { return views.Pool{} })
	sdk := m.Temporal().WithTags(map[string]string{"operation": "PollWorkflowTaskQueue", "poller_type": "workflow_task", "workflow_type": "Case"})
	sdk.Timer("temporal_request_latency").Record(time.Second)
	sdk.Counter("temporal_request_failure").Inc(1)
	sdk.Gauge("temporal_num_pollers").Update(2)
	sdk.Counter("temporal_nobody_asked_for").Inc(1)
	return m
}

func TestWhatTemporalsClientReportsIsShownUnderCleanNames(t *testing.T) {
	t.Parallel()
	m := full()
	assertShown(t, m, `ricongiungi_temporal_pollers{poller_type="workflow_task"} 2`,
		`ricongiungi_temporal_request_failures_total{operation="PollWorkflowTaskQueue",status_code=""} 1`)
	if strings.Contains(page(m), "nobody_asked") {
		t.Error("a figure that is not in the table is shown")
	}
}

func TestThePageIsCleanForPrometheusOwnChecker(t *testing.T) {
	t.Parallel()
	check := exec.Command("promtool", "check", "metrics")
	check.Stdin = strings.NewReader(page(full()))
	if out, err := check.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("promtool (of Debian's package prometheus, which `make test` installs) says: %v\n%s", err, out)
	}
}
