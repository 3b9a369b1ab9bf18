// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	_ "image/jpeg" // read for their size only
	_ "image/png"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/views"
)

// fileLimit is the most that one scan may hold, in bytes; the schema says the same.
const fileLimit = 10 << 20

// papersPage lists the papers of everybody in the case, with their files.
type papersPage struct {
	CaseID, Family string
	People         []papersOf
	MayRecord      bool
	MayAttach      bool
	Today          rules.Date
	Key            string
	Problem        string // id of the text that says why a file was not taken
	At             string // the row that it is about
	Refusal        *casefile.Refusal
}

// papersOf are the papers of one person.
type papersOf struct {
	PersonID, Who string
	Rows          []paperRow
}

// paperRow is one paper of a checklist, or one that was handed in beside it.
type paperRow struct {
	casefile.CheckItem
	Stage string // of the first list it stands in
	Name  string
	Files []casefile.Scan
}

func (s *console) showPapers(w http.ResponseWriter, r *http.Request) error {
	page, err := s.papersPage(r)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "papers", visitOf(r).voice.say("papers.title", "family", page.Family), page)
}

func (s *console) papersPage(r *http.Request) (papersPage, error) {
	view, err := s.view(r)
	if err != nil {
		return papersPage{}, err
	}
	v := visitOf(r)
	page := papersPage{CaseID: view.CaseID, Family: v.voice.family(view.People), Today: s.today(), Key: uuid.NewString(),
		MayRecord: s.mayGive(v.who.Role, "supply_document"), MayAttach: s.Rights.Commands["attach_document"].Roles[v.who.Role]}
	names := v.voice.names(view.People)
	page.add(s.papersFor(v.voice, view, view.SponsorID, names[view.SponsorID], view.SponsorChecks, view.SponsorPapers))
	for _, m := range view.Members {
		page.add(s.papersFor(v.voice, view, m.MemberID, names[m.MemberID], m.Checklist, m.Documents))
	}
	return page, nil
}

func (p *papersPage) add(of papersOf) {
	if of.Rows != nil {
		p.People = append(p.People, of)
	}
}

// papersFor joins what the lists ask for with what is there. A paper that
// several stages ask for stands there once, as the first of them sees it.
func (s *console) papersFor(v voice, view casefile.View, id, who string, checks []casefile.CheckItem, there []*casefile.Document) papersOf {
	of := papersOf{PersonID: id, Who: who}
	has := func(item string) bool {
		return slices.ContainsFunc(of.Rows, func(row paperRow) bool { return row.Item == item })
	}
	for _, c := range checks {
		if !has(c.Item) {
			of.Rows = append(of.Rows, paperRow{CheckItem: c, Stage: c.Stage, Name: v.of(c.Text)})
		}
	}
	for _, d := range there {
		if !has(d.Item) {
			of.Rows = append(of.Rows, paperRow{CheckItem: casefile.CheckItem{Item: d.Item, Status: statusOf(d), SuppliedOn: d.SuppliedOn, VerifiedOn: d.VerifiedOn}, Name: v.paperName(s.Book, d.Item)})
		}
	}
	for i := range of.Rows {
		of.Rows[i].Files = slices.DeleteFunc(slices.Clone(view.Scans), func(f casefile.Scan) bool { return f.MemberID != id || f.Item != of.Rows[i].Item })
	}
	return of
}

func statusOf(d *casefile.Document) string {
	switch d.Verdict {
	case "accepted":
		return "verified"
	case "rejected":
		return "rejected"
	}
	return "supplied"
}

// takeFile keeps a scan and records that it is there. A paper that was not
// recorded as handed in is recorded at the same time: the scan shows it.
func (s *console) takeFile(w http.ResponseWriter, r *http.Request) error {
	page, err := s.papersPage(r)
	if err != nil {
		return err
	}
	if !page.MayAttach {
		return errForbidden
	}
	person, item := chi.URLParam(r, "person_id"), chi.URLParam(r, "item")
	row := page.row(person, item)
	if row == nil {
		return views.ErrNotFound
	}
	content, kind, problem := uploaded(r)
	if problem != "" {
		page.Problem, page.At = problem, person+item
		return s.show(w, r, http.StatusUnprocessableEntity, "papers", visitOf(r).voice.say("papers.title", "family", page.Family), page)
	}
	results, err := s.attach(r, page.CaseID, *row, views.File{PersonID: person, MediaType: kind, Content: content})
	if err != nil {
		return err
	}
	if at := slices.IndexFunc(results, func(g given) bool { return g.Refusal() != nil }); at >= 0 {
		page.Refusal = results[at].Refusal()
		return s.show(w, r, http.StatusUnprocessableEntity, "papers", visitOf(r).voice.say("papers.title", "family", page.Family), page)
	}
	http.Redirect(w, r, doneAt(page.CaseID, "attach_document", results), http.StatusSeeOther)
	return nil
}

func (p papersPage) row(person, item string) *paperRow {
	for _, of := range p.People {
		for i := range of.Rows {
			if of.PersonID == person && of.Rows[i].Item == item {
				return &of.Rows[i]
			}
		}
	}
	return nil
}

// attach keeps the file and gives the commands that tell of it. A file of which
// no event tells is thrown away again.
func (s *console) attach(r *http.Request, caseID string, row paperRow, f views.File) ([]given, error) {
	key, err := uuid.Parse(r.PostFormValue("key"))
	if err != nil {
		return nil, views.ErrNotFound
	}
	f.CaseID, f.FileID = caseID, uuid.NewString()
	f.By, f.At = visitOf(r).who.Actor, s.Clock().UTC()
	digest, err := s.Files.KeepFile(r.Context(), f)
	if err != nil {
		return nil, err
	}
	about := map[string]any{"member_id": f.PersonID, "on": s.today(), "item": row.Item}
	var results []given
	if row.Status == "missing" || row.Status == "" {
		results, err = s.tell(r, results, caseID, casefile.DeriveID(key.String(), "supplied"), "supply_document", about)
	}
	if err == nil {
		about["file_id"], about["media_type"], about["bytes"], about["digest"] = f.FileID, f.MediaType, len(f.Content), digest
		results, err = s.tell(r, results, caseID, casefile.DeriveID(key.String(), f.FileID), "attach_document", about)
	}
	if last := len(results) - 1; err != nil || results[last].Refusal() != nil {
		return results, errors.Join(err, s.Files.DropFile(r.Context(), caseID, f.FileID))
	}
	return results, nil
}

// tell gives one more command, unless the one before it was refused.
func (s *console) tell(r *http.Request, before []given, caseID, id, command string, data map[string]any) ([]given, error) {
	if len(before) > 0 && before[len(before)-1].Refusal() != nil {
		return before, nil
	}
	body, err := json.Marshal(data)
	if err != nil {
		return before, err
	}
	outcome, err := s.order(r, caseID, id, command, body, 0)
	return append(before, given{OrderID: id, Outcome: outcome}), err
}

// uploaded reads the file of a form: what it is, by its content and never by
// what it is called, or the id of the text that says why it is not taken.
func uploaded(r *http.Request) ([]byte, string, string) {
	file, _, err := r.FormFile("file")
	if err != nil {
		return nil, "", "papers.no_file"
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, fileLimit+1))
	switch {
	case err != nil:
		return nil, "", "papers.no_file"
	case len(content) == 0:
		return nil, "", "papers.empty_file"
	case len(content) > fileLimit:
		return nil, "", "papers.large_file"
	}
	kind := kindOf(content)
	if kind == "" {
		return nil, "", "papers.strange_file"
	}
	return content, kind, ""
}

// mostPixels of a scan: more is a trap for whoever opens it.
const mostPixels = 100_000_000

// kindOf recognises scans: pictures that can be read as such, and documents in
// PDF that carry nothing to be run. Empty for all else.
func kindOf(content []byte) string {
	kind := http.DetectContentType(content)
	switch kind {
	case "image/png", "image/jpeg":
		size, _, err := image.DecodeConfig(bytes.NewReader(content))
		if err != nil || size.Width*size.Height > mostPixels {
			return ""
		}
		return kind
	case "application/pdf":
		tail := content[max(0, len(content)-1024):]
		if bytes.Contains(tail, []byte("%%EOF")) && !slices.ContainsFunc(toBeRun, func(name string) bool { return bytes.Contains(content, []byte(name)) }) {
			return kind
		}
	}
	return ""
}

// toBeRun are the names under which a PDF carries programs, or starts them.
var toBeRun = []string{"/JavaScript", "/Launch", "/EmbeddedFile", "/RichMedia"}

// showFile gives a scan to be saved: never to be shown within the pages, where
// its content could act in their name.
func (s *console) showFile(w http.ResponseWriter, r *http.Request) error {
	view, err := s.view(r)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(view.Scans, func(f casefile.Scan) bool { return f.FileID == chi.URLParam(r, "file_id") })
	if at < 0 {
		return views.ErrNotFound
	}
	scan := view.Scans[at]
	file, digest, err := s.Files.File(r.Context(), view.CaseID, scan.FileID)
	if err != nil {
		return err
	}
	if digest != scan.Digest {
		return errors.New("console: a file is not the one that was recorded")
	}
	h := w.Header()
	h.Set("Content-Type", file.MediaType)
	h.Set("Content-Disposition", `attachment; filename="`+scan.Item+"-"+scan.FileID[:8]+extensions[file.MediaType]+`"`)
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Content-Length", strconv.Itoa(len(file.Content)))
	_, err = w.Write(file.Content)
	return err
}

var extensions = map[string]string{"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}

// size is how large a file is, as people say it.
func (v voice) size(n int) string {
	if n >= 1<<20 {
		return strings.Replace(strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64), ".", v.say("number.point"), 1) + " MB"
	}
	return strconv.Itoa((n+1023)/1024) + " kB"
}
