// SPDX-License-Identifier: AGPL-3.0-or-later

package views

import (
	"time"

	"ricongiungi/casefile"
)

// Draft is what somebody has typed into the form of a command and not given yet.
// It is theirs alone.
type Draft struct {
	ActorID string
	CaseID  string
	Command string
	Typed   map[string][]string // fields as the form names them; absent in lists
	SavedAt time.Time
}

// SavedList is a selection of cases that somebody comes back to.
type SavedList struct {
	ActorID string
	Name    string
	Query   string // as in the address of the list
}

// File is a scan or a photograph of a paper.
type File struct {
	FileID    string
	CaseID    string
	PersonID  string // whose key seals it
	MediaType string
	Content   []byte
	By        casefile.Actor
	At        time.Time
}
