// SPDX-License-Identifier: AGPL-3.0-or-later

package identity

import (
	"encoding/base64"
	"errors"
	"net/http/httptest"
	"testing"

	"ricongiungi/views"
)

func TestWithoutItsProviderNobodySignsInAndTheAnswerIsToComeBack(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.provider.Close()
	recorder := httptest.NewRecorder()
	err := h.signIn.Begin(recorder, httptest.NewRequest("GET", "/sign-in", nil))
	if !errors.Is(err, views.ErrUnavailable) || len(recorder.Result().Cookies()) != 0 {
		t.Errorf("%v, %v", err, recorder.Result().Cookies())
	}
}

func TestSessionTokensAreRandomAndNeverTheSame(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool, 1_000_000)
	for range 1_000_000 {
		token := randomText()
		if raw, err := base64.RawURLEncoding.DecodeString(token); err != nil || len(raw) < 16 {
			t.Fatalf("a token of %d bytes: %v", len(raw), err)
		}
		seen[token] = true
	}
	if len(seen) != 1_000_000 {
		t.Errorf("%d different tokens of a million", len(seen))
	}
}

func TestTheLevelOfAssuranceIsKeptWithTheSession(t *testing.T) {
	t.Parallel()
	h := open(t)
	browser := h.browser()
	h.enter(browser, giulia.ID, "/")
	for _, session := range h.sessions.kept {
		if session.Level != "urn:ricongiungi:sample" {
			t.Errorf("the session's level is %q", session.Level)
		}
	}
	if _, who := h.who(browser); who.Level != "urn:ricongiungi:sample" {
		t.Errorf("the operator's level is %q", who.Level)
	}
}
