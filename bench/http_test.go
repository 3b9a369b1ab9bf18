// SPDX-License-Identifier: AGPL-3.0-or-later

package bench

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"ricongiungi/access"
	"ricongiungi/api"
	"ricongiungi/casefile"
	"ricongiungi/search"
)

type alwaysWell struct{}

// Check says that every part answers.
func (alwaysWell) Check(context.Context) map[string]error { return nil }

// reader serves the API on loopback and gives a client that reads a path.
func (o *office) reader(b *testing.B) func(path string) error {
	b.Helper()
	issuer, err := api.NewIssuer(filepath.Join(b.TempDir(), "tokens.json"))
	must(b, err)
	token, err := issuer.Token(uuid.New(), casefile.Counsellor, "wemi-mi", time.Hour)
	must(b, err)
	server := httptest.NewServer(api.New(api.Config{Orders: o.log, Engine: o.engine, Views: o.log, Reads: o.log, People: search.NewDirectory(o.log), Handoffs: o.log, Evidence: o.log, Figures: o.log,
		Health: alwaysWell{}, Rights: access.Default(), Tokens: api.NewVerifier(issuer.Keys(), api.DefaultIssuer, api.DefaultAudience),
		RateLimit: api.Rate{PerSecond: 1e6, Burst: 1e6}, Log: quiet()}))
	b.Cleanup(server.Close)
	address := strings.TrimPrefix(server.URL, "http://")
	return func(path string) error { return get(address, path, token) }
}

// connections are kept between requests, one for each client.
var connections sync.Pool

type connection struct {
	net.Conn
	in *bufio.Reader
}

// get asks over a plain connection that is kept: a lean client, so that what is
// measured is the server.
func get(address, path, token string) error {
	c, _ := connections.Get().(*connection)
	if c == nil {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return err
		}
		c = &connection{conn, bufio.NewReader(conn)}
	}
	if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n", path, address, token); err != nil {
		return err
	}
	response, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the answer is %s", response.Status)
	}
	_, err = io.Copy(io.Discard, response.Body)
	connections.Put(c)
	return err
}
