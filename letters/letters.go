// SPDX-License-Identifier: AGPL-3.0-or-later

// Package letters draws up what a family is given on paper: its own language and
// Italian side by side, as a page to print and as a PDF. A letter says what the
// family's page says, of one day, and is kept as it was.
package letters

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"

	"ricongiungi/casefile"
	"ricongiungi/family"
	"ricongiungi/rules"
	"ricongiungi/tongues"
)

// Template names the templates; it changes whenever what they draw changes.
// Letters drawn up before stay as they are: they are kept, not drawn again.
const Template = "letters-1." + tongues.Version

//go:embed templates
var files embed.FS

// Policy is the Content-Security-Policy under which a letter is shown: it needs
// nothing but the style that stands in it.
func Policy(page []byte) string {
	_, rest, _ := bytes.Cut(page, []byte("<style>"))
	style, _, _ := bytes.Cut(rest, []byte("</style>"))
	sum := sha256.Sum256(style)
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; img-src data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
}

// ErrNoReader says that there is nobody to write to: the person is not of the
// case, is kept away from it, or their data are erased.
var ErrNoReader = errors.New("letters: nobody to write to")

// Writer draws letters up.
type Writer struct {
	Book     *rules.Book
	Contacts family.Contacts

	tongues *tongues.Tongues
	page    *template.Template
	style   template.CSS
}

// NewWriter reads templates and texts. Errors are faults of the program's own files.
func NewWriter(book *rules.Book, contacts family.Contacts) (*Writer, error) {
	w := &Writer{Book: book, Contacts: contacts}
	var err error
	if w.tongues, err = tongues.Load(); err != nil {
		return nil, fmt.Errorf("letters: %w", err)
	}
	style, err := files.ReadFile("templates/letter.css")
	if err != nil {
		return nil, fmt.Errorf("letters: %w", err)
	}
	w.style = template.CSS(style)
	if w.page, err = template.ParseFS(files, "templates/letter.html"); err != nil {
		return nil, fmt.Errorf("letters: %w", err)
	}
	return w, nil
}

// Languages lists the languages in which letters are written beside Italian.
func (w *Writer) Languages() []tongues.Voice { return w.tongues.Voices() }

// Voice is the language in which somebody who reads the one given is written to.
func (w *Writer) Voice(lang string) tongues.Voice { return w.tongues.Voice(lang) }

// Order says which letter is wanted.
type Order struct {
	PersonID string
	Kind     string
	Language string     // BCP 47; the family's own when empty
	On       rules.Date // day of the letter
}

// Draw draws a letter up from a history: the page, and the command that keeps
// it. The same history and order give the same bytes. Errors: ErrNoReader.
func (w *Writer) Draw(facts []casefile.Fact, o Order) ([]byte, *casefile.IssueLetter, error) {
	state := casefile.Fold(facts)
	view := casefile.ViewOf(state, w.Book)
	account, may := family.Of(view, casefile.PeopleOf(state), o.PersonID, o.On, w.Book)
	if !may {
		return nil, nil, ErrNoReader
	}
	if o.Language == "" {
		o.Language = view.ContactLanguage
	}
	letter := &letter{account: account, own: w.tongues.Voice(o.Language), italian: w.tongues.Voice("it"), book: w.Book}
	page, err := w.render(letter.written(o.Kind), w.Contacts.Of(view.Office))
	if err != nil {
		return nil, nil, err
	}
	return page, &casefile.IssueLetter{PersonID: o.PersonID, Kind: o.Kind, Language: letter.own.Lang, Template: Template, Drawn: view.Version, Document: pack(page)}, nil
}

func (w *Writer) render(s sheet, contacts []family.Contact) ([]byte, error) {
	s.Style, s.Contacts = w.style, contacts
	var buffer bytes.Buffer
	if err := w.page.Execute(&buffer, s); err != nil {
		return nil, fmt.Errorf("letters: %w", err)
	}
	return buffer.Bytes(), nil
}

// pack makes a page small enough for an event. Nothing in it depends on when or
// where it is packed.
func pack(page []byte) string {
	var buffer bytes.Buffer
	zip, _ := gzip.NewWriterLevel(&buffer, gzip.BestCompression) // the level is a valid one
	_, _ = zip.Write(page)                                       // memory does not fail
	_ = zip.Close()
	return base64.StdEncoding.EncodeToString(buffer.Bytes())
}

// longestPage keeps a document that was tampered with from filling the memory.
const longestPage = 4 << 20

// Unpack gives the page of a letter as it was kept.
func Unpack(document string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(document)
	if err != nil {
		return nil, fmt.Errorf("letters: a kept letter is no base64: %w", err)
	}
	zip, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("letters: a kept letter is not packed: %w", err)
	}
	page, err := io.ReadAll(io.LimitReader(zip, longestPage))
	if err != nil {
		return nil, fmt.Errorf("letters: a kept letter is broken: %w", err)
	}
	return page, nil
}
