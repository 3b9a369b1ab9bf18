// SPDX-License-Identifier: AGPL-3.0-or-later

package schemas

import (
	"errors"
	"regexp"
	"strings"
)

// Problem is one thing that is wrong with a document.
type Problem struct {
	Path   string `json:"path"`   // JSON pointer of the field; empty for the whole
	Reason string `json:"reason"` // completes the sentence "the field …"
}

// Malformed says that a document cannot be read as JSON in one way only.
type Malformed struct{ Problem }

// Error names the place and the reason.
func (e *Malformed) Error() string { return e.sentence() }

// Invalid says that a document can be read and breaks its schema.
type Invalid struct{ Problems []Problem }

// Error joins the sentences of all problems.
func (e *Invalid) Error() string {
	sentences := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		sentences[i] = p.sentence()
	}
	return strings.Join(sentences, "; ")
}

func (p Problem) sentence() string {
	if p.Path == "" {
		return "the document " + p.Reason
	}
	return p.Path + " " + p.Reason
}

func malformed(path, reason string) error { return &Malformed{Problem{path, reason}} }

func invalid(path, reason string) error {
	return &Invalid{Problems: []Problem{{path, reason}}}
}

// under moves the paths of an error into the field that holds the document.
func under(field string, err error) error {
	var broken *Invalid
	if !errors.As(err, &broken) {
		return err
	}
	moved := make([]Problem, len(broken.Problems))
	for i, p := range broken.Problems {
		moved[i] = Problem{Path: field + p.Path, Reason: p.Reason}
	}
	return &Invalid{Problems: moved}
}

var plainName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

// safeName gives the name of a field unless it may be a value that somebody put
// in the place of a name.
func safeName(name string) string {
	if plainName.MatchString(name) {
		return name
	}
	return "?"
}
