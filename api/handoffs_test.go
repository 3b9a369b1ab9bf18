// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/schemas"
)

// message is a small sound message with the sequence number.
func message(sequence int) string {
	return fmt.Sprintf(`{"schema":"handoff.v1","sender":"sui-mi","message_id":"6a7b8c9d-0e1f-4a2b-8c3d-%012d","sequence":%d,"kind":"documents_supplied","sui_file":"P-MI/F/N/2026/100123","on":"2026-03-31"}`, sequence, sequence)
}

func TestHandoffGivesReceipt(t *testing.T) {
	w := newWorld(t)
	answer := w.do("POST", "/v1/handoffs", " "+message(1), w.as(casefile.SUIOfficer))
	require.Equal(t, http.StatusAccepted, answer.Code, answer.Body)
	assert.Equal(t, "/v1/handoffs/"+caseA, answer.Header().Get("Location"))
	require.Len(t, w.received, 1)
	assert.Equal(t, int64(1), w.received[0].Message.Sequence)
	assert.Equal(t, casefile.SUIOfficer, w.received[0].By.Role)
	canonical, err := schemas.Canonical([]byte(message(1)))
	require.NoError(t, err)
	assert.Equal(t, string(canonical), string(w.received[0].Raw))

	w.handoffs = func(m []Received) ([]Acceptance, error) {
		return []Acceptance{{Receipt: sampleReceipt(m[0].Message, handoff.Applied)}}, nil
	}
	assert.Equal(t, http.StatusOK, w.do("POST", "/v1/handoffs", message(1), w.as(casefile.SUIOfficer)).Code)
}

func TestUnsoundHandoffs(t *testing.T) {
	foreign := strings.Replace(message(1), "sui-mi", "sui-to", 1)
	late := strings.Replace(message(1), `"on":"2026-03-31"`, `"on":"soon"`, 1)
	for _, c := range []struct {
		name, body, code string
		status           int
		set              func(*http.Request)
		err              error
	}{
		{"foreign sender", foreign, "foreign_sender", 403, header("Accept", "*/*"), nil},
		{"no day", late, "invalid", 422, header("Accept", "*/*"), nil},
		{"other key", message(1), "idempotency_key_differs", 400, header("Idempotency-Key", keyA), nil},
		{"too large", message(1) + strings.Repeat(" ", handoffLimit), "too_large", 413, header("Accept", "*/*"), nil},
		{"other content", message(1), "message_id_reused", 422, header("Accept", "*/*"), handoff.ErrOtherContent},
		{"sequence taken", message(1), "sequence_taken", 409, header("Accept", "*/*"), handoff.ErrSequenceTaken},
		{"store down", message(1), "unavailable", 503, header("Accept", "*/*"), ErrUnavailable},
	} {
		w := newWorld(t)
		if c.err != nil {
			w.handoffs = func([]Received) ([]Acceptance, error) { return []Acceptance{{Err: c.err}}, nil }
		}
		answer := w.do("POST", "/v1/handoffs", c.body, w.as(casefile.SUIOfficer), c.set)
		require.Equal(t, c.status, answer.Code, "%s: %s", c.name, answer.Body)
		assert.Equal(t, c.code, decodeProblem(t, answer).Code, c.name)
	}
}

func TestBatchListsEveryLine(t *testing.T) {
	w := newWorld(t)
	lines := []string{message(1), "", "{", strings.Replace(message(2), "2026-03-31", "tomorrow", 1), message(3), message(4)}
	w.handoffs = func(m []Received) ([]Acceptance, error) {
		return []Acceptance{{Receipt: sampleReceipt(m[0].Message, handoff.Accepted)}, {Err: handoff.ErrSequenceTaken}, {Err: handoff.ErrOtherContent}}, nil
	}
	answer := w.do("POST", "/v1/handoffs/batches", strings.Join(lines, "\r\n"), w.as(casefile.SUIOfficer), header("Content-Type", "application/x-ndjson"))
	require.Equal(t, http.StatusAccepted, answer.Code, answer.Body)
	var result batchResult
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &result))
	assert.Equal(t, 1, result.Accepted)
	assert.Equal(t, 4, result.Rejected)
	assert.Equal(t, []int{1, 3, 4, 5, 6}, []int{result.Items[0].Line, result.Items[1].Line, result.Items[2].Line, result.Items[3].Line, result.Items[4].Line})
	assert.Equal(t, int64(1), result.Items[0].Receipt.Sequence)
	assert.Equal(t, "/on", result.Items[2].Problems[0].Path)
	assert.Equal(t, "/sequence", result.Items[3].Problems[0].Path)
	assert.Equal(t, "/message_id", result.Items[4].Problems[0].Path)

	require.Len(t, w.rejected, 2, "what is no message is kept for mending")
	assert.Equal(t, 4, w.rejected[1].Line)
	assert.Equal(t, "/on", w.rejected[1].Field)
	assert.Equal(t, lines[3], string(w.rejected[1].Raw))
}

func TestDryRunStoresNothing(t *testing.T) {
	w := newWorld(t)
	answer := w.do("POST", "/v1/handoffs/batches?dry_run=true", message(1)+"\n{", w.as(casefile.SUIOfficer), header("Content-Type", "application/x-ndjson"))
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	assert.Contains(t, answer.Body.String(), `"forecast":{`)
	assert.Empty(t, w.received)
	assert.Empty(t, w.rejected)
}

func TestUnsoundBatches(t *testing.T) {
	for _, c := range []struct {
		target, body string
		status       int
	}{
		{"/v1/handoffs/batches", "\n\n", 422},
		{"/v1/handoffs/batches", strings.Repeat("{}\n", batchLines+1), 413},
		{"/v1/handoffs/batches", strings.Repeat(" ", batchLimit+1), 413},
		{"/v1/handoffs/batches?dryrun=true", message(1), 400},
	} {
		w := newWorld(t)
		answer := w.do("POST", c.target, c.body, w.as(casefile.SUIOfficer), header("Content-Type", "application/x-ndjson"))
		assert.Equal(t, c.status, answer.Code, "%s %.20q", c.target, c.body)
	}
	w := newWorld(t)
	answer := w.do("POST", "/v1/handoffs/batches", message(1), w.as(casefile.SUIOfficer))
	assert.Equal(t, http.StatusUnsupportedMediaType, answer.Code)
}

func TestOfficersOfThePrefectureSeeTheirOwn(t *testing.T) {
	w := newWorld(t)
	w.do("GET", "/v1/handoffs?status=held", "", w.as(casefile.SUIOfficer))
	assert.Equal(t, HandoffQuery{Sender: "sui-mi", Status: handoff.Held, Limit: 50}, w.asked)
	assert.Equal(t, 403, w.do("GET", "/v1/handoffs?sender=sui-to", "", w.as(casefile.SUIOfficer)).Code)
	assert.Equal(t, 403, w.do("GET", "/v1/handoff-gaps?sender=sui-to", "", w.as(casefile.SUIOfficer)).Code)
	w.do("GET", "/v1/handoff-gaps", "", w.as(casefile.SUIOfficer))
	assert.Equal(t, "sui-mi", w.asked)

	assert.Equal(t, 200, w.do("GET", "/v1/handoffs/"+caseA, "", w.as(casefile.SUIOfficer)).Code)
	w.handoffs = nil
	other := w.do("GET", "/v1/handoffs/"+caseB, "", w.as(casefile.SUIOfficer))
	assert.Equal(t, 404, other.Code)
}

func TestSettlement(t *testing.T) {
	const target = "/v1/handoffs/" + caseA + "/settlement"
	w := newWorld(t)
	var asked handoff.Settlement
	w.settle = func(s handoff.Settlement) (handoff.Receipt, error) {
		asked = s
		return sampleReceipt(handoff.Message{Sender: "sui-mi", MessageID: keyA, Sequence: 1, Kind: handoff.Filed}, handoff.Discarded), nil
	}
	answer := w.do("POST", target, `{"action":"discard","reason":"sent_twice"}`, w.as(casefile.Operator))
	assert.Equal(t, 200, answer.Code, answer.Body)
	assert.Equal(t, handoff.Settlement{Action: "discard", Reason: "sent_twice"}, asked)
	assert.Equal(t, 422, w.do("POST", target, `{"action":"burn","reason":"x"}`, w.as(casefile.Operator)).Code)
	w.settle = func(handoff.Settlement) (handoff.Receipt, error) { return handoff.Receipt{}, handoff.ErrNotSettleable }
	assert.Equal(t, 409, w.do("POST", target, `{"action":"retry","reason":"x"}`, w.as(casefile.Operator)).Code)
}
