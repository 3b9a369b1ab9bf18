// SPDX-License-Identifier: AGPL-3.0-or-later

// Package tongues says in twelve languages what families are told: short plain
// sentences with plurals and dates as each language writes them, and the Italian
// term as offices write it. Digits are the ones printed on Italian papers in
// every language, so that a date can be compared with the paper that bears it.
package tongues

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"ricongiungi/rules"
)

//go:embed locales/*.json
var files embed.FS

// official is the prefix of texts that exist in Italian only: the terms that
// stand beside a translation, as offices write them.
const official = "official."

// tags are the languages, Italian first: it is the one for whoever reads none of them.
var tags = []language.Tag{language.Italian, language.English, language.French, language.Spanish, language.Arabic, language.Chinese,
	language.Bengali, language.Sinhala, language.Ukrainian, language.Russian, language.Filipino, language.Albanian}

// Languages lists the codes of the languages (BCP 47), Italian first.
func Languages() []string {
	codes := make([]string, len(tags))
	for i, tag := range tags {
		codes[i] = tag.String()
	}
	return codes
}

// Tongues holds what is said, in all languages.
type Tongues struct {
	matcher language.Matcher
	voices  []Voice
}

// Load reads the texts. An error is a fault of the program's own files.
func Load() (*Tongues, error) {
	bundle := i18n.NewBundle(language.Italian)
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	all := &Tongues{matcher: language.NewMatcher(tags)}
	for _, tag := range tags {
		if _, err := bundle.LoadMessageFileFS(files, "locales/"+tag.String()+".json"); err != nil {
			return nil, fmt.Errorf("tongues: %w", err)
		}
	}
	offices := i18n.NewLocalizer(bundle, language.Italian.String())
	for _, tag := range tags {
		all.voices = append(all.voices, Voice{Lang: tag.String(), localizer: i18n.NewLocalizer(bundle, tag.String()), offices: offices})
	}
	return all, nil
}

// Voices lists all languages, Italian first.
func (t *Tongues) Voices() []Voice { return slices.Clone(t.voices) }

// servedBy are languages whose speakers read another one of ours.
var servedBy = map[string]string{"arz": "ar", "ary": "ar", "arq": "ar", "apc": "ar", "acm": "ar", "tl": "fil", "yue": "zh", "wuu": "zh"}

// Voice speaks the first of the wanted languages that there is: codes as in
// BCP 47 or the whole of an Accept-Language header. Where there is none it is Italian.
func (t *Tongues) Voice(wanted ...string) Voice {
	wanted = slices.Clone(wanted)
	for i, code := range wanted {
		if other, known := servedBy[code]; known {
			wanted[i] = other
		}
	}
	_, index := language.MatchStrings(t.matcher, wanted...)
	return t.voices[index]
}

// Voice speaks one language.
type Voice struct {
	Lang      string // BCP 47
	localizer *i18n.Localizer
	offices   *i18n.Localizer // Italian
}

// Dir is the direction in which the language is written, as in HTML.
func (v Voice) Dir() string {
	if v.Lang == "ar" {
		return "rtl"
	}
	return "ltr"
}

// Apart sets a text that may be written from the other side apart from the
// sentence around it, where the language is written from the right.
func (v Voice) Apart(text string) string {
	if v.Dir() == "ltr" || text == "" {
		return text
	}
	return "\u2068" + text + "\u2069"
}

// Italian tells whether the voice is that of the offices.
func (v Voice) Italian() bool { return v.Lang == language.Italian.String() }

// Name is what the language calls itself.
func (v Voice) Name() string { return v.Say("name") }

// Say gives a text by its id. Pairs of names and values fill its gaps; an int
// under "count" also chooses between singular and plural. An unknown id comes
// back as it is: a test looks for every text.
func (v Voice) Say(id string, pairs ...any) string {
	text, err := v.find(id, pairs...)
	if err != nil {
		return id
	}
	return text
}

// Known tells whether there is a text: codes of papers come from an office's own list.
func (v Voice) Known(id string) bool {
	text, err := v.find(id)
	return err == nil && text != ""
}

func (v Voice) find(id string, pairs ...any) (string, error) {
	data := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		data[pairs[i].(string)] = pairs[i+1]
	}
	return v.localizer.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: data, PluralCount: data["count"]})
}

// Official is the term as Italian offices write it.
func (v Voice) Official(term string) string {
	return Voice{localizer: v.offices}.Say(official + term)
}

// Day writes a day out; empty for no day.
func (v Voice) Day(d rules.Date) string {
	if d.IsZero() {
		return ""
	}
	day := strconv.Itoa(d.Day)
	if v.Lang == "fr" && d.Day == 1 {
		day = "1er"
	}
	return v.Say("date", "day", day, "month", v.Say("month."+strconv.Itoa(int(d.Month))), "year", d.Year)
}

// Moment writes a day and an hour in Rome.
func (v Voice) Moment(at time.Time) string {
	return v.Say("due.at", "day", v.Day(rules.DateOf(at)), "time", at.In(rules.Rome).Format("15:04"))
}

// Version names the texts as they are: it changes with every release that
// changes what letters say.
const Version = "1"
