// SPDX-License-Identifier: AGPL-3.0-or-later

package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/time/rate"

	"ricongiungi/handoff"
	"ricongiungi/rules"
	"ricongiungi/samples"
)

// Kinds of question that clients ask.
const (
	note        = "note"          // add a note, whatever the version
	noteAt      = "note_at"       // add a note if nobody was faster
	look        = "look"          // read the case
	manyClients = 24              // at work at the same time
	patience    = 3 * time.Minute // for one answer, with all that may be down meanwhile
)

// step is one thing a client did and what it was told at last. Calls that were
// repeated because nobody answered are one step, from the first to the answer.
type step struct {
	client       int
	kind, caseID string
	commandID    string
	expected     int64 // the version asked for by noteAt
	began, ended time.Time
	version      int64
	stale        bool // refused, because the version had moved
}

// crowd works on a town's cases until it is told to go home.
type crowd struct {
	*town
	tokens  map[string]string // by role
	cases   []string
	pace    *rate.Limiter
	known   sync.Map // the last version that anybody saw, by case
	given   sync.Map // every command that was ever sent
	mutex   sync.Mutex
	steps   []step
	answers atomic.Int64
	wait    sync.WaitGroup
	leave   context.CancelFunc
}

// newCrowd has the Prefecture hand the cases over that the clients will work on.
func newCrowd(o *town, cases int, perSecond float64) *crowd {
	c := &crowd{town: o, pace: rate.NewLimiter(rate.Limit(perSecond), manyClients), tokens: map[string]string{}}
	for _, role := range []string{"counsellor", "sui_officer", "auditor"} {
		c.tokens[role] = o.run("token", "--role", role, "--for", "4h")
	}
	for _, message := range decisions(cases) {
		c.cases = append(c.cases, c.handOver(message))
	}
	return c
}

// decisions are hand-offs that open a case each, of families whose first term
// is months away, so that only the clients move their cases.
func decisions(n int) []handoff.Message {
	today := rules.DateOf(time.Now())
	var opening []handoff.Message
	for _, m := range samples.Messages(20*n, 7, today) {
		if m.Kind == handoff.Decision && m.Sponsor != nil && m.Members[0].Decision == "authorised" && len(opening) < n {
			m.On, m.FiledOn = today, today.AddDays(-30)
			m.SUIFile = fmt.Sprintf("CHAOS/%d", len(opening))
			m.Sequence, m.MessageID = int64(len(opening)+1), uuid.NewString()
			opening = append(opening, m)
		}
	}
	return opening
}

func (c *crowd) handOver(message handoff.Message) string {
	c.Helper()
	raw, err := json.Marshal(message)
	must(c.T, err)
	var receipt handoff.Receipt
	c.until(patience, "a hand-off is settled", func() bool {
		got := c.ask(c.Context(), 0, "sui_officer", http.MethodPost, "/v1/handoffs", raw, http.Header{"Idempotency-Key": {message.MessageID}})
		return got.status == http.StatusOK && json.Unmarshal(got.body, &receipt) == nil
	})
	if receipt.Status != handoff.Applied {
		c.Fatalf("a hand-off is %s: %+v", receipt.Status, receipt.Problem)
	}
	return receipt.CaseID
}

// answer is what one call came to.
type answer struct {
	status int
	header http.Header
	body   []byte
	err    error
}

var impatient = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 256, MaxConnsPerHost: 256}}

func (c *crowd) ask(ctx context.Context, api int, role, method, path string, body []byte, header http.Header) answer {
	request, err := http.NewRequestWithContext(ctx, method, c.apis[api%len(c.apis)]+path, bytes.NewReader(body))
	if err != nil {
		return answer{err: err}
	}
	if header != nil {
		request.Header = header.Clone()
	}
	request.Header.Set("Authorization", "Bearer "+c.tokens[role])
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := impatient.Do(request)
	if err != nil {
		return answer{err: err}
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, raw, err}
}

// arrive puts the clients to work.
func (c *crowd) arrive() {
	ctx, leave := context.WithCancel(c.Context())
	c.leave = leave
	for i := range manyClients {
		c.wait.Add(1)
		go func() {
			defer c.wait.Done()
			c.work(ctx, i)
		}()
	}
}

// goHome waits until every client has the answer to its last question.
func (c *crowd) goHome() []step {
	c.leave()
	c.wait.Wait()
	return c.steps
}

func (c *crowd) work(ctx context.Context, client int) {
	random := rand.New(rand.NewPCG(uint64(client), *seed))
	for c.pace.Wait(ctx) == nil {
		s := step{client: client, kind: choose(random), caseID: c.cases[random.IntN(len(c.cases))]}
		if s.kind != look {
			s.commandID = uuid.NewString()
		}
		if seen, ok := c.known.Load(s.caseID); ok && s.kind == noteAt {
			s.expected = seen.(int64)
		} else if s.kind == noteAt {
			s.kind = note
		}
		if !c.insist(&s) {
			return
		}
		if s.stale {
			c.known.Delete(s.caseID)
		} else {
			c.known.Store(s.caseID, s.version)
		}
		c.mutex.Lock()
		c.steps = append(c.steps, s)
		c.mutex.Unlock()
		c.answers.Add(1)
	}
}

func choose(random *rand.Rand) string {
	switch n := random.IntN(10); {
	case n < 6:
		return note
	case n < 8:
		return noteAt
	}
	return look
}

// insist asks, of one API after the other and under one key, until there is an
// answer. It reports false when the test is lost.
func (c *crowd) insist(s *step) bool {
	s.began = time.Now()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	var last answer
	for api := s.client; time.Since(s.began) < patience; api++ {
		last = c.try(api, s)
		if s.told(last) {
			s.ended = time.Now()
			return true
		}
		if last.err == nil && last.status != http.StatusAccepted && last.status < 500 && last.status != http.StatusTooManyRequests {
			break // nobody should ever be told this
		}
		<-ticker.C
	}
	c.Errorf("%s on %s came to nothing: %d %s %v", s.kind, s.caseID, last.status, last.body, last.err)
	return false
}

func (c *crowd) try(api int, s *step) answer {
	if s.kind == look {
		return c.ask(context.Background(), api, "counsellor", http.MethodGet, "/v1/cases/"+s.caseID, nil, nil)
	}
	c.given.Store(s.commandID, true)
	header := http.Header{"Idempotency-Key": {s.commandID}}
	if s.kind == noteAt {
		header.Set("If-Match", `"`+strconv.FormatInt(s.expected, 10)+`"`)
	}
	body := fmt.Sprintf(`{"type":"add_note","data":{"note":"%s"}}`, s.commandID) // the same note twice would rightly change nothing
	return c.ask(context.Background(), api, "counsellor", http.MethodPost, "/v1/cases/"+s.caseID+"/commands", []byte(body), header)
}

// told reads an answer; false where it says nothing yet about what became of the step.
func (s *step) told(got answer) bool {
	if got.err != nil {
		return false
	}
	switch {
	case got.status == http.StatusOK:
		version, err := strconv.ParseInt(strings.Trim(got.header.Get("ETag"), `"`), 10, 64)
		s.version = version
		return err == nil
	case got.status == http.StatusPreconditionFailed && s.kind == noteAt:
		s.stale = true
		return true
	}
	return false
}

// answered waits for a question that was asked after now to be answered, and
// tells how long that took.
func (c *crowd) answered() time.Duration {
	c.Helper()
	began := time.Now()
	s := step{kind: note, caseID: c.cases[0], commandID: uuid.NewString()}
	if !c.insist(&s) {
		c.FailNow()
	}
	c.mutex.Lock()
	c.steps = append(c.steps, s)
	c.mutex.Unlock()
	return time.Since(began)
}

func testingShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts whole servers")
	}
}
