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
	"ricongiungi/errand"
	"ricongiungi/identity"
	"ricongiungi/intake"
	"ricongiungi/reports"
	"ricongiungi/rules"
	"ricongiungi/schools/desk"
	"ricongiungi/services"
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
	// Meetings gives the open appointments between two instants, by the hour.
	Meetings(ctx context.Context, q views.AgendaQuery, from, to time.Time) ([]views.Meeting, error)
	// People gives the people of several cases, sponsor first.
	People(ctx context.Context, caseIDs []string) (map[string][]casefile.Person, error)
	// Operators gives who works with the system, by id.
	Operators(ctx context.Context) (map[string]views.Operator, error)
	// Services gives whom the hub refers to.
	Services(ctx context.Context) (services.Directory, error)
}

// Desk keeps what is an operator's own: drafts and lists of cases.
type Desk interface {
	KeepDraft(ctx context.Context, d views.Draft) error
	Draft(ctx context.Context, actorID, caseID, command string) (views.Draft, error)
	Drafts(ctx context.Context, actorID string) ([]views.Draft, error)
	DropDraft(ctx context.Context, actorID, caseID, command string) error
	KeepList(ctx context.Context, l views.SavedList) error
	Lists(ctx context.Context, actorID string) ([]views.SavedList, error)
	DropList(ctx context.Context, actorID, name string) error
}

// Files keeps scans of papers, sealed with the person they are about.
type Files interface {
	KeepFile(ctx context.Context, f views.File) (digest string, err error)
	File(ctx context.Context, caseID, fileID string) (f views.File, digest string, err error)
	DropFile(ctx context.Context, caseID, fileID string) error
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
	Reads  Reads
	People People
	Desk   Desk
	Files  Files
	Orders Orders
	Engine Engine
	Office Office

	Handoffs Handoffs
	Trials   Trials
	Audits   Audits
	Evidence Evidence
	Surgery  Surgery
	LogKey   string // public key of the log, as it is published

	SignIn *identity.SignIn
	Rights access.Rights
	Book   *rules.Book

	Department *desk.Desk      // of the education department
	Reports    *reports.Office // figures for those who plan
	Letters    Letters         // that a family is given

	Clock   func() time.Time
	Log     *slog.Logger
	Version string
	Watch   func(http.Handler) http.Handler // stands around every request, inside the router; none

	PublicURL        string // where browsers reach us, for links that are handed out
	RepositoryURL    string // of the source, shown in the footer
	AccessibilityURL string // of the accessibility declaration, where there is one
	FeedbackAddress  string // e-mail address for difficulties with the pages
}

// console holds what all pages share.
type console struct {
	Config
	assets assets
	files  *errand.Desk[*intake.File] // of hand-offs, being checked or sent
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
	router.Use(s.Watch, s.observed, s.recovered, http.NewCrossOriginProtection().Handler)
	router.Handle(s.assets.prefix+"*", s.assets.handler())
	for _, route := range s.routes() {
		router.Method(route.method, route.pattern, s.open(route.handle))
	}
	for _, route := range slices.Concat(s.closedRoutes(), s.deskRoutes(), s.handoffRoutes(), s.logRoutes(), s.healthRoutes()) {
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
	c.Views = watchedViews{c.Views}
	if c.Watch == nil {
		c.Watch = func(next http.Handler) http.Handler { return next }
	}
	s := &console{Config: c, files: errand.New[*intake.File](context.Background(), filesAtOnce, filesKept)}
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
	shows           string // what is put on record; empty for the same as that route
	limit           int64  // of what is posted, in bytes; formLimit unless there is one
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

// The routes of the API whose permissions the pages share.
const (
	readCase    = "GET /v1/cases/{case_id}"
	readHistory = "GET /v1/cases/{case_id}/history"
	giveCommand = "POST /v1/cases/{case_id}/commands"

	searchPeople = "POST /v1/people/search"
)

// closedRoutes need a sign-in and the permission of the API's route.
func (s *console) closedRoutes() []route {
	return append(append(s.schoolRoutes(), s.letterRoutes()...), []route{
		{method: "POST", pattern: "/sign-out", handle: s.SignIn.End},
		{method: "GET", pattern: "/", handle: s.showToday, api: "GET /v1/agenda"},
		{method: "GET", pattern: "/cases", handle: s.listCases, api: "GET /v1/cases"},
		{method: "GET", pattern: "/cases.csv", handle: s.exportCases, api: "GET /v1/cases"},
		{method: "POST", pattern: "/lists", handle: s.keepList, api: "GET /v1/cases"},
		{method: "POST", pattern: "/lists/drop", handle: s.dropList, api: "GET /v1/cases"},
		{method: "GET", pattern: "/together", handle: s.showTogether, api: giveCommand},
		{method: "GET", pattern: "/together/{command}", handle: s.showTogether, api: giveCommand},
		{method: "POST", pattern: "/together/{command}", handle: s.takeTogether, api: giveCommand},
		{method: "GET", pattern: "/cases/{case_id}", handle: s.showCase, api: readCase},
		{method: "GET", pattern: "/cases/{case_id}/timeline", handle: s.showTimeline, api: readHistory},
		{method: "GET", pattern: "/cases/{case_id}/reads", handle: s.showReads, api: "GET /v1/cases/{case_id}/reads"},
		{method: "GET", pattern: "/people", handle: s.askPeople, api: searchPeople},
		{method: "POST", pattern: "/people", handle: s.findPeople, api: searchPeople},
		{method: "GET", pattern: "/cases/{case_id}/record", handle: s.chooseCommand, api: giveCommand},
		{method: "GET", pattern: "/cases/{case_id}/record/{command}", handle: s.showForm, api: giveCommand},
		{method: "POST", pattern: "/cases/{case_id}/record/{command}", handle: s.takeForm, api: giveCommand},
		{method: "POST", pattern: "/cases/{case_id}/record/{command}/discard", handle: s.dropDraft, api: giveCommand},
		{method: "GET", pattern: "/cases/{case_id}/papers", handle: s.showPapers, api: readCase},
		{method: "POST", pattern: "/cases/{case_id}/papers/{person_id}/{item}", handle: s.takeFile, api: giveCommand, limit: fileLimit + formLimit},
		{method: "GET", pattern: "/cases/{case_id}/files/{file_id}", handle: s.showFile, api: readHistory, shows: "document"},
		{method: "POST", pattern: "/cases/{case_id}/undo", handle: s.undoNow, api: giveCommand},
		{method: "GET", pattern: "/cases/{case_id}/events/{event_id}/undo", handle: s.showUndo, api: giveCommand},
		{method: "POST", pattern: "/cases/{case_id}/events/{event_id}/undo", handle: s.takeUndo, api: giveCommand},
		{method: "GET", pattern: "/cases/{case_id}/events/{event_id}/correct", handle: s.showCorrection, api: giveCommand},
		{method: "POST", pattern: "/cases/{case_id}/events/{event_id}/correct", handle: s.takeCorrection, api: giveCommand},
	}...)
}
