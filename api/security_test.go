// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ricongiungi/access"
	"ricongiungi/casefile"
	"ricongiungi/views"
)

// SECURITY.md says which requirement each of these tests proves.

var filled = strings.NewReplacer("{handoff_id}", caseA, "{case_id}", caseA, "{command_id}", keyA, "{version}", "1", "{name}", "commands.json",
	"{tile_path}", "8/0/000.p/3", "{person_id}", memberA)

// everyRoute tries each route of the table as a role that may use it.
func everyRoute(t *testing.T, visit func(method, target string, role casefile.Role)) {
	t.Helper()
	for key, row := range access.Default().Routes {
		method, pattern, _ := strings.Cut(key, " ")
		for _, role := range casefile.OperatorRoles() {
			if row.Anyone || row.Roles[role] {
				visit(method, filled.Replace(pattern), role)
				break
			}
		}
	}
}

func unlimited(c *Config) { c.RateLimit = Rate{PerSecond: 1e6, Burst: 1e6} }

func TestNoBodyTakesAFieldThatIsNotItsOwn(t *testing.T) {
	w := newWorld(t, unlimited)
	paths, err := filepath.Glob("../schemas/examples/commands/*.json")
	require.NoError(t, err)
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, field := range []string{`"status":"settled"`, `"tenant":"wemi-to"`, `"role":"admin"`, `"actor":{"role":"system"}`} {
			data := strings.Replace(string(raw), "{", "{"+field+",", 1)
			if strings.TrimSpace(string(raw)) == "{}" {
				data = "{" + field + "}"
			}
			if strings.Contains(string(raw), strings.SplitN(field, ":", 2)[0]+":") {
				continue // it has a field of that name, which its schema holds to its values
			}
			answer := w.give(`{"type":"`+name+`","data":`+data+`}`, w.as(casefile.Supervisor))
			assert.Contains(t, []int{http.StatusUnprocessableEntity, http.StatusForbidden}, answer.Code, "%s with %s: %s", name, field, answer.Body)
		}
	}
	handoff := strings.Replace(exampleHandoff(t), "{", `{"office_role":"admin",`, 1)
	assert.Equal(t, 422, w.do("POST", "/v1/handoffs", handoff, w.as(casefile.SUIOfficer)).Code)
	assert.Equal(t, 422, w.do("POST", "/v1/handoffs/"+caseA+"/settlement", `{"action":"retry","reason":"x","by":"me"}`, w.as(casefile.Supervisor)).Code)
	assert.Empty(t, w.orders)
	assert.Empty(t, w.received)
}

func TestABodyThatCanBeReadInTwoWaysIsReadInNone(t *testing.T) {
	w := newWorld(t, unlimited)
	bodies := map[string]string{
		"a field twice":         `{"type":"add_note","type":"withdraw","data":{"note":"x"}}`,
		"in other letters":      `{"type":"add_note","TYPE":"withdraw","data":{"note":"x"}}`,
		"deep inside":           `{"type":"add_note","data":{"note":"x","Note":"y"}}`,
		"something behind":      `{"type":"add_note","data":{"note":"x"}}{"type":"withdraw"}`,
		"a NUL":                 `{"type":"add_note","data":{"note":"\u0000"}}`,
		"half a pair":           `{"type":"add_note","data":{"note":"\ud800"}}`,
		"no UTF-8":              "{\"type\":\"add_note\",\"data\":{\"note\":\"\xff\"}}",
		"too deep":              `{"type":"add_note","data":` + strings.Repeat(`{"a":`, 70) + `1` + strings.Repeat(`}`, 70) + `}`,
		"a number with a point": `{"type":"hold_check_in","data":{"on":"2026-03-31","month":3.0}}`,
		"nothing":               ` `,
	}
	for name, body := range bodies {
		assert.Equal(t, http.StatusBadRequest, w.give(body).Code, name)
		assert.Equal(t, http.StatusBadRequest, w.do("POST", "/v1/handoffs", body, w.as(casefile.SUIOfficer)).Code, name)
		assert.Equal(t, http.StatusBadRequest, w.do("POST", "/v1/handoffs/"+caseA+"/settlement", body, w.as(casefile.Supervisor)).Code, name)
	}
	assert.Empty(t, w.orders)
}

func TestNothingARequestSaysReachesBeyondTheCallersOffice(t *testing.T) {
	w := newWorld(t, unlimited)
	lure := func(r *http.Request) {
		for _, name := range []string{"X-Office", "X-Tenant", "X-User-ID", "X-Role", "X-Original-URL", "X-HTTP-Method-Override"} {
			r.Header.Set(name, "wemi-to")
		}
	}
	require.Equal(t, 200, w.do("GET", "/v1/cases", "", w.as(casefile.Counsellor), lure).Code)
	assert.Equal(t, []string{"wemi-mi"}, w.asked.(CaseQuery).Offices)
	require.Equal(t, 200, w.do("GET", "/v1/cases?cursor=next-1", "", w.as(casefile.Counsellor)).Code)
	assert.Equal(t, []string{"wemi-mi"}, w.asked.(CaseQuery).Offices, "a cursor of another office's list gives none of its cases")
	w.do("GET", "/v1/cases?office=wemi-to", "", w.as(casefile.Counsellor))
	assert.NotContains(t, w.asked.(CaseQuery).Offices, "wemi-to")
	for _, order := range w.orders {
		assert.Equal(t, "wemi-mi", order.Actor.Office)
	}
	answer := w.do("POST", "/v1/cases/"+foreignCase+"/commands", `{"type":"add_note","data":{"note":"x"}}`, w.as(casefile.Counsellor), header("Idempotency-Key", keyA))
	assert.Equal(t, 404, answer.Code)
	assert.Empty(t, w.orders)
}

func TestNoGetChangesAnything(t *testing.T) {
	w := newWorld(t, unlimited)
	everyRoute(t, func(method, target string, role casefile.Role) {
		if method == http.MethodGet {
			w.do(method, target, "", w.as(role))
		}
	})
	assert.Empty(t, w.orders)
	assert.Empty(t, w.received)
	assert.Empty(t, w.rejected)
}

func TestAFormOfAnotherSiteCannotGiveACommand(t *testing.T) {
	w := newWorld(t)
	body := `{"type":"add_note","data":{"note":"x"}}`
	for _, mediaType := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=utf-7", "", "application/json, text/plain"} {
		assert.Equal(t, http.StatusUnsupportedMediaType, w.give(body, header("Content-Type", mediaType)).Code, mediaType)
	}
	r := httptest.NewRequest("POST", "/v1/cases/"+caseA+"/commands", strings.NewReader(body))
	r.Header.Set("Cookie", "__Host-ricongiungi-session=in")
	r.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	w.router.ServeHTTP(answer, r)
	assert.Equal(t, http.StatusUnauthorized, answer.Code, "a browser's cookie opens nothing here")
	assert.Empty(t, w.orders)
}

func TestEveryRouteBearsTheHeadersAndIsOpenToNoOtherOrigin(t *testing.T) {
	w := newWorld(t, unlimited)
	for _, origin := range []string{"null", "https://evil.example", "https://api.ricongiungi.example.evil.example"} {
		everyRoute(t, func(method, target string, role casefile.Role) {
			answer := w.do(method, target, "", w.as(role), header("Origin", origin))
			for name := range answer.Header() {
				assert.NotContains(t, name, "Access-Control-", "%s %s", method, target)
			}
			assert.Contains(t, answer.Header().Get("Content-Security-Policy"), "frame-ancestors 'none'")
			assert.Equal(t, "nosniff", answer.Header().Get("X-Content-Type-Options"))
		})
	}
}

func TestClaimsOfProxiesDoNotMakeAnotherCaller(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.RateLimit = Rate{PerSecond: 0.001, Burst: 3} })
	statuses := map[int]int{}
	for i := range 10 {
		spoofed := fmt.Sprintf("10.0.0.%d", i)
		answer := w.do("GET", "/v1/log/checkpoint", "", header("X-Forwarded-For", spoofed), header("X-Real-Ip", spoofed), header("Forwarded", "for="+spoofed))
		statuses[answer.Code]++
	}
	assert.Equal(t, map[int]int{200: 3, 429: 7}, statuses)
	assert.NotContains(t, w.log.String(), "10.0.0.")
}

// wire is a real server and a connection to it.
func wire(t *testing.T, handler http.Handler, change func(*http.Server)) net.Conn {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := Server(listener.Addr().String(), handler)
	change(server)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	conn, err := net.Dial("tcp", listener.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	return conn
}

func TestARequestWithTwoEndsIsRefusedAndTheConnectionClosed(t *testing.T) {
	w := newWorld(t)
	smuggled := "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
	for name, head := range map[string]string{
		"a length and chunks":       "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"two lengths":               "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
		"a length of its own":       "Content-Length: +5\r\n\r\nhello",
		"an unknown coding":         "Transfer-Encoding: xchunked\r\n\r\nhello",
		"two codings":               "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
		"a blank before the colon":  "Content-Length : 5\r\n\r\nhello",
		"a header with a line feed": "X-A: b\x00c\r\n\r\n",
	} {
		conn := wire(t, w.router, func(*http.Server) {})
		_, err := io.WriteString(conn, "POST /v1/handoffs HTTP/1.1\r\nHost: x\r\n"+head+smuggled)
		require.NoError(t, err)
		raw, err := io.ReadAll(conn) // ends because the server closes
		require.NoError(t, err, name)
		assert.NotContains(t, string(raw), "working", "%s: the second request was served:\n%s", name, raw)
		first, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(raw)), nil)
		require.NoError(t, err, name)
		assert.Contains(t, []int{400, 401, 501}, first.StatusCode, name)
	}
}

func TestWhoSendsSlowlyIsNotWaitedForForEver(t *testing.T) {
	w := newWorld(t)
	conn := wire(t, w.router, func(s *http.Server) {
		assert.LessOrEqual(t, s.ReadHeaderTimeout, 10*time.Second)
		for _, limit := range []time.Duration{s.ReadHeaderTimeout, s.ReadTimeout, s.WriteTimeout, s.IdleTimeout} {
			assert.NotZero(t, limit)
		}
		s.ReadHeaderTimeout = 50 * time.Millisecond
	})
	_, err := io.WriteString(conn, "GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ")
	require.NoError(t, err)
	_, err = io.ReadAll(conn)
	assert.NoError(t, err, "the server ended the connection by itself")
}

func TestHeadersHaveALimit(t *testing.T) {
	conn := wire(t, newWorld(t).router, func(*http.Server) {})
	go func() {
		_, _ = io.WriteString(conn, "GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: "+strings.Repeat("a", 40<<10)+"\r\n\r\n")
	}()
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	assert.Equal(t, http.StatusRequestHeaderFieldsTooLarge, answer.StatusCode)
}

func TestABodyMayHaveItsSizeAndNotOneByteMore(t *testing.T) {
	w := newWorld(t, unlimited)
	for target, c := range map[string]struct {
		limit     int
		mediaType string
		role      casefile.Role
	}{
		"/v1/cases/" + caseA + "/commands":      {commandLimit, "application/json", casefile.Counsellor},
		"/v1/handoffs/" + caseA + "/settlement": {commandLimit, "application/json", casefile.Supervisor},
		"/v1/handoffs":                          {handoffLimit, "application/json", casefile.SUIOfficer},
		"/v1/handoffs/batches":                  {batchLimit, "application/x-ndjson", casefile.SUIOfficer},
	} {
		for more, large := range map[int]bool{0: false, 1: true} {
			answer := w.do("POST", target, strings.Repeat(" ", c.limit+more), w.as(c.role), header("Content-Type", c.mediaType), header("Idempotency-Key", keyA))
			assert.Equal(t, large, answer.Code == http.StatusRequestEntityTooLarge, "%s with %d bytes: %d", target, c.limit+more, answer.Code)
		}
	}
}

func TestFiftyLargeBodiesAtOnceDoNotFillTheMemory(t *testing.T) {
	w := newWorld(t, unlimited)
	server := httptest.NewServer(w.router)
	t.Cleanup(server.Close)
	token := w.as(casefile.Counsellor)
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			r, _ := http.NewRequest("POST", server.URL+"/v1/cases/"+caseA+"/commands", io.LimitReader(endless{}, 64<<20))
			token(r)
			r.Header.Set("Content-Type", "application/json")
			if answer, err := http.DefaultClient.Do(r); err == nil {
				_ = answer.Body.Close()
			}
		})
	}
	all.Wait()
	runtime.ReadMemStats(&after)
	assert.Less(t, int64(after.HeapInuse)-int64(before.HeapInuse), int64(20<<20))
}

// endless is a body without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestNothingIsUnpacked(t *testing.T) {
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, err := io.CopyN(writer, endless{}, 8<<20)
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	w := newWorld(t)
	for _, coding := range []string{"gzip", "deflate", "br", "identity, gzip"} {
		assert.Equal(t, http.StatusUnsupportedMediaType, w.give(packed.String(), header("Content-Encoding", coding)).Code, coding)
	}
}

func TestNamesOfFilesDoNotLeadOutOfTheirFolder(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"..%2f..%2fgo.mod", "%2e%2e", "examples", "commands.json%00", "..%5cschemas.go", "%2fetc%2fpasswd"} {
		answer := httptest.NewRecorder()
		w.router.ServeHTTP(answer, httptest.NewRequest("GET", "/schemas/"+name, nil))
		assert.Equal(t, http.StatusNotFound, answer.Code, name)
	}
}

func TestALineOfTheLogStaysALine(t *testing.T) {
	w := newWorld(t)
	answer := httptest.NewRecorder()
	w.router.ServeHTTP(answer, httptest.NewRequest("GET", "/v1/cases/%0d%0a%1b%5b31mforged%20line?x=%0d%0a{}", nil))
	r := httptest.NewRequest("GET", "/v1/cases", nil)
	r.Header["Authorization"] = []string{"Bearer a\r\n{\"level\":\"INFO\"}.b.c"}
	w.router.ServeHTTP(httptest.NewRecorder(), r)
	for line := range strings.Lines(w.log.String()) {
		assert.NoError(t, json.Unmarshal([]byte(line), &map[string]any{}), line)
		assert.NotContains(t, line, "\x1b")
		assert.NotContains(t, line, "forged")
	}
}

// broken is a database that does not answer.
type broken struct{ *fakes }

func (broken) Standing(context.Context, string) (views.Standing, error) {
	return views.Standing{}, ErrUnavailable
}

func TestWithoutItsDatabaseTheServiceRefusesAndSaysWhenToComeBack(t *testing.T) {
	w := newWorld(t, unlimited, func(c *Config) { c.Views = broken{c.Views.(*fakes)} })
	everyRoute(t, func(method, target string, role casefile.Role) {
		if !strings.Contains(target, "/v1/cases/"+caseA) {
			return
		}
		answer := w.do(method, target, "", w.as(role))
		assert.Equal(t, http.StatusServiceUnavailable, answer.Code, "%s %s", method, target)
		assert.Equal(t, "1", answer.Header().Get("Retry-After"))
		assert.Equal(t, "unavailable", decodeProblem(t, answer).Code)
	})
}

func TestBeyondItsPlacesTheServiceSaysSoAtOnce(t *testing.T) {
	began, end := make(chan struct{}), make(chan struct{})
	w := newWorld(t, unlimited, func(c *Config) { c.AtOnce = 1 })
	w.outcome = func() (*casefile.Outcome, error) {
		close(began)
		<-end
		return nil, nil
	}
	var all sync.WaitGroup
	all.Go(func() { w.do("GET", "/v1/cases/"+caseA+"/commands/"+keyA, "", w.as(casefile.Counsellor)) })
	<-began
	answer := w.do("GET", "/v1/cases", "", w.as(casefile.Counsellor))
	assert.Equal(t, http.StatusServiceUnavailable, answer.Code)
	assert.Equal(t, "1", answer.Header().Get("Retry-After"))
	assert.Equal(t, http.StatusOK, w.do("GET", "/livez", "").Code, "whoever watches gets an answer")
	close(end)
	all.Wait()
	assert.Equal(t, http.StatusOK, w.do("GET", "/v1/cases", "", w.as(casefile.Counsellor)).Code)
}

func TestTheContactForWeaknessesIsCurrent(t *testing.T) {
	w := newWorld(t, func(c *Config) {
		c.SecurityContact, c.Clock = "mailto:security@ricongiungi.example", func() time.Time { return now }
	})
	answer := w.do("GET", "/.well-known/security.txt", "")
	require.Equal(t, http.StatusOK, answer.Code)
	assert.Equal(t, "Contact: mailto:security@ricongiungi.example\nExpires: 2026-09-27T00:00:00Z\nPreferred-Languages: it, en\n", answer.Body.String())
	assert.Equal(t, http.StatusNotFound, newWorld(t).do("GET", "/.well-known/security.txt", "").Code)
}
