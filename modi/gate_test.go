// SPDX-License-Identifier: AGPL-3.0-or-later

package modi_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ricongiungi/modi"
	sim "ricongiungi/modi/simulatedpdnd"
	"ricongiungi/views"
)

func TestKeysAreAskedForNoMoreOftenThanNeeded(t *testing.T) {
	b := newBorder(t, modi.Voucher)
	for range 20 {
		_, err := b.sound().try()
		require.NoError(t, err)
	}
	assert.Equal(t, 1, b.asked)
	for range 20 {
		a := b.sound()
		a.voucher.key.KID = "invented"
		_, err := a.try()
		assert.ErrorIs(t, err, modi.ErrRefused)
	}
	assert.Equal(t, 1, b.asked, "an invented key id does not make us ask at once")
}

func TestANewKeyOfThePlatformIsFoundAndAnOldOneForgotten(t *testing.T) {
	b := newBorder(t, modi.Voucher)
	_, err := b.sound().try()
	require.NoError(t, err)
	old := b.platform
	b.platform, err = sim.NewPlatformKey("pdnd-2")
	require.NoError(t, err)
	b.clock = now.Add(31 * time.Second)
	_, err = b.sound().try()
	assert.NoError(t, err)
	a := b.sound()
	a.voucher.key = old
	_, err = a.try()
	assert.ErrorIs(t, err, modi.ErrRefused)
}

func TestWithoutTheKeysOfThePlatformNobodyIsLetIn(t *testing.T) {
	b := newBorder(t, modi.Voucher)
	b.platformAnswers(http.NotFound)
	_, err := b.sound().try()
	assert.ErrorIs(t, err, views.ErrUnavailable)
}

// platformAnswers opens the gate anew with a platform that answers like that.
func (b *border) platformAnswers(handle http.HandlerFunc) {
	server := httptest.NewServer(handle)
	b.t.Cleanup(server.Close)
	b.config.Platform.Keys = server.URL
	b.open()
}

func TestKeysReadLastServeForADayAndNoLonger(t *testing.T) {
	b, down := newBorder(t, modi.Voucher), false
	b.platformAnswers(func(w http.ResponseWriter, r *http.Request) {
		if down {
			http.Error(w, "down", http.StatusBadGateway)
			return
		}
		b.platform.ServeHTTP(w, r)
	})
	_, err := b.sound().try()
	require.NoError(t, err)
	down = true
	b.clock = now.Add(23 * time.Hour)
	_, err = b.sound().try()
	assert.NoError(t, err)
	b.clock = now.Add(25 * time.Hour)
	_, err = b.sound().try()
	assert.ErrorIs(t, err, views.ErrUnavailable)
	down, b.clock = false, now.Add(26*time.Hour)
	_, err = b.sound().try()
	assert.NoError(t, err, "and it goes on once the platform answers")
}

func TestAMalformedSetOfKeysIsNoSet(t *testing.T) {
	b := newBorder(t, modi.Voucher)
	weak := `{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"pdnd-1"}]}`
	for name, answer := range map[string]string{
		"no JSON": "<html>", "no keys": `{"keys":[]}`, "a shared code": weak, "too long": `{"keys":[]}` + strings.Repeat(" ", 1<<20),
		"cut off": `{"keys":[{"kty":"RSA"`, "a list": `[]`, "null": `null`,
	} {
		b.platformAnswers(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, answer) })
		_, err := b.sound().try()
		assert.ErrorIs(t, err, views.ErrUnavailable, name)
	}
	b.platformAnswers(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
	})
	_, err := b.sound().try()
	assert.ErrorIs(t, err, views.ErrUnavailable, "sent elsewhere")
}

func TestWithoutItsJournalNobodyIsLetIn(t *testing.T) {
	b := newBorder(t, modi.Voucher)
	b.journal.down = views.ErrUnavailable
	_, err := b.sound().try()
	assert.ErrorIs(t, err, views.ErrUnavailable)
}

func TestAnAnswerIsSignedForWhomItIsFor(t *testing.T) {
	b := newBorder(t, modi.Voucher, modi.Integrity2)
	path := filepath.Join(t.TempDir(), "answers.json")
	key, err := modi.LoadAnswerKey(path)
	require.NoError(t, err)
	b.gate, err = modi.New(b.config, b.journal, key, func() time.Time { return b.clock })
	require.NoError(t, err)
	caller, err := b.sound().try()
	require.NoError(t, err)
	require.True(t, caller.SignsAnswers())

	h := http.Header{"Content-Type": {"application/json"}}
	require.NoError(t, b.gate.SignAnswer(caller, h, []byte(`{"status":"accepted"}`)))
	assert.Equal(t, sim.BodyDigest([]byte(`{"status":"accepted"}`)), h.Get("Digest"))
	again, err := modi.LoadAnswerKey(path)
	require.NoError(t, err)
	parsed, err := jwt.ParseSigned(h.Get("Agid-JWT-Signature"), []jose.SignatureAlgorithm{jose.RS256})
	require.NoError(t, err)
	var said struct {
		jwt.Claims
		Headers []map[string]string `json:"signed_headers"`
	}
	require.NoError(t, parsed.Claims(again.Public(), &said), "the key is kept")
	assert.Equal(t, jwt.Audience{prefect}, said.Audience)
	assert.Equal(t, []map[string]string{{"digest": h.Get("Digest")}, {"content-type": "application/json"}}, said.Headers)
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestABrokenConfigurationIsRefusedWithItsReason(t *testing.T) {
	sound := newBorder(t, modi.Voucher, modi.Integrity2).config
	for want, change := range map[string]func(c *modi.Config){
		"audience":         func(c *modi.Config) { c.Audience = "" },
		"public_url":       func(c *modi.Config) { c.PublicURL = "http://api.example" },
		"slash":            func(c *modi.Config) { c.PublicURL = "https://api.example/" },
		"twice":            func(c *modi.Config) { c.Clients = append(c.Clients, c.Clients[0]) },
		"client_id":        func(c *modi.Config) { c.Clients[0].ClientID = "a b" },
		"role":             func(c *modi.Config) { c.Clients[0].Role = "system" },
		"office":           func(c *modi.Config) { c.Clients[0].Office = "" },
		"patterns":         func(c *modi.Config) { c.Clients[0].Patterns = []modi.Pattern{modi.Voucher, modi.IDAuth1} },
		"at most one":      func(c *modi.Config) { c.Clients[0].Patterns = []modi.Pattern{modi.Voucher, "INTEGRITY"} },
		"purposes":         func(c *modi.Config) { c.Clients[0].Purposes = nil },
		"platform":         func(c *modi.Config) { c.Platform.Issuer = "" },
		"operations":       func(c *modi.Config) { c.Clients[0].Patterns = []modi.Pattern{modi.IDAuth1} },
		"an https address": func(c *modi.Config) { c.Clients[0].Keys = "http://keys.example/jwks" },
	} {
		c := sound
		c.Clients = append([]modi.Client{}, sound.Clients...)
		change(&c)
		assert.ErrorContains(t, c.Check(), want)
	}
	require.NoError(t, sound.Check())
	path := filepath.Join(t.TempDir(), "machines.json")
	for content, want := range map[string]string{
		`{"audience":"a","public_url":"https://a.example","clientz":[]}`: "clientz",
		`{"audience":"a","public_url":"https://a.example"} {}`:           "follows the end",
		`{"audience":"a","public_url":"https://a.example"}`:              "",
	} {
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		_, err := modi.Load(path)
		if want == "" {
			assert.NoError(t, err)
			continue
		}
		assert.ErrorContains(t, err, want)
	}
	_, err := modi.Load(filepath.Join(t.TempDir(), "none"))
	assert.True(t, errors.Is(err, os.ErrNotExist))
}
