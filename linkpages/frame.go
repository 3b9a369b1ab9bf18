// SPDX-License-Identifier: AGPL-3.0-or-later

package linkpages

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"net/http"

	"ricongiungi/family"
	"ricongiungi/rules"
	"ricongiungi/tongues"
)

//go:embed templates/*
var templateFiles embed.FS

// pages are the templates, each whole in itself: style and script stand inside,
// so that a page on a slow network is one answer.
type pages struct {
	byName map[[2]string]*template.Template // by language and name
	style  template.CSS
	script template.JS
	policy string // Content-Security-Policy: nothing from anywhere but the page itself
}

func loadPages(all *tongues.Tongues, office *officeTexts) (pages, error) {
	p := pages{byName: map[[2]string]*template.Template{}}
	style, err := templateFiles.ReadFile("templates/page.css")
	if err != nil {
		return p, err
	}
	script, err := templateFiles.ReadFile("templates/open.js")
	if err != nil {
		return p, err
	}
	p.style, p.script = template.CSS(style), template.JS(script)
	p.policy = "default-src 'none'; style-src '" + hashOf(style) + "'; script-src '" + hashOf(script) + "'; img-src data:; " +
		"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
	for _, voice := range all.Voices() {
		for _, name := range []string{"entry", "family", "reply"} {
			page, err := template.New("frame.html").Funcs(functions(voice, office)).ParseFS(templateFiles, "templates/frame.html", "templates/"+name+".html")
			if err != nil {
				return p, err
			}
			p.byName[[2]string{voice.Lang, name}] = page
		}
	}
	return p, nil
}

func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func functions(v tongues.Voice, office *officeTexts) template.FuncMap {
	return template.FuncMap{
		"t":        v.Say,
		"say":      func(id string) string { return office.say(v.Lang, id) },
		"lang":     func() string { return v.Lang },
		"day":      v.Day,
		"moment":   v.Moment,
		"official": v.Official,
		"paper":    func(p family.Paper) string { return p.Say(v) },
		"italian":  v.Italian,
		"reason":   func(why family.Reason) string { return why.Say(v) },
		"iso":      rules.Date.String,
	}
}

// frame is what surrounds a page.
type frame struct {
	Title    string
	Voice    tongues.Voice
	Voices   []tongues.Voice // to choose from
	Path     string
	Style    template.CSS
	Script   template.JS
	Visiting bool // the page can be closed
	Contents any
}

// render writes into memory first: a page is whole or not sent.
func (s *site) render(w http.ResponseWriter, r *http.Request, status int, name string, f frame) {
	f.Style, f.Script = s.pages.style, s.pages.script
	var buffer bytes.Buffer
	if err := s.pages.byName[[2]string{f.Voice.Lang, name}].Execute(&buffer, f); err != nil {
		s.Log.Error("page not rendered", "request_id", visitOf(r).id, "error", err.Error())
		http.Error(w, f.Voice.Say("link.later"), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = buffer.WriteTo(w) // the reader has gone: there is nobody to tell
}

// entry is the way in.
type entry struct {
	Message  string // id of a text
	Bad      bool
	Contacts []family.Contact
}

func (s *site) wayIn(w http.ResponseWriter, r *http.Request, status int, through door, message string) {
	voice := s.voice(r)
	voices := s.tongues.Voices()
	if through == replyDoor {
		voice, voices = s.officeVoice(r), s.tongues.Voices()[:2]
	}
	s.render(w, r, status, "entry", frame{Title: voice.Say("link.title"), Voice: voice, Voices: voices, Path: through.path,
		Contents: entry{Message: message, Bad: status >= http.StatusBadRequest, Contacts: s.Contacts}})
}
