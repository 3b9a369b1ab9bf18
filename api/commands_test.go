// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/schemas"
)

const entry = `{"type":"record_entry","data":{"on":"2026-03-31","member_id":"` + memberA + `"}}`

func TestCommandIsKeptAndDecided(t *testing.T) {
	w := newWorld(t)
	answer := w.give(entry, header("If-Match", `"7"`))
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	assert.Equal(t, `"8"`, answer.Header().Get("ETag"))
	assert.Empty(t, answer.Header().Get("Idempotency-Replayed"))
	require.Len(t, w.orders, 1)
	order := w.orders[0]
	assert.Equal(t, keyA, order.CommandID)
	assert.Equal(t, caseA, order.CaseID)
	assert.Equal(t, "record_entry", order.Type)
	assert.JSONEq(t, `{"on":"2026-03-31","member_id":"`+memberA+`"}`, string(order.Body))
	assert.Equal(t, casefile.Counsellor, order.Actor.Role)
	assert.Equal(t, int64(7), order.IfVersion)
}

func TestSameContentWrittenOtherwiseIsTheSameOrder(t *testing.T) {
	w := newWorld(t)
	w.give(entry)
	w.give(`{ "data" : {"member_id":"` + memberA + `", "on":"2026-03-31"}, "type":"record_entry" }`)
	assert.Equal(t, w.orders[0].Body, w.orders[1].Body)
}

func TestSettledCommandIsReplayed(t *testing.T) {
	w := newWorld(t)
	settled := casefile.Outcome{CommandID: keyA, CaseID: caseA, Version: 8}
	w.accept = func(casefile.Order) (*casefile.Outcome, error) { return &settled, nil }
	answer := w.give(entry)
	assert.Equal(t, http.StatusOK, answer.Code)
	assert.Equal(t, "true", answer.Header().Get("Idempotency-Replayed"))
	assert.Contains(t, answer.Body.String(), `"events":[]`)
}

func TestKeptCommandIsNeverAnsweredWithFailure(t *testing.T) {
	for name, submit := range map[string]func(context.Context, string) (casefile.Outcome, error){
		"slow": func(ctx context.Context, _ string) (casefile.Outcome, error) {
			<-ctx.Done()
			return casefile.Outcome{}, ctx.Err()
		},
		"engine down": func(context.Context, string) (casefile.Outcome, error) { return casefile.Outcome{}, ErrUnavailable },
		"unforeseen":  func(context.Context, string) (casefile.Outcome, error) { return casefile.Outcome{}, errors.New("x") },
	} {
		w := newWorld(t)
		w.submit = submit
		answer := w.give(entry)
		assert.Equal(t, http.StatusAccepted, answer.Code, name)
		assert.Equal(t, "/v1/cases/"+caseA+"/commands/"+keyA, answer.Header().Get("Location"))
		assert.JSONEq(t, `{"command_id":"`+keyA+`","status":"pending"}`, answer.Body.String())
	}
}

func TestCommandThatCannotBeKeptIsAskedForAgain(t *testing.T) {
	w := newWorld(t)
	w.accept = func(casefile.Order) (*casefile.Outcome, error) { return nil, ErrUnavailable }
	answer := w.give(entry)
	assert.Equal(t, http.StatusServiceUnavailable, answer.Code)
	assert.Equal(t, "1", answer.Header().Get("Retry-After"))
}

func TestKeyUsedForOtherContent(t *testing.T) {
	w := newWorld(t)
	w.accept = func(casefile.Order) (*casefile.Outcome, error) { return nil, ErrOtherContent }
	answer := w.give(entry)
	assert.Equal(t, http.StatusUnprocessableEntity, answer.Code)
	assert.Equal(t, "idempotency_key_reused", decodeProblem(t, answer).Code)
}

func TestRefusalsNameTheRule(t *testing.T) {
	refusal := &casefile.Refusal{Code: "already_recorded", Rule: "case.once", Text: rules.Text{It: "Già registrato.", En: "Already recorded."}, Path: "on"}
	w := newWorld(t)
	w.submit = func(context.Context, string) (casefile.Outcome, error) {
		return casefile.Outcome{CommandID: keyA, CaseID: caseA, Version: 7, Refusal: refusal}, nil
	}
	answer := w.give(entry)
	require.Equal(t, http.StatusConflict, answer.Code)
	p := decodeProblem(t, answer)
	assert.Equal(t, "urn:ricongiungi:problem:already_recorded", p.Type)
	assert.Equal(t, "case.once", p.Rule)
	assert.Equal(t, refusal.Text, *p.Text)
	assert.Equal(t, "on", p.Path)

	refusal = casefile.StaleVersion(7, 9)
	answer = w.give(entry, header("If-Match", `"7"`))
	assert.Equal(t, http.StatusPreconditionFailed, answer.Code)
	assert.Equal(t, "version_changed", decodeProblem(t, answer).Code)
}

func TestUnsoundCommands(t *testing.T) {
	for _, c := range []struct {
		name, body, code string
		status           int
		at               string
		set              func(*http.Request)
	}{
		{"no key", entry, "idempotency_key_required", 400, "", header("Idempotency-Key", "")},
		{"key of another form", entry, "idempotency_key_required", 400, "", header("Idempotency-Key", "7")},
		{"weak etag", entry, "bad_if_match", 400, "", header("If-Match", `W/"7"`)},
		{"other type", entry, "unsupported_media_type", 415, "", header("Content-Type", "text/plain")},
		{"packed", entry, "unsupported_media_type", 415, "", header("Content-Encoding", "gzip")},
		{"empty", " ", "malformed", 400, "", nil},
		{"twice the same field", `{"type":"record_entry","data":{"on":"2026-03-31","ON":"2026-03-30"}}`, "malformed", 400, "/data/on", nil},
		{"more after the end", entry + entry, "malformed", 400, "", nil},
		{"NUL", `{"type":"add_note","data":{"note":"\u0000"}}`, "malformed", 400, "/data/note", nil},
		{"too deep", strings.Repeat(`{"a":`, 65) + "1" + strings.Repeat("}", 65), "malformed", 400, "", nil},
		{"unknown command", `{"type":"wake","data":{}}`, "invalid", 422, "/type", nil},
		{"unknown field", `{"type":"record_entry","data":{"on":"2026-03-31","member_id":"` + memberA + `","status":"settled"}}`, "invalid", 422, "/data/status", nil},
		{"unknown envelope field", `{"type":"record_documents_supplied","data":{"on":"2026-03-31"},"role":"supervisor"}`, "invalid", 422, "/role", nil},
		{"no day", `{"type":"record_documents_supplied","data":{}}`, "invalid", 422, "/data/on", nil},
		{"too large", `{"type":"add_note","data":{"note":"` + strings.Repeat("a", commandLimit) + `"}}`, "too_large", 413, "", nil},
	} {
		w := newWorld(t)
		set := c.set
		if set == nil {
			set = func(*http.Request) {}
		}
		answer := w.give(c.body, set)
		require.Equal(t, c.status, answer.Code, "%s: %s", c.name, answer.Body)
		p := decodeProblem(t, answer)
		assert.Equal(t, c.code, p.Code, c.name)
		if c.at != "" {
			require.Len(t, p.Problems, 1, c.name)
			assert.Equal(t, c.at, p.Problems[0].Path, c.name)
		}
		assert.Empty(t, w.orders, c.name)
	}
}

func TestLargestCommandIsRead(t *testing.T) {
	const rest = `{"type":"add_note","data":{"note":""}}`
	w := newWorld(t)
	answer := w.give(`{"type":"add_note","data":{"note":"` + strings.Repeat("a", commandLimit-len(rest)) + `"}}`)
	assert.Equal(t, http.StatusUnprocessableEntity, answer.Code, "the size is allowed, the length of a note is not")
	assert.Equal(t, []schemas.Problem{{Path: "/data/note", Reason: "must have at most 4000 characters"}}, decodeProblem(t, answer).Problems)
}

func TestCommandToUnknownCase(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{caseB, "not-an-id"} {
		answer := w.do("POST", "/v1/cases/"+id+"/commands", entry, w.as(casefile.Counsellor), header("Idempotency-Key", keyA))
		assert.Equal(t, http.StatusNotFound, answer.Code)
	}
	assert.Empty(t, w.orders)
}

func TestStateOfCommand(t *testing.T) {
	outcome, refused := sampleOutcome(caseA, keyA), casefile.Outcome{CommandID: keyA, CaseID: caseA, Version: 7, Refusal: casefile.StaleVersion(1, 2)}
	for status, result := range map[string]*casefile.Outcome{"pending": nil, "decided": &outcome, "refused": &refused} {
		w := newWorld(t)
		w.outcome = func() (*casefile.Outcome, error) { return result, nil }
		answer := w.do("GET", "/v1/cases/"+caseA+"/commands/"+keyA, "", w.as(casefile.Auditor))
		assert.Equal(t, http.StatusOK, answer.Code)
		assert.Contains(t, answer.Body.String(), `"status":"`+status+`"`)
	}
	w := newWorld(t)
	w.outcome = func() (*casefile.Outcome, error) { return nil, ErrNotFound }
	assert.Equal(t, http.StatusNotFound, w.do("GET", "/v1/cases/"+caseA+"/commands/"+keyA, "", w.as(casefile.Auditor)).Code)
}

func TestCommandBeyondWhatCanBeDecidedIsNotKept(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Deciding = 1 })
	var kept atomic.Int32
	w.accept = func(casefile.Order) (*casefile.Outcome, error) { kept.Add(1); return nil, nil }
	deciding, decided := make(chan struct{}), make(chan struct{})
	w.submit = func(context.Context, string) (casefile.Outcome, error) {
		close(deciding)
		<-decided
		return sampleOutcome(caseA, keyA), nil
	}
	first := make(chan int)
	go func() { first <- w.give(entry).Code }()
	<-deciding
	second := w.give(entry)
	assert.Equal(t, http.StatusServiceUnavailable, second.Code)
	assert.Equal(t, "1", second.Header().Get("Retry-After"))
	assert.Contains(t, second.Body.String(), `"busy"`)
	assert.EqualValues(t, 1, kept.Load())
	close(decided)
	<-first
}
