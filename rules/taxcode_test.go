// SPDX-License-Identifier: AGPL-3.0-or-later

package rules

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestATaxCodeIsReadByItsCheckCharacter(t *testing.T) {
	for _, c := range []struct {
		text string
		kind TaxCodeKind
		ok   bool
	}{
		{"RSSMRA85T10A562S", DefinitiveTaxCode, true},
		{" rssmra 85t10 a562s ", DefinitiveTaxCode, true},
		{"RSSMRA85T10A562T", DefinitiveTaxCode, false}, // another check letter
		{"RSSMRA85T10A526S", DefinitiveTaxCode, false}, // two digits exchanged
		{"MRTMTT91D08F205J", DefinitiveTaxCode, true},
		{"RSSMRA85G10A562S", "", false}, // G is no month
		{"00743110157", ProvisionalTaxCode, true},
		{"00743110158", ProvisionalTaxCode, false},
		{"00743110517", ProvisionalTaxCode, false},
		{"0074311015", "", false},
		{"", "", false},
	} {
		code, kind, ok := ParseTaxCode(c.text)
		if kind != c.kind || ok != c.ok {
			t.Errorf("%q is %q %v, not %q %v", c.text, kind, ok, c.kind, c.ok)
		}
		if strings.ContainsAny(code, " abcdefghijklmnopqrstuvwxyz") {
			t.Errorf("%q is kept as %q", c.text, code)
		}
	}
}

func TestNoDayBeyondTheMonthIsATaxCode(t *testing.T) {
	for _, c := range []struct {
		day string
		ok  bool
	}{{"00", false}, {"01", true}, {"31", true}, {"32", false}, {"40", false}, {"41", true}, {"71", true}, {"72", false}} {
		body := "RSSMRA85T" + c.day + "A562"
		if _, _, ok := ParseTaxCode(body + string(checkLetter(body))); ok != c.ok {
			t.Errorf("day %s is accepted: %v", c.day, ok)
		}
	}
}

// A code in which letters stand for digits has its own check letter and means
// the same day.
func TestEveryPatternOfOmocodiaIsRead(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		body := []byte("RSSMRA85T10A562")
		for _, at := range []int{6, 7, 9, 10, 12, 13, 14} {
			if rapid.Bool().Draw(rt, "letter") {
				body[at] = omocodia[body[at]-'0']
			}
		}
		code := string(body) + string(checkLetter(string(body)))
		if _, kind, ok := ParseTaxCode(code); !ok || kind != DefinitiveTaxCode {
			rt.Errorf("%s is not read", code)
		}
	})
}

func TestAnyOneWrongDigitOfAProvisionalCodeIsNoticed(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		code := []byte("00743110157")
		at := rapid.IntRange(0, 10).Draw(rt, "at")
		other := byte('0' + rapid.IntRange(0, 9).Draw(rt, "digit"))
		same := other == code[at]
		code[at] = other
		if _, _, ok := ParseTaxCode(string(code)); ok != same {
			rt.Errorf("%s is accepted: %v", code, ok)
		}
	})
}
