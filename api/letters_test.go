// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"ricongiungi/casefile"
	"ricongiungi/letters"
)

// drawer draws the same letter for whoever is of the case.
type drawer struct{ printer bool }

func (drawer) DrawFor(_ context.Context, _ string, o letters.Order) (*casefile.IssueLetter, error) {
	if o.PersonID != memberA {
		return nil, letters.ErrNoReader
	}
	return &casefile.IssueLetter{PersonID: o.PersonID, Kind: o.Kind, Language: "ar", Template: "1", Drawn: 7, Document: "H4sI"}, nil
}

func (drawer) Kept(_ context.Context, _, letterID string) ([]byte, error) {
	if letterID != eventA {
		return nil, ErrNotFound
	}
	return []byte("<style>p{}</style><p>Lettera"), nil
}

func (d drawer) PDF(context.Context, []byte) ([]byte, error) {
	if !d.printer {
		return nil, letters.ErrNoPrinter
	}
	return []byte("%PDF-"), nil
}

func withLetters(t *testing.T, printer bool) *world {
	return newWorld(t, func(c *Config) { c.Letters = drawer{printer} })
}

func (w *world) write(body string, role casefile.Role) int {
	return w.do("POST", "/v1/cases/"+caseA+"/letters", body, w.as(role), header("Idempotency-Key", keyA)).Code
}

func TestALetterIsDrawnUpAndItsCommandKept(t *testing.T) {
	w := withLetters(t, true)
	assert.Equal(t, http.StatusOK, w.write(`{"person_id":"`+memberA+`","kind":"dates"}`, casefile.Counsellor))
	assert.Equal(t, http.StatusForbidden, w.write(`{"person_id":"`+memberA+`","kind":"dates"}`, casefile.EducationOfficer))
}

func TestAnOrderForALetterNamesWhatIsWrong(t *testing.T) {
	for _, body := range []string{`{"person_id":"x","kind":"dates"}`, `{"person_id":"` + memberA + `","kind":"love"}`, `{"person_id":"` + memberA + `","kind":"dates","language":"?"}`, `{"person_id":"` + pupilA + `","kind":"dates"}`} {
		assert.Equal(t, http.StatusUnprocessableEntity, withLetters(t, true).write(body, casefile.Counsellor), body)
	}
	w := withLetters(t, true)
	assert.Equal(t, http.StatusBadRequest, w.do("POST", "/v1/cases/"+caseA+"/letters", `{}`, w.as(casefile.Counsellor)).Code, "without a key")
}

func TestALetterIsGivenAsAPageOrAPDF(t *testing.T) {
	w := withLetters(t, true)
	path := "/v1/cases/" + caseA + "/letters/" + eventA
	page := w.do("GET", path, "", w.as(casefile.Counsellor))
	assert.Equal(t, http.StatusOK, page.Code)
	assert.NotContains(t, page.Header().Get("Content-Security-Policy"), "unsafe")
	assert.Equal(t, "application/pdf", w.do("GET", path+"?format=pdf", "", w.as(casefile.Auditor)).Header().Get("Content-Type"))
	assert.Equal(t, http.StatusBadRequest, w.do("GET", path+"?format=doc", "", w.as(casefile.Counsellor)).Code)
	assert.Equal(t, http.StatusNotFound, w.do("GET", "/v1/cases/"+caseA+"/letters/"+memberA, "", w.as(casefile.Counsellor)).Code)
	assert.Equal(t, http.StatusForbidden, w.do("GET", path, "", w.as(casefile.EducationOfficer)).Code)
}

func TestAServerWithoutAPrinterSaysSo(t *testing.T) {
	w := withLetters(t, false)
	answer := w.do("GET", "/v1/cases/"+caseA+"/letters/"+eventA+"?format=pdf", "", w.as(casefile.Counsellor))
	assert.Equal(t, http.StatusNotImplemented, answer.Code)
	assert.Equal(t, "no_printer", decodeProblem(t, answer).Code)
}
