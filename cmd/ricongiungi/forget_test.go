// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"ricongiungi/casefile"
	"ricongiungi/deploy"
	"ricongiungi/rules"
)

const canary = "Zinzulusa"

// canaryPlace is where the child lives, in the form in which a run keeps it.
const canaryPlace = `"lat":45.437,"lon":9.113`

// TestAnErasedPersonIsInNoFileDumpOrExport plants a name, works on the case,
// erases the person, and looks for the name in everything there is: the files of
// PostgreSQL with its write-ahead log (Temporal's databases among them), a dump
// of every database, the logs, the metrics and what the program gives out. A
// capsule of the case is then checked on a machine without any of it.
func TestAnErasedPersonIsInNoFileDumpOrExport(t *testing.T) {
	m := newMachine(t)
	m.start("--sample=false")
	message := decided(rules.DateOf(time.Now()))
	message.Members[0].Person.FamilyName = canary
	receipt := m.handOver(message)
	mother, child := casefile.DeriveID(receipt.CaseID, "member/1"), casefile.DeriveID(receipt.CaseID, "member/2")
	c := m.client("supervisor")
	m.insist(c, receipt.CaseID, "add_note", map[string]any{"member_id": mother, "note": canary + " parla arabo"})
	shown := func(args ...string) string {
		out, err := m.run(args...)
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		return out
	}
	if !strings.Contains(shown("case", "show", receipt.CaseID), canary) {
		t.Fatal("the name is not shown before the erasure")
	}
	run := m.placed(receipt.CaseID, child)
	shown("erase", child, "--reason", "request_of_the_person")
	shown("erase", child, "--confirm")
	shown("erase", mother, "--reason", "request_of_the_person")
	if out, err := m.run("erase", mother, "--reason", "again"); err != nil || !strings.Contains(out, "so already") {
		t.Fatalf("asked again: %v\n%s", err, out)
	}
	shown("erase", mother, "--confirm")
	shown("keys", "scrub")
	m.insist(c, receipt.CaseID, "record_visa_requested", map[string]any{"member_id": mother, "on": rules.DateOf(time.Now()).AddDays(-5).String()})
	m.insist(c, receipt.CaseID, "add_note", map[string]any{"member_id": child, "note": "va avanti"})
	m.proven(t)

	if out := shown("schools", "place", "show", run); !strings.Contains(out, "Erased: nothing more is known.") {
		t.Errorf("the run still tells of the child:\n%s", out)
	}
	given := filepath.Join(m.dir, "given")
	must(t, os.Mkdir(given, 0o700))
	whole, bare, page := filepath.Join(given, "whole.zip"), filepath.Join(given, "bare.zip"), filepath.Join(given, "page.html")
	shown("case", "capsule", receipt.CaseID, "--out", whole)
	shown("case", "capsule", receipt.CaseID, "--out", bare, "--without-personal-data")
	shown("person", "export", mother, "--out", page)
	certificate := filepath.Join(given, "run.json")
	shown("schools", "place", "show", run, "--out", certificate)
	if out := shown("schools", "verify", certificate); !strings.Contains(out, "1 children were erased") {
		t.Errorf("the certificate after the erasure:\n%s", out)
	}
	for name, text := range map[string]string{"case": shown("case", "show", receipt.CaseID), "history": shown("case", "history", receipt.CaseID, "--json"),
		"metrics": m.metricsPage(), "dump": m.dumpAll()} {
		m.clean(name, []byte(text))
	}
	m.clean("up", []byte(m.out.String()))
	must(t, filepath.WalkDir(m.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path == m.program {
			return nil // files come and go while the servers work
		}
		if content, err := os.ReadFile(path); err == nil {
			m.clean(path, content)
		}
		return nil
	}))
	key, found := strings.CutPrefix(shown("audit", "checkpoint")[strings.Index(shown("audit", "checkpoint"), "key "):], "key ")
	if !found {
		t.Fatal("no key of the log is shown")
	}
	m.offline(whole, bare, strings.TrimSpace(key))
}

// placed makes a sharing-out of places that knows where the child lives.
func (m *machine) placed(caseID, child string) string {
	m.t.Helper()
	c := m.client("education_officer")
	m.insist(c, caseID, "request_school", map[string]any{"member_id": child, "on": rules.DateOf(time.Now()).String()})
	run := uuid.NewString()
	body, err := json.Marshal(map[string]any{"kind": "batch", "points": []any{map[string]any{"member_id": child, "point": "45.4371,9.1129"}}})
	must(m.t, err)
	must(m.t, c.call(m.t.Context(), http.MethodPost, "/v1/school-placements", "application/json", body, http.Header{"Idempotency-Key": {run}}, nil))
	raw, err := c.send(m.t.Context(), http.MethodGet, "/v1/school-placements/"+run, "", nil, nil)
	if err != nil || !bytes.Contains(raw, []byte(canaryPlace)) {
		m.t.Fatalf("before the erasure the run does not know where the child lives: %v\n%s", err, raw)
	}
	return run
}

// clean insists that a text holds the name in none of the forms in which
// programs write texts.
func (m *machine) clean(where string, content []byte) {
	m.t.Helper()
	forms := []string{canaryPlace, canary, hex.EncodeToString([]byte(canary))}
	for shift := range 3 { // Base64 depends on where in the text the name begins
		encoded := base64.StdEncoding.EncodeToString([]byte("xx"[:shift] + canary))
		forms = append(forms, encoded[4:len(encoded)-4])
	}
	for _, form := range forms {
		if bytes.Contains(content, []byte(form)) {
			m.t.Errorf("%s holds the name, as %q", where, form)
		}
	}
}

// dumpAll dumps every database of the server.
func (m *machine) dumpAll() string {
	m.t.Helper()
	run, err := deploy.ReadRun(m.data())
	must(m.t, err)
	program, err := exec.LookPath("pg_dumpall")
	if err != nil {
		found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dumpall")
		if len(found) == 0 {
			m.t.Skip("no pg_dumpall on this machine")
		}
		program = found[len(found)-1]
	}
	var trouble bytes.Buffer
	dump := exec.Command(program, "--no-role-passwords", "--dbname", run.DatabaseURL)
	address, err := url.Parse(run.DatabaseURL)
	must(m.t, err)
	password, _ := address.User.Password()
	dump.Env, dump.Stderr = append(os.Environ(), "PGPASSWORD="+password), &trouble
	out, err := dump.Output()
	if err != nil || !bytes.Contains(out, []byte("person_keys")) || !bytes.Contains(out, []byte("history_node")) {
		m.t.Fatalf("dumping all databases, ours and Temporal's: %v, %d bytes\n%s", err, len(out), &trouble)
	}
	return string(out)
}

func (m *machine) metricsPage() string {
	m.t.Helper()
	response, err := http.Get("http://" + m.metrics + "/metrics")
	must(m.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(m.t, err)
	return string(text)
}

// offline verifies capsules in a process that has no database, no data folder
// and no network to speak of.
func (m *machine) offline(whole, bare, key string) {
	m.t.Helper()
	verify := func(args ...string) (string, error) {
		cmd := exec.Command(m.program, append([]string{"audit", "verify"}, args...)...)
		cmd.Env = []string{"RICONGIUNGI_DATA=" + filepath.Join(m.dir, uuid.NewString()), "DATABASE_URL=postgres://127.0.0.1:1/none"}
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	for _, path := range []string{whole, bare} {
		out, err := verify("--capsule", path, "--key", key, "--json")
		var said verdict
		if err != nil || json.Unmarshal([]byte(out), &said) != nil || !said.Intact || said.Case.View.Phase != casefile.PhasePreDeparture {
			m.t.Errorf("%s offline: %v\n%s", path, err, out)
		}
		content, err := os.ReadFile(path)
		must(m.t, err)
		content[len(content)/2] ^= 1
		spoilt := filepath.Join(m.dir, uuid.NewString())
		must(m.t, os.WriteFile(spoilt, content, 0o600))
		out, err = verify("--capsule", spoilt, "--key", key)
		if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != exitAltered || !strings.Contains(out, "TAMPERED") {
			m.t.Errorf("a spoilt capsule offline: %v\n%s", err, out)
		}
	}
}
