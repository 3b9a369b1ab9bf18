// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"ricongiungi/casefile"
	"ricongiungi/oversight"
	"ricongiungi/views"
)

// Surgery tells how the parts of the system are.
type Surgery interface {
	Health(ctx context.Context) (views.Health, error)
}

// Trials try changed rules on every case; nothing of it is recorded.
type Trials interface {
	BeginTrial(by string, file []byte) (id string, err error)
	Trial(id, by string) (views.TrialState, error)
}

func (s *console) healthRoutes() []route {
	const try = "POST /v1/rule-trials"
	return []route{
		{method: "GET", pattern: "/health", handle: s.showHealth, api: "GET /v1/health"},
		{method: "GET", pattern: "/desk/rules", handle: s.showRules, api: try},
		{method: "POST", pattern: "/desk/rules", handle: s.tryRules, api: try},
		{method: "GET", pattern: "/desk/rules/{id}", handle: s.showTrial, api: "GET /v1/rule-trials/{trial_id}"},
	}
}

// healthPage is what an operator looks at first.
type healthPage struct{ views.Health }

// Down counts the parts that do not work.
func (p healthPage) Down() int {
	n := 0
	for _, part := range p.Parts {
		if part.State == views.PartDown {
			n++
		}
	}
	return n
}

// Days is how long ago an instant was, in whole days.
func (p healthPage) Days(at time.Time) int { return int(p.At.Sub(at).Hours() / 24) }

// Slow tells whether something waits for longer than it should: five minutes,
// where nobody has to do anything about it.
func (healthPage) Slow(q views.Queue) bool {
	return q.Seconds > 300 && q.Name != "quarantine" && q.Name != "held"
}

func (s *console) showHealth(w http.ResponseWriter, r *http.Request) error {
	health, err := s.Surgery.Health(r.Context())
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "health", visitOf(r).voice.say("nav.health"), healthPage{health})
}

// age says how long something has waited, in the largest unit that fits.
func (v voice) age(seconds float64) string {
	switch n := int(seconds); {
	case n < 60:
		return v.say("age.seconds", "count", n)
	case n < 3600:
		return v.say("age.minutes", "count", n/60)
	case n < 48*3600:
		return v.say("age.hours", "count", n/3600)
	default:
		return v.say("age.days", "count", n/86400)
	}
}

// rulesPage takes a file of changed rules.
type rulesPage struct {
	area
	Problem string
}

func (s *console) showRules(w http.ResponseWriter, r *http.Request) error {
	return s.show(w, r, http.StatusOK, "desk-rules", visitOf(r).voice.say("desk.rules"), rulesPage{area: s.areaOf(r, deskPages)})
}

func (s *console) tryRules(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	content, _, err := upload(w, r)
	id := ""
	if err == nil {
		id, err = s.Trials.BeginTrial(v.who.ID, content)
	}
	if err != nil {
		page := rulesPage{area: s.areaOf(r, deskPages), Problem: v.voice.rulesProblem(err)}
		return s.show(w, r, http.StatusUnprocessableEntity, "desk-rules", v.voice.say("desk.rules"), page)
	}
	http.Redirect(w, r, "/desk/rules/"+id, http.StatusSeeOther)
	return nil
}

func (v voice) rulesProblem(err error) string {
	var bad views.BadFile
	switch {
	case errors.As(err, &bad):
		return v.say("desk.rules.bad") + " " + bad.Reason
	case errors.Is(err, views.ErrBusy):
		return v.say("desk.rules.busy")
	}
	return v.fileProblem(err)
}

// trialPage follows a trial to its result.
type trialPage struct {
	area
	views.TrialState
	Hit  []shiftLine // who would become late or lose eligibility, as many as are shown
	Gain []trialCount
}

type trialCount struct {
	Effect string
	Count  int
}

type shiftLine struct {
	casefile.Shift
	Family string
}

func (s *console) showTrial(w http.ResponseWriter, r *http.Request) error {
	state, err := s.Trials.Trial(chi.URLParam(r, "id"), visitOf(r).who.ID)
	switch {
	case err != nil:
		return err
	case state.Result != nil && r.FormValue("csv") != "":
		return s.sendFile(w, "what-if-"+s.today().String()+".csv", "text/csv; charset=utf-8", oversight.CSV(*state.Result))
	}
	page := trialPage{area: s.areaOf(r, deskPages), TrialState: state}
	if state.Result != nil {
		if err := s.fillTrial(r, &page); err != nil {
			return err
		}
	}
	return s.show(w, r, http.StatusOK, "desk-trial", visitOf(r).voice.say("desk.rules"), page)
}

func (s *console) fillTrial(r *http.Request, page *trialPage) error {
	for _, effect := range []string{casefile.BecomesLate, casefile.NoLongerLate, casefile.Gained, casefile.Lost, casefile.Moved} {
		page.Gain = append(page.Gain, trialCount{effect, page.Result.With(effect)})
	}
	var ids []string
	for _, shift := range page.Result.Shifts {
		if (shift.Effect == casefile.BecomesLate || shift.Effect == casefile.Lost) && len(page.Hit) < aPage {
			page.Hit, ids = append(page.Hit, shiftLine{Shift: shift}), append(ids, shift.CaseID)
		}
	}
	people, err := s.peopleOf(r, unique(ids))
	for i, line := range page.Hit {
		page.Hit[i].Family = visitOf(r).voice.family(people[line.CaseID])
	}
	return err
}
