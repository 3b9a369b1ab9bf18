// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"slices"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"ricongiungi/casefile"
	"ricongiungi/rules"
)

// tonguesOffered are the languages of the families of Milan.
var tonguesOffered = []string{"it", "en", "fr", "es", "ar", "arz", "ary", "apc", "zh", "cmn", "yue", "bn", "si", "uk", "ru", "fil", "tl", "sq", "ur", "pt", "ro", "ti", "so"}

func (v voice) tongues() []option {
	var options []option
	for _, code := range tonguesOffered {
		options = append(options, option{Value: code, Label: v.tongue(code)})
	}
	return byLabel(options)
}

// tongue is the name of a language, whatever language it is.
func (v voice) tongue(code string) string {
	name := ""
	if tag, err := language.Parse(code); err == nil {
		name = display.Tags(language.Make(v.Lang)).Name(tag)
	}
	if name == "" {
		name = code
	}
	return v.known("language."+code, name)
}

// regions are the countries of ISO 3166-1.
var regions = sync.OnceValue(func() []language.Region {
	var found []language.Region
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			region, err := language.ParseRegion(code)
			if err == nil && region.IsCountry() && region.String() == code && region.Canonicalize() == region && len(region.ISO3()) == 3 {
				found = append(found, region)
			}
		}
	}
	return found
})

func (v voice) countries() []option {
	names := display.Regions(language.Make(v.Lang))
	var options []option
	for _, region := range regions() {
		if name := names.Name(region); name != "" && region.ISO3() != "ZZZ" {
			options = append(options, option{Value: region.ISO3(), Label: name})
		}
	}
	return byLabel(options)
}

// country is the name of a country known by three letters.
func (v voice) country(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	return display.Regions(language.Make(v.Lang)).Name(region)
}

// scriptsOffered are those that the families write.
var scriptsOffered = []string{"Latn", "Arab", "Cyrl", "Hans", "Hant", "Beng", "Sinh", "Ethi", "Deva", "Guru", "Taml"}

func (v voice) scripts() []option {
	names := display.Scripts(language.Make(v.Lang))
	var options []option
	for _, code := range scriptsOffered {
		options = append(options, option{Value: code, Label: names.Name(language.MustParseScript(code))})
	}
	return byLabel(options)
}

// paperName names a paper as the lists of the law do.
func (v voice) paperName(book *rules.Book, item string) string {
	papers := book.PaperRules()
	if at := slices.IndexFunc(papers, func(p rules.PaperRule) bool { return p.ID == item }); at >= 0 {
		return v.of(papers[at].Text)
	}
	return v.known("item."+item, item)
}

// pillar names a score of well-being.
func (v voice) pillar(code string) string {
	for _, p := range casefile.Pillars() {
		if p.Code == code {
			return v.of(p.Text)
		}
	}
	return code
}
