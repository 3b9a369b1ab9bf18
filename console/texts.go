// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"embed"
	"encoding/json"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"ricongiungi/rules"
)

// Texts are files by area and language: pages.it.json, cases.it.json.
//
//go:embed locales/*.json
var localeFiles embed.FS

// languages are those of the office, the first one for whoever asks for none of them.
var languages = []language.Tag{language.Italian, language.English}

// texts holds what the pages say.
type texts struct {
	bundle  *i18n.Bundle
	matcher language.Matcher
}

func loadTexts() (*texts, error) {
	bundle := i18n.NewBundle(language.Italian)
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	files, err := fs.Glob(localeFiles, "locales/*.json")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if _, err := bundle.LoadMessageFileFS(localeFiles, file); err != nil {
			return nil, err
		}
	}
	return &texts{bundle: bundle, matcher: language.NewMatcher(languages)}, nil
}

// voice speaks one language.
type voice struct {
	Lang      string // BCP 47
	localizer *i18n.Localizer
}

const languageCookie = "ricongiungi-language"

// voiceFor follows the person's own choice, then the browser's.
func (t *texts) voiceFor(r *http.Request) voice {
	chosen := r.Header.Get("Accept-Language")
	if cookie, err := r.Cookie(languageCookie); err == nil {
		chosen = cookie.Value
	}
	_, index := language.MatchStrings(t.matcher, chosen)
	return t.voice(languages[index].String())
}

func (t *texts) voice(lang string) voice {
	return voice{Lang: lang, localizer: i18n.NewLocalizer(t.bundle, lang)}
}

// say gives a text by its id. Pairs of names and values fill its gaps; "count"
// also chooses between singular and plural.
func (v voice) say(id string, pairs ...any) string {
	data := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		data[pairs[i].(string)] = pairs[i+1]
	}
	text, err := v.localizer.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: data, PluralCount: data["count"]})
	if err != nil {
		return id // a test looks for every text, so that nobody sees this
	}
	return text
}

// known gives a text, or the fallback where there is none: codes of services
// and schools come from data.
func (v voice) known(id, fallback string) string {
	if text := v.say(id); text != id {
		return text
	}
	return fallback
}

// of picks the language of a text that the domain wrote in both.
func (v voice) of(t rules.Text) string {
	if v.Lang == "en" {
		return t.En
	}
	return t.It
}

// day writes a day as people do: 3 novembre 2026.
func (v voice) day(d rules.Date) string {
	if d.IsZero() {
		return "–"
	}
	return v.say("date.day", "day", d.Day, "month", v.say("month."+strings.ToLower(d.Month.String())), "year", d.Year)
}

// short writes a day as figures: 3/11/2026.
func (v voice) short(d rules.Date) string {
	return v.say("date.short", "day", d.Day, "month", int(d.Month), "year", d.Year)
}

// hour is the time of day in Rome.
func (v voice) hour(at time.Time) string { return at.In(rules.Rome).Format("15:04") }

// moment is the day and the hour in Rome.
func (v voice) moment(at time.Time) string {
	return v.say("date.moment", "day", v.day(rules.DateOf(at)), "time", v.hour(at))
}
