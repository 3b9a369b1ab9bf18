// SPDX-License-Identifier: AGPL-3.0-or-later

package views

import (
	"errors"
	"time"

	"ricongiungi/casefile"
)

// ErrNoSession says that nobody is signed in with that token, for whatever
// reason: unknown, ended, idle for too long, too old.
var ErrNoSession = errors.New("no session")

// Operator is somebody who works with the system: who acts, under which name
// colleagues know them, and how surely the provider knew them.
type Operator struct {
	casefile.Actor
	Name  string // as the provider gives it; shown to colleagues, never logged
	Level string // the provider's acr claim: its level of assurance
}

// Session is one operator's stay. The browser holds a random token, the
// database its digest: who reads the database cannot enter.
type Session struct {
	Operator
	Digest  []byte // SHA-256 of the token
	Began   time.Time
	SeenAt  time.Time
	Expires time.Time // absolute, however busy the operator is
}

// Revocation says that whatever lets somebody act and was issued up to an
// instant is worth nothing any more.
type Revocation struct {
	ActorID string
	Since   time.Time
	By      casefile.Actor
	Reason  string // a code
}

// ErrReplayed says that an id that may be used once was used before.
var ErrReplayed = errors.New("used before")

// MachineCall is one request of another body's machine: who sent it, for which
// purpose, and for which of its users.
type MachineCall struct {
	RequestID    string    `json:"request_id"`
	At           time.Time `json:"at"`
	ClientID     string    `json:"client_id"`
	PurposeID    string    `json:"purpose_id,omitempty"`
	UserID       string    `json:"user_id,omitempty"` // as the other body writes it
	UserLocation string    `json:"user_location,omitempty"`
	Level        string    `json:"level,omitempty"` // of assurance with which the user was known
	TokenID      string    `json:"token_id"`
	Operation    string    `json:"operation"` // such as "POST /v1/handoffs"
	Allowed      bool      `json:"allowed"`

	Once []OnceID `json:"-"` // used up by the call
}

// OnceID is an id that may be used once until an instant, after which what bears
// it is worth nothing anyhow.
type OnceID struct {
	Kind, Issuer, ID string
	Until            time.Time
}
