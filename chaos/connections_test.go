// SPDX-License-Identifier: AGPL-3.0-or-later

package chaos

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/Shopify/toxiproxy/v2/toxics"
	"github.com/jackc/pgx/v5"
)

func init() { toxics.Register("lost_commit", new(lostCommit)) }

// lostCommit lets a commit happen and its caller never learn of it: now and
// then, where PostgreSQL says COMMIT, it ends the connection instead.
type lostCommit struct {
	Share float64 `json:"share"` // of commits whose answer is lost
}

// said is PostgreSQL's message CommandComplete for a commit, as it is on the wire.
var said = func() []byte {
	tag := "COMMIT\x00"
	message := binary.BigEndian.AppendUint32([]byte{'C'}, uint32(4+len(tag)))
	return append(message, tag...)
}()

// Pipe passes everything on until it loses a commit.
func (l *lostCommit) Pipe(stub *toxics.ToxicStub) {
	for {
		select {
		case <-stub.Interrupt:
			return
		case chunk := <-stub.Input:
			if chunk == nil || strings.Contains(string(chunk.Data), string(said)) && rand.Float64() < l.Share {
				stub.Close()
				return
			}
			stub.Output <- chunk
		}
	}
}

// trouble is what a connection has to bear for a spell.
type trouble struct {
	what   string
	proxy  func(*town) *toxiproxy.Proxy
	toxics []string
	spells int // how long it lasts
}

func toDatabase(o *town) *toxiproxy.Proxy { return o.database }
func toTemporal(o *town) *toxiproxy.Proxy { return o.temporal }

var troubles = []trouble{
	{"a slow database", toDatabase, []string{`{"name":"slow","type":"latency","attributes":{"latency":150,"jitter":100}}`}, 1},
	{"a slow Temporal", toTemporal, []string{`{"name":"slow","type":"latency","attributes":{"latency":150,"jitter":100}}`}, 1},
	{"a database that hangs up", toDatabase, []string{`{"name":"cut","type":"reset_peer","attributes":{"timeout":300}}`}, 1},
	{"a Temporal that hangs up", toTemporal, []string{`{"name":"cut","type":"reset_peer","attributes":{"timeout":300}}`}, 1},
	{"a database half of whose words arrive", toDatabase, []string{`{"name":"half","type":"limit_data","toxicity":0.5,"attributes":{"bytes":20000}}`}, 1},
	{"commits whose answer is lost", toDatabase, []string{`{"name":"lost","type":"lost_commit","attributes":{"share":0.05}}`}, 2},
	{"a database that does not answer at all", toDatabase, []string{`{"name":"mute","type":"timeout","attributes":{"timeout":0}}`}, 1},
}

// TestTroubleOnTheLineLosesNothing makes the connections bad, one way after the
// other. Right answers must go on, or come once the trouble is over.
func TestTroubleOnTheLineLosesNothing(t *testing.T) {
	testingShort(t)
	c := newCrowd(openTown(t, folder(t)), 30, *speed)
	c.arrive()
	for _, trouble := range troubles {
		before := c.answers.Load()
		proxy := trouble.proxy(c.town)
		for _, toxic := range trouble.toxics {
			_, err := proxy.Toxics.AddToxicJson(strings.NewReader(toxic))
			must(t, err)
		}
		lasting := time.Duration(trouble.spells) * *spell
		c.pass(lasting)
		during := c.answers.Load() - before
		proxy.Toxics.ResetToxics(context.Background())
		t.Logf("%s: %d answers in %s, then answered after %s", trouble.what, during, lasting, c.answered().Round(time.Millisecond))
		c.calm()
	}
	c.verify(c.goHome())
}

// pass lets the clients work for a while.
func (c *crowd) pass(while time.Duration) {
	select {
	case <-time.After(while):
	case <-c.Context().Done():
	}
}

// TestAStalledNeighbourHoldsNothingUp leaves a writing transaction open in
// another database of the same PostgreSQL, as Temporal's may be, and reads the
// feed: whatever was acknowledged must be in it at once.
func TestAStalledNeighbourHoldsNothingUp(t *testing.T) {
	testingShort(t)
	c := newCrowd(openTown(t, folder(t)), 4, *speed)
	neighbour := c.databaseURL()
	neighbour.Path = "/temporal"
	conn, err := pgx.Connect(t.Context(), neighbour.String())
	must(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), "BEGIN; SELECT pg_current_xact_id()")
	must(t, err)
	c.arrive()
	c.calm()
	s := step{kind: note, caseID: c.cases[0], commandID: "00000000-0000-4000-8000-000000000001"}
	if !c.insist(&s) {
		return
	}
	acknowledged := fmt.Sprintf(`"case_id":"%s","version":%d,`, s.caseID, s.version)
	if feed := c.feed(); !strings.Contains(feed, acknowledged) {
		t.Errorf("acknowledged and not in the feed while a neighbour stalls: %.300s", feed)
	}
	c.verify(append(c.goHome(), s))
}

// feed is all that the feed of events holds.
func (c *crowd) feed() string {
	c.Helper()
	var all strings.Builder
	cursor := "0"
	for {
		got := c.ask(c.Context(), 0, "auditor", http.MethodGet, "/v1/events?limit=200&cursor="+cursor, nil, nil)
		var page struct {
			Items  []json.RawMessage `json:"items"`
			Cursor string            `json:"next_cursor"`
		}
		if got.status != http.StatusOK || json.Unmarshal(got.body, &page) != nil {
			c.Fatalf("feed: %d %s %v", got.status, got.body, got.err)
		}
		if len(page.Items) == 0 {
			return all.String()
		}
		all.Write(got.body)
		cursor = page.Cursor
	}
}
