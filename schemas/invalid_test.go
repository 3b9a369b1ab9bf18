// SPDX-License-Identifier: AGPL-3.0-or-later

package schemas_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ricongiungi/schemas"
)

const member = `"member_id":"0b6a1c1e-5a61-5d5a-9f0e-6a1f0c2d3e4f"`

func TestInvalidCommandsAreExplained(t *testing.T) {
	for _, c := range []struct{ command, body, path, reason string }{
		{"record_entry", `{` + member + `}`, "/on", "is required"},
		{"record_entry", `{` + member + `,"on":"31/03/2026"}`, "/on", "must be a day between 1900 and 2199, written as YYYY-MM-DD"},
		{"record_entry", `{` + member + `,"on":"2026-02-30"}`, "/on", "must be a day between 1900 and 2199, written as YYYY-MM-DD"},
		{"record_entry", `{` + member + `,"on":null}`, "/on", "must be a day between 1900 and 2199, written as YYYY-MM-DD"},
		{"record_entry", `{"member_id":"Maria","on":"2026-03-31"}`, "/member_id", "must be a UUID in lower case"},
		{"record_entry", `{` + member + `,"on":"2026-03-31","status":"settled"}`, "/status", "is not a field of this document"},
		{"record_entry", `{` + member + `,"on":"2026-03-31","Maria Rossi":1}`, "/?", "is not a field of this document"},
		{"record_entry", `[]`, "", "must be an object"},
		{"decline_place", `{` + member + `,"on":"2026-03-31","reason":"Maria is ill"}`, "/reason", "must be a code of lower-case letters, digits, '_' and '-', such as wemi-mi; free text belongs in a note"},
		{"hold_check_in", `{"on":"2026-03-31","month":2}`, "/month", "must be 1, 3, 6 or 12"},
		{"hold_check_in", `{"on":"2026-03-31","month":3,"scores":{"housing":6}}`, "/scores/housing", "must be at most 5"},
		{"add_note", `{"note":"red \u001b[31m"}`, "/note", "must be text without control characters"},
		{"add_note", `{"note":"` + strings.Repeat("a", 4001) + `"}`, "/note", "must have at most 4000 characters"},
		{"book_appointment", `{"at":"2026-03-31T23:59:60Z","place":"hub"}`, "/at", "must be an instant written as in RFC 3339, such as 2026-03-31T08:30:00Z"},
		{"decide_members", `{"on":"2026-03-31","decisions":[{"outcome":"authorised"}]}`, "/decisions/0", "must be about a member named by member_id or by ref"},
		{"verify_document", `{` + member + `,"on":"2026-03-31","item":"passport","verdict":"fine"}`, "/verdict", "must be one of accepted, rejected"},
		{"withdraw", `{"on":"2026-03-31","reason":"x","member_ids":[]}`, "/member_ids", "must have at least 1 entries"},
		{"correct_event", `{"event_id":"2c3d4e5f-6a7b-5c8d-9e0f-1a2b3c4d5e6f","reason":"x","type":"record_entry","body":{` + member + `}}`, "/body/on", "is required"},
		{"wake", `{}`, "/type", "must be the name of a command"},
		{"particulars", `{}`, "/type", "must be the name of a command"},
	} {
		err := schemas.Command(c.command, []byte(c.body))
		var invalid *schemas.Invalid
		require.ErrorAs(t, err, &invalid, "%s %s", c.command, c.body)
		assert.Equal(t, []schemas.Problem{{Path: c.path, Reason: c.reason}}, invalid.Problems)
		assert.NotContains(t, err.Error(), "Maria")
	}
}

func TestHandoffsAreHeldToTheirKind(t *testing.T) {
	for _, c := range []struct {
		kind, path, reason string
		spoil              func(m map[string]any)
	}{
		{"application_filed", "/sponsor", "is required", func(m map[string]any) { delete(m, "sponsor") }},
		{"application_filed", "/members/0/kinship", "is required", func(m map[string]any) { delete(first(m), "kinship") }},
		{"application_filed", "/members/0/person", "is required", func(m map[string]any) { delete(first(m), "person") }},
		{"application_filed", "/members/1/ref", "must not repeat the ref of another member", func(m map[string]any) { first(m)["ref"] = "2" }},
		{"decision", "/members/0/decision", "is required", func(m map[string]any) { delete(first(m), "decision") }},
		{"decision", "/members", "is required", func(m map[string]any) { delete(m, "members"); delete(m, "sponsor") }},
		{"documents_requested", "/by", "is required", func(m map[string]any) { delete(m, "by") }},
		{"revocation", "/sequence", "must be a whole number from 1, one more than the sender's message before", func(m map[string]any) { m["sequence"] = 0 }},
		{"revocation", "/sui_file", "must be the Prefecture's file number: text of one line without control characters", func(m map[string]any) { m["sui_file"] = "P-MI\nF" }},
		{"revocation", "/municipio", "must be a Municipio of Milan, 1 to 9, or 0 when it is elsewhere or unknown", func(m map[string]any) { m["municipio"] = 10 }},
	} {
		var message map[string]any
		require.NoError(t, json.Unmarshal(example(t, "handoffs", c.kind), &message))
		c.spoil(message)
		var invalid *schemas.Invalid
		require.ErrorAs(t, schemas.Handoff(marshal(t, message)), &invalid, "%s without %s", c.kind, c.path)
		assert.Equal(t, []schemas.Problem{{Path: c.path, Reason: c.reason}}, invalid.Problems)
	}
}

func first(message map[string]any) map[string]any {
	return message["members"].([]any)[0].(map[string]any)
}

func TestUnknownEventIsInvalid(t *testing.T) {
	var invalid *schemas.Invalid
	assert.ErrorAs(t, schemas.Event("entered", 99, []byte(`{}`)), &invalid)
}

func TestStrictReading(t *testing.T) {
	for _, c := range []struct{ json, path, reason string }{
		{``, "", "is not well-formed JSON near byte 0"},
		{`{"a":1}{"b":2}`, "", "must end after the first value"},
		{`{"a":1} x`, "", "is not well-formed JSON near byte 8"},
		{`{"a":1,"a":2}`, "/a", "must not occur twice, also not in upper or lower case"},
		{`{"b":[{"role":1,"ROLE":2}]}`, "/b/0/role", "must not occur twice, also not in upper or lower case"},
		{`{"k":1,"\u212a":2}`, "/k", "must not occur twice, also not in upper or lower case"},
		{`{"a":"\u0000"}`, "/a", "must not hold U+0000 or half of a surrogate pair"},
		{`{"a":"\ud800"}`, "/a", "must not hold U+0000 or half of a surrogate pair"},
		{`{"a":"\udc00\ud800"}`, "/a", "must not hold U+0000 or half of a surrogate pair"},
		{`{"a":"\ud800x\udc00"}`, "/a", "must not hold U+0000 or half of a surrogate pair"},
		{"\"\xff\"", "", "must be text in UTF-8"},
		{`{"a":1.0}`, "/a", "must be a whole number written in digits"},
		{`{"a":1e3}`, "/a", "must be a whole number written in digits"},
		{strings.Repeat("[", 65) + strings.Repeat("]", 65), "", "must not be nested deeper than 64 levels"},
		{strings.Repeat("[", 100000), "", "must not be nested deeper than 64 levels"},
	} {
		err := schemas.CheckJSON([]byte(c.json))
		var malformed *schemas.Malformed
		require.ErrorAs(t, err, &malformed, "%.40s", c.json)
		assert.Equal(t, schemas.Problem{Path: c.path, Reason: c.reason}, malformed.Problem)
	}
	for _, sound := range []string{`{"a":"\ud83d\ude00 \\u0000 è"}`, `{"a":{"x":1},"b":{"x":2}}`, ` [1,-2] `,
		strings.Repeat("[", 64) + strings.Repeat("]", 64)} {
		assert.NoError(t, schemas.CheckJSON([]byte(sound)), sound)
	}
}

func TestStrictReadingNeverPanics(t *testing.T) {
	seed, err := os.ReadFile("examples/handoffs/decision.json")
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		raw := append([]byte{}, seed[:rapid.IntRange(0, len(seed)).Draw(t, "length")]...)
		for range rapid.IntRange(0, 8).Draw(t, "edits") {
			if len(raw) > 0 {
				at := rapid.IntRange(0, len(raw)-1).Draw(t, "at")
				raw[at] = rapid.SampledFrom([]byte("{}[]\",:\\u0d8x \x00\xff")).Draw(t, "byte")
			}
		}
		raw = append(raw, rapid.SliceOfN(rapid.Byte(), 0, 10).Draw(t, "tail")...)
		if schemas.CheckJSON(raw) == nil && !json.Valid(raw) {
			t.Fatalf("let pass what is no JSON: %q", raw)
		}
		_ = schemas.Handoff(raw)
	})
}

func TestCanonicalFormDoesNotDependOnWriting(t *testing.T) {
	one, err := schemas.Canonical([]byte(`{ "b" : 1, "a" : "<è>" }`))
	require.NoError(t, err)
	two, err := schemas.Canonical([]byte(`{"a":"<\u00e8>","b":1}`))
	require.NoError(t, err)
	assert.Equal(t, `{"a":"<è>","b":1}`, string(one))
	assert.Equal(t, one, two)
}
