// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"ricongiungi/access"
	"ricongiungi/reports"
	"ricongiungi/rules"
	"ricongiungi/schools/desk"
)

// Config is what the API needs. The ports, Tokens and Rights are required; the zero
// values of everything else are sound.
type Config struct {
	Orders     Orders
	Engine     Engine
	Views      Views
	Reads      Reads
	People     People
	Handoffs   Handoffs
	Evidence   Evidence
	Figures    Figures
	Hub        Hub
	Desk       Desk
	Trials     Trials
	Audits     Audits
	Surgery    Surgery
	Letters    Letters
	Health     Health
	Department desk.Store // schools, places and placements
	Tokens     *Verifier
	Rights     access.Rights
	Machines   Machines // of other bodies; nil lets none in

	Wait      time.Duration    // how long a command may take before the answer is 202; 10 s
	Deciding  int              // commands waited for together; 64, beyond which the answer is 503
	RateLimit Rate             // per token subject; 200 requests a second, 400 at once
	AtOnce    int              // requests under way together; 512, beyond which the answer is 503
	Clock     func() time.Time // time.Now
	Book      *rules.Book      // rules.Default()
	Schools   SchoolFacts      // for the indicators; nil while no registry is there
	Log       *slog.Logger     // slog.Default()
	Version   string           // of the program, shown by /status

	SecurityContact string // mailto: or https: address for whoever finds a weakness; empty: none is told

	Watch   func(http.Handler) http.Handler // stands around every request, inside the router; none
	Leaving func() bool                     // whether this process is about to stop; never
}

// Rate is how many requests somebody may make.
type Rate struct {
	PerSecond float64
	Burst     int
}

func (c Config) withDefaults() Config {
	if c.Wait == 0 {
		c.Wait = 10 * time.Second
	}
	if c.Deciding == 0 {
		c.Deciding = 64
	}
	if c.RateLimit == (Rate{}) {
		c.RateLimit = Rate{PerSecond: 200, Burst: 400}
	}
	if c.AtOnce == 0 {
		c.AtOnce = 512
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Book == nil {
		c.Book = rules.Default()
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Watch == nil {
		c.Watch = func(next http.Handler) http.Handler { return next }
	}
	if c.Leaving == nil {
		c.Leaving = func() bool { return false }
	}
	return c
}

// New builds the handler of the whole API.
func New(c Config) http.Handler { return newRouter(c) }

func newRouter(c Config) *chi.Mux {
	c = c.withDefaults()
	s := &server{
		Config:   c,
		limits:   newLimits(c.RateLimit),
		mistakes: newLimits(Rate{PerSecond: 1, Burst: 20}),
		places:   make(chan struct{}, c.AtOnce),
		orders:   make(chan struct{}, c.Deciding),
		batches:  make(chan struct{}, batchesAtOnce),
		reports:  &reports.Office{Source: c.Figures, Schools: c.Schools, Clock: c.Clock, Book: c.Book},
		desk:     &desk.Desk{Store: c.Department, Orders: c.Orders, Engine: c.Engine, Clock: c.Clock, Book: c.Book, Wait: c.Wait},
	}
	router := chi.NewRouter()
	router.Use(s.Watch, s.observed, s.recovered)
	for _, route := range s.routes() {
		router.Method(route.method, routerPattern(route.pattern), s.guarded(s.Rights.Route(route.method, route.pattern), s.recorded(route)))
	}
	router.NotFound(s.guarded(access.Everybody, func(http.ResponseWriter, *http.Request) error { return ErrNotFound }))
	router.MethodNotAllowed(s.guarded(access.Everybody, func(http.ResponseWriter, *http.Request) error { return problemMethod }))
	return router
}

// routerPattern is the pattern as the router writes it: the path of a tile has
// several parts, for which descriptions of APIs know no word.
func routerPattern(pattern string) string { return strings.Replace(pattern, "{tile_path}", "*", 1) }

// Server is an HTTP server with the time and size limits that the API expects.
// Bodies have their own limits, by route.
func Server(addr string, handler http.Handler) *http.Server {
	return &http.Server{
		Addr:              addr,
		Handler:           oneEnd(handler),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       60 * time.Second,
		WriteTimeout:      90 * time.Second,
		IdleTimeout:       120 * time.Second,
		MaxHeaderBytes:    16 << 10,
	}
}

// oneEnd ends the connection after a request in chunks. Of a request that says
// its length besides, net/http believes the chunks, and a proxy may have believed
// the length: what it took for the next part must not be served as a request.
func oneEnd(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.TransferEncoding) > 0 {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// server holds what all handlers share.
type server struct {
	Config
	limits   *limits
	mistakes *limits       // of tokens that were refused, by where they came from
	places   chan struct{} // for requests under way
	orders   chan struct{} // for commands that are waited for
	batches  chan struct{} // a slot for each batch being read, which may take 16 MiB
	reports  *reports.Office
	desk     *desk.Desk
}

// handler answers a request or says why not; errors become problem documents in
// one place.
type handler func(w http.ResponseWriter, r *http.Request) error

type route struct {
	method, pattern string
	handle          handler
}

func (s *server) routes() []route {
	return []route{
		{"POST", "/v1/handoffs", s.acceptHandoff},
		{"GET", "/v1/handoffs", s.listHandoffs},
		{"POST", "/v1/handoffs/batches", s.acceptBatch},
		{"GET", "/v1/handoffs/{handoff_id}", s.showHandoff},
		{"POST", "/v1/handoffs/{handoff_id}/settlement", s.settleHandoff},
		{"GET", "/v1/handoffs/{handoff_id}/original", s.showOriginal},
		{"POST", "/v1/handoffs/{handoff_id}/proposals", s.propose},
		{"GET", "/v1/handoff-gaps", s.listGaps},
		{"GET", "/v1/cases", s.listCases},
		{"GET", "/v1/cases/{case_id}", s.showCase},
		{"POST", "/v1/cases/{case_id}/commands", s.giveCommand},
		{"GET", "/v1/cases/{case_id}/commands/{command_id}", s.showCommand},
		{"GET", "/v1/cases/{case_id}/history", s.listHistory},
		{"GET", "/v1/cases/{case_id}/history/{version}/proof", s.showEventProof},
		{"GET", "/v1/cases/{case_id}/agenda", s.listCaseAgenda},
		{"POST", "/v1/cases/{case_id}/letters", s.writeLetter},
		{"GET", "/v1/cases/{case_id}/letters/{letter_id}", s.showLetter},
		{"GET", "/v1/cases/{case_id}/capsule", s.showCapsule},
		{"GET", "/v1/persons/{person_id}/export", s.exportPerson},
		{"GET", "/v1/cases/{case_id}/handovers", s.listHandovers},
		{"GET", "/v1/cases/{case_id}/reads", s.listReads},
		{"POST", "/v1/people/search", s.findPeople},
		{"GET", "/v1/agenda", s.listAgenda},
		{"GET", "/v1/school-demand", s.showDemand},
		{"GET", "/v1/school-demand/forecast", s.showForecast},
		{"GET", "/v1/indicators", s.showIndicators},
		{"GET", "/v1/desk/workload", s.showWorkload},
		{"GET", "/v1/desk/backlog", s.showBacklog},
		{"GET", "/v1/desk/overdue", s.showOverdue},
		{"GET", "/v1/desk/times", s.showTimes},
		{"GET", "/v1/approvals", s.listApprovals},
		{"POST", "/v1/reassignments", s.reassign},
		{"GET", "/v1/reassignments", s.listReassignments},
		{"GET", "/v1/reassignments/{reassignment_id}", s.showReassignment},
		{"GET", "/v1/reassignments/{reassignment_id}/cases", s.listReassignedCases},
		{"POST", "/v1/rule-trials", s.beginTrial},
		{"GET", "/v1/rule-trials/{trial_id}", s.showTrial},
		{"GET", "/v1/log/entries", s.searchLog},
		{"POST", "/v1/log/verifications", s.beginVerification},
		{"GET", "/v1/log/verifications", s.listVerifications},
		{"GET", "/v1/log/verifications/{verification_id}", s.showVerification},
		{"GET", "/v1/health", s.showHealth},
		{"GET", "/v1/schools", s.listSchools},
		{"GET", "/v1/schools/{school_code}/places", s.listPlaceHistory},
		{"GET", "/v1/school-places", s.showPlaceSheet},
		{"POST", "/v1/school-places", s.enterPlaces},
		{"GET", "/v1/school-searches", s.listSearches},
		{"GET", "/v1/school-placements", s.listPlacements},
		{"POST", "/v1/school-placements", s.makePlacement},
		{"GET", "/v1/school-placements/{run_id}", s.showPlacement},
		{"POST", "/v1/school-placements/{run_id}/decisions", s.decidePlacement},
		{"GET", "/v1/services", s.listServices},
		{"GET", "/v1/appointment-slots", s.listSlots},
		{"GET", "/v1/events", s.listEvents},
		{"GET", "/v1/log/checkpoint", s.showCheckpoint},
		{"GET", "/v1/log/tile/{tile_path}", s.showTile},
		{"GET", "/v1/log/proofs/inclusion", s.proveInclusion},
		{"GET", "/v1/log/proofs/consistency", s.proveConsistency},
		{"GET", "/status", s.showStatus},
		{"GET", "/livez", s.showLiveness},
		{"GET", "/readyz", s.showReadiness},
		{"GET", "/.well-known/security.txt", s.showSecurityContact},
		{"GET", "/openapi.yaml", s.showDescription},
		{"GET", "/schemas/{name}", s.showSchema},
	}
}
