// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"ricongiungi/casefile"
	"ricongiungi/deploy"
	"ricongiungi/handoff"
	"ricongiungi/rules"
	"ricongiungi/views"
)

// machine is a machine on which the real program runs, with real servers.
type machine struct {
	t       *testing.T
	program string
	dir     string
	folder  string // of the data, below dir
	listen  string
	metrics string
	work    string // where the worker's metrics are
	people  string // where the sample provider of identities listens
	up      *exec.Cmd
	out     *watched
	last    error // what the API said last, to be shown when a wait ends badly
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	if testing.Short() {
		t.Skip("starts whole servers")
	}
	dir, err := os.MkdirTemp("", "ricongiungi-whole-")
	must(t, err)
	must(t, os.Chmod(dir, 0o711)) // the database's own user must pass
	t.Cleanup(func() {
		if !t.Failed() {
			_ = os.RemoveAll(dir) // what a failed test leaves tells why
		}
	})
	m := &machine{t: t, dir: dir, folder: "data", program: filepath.Join(dir, "ricongiungi"), listen: freeAddress(t), metrics: freeAddress(t), work: freeAddress(t), people: freeAddress(t)}
	build := exec.Command("go", "build", "-o", m.program, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	t.Cleanup(m.stop)
	return m
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (m *machine) data() string { return filepath.Join(m.dir, m.folder) }

func (m *machine) command(args ...string) *exec.Cmd {
	cmd := exec.Command(m.program, args...)
	cmd.Env = append(os.Environ(), "RICONGIUNGI_DATA="+m.data(), "RICONGIUNGI_LISTEN="+m.listen, "RICONGIUNGI_METRICS="+m.metrics, "RICONGIUNGI_WORK_METRICS="+m.work, "RICONGIUNGI_PROVIDER="+m.people,
		"DATABASE_URL=", "TEMPORAL_ADDRESS=", "TEMPORAL_NAMESPACE=")
	return cmd
}

// start runs `up` until it says that the system is up.
func (m *machine) start(args ...string) {
	m.t.Helper()
	m.startAs("up", args...)
}

// startAs runs the whole system in the layout of that command.
func (m *machine) startAs(layout string, args ...string) {
	m.t.Helper()
	m.up = m.command(append([]string{layout}, args...)...)
	m.out = &watched{said: make(chan struct{}), wanted: "Ricongiungi is up."}
	m.up.Stdout, m.up.Stderr = m.out, m.out
	must(m.t, m.up.Start())
	ended := make(chan error, 1)
	up := m.up
	go func() { ended <- up.Wait() }()
	select {
	case <-m.out.said:
	case err := <-ended:
		m.t.Fatalf("up ended: %v\n%s", err, m.out)
	case <-time.After(15 * time.Minute): // the first start on a machine builds Temporal
		m.t.Fatalf("up does not get up:\n%s", m.out)
	}
}

// watched tells when a text was written.
type watched struct {
	mutex  sync.Mutex
	said   chan struct{}
	out    bytes.Buffer
	wanted string
	done   bool
}

func (w *watched) Write(p []byte) (int, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	n, err := w.out.Write(p)
	if !w.done && strings.Contains(w.out.String(), w.wanted) {
		w.done = true
		close(w.said)
	}
	return n, err
}

func (w *watched) String() string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.out.String()
}

func (m *machine) stop() {
	if m.up != nil && m.up.Process != nil {
		_ = m.up.Process.Signal(syscall.SIGTERM)
		m.until("up has stopped", func() bool { return m.up.Process.Signal(syscall.Signal(0)) != nil })
	}
}

// run runs a sub-command and gives what it printed.
func (m *machine) run(args ...string) (string, error) {
	out, err := m.command(args...).CombinedOutput()
	return string(out), err
}

func (m *machine) until(what string, holds func() bool) {
	m.t.Helper()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(3 * time.Minute)
	for !holds() {
		select {
		case <-ticker.C:
		case <-deadline:
			m.t.Fatalf("not within a minute: %s (last trouble: %v)\n%s", what, m.last, m.out)
		}
	}
}

// kill ends one part of the system with no warning.
func (m *machine) kill(part string) {
	m.t.Helper()
	run, err := deploy.ReadRun(m.data())
	must(m.t, err)
	pid := run.Children[part]
	if pid <= 1 {
		m.t.Fatalf("%s has no process: %v", part, run.Children)
	}
	must(m.t, syscall.Kill(pid, syscall.SIGKILL))
}

func (m *machine) client(role string) *apiClient {
	m.t.Helper()
	s := &settings{dataDir: m.data()}
	c, err := s.client(role)
	must(m.t, err)
	return c
}

// insist gives a command until it is answered, under one key, whatever dies
// meanwhile. A refusal is an answer that the story does not expect.
func (m *machine) insist(c *apiClient, caseID, name string, data any) {
	m.t.Helper()
	raw, err := json.Marshal(data)
	must(m.t, err)
	key := uuid.NewString()
	m.until(name+" is answered", func() bool {
		var outcome struct {
			Events []casefile.EventRef `json:"events"`
		}
		err := c.command(m.t.Context(), caseID, key, name, raw, &outcome)
		m.last = err
		var refusal *problem
		if errors.As(err, &refusal) && refusal.Status == http.StatusConflict {
			m.t.Fatalf("%s is refused: %v", name, refusal)
		}
		return err == nil && len(outcome.Events) > 0
	})
}

// decided is a hand-off of a mother and a daughter of nine, authorised.
func decided(today rules.Date) handoff.Message {
	return handoff.Message{Schema: "handoff.v1", Sender: "sui-mi", MessageID: uuid.NewString(), Sequence: 1, Kind: handoff.Decision,
		SUIFile: "P-MI/F/N/2026/100999", On: today.AddDays(-120), FiledOn: today.AddDays(-260), ContactLanguage: "ar", Municipio: 9,
		Sponsor: &handoff.Person{FamilyName: "Mansour", GivenName: "Karim", BirthDate: rules.On(1985, time.May, 4)},
		Members: []handoff.Member{
			{Ref: "1", Kinship: casefile.Spouse, Decision: "authorised", Person: &handoff.Person{FamilyName: "Fathy", GivenName: "Nadia", BirthDate: rules.On(1990, time.January, 9)}},
			{Ref: "2", Kinship: casefile.MinorChild, Decision: "authorised", Person: &handoff.Person{FamilyName: "Mansour", GivenName: "Yara", BirthDate: rules.On(today.Year-10, time.March, 30)}},
		}}
}

func (m *machine) handOver(message handoff.Message) handoff.Receipt {
	m.t.Helper()
	c := m.client("sui_officer")
	raw, err := json.Marshal(message)
	must(m.t, err)
	var receipt handoff.Receipt
	must(m.t, c.call(m.t.Context(), http.MethodPost, "/v1/handoffs", "application/json", raw, nil, &receipt))
	m.until("the hand-off is applied", func() bool {
		must(m.t, c.get(m.t.Context(), "/v1/handoffs/"+receipt.HandoffID, &receipt))
		return receipt.Status == handoff.Applied
	})
	return receipt
}

func (m *machine) history(caseID string) []string {
	m.t.Helper()
	var page list[views.Entry]
	m.until("the history is there", func() bool {
		return m.client("auditor").get(m.t.Context(), "/v1/cases/"+caseID+"/history?limit=200", &page) == nil
	})
	var types []string
	for _, e := range page.Items {
		if e.Type != "term_lapsed" && e.Type != "reminder_raised" {
			types = append(types, e.Type)
		}
	}
	return types
}

type step struct {
	name string
	data map[string]any
	kill string // what dies just before
}

// TestAFamilyIsAccompaniedToTheEndWhileEverythingDies drives one family from the
// decision to the closing of the case and kills, in between, every part there is.
func TestAFamilyIsAccompaniedToTheEndWhileEverythingDies(t *testing.T) {
	m := newMachine(t)
	m.start("--sample=false")
	today := rules.DateOf(time.Now())
	receipt := m.handOver(decided(today))
	mother := casefile.DeriveID(receipt.CaseID, "member/1")
	child := casefile.DeriveID(receipt.CaseID, "member/2")
	ago := func(days int) string { return today.AddDays(-days).String() }
	of := func(member string, days int, more ...any) map[string]any {
		data := map[string]any{"member_id": member, "on": ago(days)}
		for i := 0; i < len(more); i += 2 {
			data[more[i].(string)] = more[i+1]
		}
		return data
	}
	story := []step{
		{"record_contact", map[string]any{"on": ago(115), "channel": "phone"}, ""},
		{"record_visa_requested", of(mother, 110), "work"},
		{"record_visa_granted", of(mother, 90, "expires", today.AddDays(200).String()), ""},
		{"record_visa_requested", of(child, 110), "temporal"},
		{"record_visa_granted", of(child, 90, "expires", today.AddDays(200).String()), ""},
		{"record_entry", of(mother, 80), "postgres"},
		{"record_presentation", of(mother, 75), ""},
		{"record_agreement_signed", of(mother, 75), "serve"},
		{"record_permit_requested", of(mother, 74), ""},
		{"record_entry", of(child, 60), "work"},
		{"record_permit_requested", of(child, 55), ""},
		{"request_school", of(child, 58), "postgres"},
		{"propose_place", of(child, 50, "school_code", "MIEE8A0016"), ""},
		{"accept_place", of(child, 48), ""},
		{"record_school_started", of(child, 45), "temporal"},
		{"hold_check_in", map[string]any{"on": ago(40), "month": 1}, ""},
		{"record_permit_issued", of(mother, 20, "expires", today.AddDays(700).String()), ""},
		{"record_permit_issued", of(child, 20, "expires", today.AddDays(700).String()), "serve"},
		{"settle_member", of(mother, 10), ""},
		{"settle_member", of(child, 10), "work"},
		{"close_case", map[string]any{"reason": "settled"}, ""},
	}
	c := m.client("supervisor")
	for _, s := range story {
		if s.kill != "" {
			m.kill(s.kill)
		}
		m.insist(c, receipt.CaseID, s.name, s.data)
	}
	want := []string{"case_opened", "member_listed", "member_listed", "application_filed", "nulla_osta_issued", "nulla_osta_issued",
		"contact_made", "visa_requested", "visa_granted", "visa_requested", "visa_granted", "entered", "presented_at_sui", "agreement_signed",
		"permit_requested", "entered", "permit_requested", "school_requested", "place_proposed", "place_accepted", "school_started",
		"check_in_held", "permit_issued", "permit_issued", "member_settled", "member_settled", "case_closed"}
	if got := m.history(receipt.CaseID); !slices.Equal(got, want) {
		t.Fatalf("the history is\n%v\nand should be\n%v", got, want)
	}
	m.proven(t)
	must(t, m.up.Process.Kill())
	m.until("up is gone", func() bool { _, err := deploy.ReadRun(m.data()); return errors.Is(err, deploy.ErrNotRunning) })
	m.start("--sample=false")
	if got := m.history(receipt.CaseID); !slices.Equal(got, want) {
		t.Fatalf("after kill and start the history is\n%v", got)
	}
	m.proven(t)
}

// proven has the program itself check the log and the views.
func (m *machine) proven(t *testing.T) {
	t.Helper()
	if out, err := m.run("audit", "verify"); err != nil {
		t.Fatalf("audit verify: %v\n%s", err, out)
	}
	if out, err := m.run("rebuild", "views"); err != nil || !strings.Contains(out, " 0 differed") {
		t.Fatalf("rebuild views: %v\n%s", err, out)
	}
	if out, err := m.run("rebuild", "workflows"); err != nil {
		t.Fatalf("rebuild workflows: %v\n%s", err, out)
	}
	if out, err := m.run("drill"); err != nil || !strings.Contains(out, "signed root and views equal") {
		t.Fatalf("drill: %v\n%s", err, out)
	}
}

// TestWithTemporalDownWhatIsAskedIsAcceptedAndDoneLater stops Temporal dead in
// its tracks and lets it go on again.
func TestWithTemporalDownWhatIsAskedIsAcceptedAndDoneLater(t *testing.T) {
	m := newMachine(t)
	m.start("--sample=false")
	today := rules.DateOf(time.Now())
	first := m.handOver(decided(today))
	run, err := deploy.ReadRun(m.data())
	must(t, err)
	must(t, syscall.Kill(run.Children["temporal"], syscall.SIGSTOP))
	second := decided(today)
	second.MessageID, second.Sequence, second.SUIFile = uuid.NewString(), 2, "P-MI/F/N/2026/100998"
	if opened := m.handOver(second); opened.CaseID == first.CaseID {
		t.Fatal("the second family is in the first one's case")
	}
	var pending struct {
		Status string `json:"status"`
	}
	c, key := m.client("counsellor"), uuid.NewString()
	must(t, c.command(t.Context(), first.CaseID, key, "add_note", json.RawMessage(`{"note":"ha telefonato"}`), &pending))
	if pending.Status != "pending" {
		t.Fatalf("the answer is %+v", pending)
	}
	must(t, syscall.Kill(run.Children["temporal"], syscall.SIGCONT))
	m.until("the note is recorded", func() bool { return slices.Contains(m.history(first.CaseID), "note_added") })
	if n := len(m.history(first.CaseID)); n != 7 {
		t.Fatalf("the history has %d events", n)
	}
}

// TestAFileOfHandoffsIsTakenInRowByRow sends the template with one bad row.
func TestAFileOfHandoffsIsTakenInRowByRow(t *testing.T) {
	m := newMachine(t)
	m.start("--sample=false")
	template, err := m.command("handoff", "template", "--format", "ndjson").Output()
	must(t, err)
	lines := strings.Split(strings.TrimSpace(string(template)), "\n")
	bad := strings.Replace(lines[0], `"kind":"application_filed"`, `"kind":"no_such_kind"`, 1)
	if bad == lines[0] {
		t.Fatalf("the template begins with %s", lines[0])
	}
	bad = strings.Replace(bad, `"message_id":"`, `"message_id":"f`, 1)
	file := filepath.Join(m.dir, "file.ndjson")
	must(t, os.WriteFile(file, []byte(strings.Join(append(lines, bad), "\n")), 0o600))
	out, err := m.run("handoff", "import", file)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitRefused {
		t.Fatalf("import ended with %v\n%s", err, out)
	}
	if strings.Count(out, "applied") != len(lines) || !strings.Contains(out, "refused") {
		t.Fatalf("import said\n%s", out)
	}
	rejected, err := os.ReadFile(filepath.Join(m.dir, "file.rejected.ndjson"))
	must(t, err)
	if strings.TrimSpace(string(rejected)) != bad {
		t.Fatalf("rejected rows are %s", rejected)
	}
	held := filepath.Join(m.dir, "file.receipts.ndjson")
	if said, err := m.run("handoff", "receipt", "--verify", held, "--messages", file); err != nil || !strings.Contains(said, "receipts are signed by") {
		t.Fatalf("the receipts are %v\n%s", err, said)
	}
	again, err := m.run("handoff", "import", file)
	if !errors.As(err, &exit) || strings.Count(again, "applied") != len(lines) {
		t.Fatalf("the second time it said %v\n%s", err, again)
	}
	if second, err := m.run("up"); err == nil || !strings.Contains(second, "running") {
		t.Fatalf("a second up on the same data said %v\n%s", err, second)
	}
	if other, err := m.run("up", "--data", filepath.Join(m.dir, "other")); err == nil || !strings.Contains(other, "cannot listen on") {
		t.Fatalf("an up on a busy port said %v\n%s", err, other)
	}
}
