// SPDX-License-Identifier: AGPL-3.0-or-later

package linkpages

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"ricongiungi/casefile"
	"ricongiungi/family"
	"ricongiungi/rules"
	"ricongiungi/tongues"
)

// Cases finds a case by a link and reads it.
type Cases interface {
	// LinkedCase finds the case for which the link was given. Errors: views.ErrNotFound.
	LinkedCase(ctx context.Context, digest []byte) (string, error)
	// Facts is the history of one case.
	Facts(ctx context.Context, caseID string) ([]casefile.Fact, error)
}

// Orders keeps commands until they are settled.
type Orders interface {
	AcceptOrder(ctx context.Context, o casefile.Order) (*casefile.Outcome, error)
}

// Engine has an accepted order decided by the workflow of its case.
type Engine interface {
	Submit(ctx context.Context, caseID, commandID string) (casefile.Outcome, error)
}

// Config is what the pages need; all but Clock and Log is required.
type Config struct {
	Cases    Cases
	Orders   Orders
	Engine   Engine
	Book     *rules.Book
	Contacts family.Contacts

	Clock func() time.Time
	Log   *slog.Logger
}

// FamilyPath and ReplyPath are where the pages are mounted.
const (
	FamilyPath = "/family"
	ReplyPath  = "/reply"
)

// site holds what the pages share.
type site struct {
	Config
	tongues *tongues.Tongues
	office  *officeTexts
	pages   pages
	tries   *tries
}

// New builds the handler of both pages. Errors are faults of the program's own files.
func New(c Config) (http.Handler, error) {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	s := &site{Config: c, tries: newTries()}
	var err error
	if s.tongues, err = tongues.Load(); err != nil {
		return nil, fmt.Errorf("linkpages: %w", err)
	}
	if s.office, err = loadOfficeTexts(); err != nil {
		return nil, fmt.Errorf("linkpages: %w", err)
	}
	if s.pages, err = loadPages(s.tongues, s.office); err != nil {
		return nil, fmt.Errorf("linkpages: %w", err)
	}
	return s.router(), nil
}

func (s *site) router() http.Handler {
	router := chi.NewRouter()
	router.Use(s.observed, s.recovered, http.NewCrossOriginProtection().Handler)
	for path, door := range map[string]door{FamilyPath: familyDoor, ReplyPath: replyDoor} {
		router.Get(path, s.show(door))
		router.Post(path, s.enter(door))
		router.Post(path+"/leave", s.leave(door))
	}
	router.Post(ReplyPath+"/answer", s.answer)
	router.NotFound(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, FamilyPath, http.StatusSeeOther) })
	return router
}

func (s *site) today() rules.Date { return rules.DateOf(s.Clock()) }

// LinkURL is the address to hand out: the secret stands behind the #.
func LinkURL(publicURL, path, lang, secret string) string {
	return publicURL + path + "?lang=" + lang + "#" + secret
}
