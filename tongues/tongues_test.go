// SPDX-License-Identifier: AGPL-3.0-or-later

package tongues

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"ricongiungi/rules"
)

func loaded(t *testing.T) *Tongues {
	t.Helper()
	all, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// texts is a file as it stands: a text, or a text by plural form.
func texts(t *testing.T, lang string) map[string]any {
	t.Helper()
	raw, err := files.ReadFile("locales/" + lang + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestEveryLanguageSaysEverythingThatItalianSays(t *testing.T) {
	italian := texts(t, "it")
	for _, lang := range Languages() {
		own := texts(t, lang)
		for id, text := range italian {
			if strings.HasPrefix(id, official) {
				continue
			}
			if _, said := own[id]; !said {
				t.Errorf("%s does not say %s", lang, id)
			}
			_, counted := text.(map[string]any)
			if _, also := own[id].(map[string]any); counted != also {
				t.Errorf("%s and Italian do not count alike in %s", lang, id)
			}
		}
		for id := range own {
			if _, known := italian[id]; !known {
				t.Errorf("%s says %s, which Italian does not", lang, id)
			}
		}
	}
}

// formsOf are the plural forms that whole numbers take in a language (CLDR).
func formsOf(tag language.Tag) []string {
	names := map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other"}
	used := map[string]bool{"other": true}
	for n := range 201 {
		used[names[plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0)]] = true
	}
	return slices.Sorted(maps.Keys(used))
}

func TestEveryCountedTextHasThePluralFormsOfItsLanguage(t *testing.T) {
	all := loaded(t)
	for _, tag := range tags {
		voice := all.Voice(tag.String())
		for id, text := range texts(t, tag.String()) {
			forms, counted := text.(map[string]any)
			if !counted {
				continue
			}
			for _, form := range formsOf(tag) {
				if _, has := forms[form]; !has {
					t.Errorf("%s: %s has no form %q", tag, id, form)
				}
			}
			for n := range 201 {
				if said := voice.Say(id, "count", n, "from", "X"); said == id || strings.Contains(said, "<no value>") {
					t.Fatalf("%s: %s with %d is %q", tag, id, n, said)
				}
			}
		}
	}
}

var gap = regexp.MustCompile(`\{\{\.\w+\}\}`)

func gaps(text any) []string {
	found := map[string]bool{}
	if forms, counted := text.(map[string]any); counted {
		for _, form := range forms {
			for _, g := range gap.FindAllString(form.(string), -1) {
				found[g] = true
			}
		}
	} else {
		for _, g := range gap.FindAllString(text.(string), -1) {
			found[g] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func TestEveryTextHasTheGapsOfTheItalianOne(t *testing.T) {
	italian := texts(t, "it")
	for _, lang := range Languages() {
		for id, text := range texts(t, lang) {
			if got, want := gaps(text), gaps(italian[id]); !slices.Equal(got, want) {
				t.Errorf("%s: %s has %v and not %v", lang, id, got, want)
			}
		}
	}
}

func TestCountsAreSaidAsEachLanguageCounts(t *testing.T) {
	all := loaded(t)
	for _, c := range []struct {
		lang  string
		count int
		want  string
	}{
		{"it", 1, "Manca 1 giorno"}, {"it", 8, "Mancano 8 giorni"}, {"ru", 1, "Остался 1 день"}, {"ru", 3, "Осталось 3 дня"}, {"ru", 11, "Осталось 11 дней"}, {"ru", 21, "Остался 21 день"},
		{"uk", 2, "Залишилося 2 дні"}, {"uk", 5, "Залишилося 5 днів"}, {"ar", 2, "بقي يومان (2)"}, {"ar", 3, "بقيت 3 أيام"}, {"ar", 11, "بقي 11 يومًا"}, {"ar", 100, "بقي 100 يوم"},
		{"zh", 5, "还有5天"}, {"fil", 4, "4 na araw na lang"}, {"fil", 5, "5 araw na lang"}, {"fr", 0, "Il reste 0 jour"}, {"bn", 7, "7 দিন বাকি"}, {"si", 7, "තව දින 7යි"}, {"sq", 2, "Mbeten 2 ditë"},
	} {
		if got := all.Voice(c.lang).Say("due.left", "count", c.count); got != c.want {
			t.Errorf("%s counts %d as %q", c.lang, c.count, got)
		}
	}
}

func TestDaysAreWrittenAsEachLanguageWritesThemWithTheDigitsOfItalianPapers(t *testing.T) {
	all := loaded(t)
	for lang, want := range map[string]string{
		"it": "8 novembre 2026", "en": "8 November 2026", "fr": "8 novembre 2026", "es": "8 de noviembre de 2026", "ar": "8 نوفمبر 2026", "zh": "2026年11月8日",
		"bn": "8 নভেম্বর 2026", "si": "2026 නොවැම්බර් 8", "uk": "8 листопада 2026", "ru": "8 ноября 2026", "fil": "Nobyembre 8, 2026", "sq": "8 nëntor 2026",
	} {
		if got := all.Voice(lang).Day(rules.On(2026, 11, 8)); got != want {
			t.Errorf("%s writes %q", lang, got)
		}
	}
	if got := all.Voice("fr").Day(rules.On(2026, 1, 1)); got != "1er janvier 2026" {
		t.Errorf("French writes %q", got)
	}
}

func TestTheNearestLanguageIsSpoken(t *testing.T) {
	all := loaded(t)
	for wanted, want := range map[string]string{"arz": "ar", "ar-EG": "ar", "tl": "fil", "zh-Hans-CN": "zh", "pt-BR,fr;q=0.8": "fr", "xx": "it", "": "it", "si-LK": "si"} {
		if got := all.Voice(wanted).Lang; got != want {
			t.Errorf("for %q %s is spoken", wanted, got)
		}
	}
}

func TestOnlyArabicIsWrittenFromTheRight(t *testing.T) {
	for _, voice := range loaded(t).Voices() {
		if got := voice.Dir(); (got == "rtl") != (voice.Lang == "ar") {
			t.Errorf("%s is written %s", voice.Lang, got)
		}
	}
}

func TestEveryTermBesideATranslationIsItalianInEveryLanguage(t *testing.T) {
	for _, voice := range loaded(t).Voices() {
		for id := range texts(t, "it") {
			for _, prefix := range []string{"item.", "stage."} {
				if term, ok := strings.CutPrefix(id, prefix); ok && voice.Official(term) == official+term {
					t.Errorf("%s has no official term for %s", voice.Lang, term)
				}
			}
		}
	}
}
