// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"ricongiungi/capsule"
	"ricongiungi/casefile"
	"ricongiungi/ledger"
	"ricongiungi/views"
)

// travelled is a case that has gone some way, and the key of its log.
func travelled(t *testing.T) (*bundle, casefile.View, note.Verifier) {
	t.Helper()
	b := written(t)
	view := b.opened()
	mother, child := view.Members[0].MemberID, view.Members[1].MemberID
	b.order(view.CaseID, "record_contact", map[string]any{"on": "2026-02-25", "channel": "phone", "note": "richiama <lunedì> & martedì"})
	b.order(view.CaseID, "record_visa_requested", map[string]any{"member_id": mother, "on": "2026-02-24"})
	b.order(view.CaseID, "add_note", map[string]any{"member_id": child, "note": "preferisce la mattina"})
	key, err := note.NewVerifier(b.signer.VerifierKey())
	must(t, err)
	view, err = b.Case(t.Context(), view.CaseID)
	must(t, err)
	return b, view, key
}

func (b *bundle) packed(caseID string, personal bool) []byte {
	b.t.Helper()
	content, err := b.Capsule(b.t.Context(), caseID, personal)
	must(b.t, err)
	return content
}

func TestACapsuleReplaysToTheSameStateAndTheSameDates(t *testing.T) {
	t.Parallel()
	b, view, key := travelled(t)
	for _, personal := range []bool{true, false} {
		report, err := capsule.Verify(b.packed(view.CaseID, personal), key)
		must(t, err)
		want := view
		if !personal {
			want.People = nil
		}
		replayed, err := json.Marshal(report.Case.View)
		must(t, err)
		present, err := json.Marshal(want)
		must(t, err)
		if string(replayed) != string(present) {
			t.Errorf("personal data %v: replayed to\n%s\nand not to\n%s", personal, replayed, present)
		}
		if report.Events != view.Version || report.Case.Personal != personal || !report.KeyKnown {
			t.Errorf("the report is %+v", report)
		}
	}
}

func TestACapsuleHoldsPersonalDataOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	b, view, _ := travelled(t)
	for _, personal := range []bool{true, false} {
		text := string(b.packed(view.CaseID, personal))
		for _, secret := range []string{"Mansour", "Nadia", "2016-07-30", "preferisce la mattina", `"secret"`, `"box"`} {
			if strings.Contains(text, secret) != personal {
				t.Errorf("personal data %v: %q is there: %v", personal, secret, !personal)
			}
		}
	}
}

func TestTheSameCaseGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	b, view, _ := travelled(t)
	for _, personal := range []bool{true, false} {
		if !bytes.Equal(b.packed(view.CaseID, personal), b.packed(view.CaseID, personal)) {
			t.Error("packed twice the bytes differ")
		}
	}
	if _, err := b.Capsule(t.Context(), "6f2c1f0e-8a54-4d0f-9d27-3b1d6c5e0a11", false); !errors.Is(err, views.ErrNotFound) {
		t.Errorf("a case that nobody knows: %v", err)
	}
}

// TestEveryByteOfACapsuleCounts flips bytes all over the file.
func TestEveryByteOfACapsuleCounts(t *testing.T) {
	t.Parallel()
	b, view, key := travelled(t)
	for _, personal := range []bool{true, false} {
		whole := b.packed(view.CaseID, personal)
		for at := 0; at < len(whole); at += 61 {
			spoilt := bytes.Clone(whole)
			spoilt[at] ^= 0x20
			var altered *capsule.Altered
			if _, err := capsule.Verify(spoilt, key); !errors.As(err, &altered) {
				t.Fatalf("byte %d of %d flipped: %v", at, len(whole), err)
			}
		}
		for _, cut := range []int{0, 1, len(whole) / 2, len(whole) - 1} {
			if _, err := capsule.Verify(whole[:cut], key); err == nil {
				t.Errorf("cut to %d bytes it verifies", cut)
			}
		}
		if _, err := capsule.Verify(append(bytes.Clone(whole), 0), key); err == nil {
			t.Error("with a byte more it verifies")
		}
	}
}

// unzip and zipped take a capsule apart and put it together as Make does.
func unzip(t *testing.T, content []byte) (names []string, files map[string]string) {
	t.Helper()
	reader, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	must(t, err)
	files = map[string]string{}
	for _, f := range reader.File {
		open, err := f.Open()
		must(t, err)
		text, err := io.ReadAll(open)
		must(t, err)
		names, files[f.Name] = append(names, f.Name), string(text)
	}
	return names, files
}

func zipped(t *testing.T, names []string, files map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, name := range names {
		entry, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Modified: time.Date(1998, 3, 27, 0, 0, 0, 0, time.UTC)})
		must(t, err)
		_, err = entry.Write([]byte(files[name]))
		must(t, err)
	}
	must(t, archive.Close())
	return out.Bytes()
}

// edits change one file of a capsule and pack it again without a trace.
var edits = []struct{ name, file, old, new string }{
	{"another day", "events.ndjson", "2026-02-2", "2026-01-2"},
	{"another actor", "events.ndjson", "sui_officer", "supervisor"},
	{"another office", "events.ndjson", "wemi-mi", "wemi-rm"},
	{"another link", "events.ndjson", `"prev_hash":"A`, `"prev_hash":"B`},
	{"another digest", "events.ndjson", `"ciphertext_sha256":"`, `"ciphertext_sha256":"A`},
	{"another position", "events.ndjson", `"version":2,`, `"version":3,`},
	{"another state", "state.json", "pre_departure", "follow_up"},
	{"another date in the state", "state.json", `"due": "2026-`, `"due": "2027-`},
	{"another law", "rules.csv", "nulla_osta.validity,6", "nulla_osta.validity,9"},
	{"another name", "particulars.ndjson", "Nadia", "Lidia"},
	{"a name removed", "particulars.ndjson", `"given_name":"Nadia",`, ""},
	{"another key of a person", "persons.ndjson", `"secret":"`, `"secret":"A`},
	{"another checkpoint", "checkpoint.txt", "\n", "\n1"},
	{"another list of files", "manifest.txt", "version", "versions"},
	{"without saying so", "manifest.txt", "with personal data", "without personal data"},
	{"another explanation", "README.txt", "CAPSULA", "CASSULA"},
	{"another shape of events", "schemas/events.json", "case_opened", "case_opend"},
}

func TestEveryEditOfACapsuleIsFound(t *testing.T) {
	t.Parallel()
	b, view, key := travelled(t)
	names, files := unzip(t, b.packed(view.CaseID, true))
	_, err := capsule.Verify(zipped(t, names, files), key)
	must(t, err)
	for _, e := range edits {
		original := files[e.file]
		files[e.file] = strings.Replace(original, e.old, e.new, 1)
		if files[e.file] == original {
			t.Fatalf("%s: %q is not in %s", e.name, e.old, e.file)
		}
		var altered *capsule.Altered
		if _, err := capsule.Verify(zipped(t, names, files), key); !errors.As(err, &altered) {
			t.Errorf("%s: %v", e.name, err)
		}
		files[e.file] = original
	}
	for _, f := range []struct {
		name  string
		names []string
	}{{"a file missing", names[:len(names)-1]}, {"no keys", without(names, "persons.ndjson")}, {"two files swapped", append([]string{names[1], names[0]}, names[2:]...)}, {"a file more", append(names[:len(names):len(names)], "more.txt")}} {
		if _, err := capsule.Verify(zipped(t, f.names, files), key); err == nil {
			t.Errorf("%s: it verifies", f.name)
		}
	}
}

func without(names []string, name string) []string {
	var rest []string
	for _, n := range names {
		if n != name {
			rest = append(rest, n)
		}
	}
	return rest
}

func TestEventsCannotBeLeftOutOfACapsuleNorTakenFromAnother(t *testing.T) {
	t.Parallel()
	b, view, key := travelled(t)
	names, files := unzip(t, b.packed(view.CaseID, false))
	_, foreign := unzip(t, b.packed(b.opened().CaseID, false))
	events := strings.SplitAfter(strings.TrimSuffix(files["events.ndjson"], "\n"), "\n")
	last := len(events) - 1
	for name, changed := range map[string]string{
		"first left out":       strings.Join(events[1:], ""),
		"middle left out":      strings.Join(append(append([]string{}, events[:3]...), events[4:]...), ""),
		"last left out":        strings.Join(events[:last], ""),
		"two swapped":          strings.Join(append([]string{events[1], events[0]}, events[2:]...), ""),
		"one repeated":         events[0] + strings.Join(events, ""),
		"of another case":      foreign["events.ndjson"],
		"nothing":              "",
		"one of another added": strings.Join(events, "") + "\n" + foreign["events.ndjson"],
	} {
		files["events.ndjson"] = changed
		var altered *capsule.Altered
		if _, err := capsule.Verify(zipped(t, names, files), key); !errors.As(err, &altered) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestACapsuleSignedByAnotherLogIsRefused forges a whole capsule with a key of
// the forger's own.
func TestACapsuleSignedByAnotherLogIsRefused(t *testing.T) {
	t.Parallel()
	b, _, key := travelled(t)
	foreign, err := ledger.LoadOrCreateSigner(filepath.Join(t.TempDir(), "log.key"), b.signer.Origin())
	must(t, err)
	forger := setupWith(t, foreign)
	forged := forger.packed(forger.opened().CaseID, true)
	if _, err := capsule.Verify(forged, key); err == nil {
		t.Error("a forged capsule verifies under the published key")
	}
	report, err := capsule.Verify(forged, nil)
	must(t, err)
	if report.KeyKnown || !strings.Contains(report.Sentence().En, "inside the file") {
		t.Errorf("without a key it does not warn: %s", report.Sentence().En)
	}
}
