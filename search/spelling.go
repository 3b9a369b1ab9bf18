// SPDX-License-Identifier: AGPL-3.0-or-later

package search

import (
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-unidecode"
)

// words are the parts of a name in Latin letters without accents, in lower case.
// Chinese names come out syllable by syllable, Arabic ones without most vowels.
func words(name string) []string {
	latin := strings.ToLower(unidecode.Unidecode(arabicVowels.Replace(strings.ToLower(name))))
	found := strings.FieldsFunc(apostrophes.Replace(latin), func(r rune) bool { return !unicode.IsLetter(r) })
	return slices.DeleteFunc(found, func(word string) bool { return articles[word] })
}

// arabicVowels writes letters of Arabic that transliteration turns into signs or
// drops, and that people write as vowels.
var arabicVowels = strings.NewReplacer("ة", "a", "ى", "a", "آ", "a", "أ", "a", "إ", "i", "ا", "a", "ع", "a", "ء", "", "ئ", "i", "ؤ", "u")

// apostrophes are dropped, not a gap: O'Neil is one word, as is the Arabic 'ayn.
var apostrophes = strings.NewReplacer("'", "", "`", "", "’", "")

// articles are written together with the name, apart from it, or left out.
var articles = map[string]bool{"al": true, "el": true, "ul": true, "ur": true}

// skeletons are what a word has in common with its other spellings: its
// consonants, written one way. A word that may begin with an article has two.
func skeletons(word string) []string {
	whole := skeleton(word)
	bare := withoutArticle(word)
	if stripped := skeleton(bare); bare != word && len(stripped) > 1 && stripped != whole {
		return []string{whole, stripped}
	}
	return []string{whole}
}

func withoutArticle(word string) string {
	for _, article := range []string{"al", "el", "ul"} {
		if rest, found := strings.CutPrefix(word, article); found && len(rest) > 2 {
			return rest
		}
	}
	if rest, found := strings.CutPrefix(word, "l"); found && len(rest) > 2 && !vowel(rest[0]) {
		return rest // Arabic writes the article without its vowel
	}
	return word
}

// respelt brings sounds that are written in several ways to one: by French,
// English, Italian and German ears, and by those of the registry of each consulate.
var respelt = strings.NewReplacer(
	"sch", "s", "tch", "s", "tsh", "s", "sh", "s", "ch", "s", "zh", "s", "kh", "h", "gh", "g", "ph", "f", "th", "t", "dh", "d", "bh", "b",
	"dj", "g", "dz", "s", "ts", "s", "tz", "s", "ck", "k", "ce", "s", "ci", "s", "cy", "s", "cq", "k", "q", "k", "x", "ks", "z", "s", "j", "g", "c", "k", "ou", "u", "gn", "n", "w", "v",
)

// skeleton is the word's consonants after respelling, doubled ones once. The
// vowels go, with y, v and h where they only colour one; a first letter stays
// unless it is a vowel.
func skeleton(word string) string {
	var kept []byte
	for i, c := range []byte(undoubled(respelt.Replace(word))) {
		switch {
		case vowel(c), i > 0 && (c == 'y' || c == 'v' && halfVowel(word)):
			continue
		}
		kept = append(kept, c)
	}
	if last := len(kept) - 1; last > 0 && kept[last] == 'h' {
		kept = kept[:last]
	}
	if len(kept) == 0 {
		return word
	}
	return string(kept)
}

// halfVowel tells words in which a w stands for a vowel, as Arabic writes u and o.
func halfVowel(word string) bool { return strings.Contains(word, "w") }

func vowel(c byte) bool { return strings.IndexByte("aeiou", c) >= 0 }

func undoubled(word string) string { return string(slices.Compact([]byte(word))) }

// number is how a file's number or a codice fiscale is compared: without spaces,
// signs or case.
func number(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, text)
}

// likeness of two words, from 0 to 1: how few letters must be changed.
func likeness(a, b string) float64 {
	longest := max(len(a), len(b))
	if longest == 0 {
		return 1
	}
	return 1 - float64(distance(a, b))/float64(longest)
}

// distance is how many letters must be added, dropped or replaced.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
