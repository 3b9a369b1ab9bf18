// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ricongiungi/ledger"
)

// watchedLog is a log as a witness sees it over HTTP. Its keeper may change what
// it holds.
type watchedLog struct {
	t      *testing.T
	signer *ledger.Signer
	leaves []tlog.Hash
	url    string
}

func newWatchedLog(t *testing.T) *watchedLog {
	t.Helper()
	signer, err := ledger.LoadOrCreateSigner(filepath.Join(t.TempDir(), "log.key"), "example.org/log")
	must(t, err)
	l := &watchedLog{t: t, signer: signer}
	l.grow(5, "")
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/log/checkpoint", func(out http.ResponseWriter, _ *http.Request) { _, _ = out.Write(l.head()) })
	mux.HandleFunc("GET /v1/log/proofs/consistency", func(out http.ResponseWriter, r *http.Request) {
		from, _ := strconv.ParseInt(r.FormValue("from"), 10, 64)
		_ = json.NewEncoder(out).Encode(map[string]any{"hashes": l.proof(from)})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	l.url = server.URL
	return l
}

func (l *watchedLog) grow(n int, mark string) {
	for range n {
		l.leaves = append(l.leaves, tlog.RecordHash(fmt.Appendf(nil, "%s%d", mark, len(l.leaves))))
	}
}

func (l *watchedLog) tree() (ledger.Frontier, []ledger.IndexedHash) {
	return ledger.Frontier{}.Append(l.leaves...)
}

func (l *watchedLog) head() []byte {
	tree, _ := l.tree()
	signed, err := l.signer.Sign(tree.Size(), tree.Root(), ledger.Edge{})
	must(l.t, err)
	return signed
}

func (l *watchedLog) proof(from int64) []string {
	_, nodes := l.tree()
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var hashes []tlog.Hash
		for _, i := range indexes {
			hashes = append(hashes, nodes[i].Hash)
		}
		return hashes, nil
	})
	proof, err := ledger.ProveConsistency(reader, from, int64(len(l.leaves)))
	must(l.t, err)
	var texts []string
	for _, hash := range proof {
		texts = append(texts, base64.StdEncoding.EncodeToString(hash[:]))
	}
	return texts
}

// witness is a witness of the log, whose memory is in a folder.
func (l *watchedLog) witness(dir string) *witness {
	l.t.Helper()
	w := &witness{url: l.url, key: l.signer.VerifierKey(), state: dir, name: "witness.example", http: http.DefaultClient}
	must(l.t, w.open())
	return w
}

func (l *watchedLog) look(dir string) error {
	cmd := &cobra.Command{}
	cmd.SetContext(l.t.Context())
	cmd.SetOut(&strings.Builder{})
	return l.witness(dir).look(cmd)
}

func TestAWitnessCountersignsALogThatOnlyGrows(t *testing.T) {
	t.Parallel()
	l, dir := newWatchedLog(t), t.TempDir()
	for range 4 {
		must(t, l.look(dir))
		l.grow(3, "")
	}
	must(t, l.look(dir))
	must(t, l.look(dir)) // nothing new is no trouble
	w := l.witness(dir)
	key, err := ledger.NewCosignatureVerifier(w.signer.VerifierKey())
	must(t, err)
	shown := httptest.NewRecorder()
	w.handler().ServeHTTP(shown, httptest.NewRequest("GET", "/checkpoint", nil))
	opened, err := note.Open(shown.Body.Bytes(), note.VerifierList(w.log, key))
	must(t, err)
	if len(opened.Sigs) != 2 || !strings.Contains(opened.Text, "\n17\n") {
		t.Errorf("it shows %q with %d signatures", opened.Text, len(opened.Sigs))
	}
}

func TestAWitnessRefusesALogThatWasRewoundForkedOrStolen(t *testing.T) {
	t.Parallel()
	thief, err := ledger.LoadOrCreateSigner(filepath.Join(t.TempDir(), "log.key"), "example.org/log")
	must(t, err)
	for name, change := range map[string]func(*watchedLog){
		"rewound":               func(l *watchedLog) { l.leaves = l.leaves[:3] },
		"rewound to nothing":    func(l *watchedLog) { l.leaves = nil },
		"forked":                func(l *watchedLog) { l.leaves = l.leaves[:4]; l.grow(6, "other") },
		"one event replaced":    func(l *watchedLog) { l.leaves[0] = tlog.RecordHash([]byte("x")) },
		"signed by another key": func(l *watchedLog) { l.signer = thief },
	} {
		l, dir := newWatchedLog(t), t.TempDir()
		must(t, l.look(dir))
		before, honest := l.witness(dir).memory.Seen(), l.signer
		change(l)
		var refused altered
		w := &witness{url: l.url, key: honest.VerifierKey(), state: dir, name: "witness.example", http: http.DefaultClient}
		must(t, w.open())
		cmd := &cobra.Command{}
		cmd.SetContext(t.Context())
		if err := w.look(cmd); !errors.As(err, &refused) || status(err) != exitAltered {
			t.Errorf("%s: %v", name, err)
		}
		must(t, w.open()) // after a restart
		if w.memory.Seen() != before {
			t.Errorf("%s: it remembers %+v", name, w.memory.Seen())
		}
	}
}

func TestAWitnessTakesHeadsAsC2SPAsks(t *testing.T) {
	t.Parallel()
	l := newWatchedLog(t)
	w := l.witness(t.TempDir())
	stranger, err := ledger.LoadOrCreateSigner(filepath.Join(t.TempDir(), "log.key"), "example.org/other")
	must(t, err)
	foreign, err := stranger.Sign(1, tlog.RecordHash(nil), ledger.Edge{})
	must(t, err)
	send := func(body string) *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		w.handler().ServeHTTP(answer, httptest.NewRequest("POST", "/add-checkpoint", strings.NewReader(body)))
		return answer
	}
	addition := func(old int64, proof []string, head []byte) string {
		return fmt.Sprintf("old %d\n%s\n%s", old, strings.Join(append(proof, ""), "\n"), head)
	}
	first := send(addition(0, nil, l.head()))
	if first.Code != http.StatusOK || !strings.HasPrefix(first.Body.String(), "— witness.example ") {
		t.Fatalf("the first head: %d %q", first.Code, first.Body)
	}
	l.grow(4, "")
	good := l.proof(5)
	spoilt := strings.Replace(string(l.head()), "example.org/log ", "example.org/log A", 1)
	for name, c := range map[string]struct {
		body string
		want int
	}{
		"malformed":        {"older 5\n\n", http.StatusBadRequest},
		"old beyond new":   {addition(99, good, l.head()), http.StatusBadRequest},
		"another log":      {addition(0, nil, foreign), http.StatusNotFound},
		"not signed":       {addition(5, good, []byte(spoilt)), http.StatusForbidden},
		"stale":            {addition(3, l.proof(3), l.head()), http.StatusConflict},
		"proof of nothing": {addition(5, good[1:], l.head()), http.StatusUnprocessableEntity},
	} {
		if answer := send(c.body); answer.Code != c.want {
			t.Errorf("%s: %d %q, want %d", name, answer.Code, answer.Body, c.want)
		}
	}
	if stale := send(addition(3, l.proof(3), l.head())); stale.Body.String() != "5\n" || stale.Header().Get("Content-Type") != "text/x.tlog.size" {
		t.Errorf("a stale size is answered with %q", stale.Body)
	}
	if next := send(addition(5, good, l.head())); next.Code != http.StatusOK {
		t.Errorf("a good head is answered with %d %q", next.Code, next.Body)
	}
}
