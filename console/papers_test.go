// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"ricongiungi/casefile"
	"ricongiungi/views"
)

func picture(t *testing.T) []byte {
	t.Helper()
	var raw bytes.Buffer
	if err := png.Encode(&raw, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return raw.Bytes()
}

var pageKey = regexp.MustCompile(`name="key" value="([^"]*)"`)

// upload sends a file for a paper, named as its sender likes.
func (o *office) upload(person, item, name string, content []byte) *httptest.ResponseRecorder {
	o.t.Helper()
	key := pageKey.FindStringSubmatch(o.page("/cases/" + caseA + "/papers"))[1]
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	o.must(form.WriteField("key", key))
	part, err := form.CreateFormFile("file", name)
	o.must(err)
	_, err = part.Write(content)
	o.must(err)
	o.must(form.Close())
	r := httptest.NewRequest("POST", "/cases/"+caseA+"/papers/"+person+"/"+item, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.AddCookie(&http.Cookie{Name: "__Host-ricongiungi-session", Value: "in"})
	answer := httptest.NewRecorder()
	o.site.ServeHTTP(answer, r)
	return answer
}

var fileLink = regexp.MustCompile(`/cases/` + caseA + `/files/[0-9a-f-]{36}`)

func TestAScanIsKeptRecordedWithItsDigestAndGivenBackToBeSaved(t *testing.T) {
	t.Parallel()
	o := open(t)
	scan := picture(t)
	if answer := o.upload(wife, "passport", "../../etc/passwd.png", scan); answer.Code != http.StatusSeeOther {
		t.Fatalf("%d\n%s", answer.Code, answer.Body)
	}
	if len(o.orders) != 2 || o.orders[0].Type != "supply_document" || o.orders[1].Type != "attach_document" || strings.Contains(string(o.orders[1].Body), "passwd") {
		t.Fatalf("given: %+v", o.orders)
	}
	link := fileLink.FindString(o.page("/cases/" + caseA + "/papers"))
	answer := o.ask("GET", link, nil)
	h := answer.Header()
	if !bytes.Equal(answer.Body.Bytes(), scan) || h.Get("Content-Type") != "image/png" {
		t.Errorf("%d %s", answer.Code, h.Get("Content-Type"))
	}
	if !strings.HasPrefix(h.Get("Content-Disposition"), `attachment; filename="passport-`) || h.Get("Content-Security-Policy") != "sandbox; default-src 'none'" || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v", h)
	}
}

func TestFilesThatAreNoScansAreNotTaken(t *testing.T) {
	t.Parallel()
	o := open(t)
	truncated := picture(t)[:20]
	for name, content := range map[string][]byte{
		"page.png":     []byte("<html><script>alert(1)</script>"),
		"drawing.png":  []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`),
		"program.pdf":  []byte("MZ\x90\x00program"),
		"archive.pdf":  []byte("PK\x03\x04archive"),
		"acts.pdf":     []byte("%PDF-1.7\n1 0 obj << /S /JavaScript /JS (app.alert(1)) >> endobj\n%%EOF"),
		"starts.pdf":   []byte("%PDF-1.7\n1 0 obj << /S /Launch /F (cmd.exe) >> endobj\n%%EOF"),
		"half.pdf":     []byte("%PDF-1.7\n1 0 obj"),
		"half.png":     truncated,
		"empty.png":    {},
		"too-long.pdf": append([]byte("%PDF-1.7\n"), make([]byte, fileLimit)...),
	} {
		if answer := o.upload(wife, "passport", name, content); answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), `role="alert"`) {
			t.Errorf("%s: %d", name, answer.Code)
		}
	}
	if len(o.files) != 0 || len(o.orders) != 0 {
		t.Errorf("%d files are kept, %d commands given", len(o.files), len(o.orders))
	}
	if answer := o.upload(wife, "passport", "huge.pdf", make([]byte, 2*fileLimit)); answer.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a huge file: %d", answer.Code)
	}
}

func TestAFileOfAnotherCaseOrPaperOrOneThatWasChangedIsNotGiven(t *testing.T) {
	t.Parallel()
	o := open(t)
	if answer := o.upload(casefile.DeriveID("x", "stranger"), "passport", "a.png", picture(t)); answer.Code != http.StatusNotFound {
		t.Errorf("for a stranger: %d", answer.Code)
	}
	if answer := o.upload(wife, "no_such_paper", "a.png", picture(t)); answer.Code != http.StatusNotFound {
		t.Errorf("for no paper: %d", answer.Code)
	}
	o.upload(wife, "passport", "a.png", picture(t))
	link := fileLink.FindString(o.page("/cases/" + caseA + "/papers"))
	for id := range o.files {
		o.files[id] = views.File{FileID: id, MediaType: "image/png", Content: []byte("changed")}
	}
	if answer := o.ask("GET", link, nil); answer.Code != http.StatusInternalServerError {
		t.Errorf("a changed file is given: %d", answer.Code)
	}
	o.role = casefile.EducationOfficer
	if answer := o.ask("GET", link, nil); answer.Code == http.StatusOK {
		t.Error("the education department reads a passport")
	}
}

func TestAScanThatWasUndoneIsNoLongerGiven(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.upload(wife, "passport", "a.png", picture(t))
	link := fileLink.FindString(o.page("/cases/" + caseA + "/papers"))
	path := o.last("document_attached", "undo")
	if code, _ := o.post(path, with(o.hiddenOf(path), "reason", "other_person")); code != http.StatusSeeOther {
		t.Fatalf("%d", code)
	}
	if answer := o.ask("GET", link, nil); answer.Code != http.StatusNotFound {
		t.Errorf("%d", answer.Code)
	}
}
