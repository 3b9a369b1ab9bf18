// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/santhosh-tekuri/jsonschema/v5"

	"ricongiungi/access"
	"ricongiungi/api"
	"ricongiungi/casefile"
)

func TestARevocationIsInForceEverywhereWithinFiveSeconds(t *testing.T) {
	issuer, err := api.NewIssuer(filepath.Join(t.TempDir(), "issuer.json"))
	must(t, err)
	synctest.Test(t, func(t *testing.T) {
		leaver := uuid.New()
		token, err := issuer.Token(leaver, casefile.Counsellor, "wemi-mi", time.Hour)
		must(t, err)
		tokens := api.NewVerifier(issuer.Keys(), api.DefaultIssuer, api.DefaultAudience)
		var since atomic.Pointer[map[string]time.Time]
		since.Store(&map[string]time.Time{})
		var down atomic.Bool
		read := func(context.Context) (map[string]time.Time, error) {
			if down.Load() {
				return nil, errors.New("down")
			}
			return *since.Load(), nil
		}
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go func() { _ = followRevocations(ctx, read, tokens, slog.New(slog.DiscardHandler)) }()
		time.Sleep(time.Second)
		_, err = tokens.Verify(token)
		must(t, err)
		since.Store(&map[string]time.Time{leaver.String(): time.Now()})
		time.Sleep(5 * time.Second)
		if _, err = tokens.Verify(token); err == nil {
			t.Error("the token is still good after five seconds")
		}
		down.Store(true)
		time.Sleep(time.Minute)
		if _, err = tokens.Verify(token); err == nil {
			t.Error("a database that does not answer gave the token back")
		}
	})
}

func TestEveryLineOfTheAccessLogSaysWhatTheNationalRulesAsk(t *testing.T) {
	schema, err := jsonschema.Compile("../../deploy/access-log.schema.json")
	must(t, err)
	issuer, err := api.NewIssuer(filepath.Join(t.TempDir(), "issuer.json"))
	must(t, err)
	var log bytes.Buffer
	site := api.New(api.Config{Rights: access.Default(), Tokens: api.NewVerifier(issuer.Keys(), api.DefaultIssuer, api.DefaultAudience), Log: logTo(&log)})
	for _, target := range []string{"/livez", "/v1/cases", "/openapi.yaml", "/no/such%0aplace?secret=1"} {
		site.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", target, nil))
	}
	lines := 0
	for line := range strings.Lines(log.String()) {
		var said any
		must(t, json.Unmarshal([]byte(line), &said))
		if said.(map[string]any)["msg"] != "request" {
			continue
		}
		if err := schema.Validate(said); err != nil {
			t.Errorf("%s: %v", line, err)
		}
		lines++
	}
	if lines != 4 || strings.Contains(log.String(), "secret") {
		t.Errorf("%d lines:\n%s", lines, log.String())
	}
}
