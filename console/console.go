// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"ricongiungi/access"
	"ricongiungi/casefile"
	"ricongiungi/identity"
	"ricongiungi/rules"
	"ricongiungi/views"
)

// Views answers questions about cases.
type Views interface {
	Standing(ctx context.Context, caseID string) (views.Standing, error)
	Rendered(ctx context.Context, caseID string, at views.Standing) (views.Rendered, error)
	CaseAsOf(ctx context.Context, caseID string, asOf, knownAt time.Time) (casefile.View, error)
	Cases(ctx context.Context, q views.CaseQuery) (views.Page[views.CaseRow], error)
	History(ctx context.Context, q views.HistoryQuery) (views.Page[views.Entry], error)
	Agenda(ctx context.Context, q views.AgendaQuery) (views.Page[views.AgendaRow], error)
	// People gives the people of several cases, sponsor first.
	People(ctx context.Context, caseIDs []string) (map[string][]casefile.Person, error)
	// Operators gives who works with the system, by id.
	Operators(ctx context.Context) (map[string]views.Operator, error)
}

// Orders keeps commands until they are settled.
type Orders interface {
	AcceptOrder(ctx context.Context, o casefile.Order) (*casefile.Outcome, error)
	OrderOutcome(ctx context.Context, caseID, commandID string) (*casefile.Outcome, error)
}

// Engine has an accepted order decided by the workflow of its case.
type Engine interface {
	Submit(ctx context.Context, caseID, commandID string) (casefile.Outcome, error)
}

// Config is what the console needs; all fields but Clock, Log and the links are
// required.
type Config struct {
	Views  Views
	Orders Orders
	Engine Engine
	Office Office
	SignIn *identity.SignIn
	Rights access.Rights
	Book   *rules.Book

	Clock   func() time.Time
	Log     *slog.Logger
	Version string

	RepositoryURL    string // of the source, shown in the footer
	AccessibilityURL string // of the accessibility declaration, where there is one
	FeedbackAddress  string // e-mail address for difficulties with the pages
}

// console holds what all pages share.
type console struct {
	Config
	assets assets
	texts  *texts
	pages  pages
}

// New builds the handler of all pages. Errors are faults of the program's own
// files.
func New(c Config) (http.Handler, error) {
	s, err := prepare(c)
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	router := chi.NewRouter()
	router.Use(s.observed, s.recovered, http.NewCrossOriginProtection().Handler)
	router.Handle(s.assets.prefix+"*", s.assets.handler())
	for _, route := range s.routes() {
		router.Method(route.method, route.pattern, s.open(route.handle))
	}
	for _, route := range slices.Concat(s.closedRoutes(), s.deskRoutes()) {
		router.Method(route.method, route.pattern, s.open(s.signedIn(route)))
	}
	router.NotFound(s.open(func(http.ResponseWriter, *http.Request) error { return views.ErrNotFound }))
	router.MethodNotAllowed(s.open(func(http.ResponseWriter, *http.Request) error { return views.ErrNotFound }))
	return router, nil
}

func prepare(c Config) (*console, error) {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	s := &console{Config: c}
	var err error
	if s.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if s.texts, err = loadTexts(); err != nil {
		return nil, err
	}
	s.pages, err = loadPages(s.texts)
	return s, err
}

// today is the day in Rome.
func (s *console) today() rules.Date { return rules.DateOf(s.Clock()) }

// handler answers a request or says why not; errors become pages in one place.
type handler func(w http.ResponseWriter, r *http.Request) error

type route struct {
	method, pattern string
	handle          handler
	api             string // the route of the API that asks the same, whose permission counts
}

// routes need no sign-in.
func (s *console) routes() []route {
	return []route{
		{method: "GET", pattern: "/sign-in", handle: s.SignIn.Begin},
		{method: "GET", pattern: identity.CallbackPath, handle: s.SignIn.Complete},
		{method: "POST", pattern: "/language", handle: s.chooseLanguage},
		{method: "GET", pattern: "/sources", handle: s.showSources},
	}
}

// closedRoutes need a sign-in and the permission of the API's route.
func (s *console) closedRoutes() []route {
	return []route{
		{method: "POST", pattern: "/sign-out", handle: s.SignIn.End},
		{method: "GET", pattern: "/", handle: s.showToday, api: "GET /v1/agenda"},
		{method: "GET", pattern: "/cases", handle: s.listCases, api: "GET /v1/cases"},
		{method: "GET", pattern: "/cases/{case_id}", handle: s.showCase, api: "GET /v1/cases/{case_id}"},
		{method: "GET", pattern: "/cases/{case_id}/timeline", handle: s.showTimeline, api: "GET /v1/cases/{case_id}/history"},
		{method: "GET", pattern: "/cases/{case_id}/record", handle: s.chooseCommand, api: "POST /v1/cases/{case_id}/commands"},
		{method: "GET", pattern: "/cases/{case_id}/record/{command}", handle: s.showForm, api: "POST /v1/cases/{case_id}/commands"},
		{method: "POST", pattern: "/cases/{case_id}/record/{command}", handle: s.takeForm, api: "POST /v1/cases/{case_id}/commands"},
	}
}
