// SPDX-License-Identifier: AGPL-3.0-or-later

package linkpages

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"ricongiungi/casefile"
	"ricongiungi/internal/secret"
	"ricongiungi/views"
)

// door is one of the two pages: what its links are for, and its cookie. No
// sibling host can set the cookie and no script reads it.
type door struct {
	path, purpose, cookie string
}

var (
	familyDoor = door{FamilyPath, casefile.FamilyPage, "__Host-ricongiungi-family"}
	replyDoor  = door{ReplyPath, casefile.ReferralReply, "__Host-ricongiungi-reply"}
)

// staysOpen is for how many seconds a page can be reloaded without its link: a
// visit, not a day, since phones are shared.
const staysOpen = 2 * 60 * 60

// errShut says that a link does not open, whatever the reason: lost, expired,
// revoked, of somebody kept away, or never given are all answered alike.
var errShut = errors.New("linkpages: the link does not open")

// opened is the case behind a link that opens.
type opened struct {
	link  casefile.PersonalLink
	facts []casefile.Fact
	state *casefile.State
}

// open finds what is behind a secret. Errors: errShut, or the database's.
func (s *site) open(ctx context.Context, typed string, through door) (opened, error) {
	caseID, err := s.Cases.LinkedCase(ctx, secret.Digest(typed))
	if errors.Is(err, views.ErrNotFound) {
		return opened{}, errShut
	}
	if err != nil {
		return opened{}, err
	}
	facts, err := s.Cases.Facts(ctx, caseID)
	if err != nil {
		return opened{}, err
	}
	state, digest := casefile.Fold(facts), hex.EncodeToString(secret.Digest(typed))
	at := slices.IndexFunc(state.PersonalLinks, func(l *casefile.PersonalLink) bool {
		return l.Digest == digest && l.Purpose == through.purpose && l.Opens(s.today())
	})
	if at < 0 {
		return opened{}, errShut
	}
	return opened{*state.PersonalLinks[at], facts, state}, nil
}

// visited opens what the browser's cookie holds. Errors: http.ErrNoCookie, and those of open.
func (s *site) visited(r *http.Request, through door) (opened, error) {
	cookie, err := r.Cookie(through.cookie)
	if err != nil {
		return opened{}, err
	}
	return s.open(r.Context(), cookie.Value, through)
}

// show is the page, or the way in.
func (s *site) show(through door) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		found, err := s.visited(r, through)
		switch {
		case errors.Is(err, http.ErrNoCookie):
			s.wayIn(w, r, http.StatusOK, through, "")
		case errors.Is(err, errShut):
			through.forget(w)
			s.wayIn(w, r, http.StatusNotFound, through, "link.bad")
		case err != nil:
			s.fail(w, r, through, err)
		case through == familyDoor:
			s.showFamily(w, r, found)
		default:
			s.showReply(w, r, http.StatusOK, found, replyForm{})
		}
	}
}

// enter takes a secret. Only attempts in vain are counted: whoever has a good
// link is let in however often they come.
func (s *site) enter(through door) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		caller, now := callerOf(r), s.Clock()
		if !s.tries.left(caller, now) {
			w.Header().Set("Retry-After", "300")
			s.wayIn(w, r, http.StatusTooManyRequests, through, "link.many")
			return
		}
		typed := r.PostFormValue("code")
		_, err := s.open(r.Context(), typed, through)
		switch {
		case errors.Is(err, errShut):
			s.tries.count(caller, now)
			s.wayIn(w, r, http.StatusNotFound, through, "link.bad")
		case err != nil:
			s.fail(w, r, through, err)
		default:
			through.remember(w, typed)
			http.Redirect(w, r, through.path+"?lang="+url.QueryEscape(s.voice(r).Lang), http.StatusSeeOther)
		}
	}
}

// leave forgets the secret on this device.
func (s *site) leave(through door) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		through.forget(w)
		s.wayIn(w, r, http.StatusOK, through, "link.closed")
	}
}

func (d door) remember(w http.ResponseWriter, typed string) {
	http.SetCookie(w, &http.Cookie{Name: d.cookie, Value: secret.Plain(typed), Path: "/", MaxAge: staysOpen, HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode})
}

func (d door) forget(w http.ResponseWriter) {
	http.SetCookie(w, &http.Cookie{Name: d.cookie, Path: "/", MaxAge: -1, HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode})
}

func (s *site) fail(w http.ResponseWriter, r *http.Request, through door, err error) {
	s.Log.Error("page failed", "request_id", visitOf(r).id, "error", err.Error())
	w.Header().Set("Retry-After", "60")
	s.wayIn(w, r, http.StatusServiceUnavailable, through, "link.later")
}
