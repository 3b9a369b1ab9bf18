// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"ricongiungi/casefile"
	"ricongiungi/identity"
	"ricongiungi/views"
)

//go:embed templates/*.html
var templateFiles embed.FS

// pages are the templates by language and name, each with the frame around it.
type pages map[string]map[string]*template.Template

func loadPages(texts *texts) (pages, error) {
	all := pages{}
	for _, tag := range languages {
		spoken, err := loadSpoken(texts.voice(tag.String()))
		if err != nil {
			return nil, err
		}
		all[tag.String()] = spoken
	}
	return all, nil
}

func loadSpoken(v voice) (map[string]*template.Template, error) {
	base, err := template.New("frame.html").Funcs(v.functions()).Funcs(v.schoolFunctions()).ParseFS(templateFiles, "templates/frame.html", "templates/parts.html", "templates/fields.html", "templates/schoolparts.html", "templates/deskparts.html")
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	spoken := map[string]*template.Template{}
	for _, file := range files {
		page, err := base.Clone()
		if err == nil {
			page, err = page.ParseFS(templateFiles, file)
		}
		if err != nil {
			return nil, err
		}
		spoken[strings.TrimSuffix(path.Base(file), ".html")] = page
	}
	return spoken, nil
}

func (v voice) functions() template.FuncMap {
	return template.FuncMap{
		"t":        v.say,
		"known":    v.known,
		"text":     v.of,
		"day":      v.day,
		"moment":   v.moment,
		"name":     v.fullName,
		"names":    v.namesOf,
		"count":    func(i int) int { return i + 1 },
		"size":     v.size,
		"minus":    func(i int) int { return -i },
		"short":    v.short,
		"language": v.tongue,
		"country":  v.country,
		"percent":  v.percent,
		"decimal":  v.decimal,
		"tenths":   v.tenths,
		"age":      v.age,
	}
}

// fullName is how a person is called; family name last, as on an Italian letter.
func (v voice) fullName(p casefile.Person) string {
	switch full := strings.TrimSpace(p.GivenName + " " + p.FamilyName); {
	case p.Erased:
		return v.say("person.erased")
	case full == "":
		return v.say("person.unnamed")
	default:
		return full
	}
}

// frame is what surrounds every page.
type frame struct {
	Title    string
	Lang     string
	Path     string
	Assets   string
	Who      views.Operator
	Tabs     []tab
	Console  Config
	Contents any
}

// tab is one entry of the navigation.
type tab struct {
	Path, Label string
	Key         string // that leads there
	Current     bool
}

// show renders into memory first: a page is whole or not sent.
func (s *console) show(w http.ResponseWriter, r *http.Request, status int, name, title string, contents any) error {
	v := visitOf(r)
	var buffer bytes.Buffer
	err := s.pages[v.voice.Lang][name].Execute(&buffer, frame{
		Title: title, Lang: v.voice.Lang, Path: returnTo(r), Assets: s.assets.prefix, Who: v.who, Tabs: s.tabs(r),
		Console: s.Config, Contents: contents,
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = buffer.WriteTo(w) // the reader has gone: there is nobody to tell
	return nil
}

// tabs are the parts of the console that the operator's role may see.
func (s *console) tabs(r *http.Request) []tab {
	v := visitOf(r)
	var tabs []tab
	for _, entry := range append([]tabEntry{
		{"/", "nav.today", "GET /v1/agenda", "o"},
		{"/cases", "nav.cases", "GET /v1/cases", "p"},
		{"/people", "nav.people", searchPeople, "f"},
		{"/schools", "nav.schools", "GET /v1/school-placements", "s"},
	}, officeEntries...) {
		if s.Rights.Routes[entry.api].Roles[v.who.Role] {
			current := r.URL.Path == entry.path || entry.path != "/" && strings.HasPrefix(r.URL.Path, entry.path)
			tabs = append(tabs, tab{Path: entry.path, Label: v.voice.say(entry.label), Key: entry.key, Current: current})
		}
	}
	return tabs
}

func (s *console) showError(w http.ResponseWriter, r *http.Request, status int, id string) {
	v := visitOf(r)
	err := s.show(w, r, status, "error", v.voice.say(id+".title"), struct {
		Advice, RequestID string
	}{v.voice.say(id + ".advice"), v.id})
	if err != nil {
		s.Log.Error("error page failed", "request_id", v.id, "error", err.Error())
		http.Error(w, http.StatusText(status), status)
	}
}

func (s *console) chooseLanguage(w http.ResponseWriter, r *http.Request) error {
	http.SetCookie(w, &http.Cookie{Name: languageCookie, Value: s.texts.voiceFor(withLanguage(r)).Lang, Path: "/",
		MaxAge: 365 * 24 * 3600, HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, identity.LocalPath(r.FormValue("return")), http.StatusSeeOther)
	return nil
}

// withLanguage is the request as if it came from a browser of the language chosen.
func withLanguage(r *http.Request) *http.Request {
	clone := &http.Request{Header: http.Header{}}
	clone.Header.Set("Accept-Language", r.FormValue("language"))
	return clone
}
