// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ricongiungi/views"
)

func (b *bundle) session(token byte) views.Session {
	return views.Session{Operator: views.Operator{Actor: counsellor, Name: "Giulia Ferrario", Level: "spid-2"},
		Digest: bytes.Repeat([]byte{token}, 32), Began: b.now, SeenAt: b.now, Expires: b.now.Add(time.Hour)}
}

func TestASessionIsFoundAsItWasOpenedUntilItEnds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	opened := b.session(1)
	must(t, b.OpenSession(t.Context(), opened))
	found, err := b.Session(t.Context(), opened.Digest)
	must(t, err)
	if found.Operator != opened.Operator || !found.Expires.Equal(opened.Expires) {
		t.Errorf("found %+v and not %+v", found, opened)
	}
	must(t, b.EndSession(t.Context(), opened.Digest))
	if _, err := b.Session(t.Context(), opened.Digest); !errors.Is(err, views.ErrNoSession) {
		t.Errorf("after its end: %v", err)
	}
	if n := query[int](b, `SELECT count(*) FROM sign_ins`); n != 1 {
		t.Errorf("%d sign-ins are on record", n)
	}
}

func TestARevocationEndsAllSessionsOfTheActorAndNamesTheInstant(t *testing.T) {
	t.Parallel()
	b := setup(t)
	must(t, b.OpenSession(t.Context(), b.session(1)))
	must(t, b.OpenSession(t.Context(), b.session(2)))
	must(t, b.Revoke(t.Context(), views.Revocation{ActorID: counsellor.ID, Since: b.now, By: officer, Reason: "left_the_office"}))
	for token := range 2 {
		if _, err := b.Session(t.Context(), b.session(byte(token+1)).Digest); !errors.Is(err, views.ErrNoSession) {
			t.Errorf("session %d: %v", token+1, err)
		}
	}
	since, err := b.Revocations(t.Context())
	must(t, err)
	if !since[counsellor.ID].Equal(b.now) {
		t.Errorf("revoked since %s", since[counsellor.ID])
	}
}

func TestSessionsPastTheirEndAreSweptAtTheNextSignIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	must(t, b.OpenSession(t.Context(), b.session(1)))
	b.now = b.now.Add(2 * time.Hour)
	must(t, b.OpenSession(t.Context(), b.session(2)))
	if n := query[int](b, `SELECT count(*) FROM sessions`); n != 1 {
		t.Errorf("%d sessions are kept", n)
	}
}

func TestASignInOnRecordCannotBeTakenBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	must(t, b.OpenSession(t.Context(), b.session(1)))
	conn, err := pgx.Connect(t.Context(), b.url)
	must(t, err)
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), `DELETE FROM sign_ins`); err == nil {
		t.Error("a sign-in was deleted")
	}
}
