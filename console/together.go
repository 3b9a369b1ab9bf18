// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"ricongiungi/casefile"
	"ricongiungi/schemas"
	"ricongiungi/views"
)

// mostTogether is how many cases one form reaches at once.
const mostTogether = 100

// togetherPage records the same for several families.
type togetherPage struct {
	Command  string // empty while it is to be chosen
	Commands []string
	Families []familyChosen
	Key      string
	Fields   []input
	Mistaken bool
	Results  []familyResult
	Left     int // how many of the results are refusals
}

// familyChosen is one of the families that the form reaches.
type familyChosen struct{ CaseID, Family string }

// familyResult is what became of the form for one family.
type familyResult struct {
	familyChosen
	given
}

// forFamilies tells whether the command says the same of any family: it needs
// nothing that only one case has.
func forFamilies(command string) bool {
	return drawable(command) && !slices.ContainsFunc(schemas.Fields(command), func(f schemas.Field) bool { return f.Required && ofOneCase(f) })
}

// ofOneCase tells whether the field names something of one case. Colleagues,
// services and languages are the same everywhere.
func ofOneCase(f schemas.Field) bool {
	return choosers[f.Name] != nil && !slices.Contains([]string{"counsellor_id", "service", "to_service"}, f.Name)
}

// commonFields are the fields that can be the same for several families.
func commonFields(command string) []schemas.Field {
	return slices.DeleteFunc(slices.Clone(schemas.Fields(command)), ofOneCase)
}

func (s *console) showTogether(w http.ResponseWriter, r *http.Request) error {
	page, of, err := s.together(r)
	if err != nil {
		return err
	}
	if page.Command != "" {
		page.Fields = of.inputs(commonFields(page.Command), nil, nil)
	}
	return s.showTogetherPage(w, r, http.StatusOK, page)
}

func (s *console) showTogetherPage(w http.ResponseWriter, r *http.Request, status int, page togetherPage) error {
	v := visitOf(r).voice
	title := v.say("together.title", "count", len(page.Families))
	if page.Command != "" {
		title = v.say("command."+page.Command) + ": " + title
	}
	return s.show(w, r, status, "together", title, page)
}

// together knows the families that the address or the form names, all of which
// the operator must see.
func (s *console) together(r *http.Request) (togetherPage, sheet, error) {
	v := visitOf(r)
	page := togetherPage{Command: chi.URLParam(r, "command"), Key: uuid.NewString()}
	may := func(command string) bool { return s.mayGive(v.who.Role, command) && forFamilies(command) }
	if page.Command != "" && !may(page.Command) {
		return page, sheet{}, views.ErrNotFound
	}
	for _, row := range groupsOfCommands {
		if may(row.command) {
			page.Commands = append(page.Commands, row.command)
		}
	}
	ids := unique(slices.Clone(r.Form["case"]))
	if len(ids) == 0 || len(ids) > mostTogether {
		return page, sheet{}, views.ErrNotFound
	}
	for _, id := range ids {
		if _, err := s.standing(r, id); err != nil {
			return page, sheet{}, err
		}
	}
	people, err := s.peopleOf(r, ids)
	if err != nil {
		return page, sheet{}, err
	}
	for _, id := range ids {
		page.Families = append(page.Families, familyChosen{id, v.voice.family(people[id])})
	}
	of, err := s.sheet(r, casefile.View{Office: v.who.Office}, page.Command)
	return page, of, err
}

// takeTogether gives the command to each family and says what became of each.
// Those that refuse it stay chosen, with what was typed.
func (s *console) takeTogether(w http.ResponseWriter, r *http.Request) error {
	page, of, err := s.together(r)
	if err != nil {
		return err
	}
	fields := commonFields(page.Command)
	body, err := json.Marshal(compose(fields, r.PostForm))
	if err != nil {
		return err
	}
	if problems := pathsOf(schemas.Command(page.Command, body)); problems != nil {
		page.Fields, page.Mistaken, page.Key = of.inputs(fields, r.PostForm, problems), true, r.PostFormValue("key")
		return s.showTogetherPage(w, r, http.StatusUnprocessableEntity, page)
	}
	key, err := uuid.Parse(r.PostFormValue("key"))
	if err != nil {
		return views.ErrNotFound
	}
	if page.Results, err = s.giveFamilies(r, page, key.String(), body); err != nil {
		return err
	}
	return s.showTogetherPage(w, r, http.StatusOK, page.left(of.inputs(fields, r.PostForm, nil)))
}

// giveFamilies gives the command case by case. What one refuses holds up none
// of the others; an outage stops them, and sending again goes on where it ended.
func (s *console) giveFamilies(r *http.Request, page togetherPage, key string, body []byte) ([]familyResult, error) {
	var results []familyResult
	for _, family := range page.Families {
		g := given{OrderID: casefile.DeriveID(key, family.CaseID)}
		var err error
		if g.Outcome, err = s.order(r, family.CaseID, g.OrderID, page.Command, body, 0); err != nil {
			return nil, err
		}
		results = append(results, familyResult{family, g})
	}
	return results, nil
}

// left is the page with the form for those families that refused.
func (p togetherPage) left(fields []input) togetherPage {
	p.Families = nil
	for _, result := range p.Results {
		if result.Refusal() != nil {
			p.Families = append(p.Families, result.familyChosen)
		}
	}
	if p.Left = len(p.Families); p.Left > 0 {
		p.Fields = fields
	}
	return p
}

// Done is the address that says what the command moved on that case, and undoes it.
func (f familyResult) Done(command string) string {
	return "/cases/" + f.CaseID + "?" + url.Values{"done": {command}, "order": {f.OrderID}}.Encode()
}
