// SPDX-License-Identifier: AGPL-3.0-or-later

package metrics_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"ricongiungi/metrics"
	"ricongiungi/views"
)

type office struct {
	figures views.Figures
	err     error
}

func (o office) Figures(context.Context) (views.Figures, error) { return o.figures, o.err }

func page(o office) string {
	answer := httptest.NewRecorder()
	metrics.Handler(o, slog.New(slog.DiscardHandler)).ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	return answer.Body.String()
}

func TestThePageShowsHowTheOfficeStands(t *testing.T) {
	t.Parallel()
	shown := page(office{figures: views.Figures{CasesByPhase: map[string]int64{"arrival": 3}, WithoutNextStep: 1}})
	for _, line := range []string{`ricongiungi_cases{phase="arrival"} 3`, "ricongiungi_cases_without_next_step 1", "go_goroutines"} {
		if !strings.Contains(shown, line) {
			t.Errorf("%q is not on the page", line)
		}
	}
}

func TestWithoutADatabaseThereAreNoFiguresOfTheOffice(t *testing.T) {
	t.Parallel()
	shown := page(office{err: errors.New("down")})
	if strings.Contains(shown, "ricongiungi_") || !strings.Contains(shown, "go_goroutines") {
		t.Errorf("the page is %s", shown)
	}
}
