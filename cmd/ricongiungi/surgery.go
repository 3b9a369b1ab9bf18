// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"

	"ricongiungi/backup"
	"ricongiungi/ledger"
	"ricongiungi/store"
	"ricongiungi/views"
)

// surgery tells operators how the parts are.
type surgery struct {
	settings *settings
	health   health
	log      *store.Store
	started  time.Time
}

// Health asks every part within two seconds. A part that does not answer is down;
// the database being down is the only thing that leaves nothing to show.
func (s *surgery) Health(ctx context.Context) (views.Health, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	h := views.Health{Version: version(), Built: revision(), Started: s.started.UTC(), Backup: backup.Latest(s.settings.backupDir), Keys: s.keys()}
	var err error
	if h.Pulse, err = s.log.Pulse(ctx); err != nil {
		return h, err
	}
	troubles := s.health.Check(ctx)
	for _, name := range []string{"database", "temporal", "worker"} {
		h.Parts = append(h.Parts, part(name, troubles[name]))
	}
	h.Parts = append(h.Parts, courier(troubles["worker"], h.Pulse), views.Part{Name: "mailbox", State: views.PartWorks, Detail: "simulated"}, s.witness(ctx))
	return h, nil
}

func part(name string, trouble error) views.Part {
	if trouble != nil {
		return views.Part{Name: name, State: views.PartDown}
	}
	return views.Part{Name: name, State: views.PartWorks}
}

// patience is how long something may wait that the courier delivers at once.
const patience = 2 * time.Minute

// courier lives in the worker's process. It has stopped, or cannot keep up, when
// something waits that it would long have delivered.
func courier(worker error, p views.Pulse) views.Part {
	found := part("courier", worker)
	for _, q := range p.Queues {
		if (q.Name == "handoffs" || q.Name == "commands") && q.Seconds > patience.Seconds() {
			found.State, found.Detail = views.PartDown, "held_up"
		}
	}
	return found
}

// keys are the files that hold keys, with the day they were made.
func (s *surgery) keys() []views.KeyAge {
	ages := []views.KeyAge{}
	paths, _ := filepath.Glob(filepath.Join(s.settings.dataDir, "keys", "*")) // the pattern is sound
	for _, path := range paths {
		if at := modified(path); !at.IsZero() {
			ages = append(ages, views.KeyAge{Name: filepath.Base(path), At: at})
		}
	}
	return ages
}

// modified is when a file was last written; zero for no file.
func modified(path string) time.Time {
	info, err := os.Stat(path)
	if path == "" || err != nil || info.IsDir() {
		return time.Time{}
	}
	return info.ModTime().UTC()
}

// revision is the source that the program was built from.
func revision() string {
	info, _ := debug.ReadBuildInfo()
	if info == nil {
		return ""
	}
	at := slices.IndexFunc(info.Settings, func(s debug.BuildSetting) bool { return s.Key == "vcs.revision" })
	if at < 0 {
		return ""
	}
	return info.Settings[at].Value
}

// witness asks the witness for the head it countersigned last.
func (s *surgery) witness(ctx context.Context) views.Part {
	p := views.Part{Name: "witness", State: views.PartUnknown, Detail: "not_configured"}
	if s.settings.witnessURL == "" {
		return p
	}
	p.State, p.Detail = views.PartDown, "no_answer"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.settings.witnessURL, nil)
	if err != nil {
		return p
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return p
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil || answer.StatusCode != http.StatusOK {
		return p
	}
	p.SeenAt, _ = http.ParseTime(answer.Header.Get("Last-Modified")) // of the file it is kept in
	return s.countersigned(ctx, p, text)
}

// countersigned holds the witness's head against the log: signed by its key, and
// the root that the log had at that size. Anything else is the alarm that a
// witness is there for.
func (s *surgery) countersigned(ctx context.Context, p views.Part, text []byte) views.Part {
	signer, err := s.settings.signer()
	if err != nil {
		return p
	}
	key, err := note.NewVerifier(signer.VerifierKey())
	if err != nil {
		return p
	}
	seen, err := ledger.OpenCheckpoint(text, key)
	if err != nil {
		p.Detail = "not_ours"
		return p
	}
	root, err := s.log.RootAt(ctx, seen.Size)
	if err != nil || root != seen.Root {
		p.Detail = "another_history"
		return p
	}
	p.State, p.Detail = views.PartWorks, "countersigned"
	return p
}
