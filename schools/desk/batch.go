// SPDX-License-Identifier: AGPL-3.0-or-later

package desk

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"ricongiungi/casefile"
	"ricongiungi/schools"
	"ricongiungi/schools/placement"
	"ricongiungi/views"
)

// Selection says among whom places are shared out: all children with an open
// search and no proposal, or some of them. It is kept as a digest only.
type Selection struct {
	Level     string  `json:"level,omitempty"`
	Grade     *int    `json:"grade,omitempty"`
	Municipio int     `json:"municipio,omitempty"`
	Seed      string  `json:"lottery_seed,omitempty"` // the day, which nobody chooses, when empty
	Points    []Where `json:"points,omitempty"`
}

// Where is where a child's family lives, if somebody looked it up.
type Where struct {
	MemberID string `json:"member_id"`
	schools.Point
}

// ShareOut shares the places known today out among the children selected, of the
// hubs given, and keeps the result under the key. Asked again under the same key
// it gives the same run. Errors: ErrNobodyWaits, views.ErrOtherContent.
func (d *Desk) ShareOut(ctx context.Context, by casefile.Actor, offices []string, s Selection, key string) (views.Run, error) {
	request, err := json.Marshal(s)
	if err != nil {
		return views.Run{}, fmt.Errorf("desk: selection: %w", err)
	}
	digest := sha256.Sum256(request)
	switch kept, err := d.Run(ctx, key); {
	case errors.Is(err, views.ErrNotFound):
	case err != nil:
		return kept, err
	case !slices.Equal(kept.RequestDigest, digest[:]):
		return views.Run{}, views.ErrOtherContent
	default:
		return kept, nil
	}
	problem, hubs, err := d.problem(ctx, offices, s)
	if err != nil {
		return views.Run{}, err
	}
	result, err := placement.Solve(problem)
	if err != nil {
		return views.Run{}, fmt.Errorf("desk: %w", err)
	}
	return d.KeepRun(ctx, views.Run{Problem: problem, Result: result, RunRow: views.RunRow{RunID: key, On: problem.On, Seed: problem.Seed,
		Children: len(problem.Children), Placed: placed(result), Hubs: hubs, ProblemDigest: problem.Digest(), ResultDigest: result.Digest(),
		ComputedBy: by.ID, RequestDigest: digest[:]}})
}

func placed(r placement.Result) int {
	n := 0
	for _, line := range r.Lines {
		if line.SchoolCode != "" {
			n++
		}
	}
	return n
}

func (d *Desk) problem(ctx context.Context, offices []string, s Selection) (p placement.Problem, hubs []string, err error) {
	searching, err := d.searching(ctx, offices, s)
	if err != nil {
		return p, nil, err
	}
	points := map[string]*schools.Point{}
	for _, where := range s.Points {
		points[where.MemberID] = &where.Point
	}
	var children []placement.Child
	var grades []views.GradeOf
	for _, w := range searching {
		child := childOf(w, points[w.MemberID])
		child.Salt = rand.Text()
		children = append(children, child)
		if grade := (views.GradeOf{Level: child.Level, Grade: child.Grade}); !slices.Contains(grades, grade) {
			grades = append(grades, grade)
		}
		if !slices.Contains(hubs, w.Office) {
			hubs = append(hubs, w.Office)
		}
	}
	seats, err := d.Seats(ctx, grades, d.today())
	if err != nil {
		return p, nil, err
	}
	seed := s.Seed
	if seed == "" {
		seed = d.today().String()
	}
	return placement.NewProblem(d.today(), seed, children, seats, d.Book), hubs, nil
}

// searching gathers the children whose search is open and who have no proposal yet.
func (d *Desk) searching(ctx context.Context, offices []string, s Selection) ([]views.WaitingChild, error) {
	var all []views.WaitingChild
	asked := views.WaitingQuery{Offices: offices, Phase: casefile.SchoolSearching, Level: s.Level, Grade: s.Grade, Municipio: s.Municipio, Limit: placement.MaxChildren}
	found, err := d.Waiting(ctx, asked)
	for _, w := range found.Items {
		if w.Level != "unknown" { // whose birth date was erased cannot be placed by age
			all = append(all, w)
		}
	}
	if err == nil && len(all) == 0 {
		err = ErrNobodyWaits
	}
	return all, err
}

// RunFor gives a run to whoever sees all the hubs whose children it is about.
// Errors: views.ErrNotFound.
func (d *Desk) RunFor(ctx context.Context, offices []string, id string) (views.Run, error) {
	run, err := d.Run(ctx, id)
	if err != nil {
		return run, err
	}
	for _, hub := range run.Hubs {
		if !slices.Contains(offices, hub) {
			return views.Run{}, views.ErrNotFound
		}
	}
	return run, nil
}

// Certificate is what anybody needs to check a run: `schools verify` reads it.
type Certificate struct {
	RunID         string            `json:"run_id"`
	ProblemDigest string            `json:"problem_digest"`
	ResultDigest  string            `json:"result_digest"`
	Problem       placement.Problem `json:"problem"`
	Result        placement.Result  `json:"result"`
}

// CertificateOf takes the certificate of a run out of it.
func CertificateOf(r views.Run) Certificate {
	return Certificate{r.RunID, r.ProblemDigest, r.ResultDigest, r.Problem, r.Result}
}

// Check lists what is wrong with a certificate: nothing when no child and school
// would both rather have each other. The digests must be those that were kept.
func (c Certificate) Check() []placement.Violation {
	if _, err := hex.DecodeString(c.ProblemDigest); err != nil || c.Problem.Digest() != c.ProblemDigest || c.Result.Digest() != c.ResultDigest {
		return []placement.Violation{{Code: "other_digest"}}
	}
	return placement.Verify(c.Problem, c.Result)
}
