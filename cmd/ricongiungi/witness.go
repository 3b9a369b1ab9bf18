// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ricongiungi/ledger"
)

// witness follows the log of another body. It needs nothing of that body but
// the address and the public key of its log.
type witness struct {
	url, state, name, key, listen string
	every                         time.Duration

	log     note.Verifier
	memory  *ledger.Witness
	signer  *ledger.Cosigner
	writing sync.Mutex // one update and its cosigned copy at a time
	http    *http.Client
}

func witnessCommand() *cobra.Command {
	w := &witness{http: &http.Client{Timeout: 30 * time.Second}}
	cmd := &cobra.Command{
		Use: "witness", Short: "Watch a log that another body keeps, and countersign it as long as it only grows", Args: cobra.NoArgs,
		Long: `Fetches the signed head of the log, makes sure that it continues the head seen
last, remembers it in the state folder and countersigns it (C2SP cosignature v1).
A log that was rewound or forked is refused: exit status 3.

Run it under another user, on another machine, best in another office: the body
that keeps the log could rewrite it and sign again, but not what you remember.
Without --every it looks once. With --listen it also shows the countersigned head
at /checkpoint and takes heads at /add-checkpoint (C2SP tlog-witness).`,
		RunE: func(cmd *cobra.Command, _ []string) error { return w.run(cmd) },
	}
	cmd.Flags().StringVar(&w.url, "url", "", "address of the log's API, such as https://ricongiungi.example")
	cmd.Flags().StringVar(&w.key, "key", "", "public key of the log, as the body published it")
	cmd.Flags().StringVar(&w.state, "state", "witness", "folder of the witness's memory and key")
	cmd.Flags().StringVar(&w.name, "name", "witness.local", "name of this witness in its signatures")
	cmd.Flags().DurationVar(&w.every, "every", 0, "look again and again, this far apart")
	cmd.Flags().StringVar(&w.listen, "listen", "", "address at which to show what was countersigned")
	_ = cmd.MarkFlagRequired("url")
	_ = cmd.MarkFlagRequired("key")
	return cmd
}

func (w *witness) run(cmd *cobra.Command) error {
	if err := w.open(); err != nil {
		return err
	}
	if w.every <= 0 && w.listen == "" {
		return w.look(cmd)
	}
	ctx, stop := context.WithCancel(cmd.Context())
	defer stop()
	served := make(chan error, 1)
	if w.listen != "" {
		go func() { served <- serveUntilDone(ctx, w.listen, w.handler(), newLog()) }()
	}
	ticker := time.NewTicker(max(w.every, time.Second))
	defer ticker.Stop()
	for {
		var refused altered
		switch err := w.look(cmd); {
		case errors.As(err, &refused):
			return err
		case err != nil: // the log may be down for a while
			fmt.Fprintln(cmd.ErrOrStderr(), err)
		}
		select {
		case <-ticker.C:
		case err := <-served:
			return err
		case <-ctx.Done():
			return nil
		}
	}
}

func (w *witness) open() error {
	var err error
	if w.log, err = note.NewVerifier(w.key); err != nil {
		return fmt.Errorf("key of the log: %w", err)
	}
	if err := os.MkdirAll(w.state, 0o700); err != nil {
		return err
	}
	if w.memory, err = ledger.NewWitness(filepath.Join(w.state, "seen.txt"), w.log); err != nil {
		return err
	}
	w.signer, err = ledger.LoadOrCreateCosigner(filepath.Join(w.state, "witness.key"), w.name, nil)
	return err
}

// look fetches the head of the log and accepts or refuses it.
func (w *witness) look(cmd *cobra.Command) error {
	head, err := w.fetch(cmd.Context(), "/v1/log/checkpoint")
	if err != nil {
		return err
	}
	next, err := ledger.OpenCheckpoint(head, w.log)
	if err != nil {
		return altered{"the head of the log is not signed by the key given: " + err.Error()}
	}
	seen := w.memory.Seen()
	var proof tlog.TreeProof
	if seen.Size > 0 && next.Size > seen.Size {
		if proof, err = w.fetchProof(cmd.Context(), seen.Size, next.Size); err != nil {
			return err
		}
	}
	if _, err := w.accept(head, proof); err != nil {
		return w.refused(err)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d events, %d more than before: the log only grew. Countersigned in %s.\n", next.Size, next.Size-seen.Size, w.cosignedFile())
	return nil
}

// refused tells a log that was tampered with from one that could not be checked.
func (w *witness) refused(err error) error {
	if errors.Is(err, ledger.ErrRewound) || errors.Is(err, ledger.ErrForked) {
		return altered{"THE LOG IS NOT THE ONE SEEN BEFORE: " + err.Error()}
	}
	return err
}

func (w *witness) cosignedFile() string { return filepath.Join(w.state, "cosigned.txt") }

// accept remembers a head that continues what was seen and countersigns it.
func (w *witness) accept(head []byte, proof tlog.TreeProof) ([]byte, error) {
	w.writing.Lock()
	defer w.writing.Unlock()
	if err := w.memory.Update(head, proof); err != nil {
		return nil, err
	}
	cosigned, err := w.signer.Cosign(head, w.log)
	if err != nil {
		return nil, err
	}
	return cosigned, os.WriteFile(w.cosignedFile(), cosigned, 0o600)
}

func (w *witness) fetch(ctx context.Context, path string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(w.url, "/")+path, nil)
	if err != nil {
		return nil, fmt.Errorf("address of the log: %w", err)
	}
	response, err := w.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("the log does not answer: %w", err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("reading from the log: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the log answers %s", response.Status)
	}
	return content, nil
}

// fetchProof asks the log itself for the proof: a wrong one does not hold.
func (w *witness) fetchProof(ctx context.Context, from, to int64) (tlog.TreeProof, error) {
	var answer struct {
		Hashes []string `json:"hashes"`
	}
	raw, err := w.fetch(ctx, fmt.Sprintf("/v1/log/proofs/consistency?from=%d&to=%d", from, to))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return nil, fmt.Errorf("proof of the log: %w", err)
	}
	return parseHashes(answer.Hashes)
}

func parseHashes(texts []string) (tlog.TreeProof, error) {
	proof := make(tlog.TreeProof, len(texts))
	for i, text := range texts {
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(raw) != tlog.HashSize {
			return nil, errors.New("a hash of the proof is malformed")
		}
		proof[i] = tlog.Hash(raw)
	}
	return proof, nil
}

func (w *witness) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /checkpoint", func(out http.ResponseWriter, r *http.Request) { http.ServeFile(out, r, w.cosignedFile()) })
	mux.HandleFunc("POST /add-checkpoint", w.addCheckpoint)
	return mux
}

// addCheckpoint answers as C2SP tlog-witness asks: 200 with the signature, 400
// for what cannot be read, 403 for a head that the log has not signed, 404 for
// another log, 409 with the size seen when the old size is not that, and 422
// when the proof does not hold.
func (w *witness) addCheckpoint(out http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(out, r.Body, 1<<20))
	old, proof, head, readable := parseAddition(string(body))
	origin, _, _ := strings.Cut(head, "\n")
	switch {
	case err != nil || !readable:
		http.Error(out, "malformed", http.StatusBadRequest)
		return
	case origin != w.log.Name():
		http.Error(out, "unknown log", http.StatusNotFound)
		return
	}
	next, err := ledger.OpenCheckpoint([]byte(head), w.log)
	seen := w.memory.Seen()
	switch {
	case err != nil:
		http.Error(out, "not signed by the log", http.StatusForbidden)
		return
	case old > next.Size:
		http.Error(out, "old size is larger", http.StatusBadRequest)
		return
	case old != seen.Size:
		conflict(out, seen.Size)
		return
	}
	cosigned, err := w.accept([]byte(head), proof)
	switch {
	case errors.Is(err, ledger.ErrRewound): // somebody else was faster
		conflict(out, w.memory.Seen().Size)
	case errors.Is(err, ledger.ErrForked):
		http.Error(out, "the proof does not hold", http.StatusUnprocessableEntity)
	case err != nil:
		http.Error(out, "the witness cannot remember", http.StatusInternalServerError)
	default:
		lines := strings.SplitAfter(string(cosigned), "\n")
		_, _ = io.WriteString(out, lines[len(lines)-2]) // the last line, which ends in a line feed
	}
}

func conflict(out http.ResponseWriter, size int64) {
	out.Header().Set("Content-Type", "text/x.tlog.size")
	out.WriteHeader(http.StatusConflict)
	fmt.Fprintf(out, "%d\n", size)
}

// parseAddition reads "old <size>", the hashes of the proof, an empty line and
// the signed head.
func parseAddition(body string) (old int64, proof tlog.TreeProof, head string, ok bool) {
	before, head, found := strings.Cut(body, "\n\n")
	lines := strings.Split(before, "\n")
	size, named := strings.CutPrefix(lines[0], "old ")
	old, err := strconv.ParseInt(size, 10, 64)
	if !found || !named || err != nil || old < 0 {
		return 0, nil, "", false
	}
	proof, err = parseHashes(lines[1:])
	return old, proof, head, err == nil
}
