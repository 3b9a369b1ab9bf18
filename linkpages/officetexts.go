// SPDX-License-Identifier: AGPL-3.0-or-later

package linkpages

import (
	"embed"
	"encoding/json"
	"fmt"
	"net/http"

	"ricongiungi/tongues"
)

//go:embed locales/*.json
var localeFiles embed.FS

// officeTexts are what bodies read, in the two languages of offices.
type officeTexts struct{ byLang map[string]map[string]string }

func loadOfficeTexts() (*officeTexts, error) {
	all := &officeTexts{map[string]map[string]string{}}
	for _, lang := range []string{"it", "en"} {
		raw, err := localeFiles.ReadFile("locales/" + lang + ".json")
		if err != nil {
			return nil, err
		}
		var texts map[string]string
		if err := json.Unmarshal(raw, &texts); err != nil {
			return nil, fmt.Errorf("texts of the reply page in %s: %w", lang, err)
		}
		all.byLang[lang] = texts
	}
	return all, nil
}

// say gives a text by its id; an unknown one comes back: a test looks for every text.
func (o *officeTexts) say(lang, id string) string {
	if text, known := o.byLang[lang][id]; known {
		return text
	}
	return id
}

// officeVoice is Italian unless English is asked for.
func (s *site) officeVoice(r *http.Request) tongues.Voice {
	if s.voice(r).Lang == "en" {
		return s.tongues.Voice("en")
	}
	return s.tongues.Voice("it")
}
