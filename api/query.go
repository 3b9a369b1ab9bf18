// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/rules"
	"ricongiungi/schemas"
)

// query reads the parameters of an address and collects what is wrong with
// them. A parameter that nobody reads is refused: a misspelt filter would
// otherwise show more than was asked for.
type query struct {
	values   url.Values
	read     []string
	problems []schemas.Problem
}

func queryOf(r *http.Request) *query {
	values, err := url.ParseQuery(r.URL.RawQuery)
	q := &query{values: values}
	if err != nil {
		q.complain("", "must be written as name=value, joined by &")
	}
	return q
}

func (q *query) complain(name, reason string) {
	q.problems = append(q.problems, schemas.Problem{Path: "?" + name, Reason: reason})
}

// text reads a parameter that must match the pattern; empty when not given.
func (q *query) text(name string, pattern *regexp.Regexp, expected string) string {
	q.read = append(q.read, name)
	given := q.values[name]
	switch {
	case len(given) == 0:
		return ""
	case len(given) > 1 || !pattern.MatchString(given[0]):
		q.complain(name, "must be given once, as "+expected)
		return ""
	}
	return given[0]
}

var (
	plainCode   = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,39}$`)
	plainNumber = regexp.MustCompile(`^[0-9]{1,16}$`)
	plainCursor = regexp.MustCompile(`^[A-Za-z0-9._=-]{1,500}$`)
	plainActor  = regexp.MustCompile(`^[A-Za-z0-9-]{1,40}$`)
	plainFlag   = regexp.MustCompile(`^(true|false)$`)
	plainMoment = regexp.MustCompile(`^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}(T.{1,24})?$`)
)

func (q *query) code(name string) string { return q.text(name, plainCode, "a code") }

func (q *query) id(name string) string { return q.text(name, plainUUID, "a UUID in lower case") }

func (q *query) cursor() string {
	return q.text("cursor", plainCursor, "the next_cursor of the page before")
}

func (q *query) flag(name string) bool { return q.text(name, plainFlag, "true or false") == "true" }

// number reads a whole number between two bounds; the default when not given.
func (q *query) number(name string, least, most, standard int64) int64 {
	expected := fmt.Sprintf("a whole number from %d to %d", least, most)
	text := q.text(name, plainNumber, expected)
	if text == "" {
		return standard
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < least || n > most {
		q.complain(name, "must be "+expected)
	}
	return n
}

// needed is a number that has no default.
func (q *query) needed(name string) int64 {
	if len(q.values[name]) == 0 {
		q.complain(name, "is required")
	}
	return q.number(name, 0, maxPosition, 0)
}

const maxPosition = 1<<53 - 1 // what every reader of JSON can hold

func (q *query) limit() int { return int(q.number("limit", 1, 500, 50)) }

var (
	phases   = textsOf(casefile.Phases())
	statuses = []string{string(handoff.Accepted), string(handoff.Held), string(handoff.Applied),
		string(handoff.Quarantined), string(handoff.Discarded)}
)

// choice reads one of some codes.
func (q *query) choice(name string, of []string) string {
	code := q.code(name)
	if code != "" && !slices.Contains(of, code) {
		q.complain(name, "must be one of "+strings.Join(of, ", "))
	}
	return code
}

func (q *query) day(name string) rules.Date {
	text := q.text(name, plainMoment, "a day written as YYYY-MM-DD")
	if text == "" {
		return rules.Date{}
	}
	day, err := rules.ParseDate(text)
	if err != nil {
		q.complain(name, "must be a day written as YYYY-MM-DD")
	}
	return day
}

// moment reads an instant, or a day, which means its last moment in Rome.
func (q *query) moment(name string) time.Time {
	const expected = "a day written as YYYY-MM-DD or an instant as in RFC 3339"
	text := q.text(name, plainMoment, expected)
	if text == "" {
		return time.Time{}
	}
	if day, err := rules.ParseDate(text); err == nil {
		return day.End().Add(-time.Nanosecond).UTC()
	}
	instant, err := time.Parse(time.RFC3339, text)
	if err != nil {
		q.complain(name, "must be "+expected)
	}
	return instant.UTC()
}

// instant reads an instant, or a day, which means its first moment in Rome.
func (q *query) instant(name string) time.Time {
	if day, err := rules.ParseDate(q.values.Get(name)); err == nil && len(q.values[name]) == 1 {
		q.read = append(q.read, name)
		return day.Start().UTC()
	}
	return q.moment(name)
}

// err is what is wrong with the parameters, those that nobody reads included.
func (q *query) err() error {
	for name := range q.values {
		if !slices.Contains(q.read, name) {
			q.complain("", "holds a parameter that is not known here; known are: "+strings.Join(q.read, ", "))
		}
	}
	if len(q.problems) > 0 {
		return problemQuery.because(q.problems[:min(len(q.problems), 20)]...)
	}
	return nil
}

func roleNames() []string { return textsOf(casefile.OperatorRoles()) }

func textsOf[T ~string](values []T) []string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = string(value)
	}
	return texts
}
