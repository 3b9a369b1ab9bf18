// SPDX-License-Identifier: AGPL-3.0-or-later

package secret

import (
	"regexp"
	"strings"
	"testing"
)

func TestASecretIsWrittenInGroupsAndNeverTwiceTheSame(t *testing.T) {
	shape := regexp.MustCompile(`^([0-9A-HJKMNP-TV-Z]{4}-){7}[0-9A-HJKMNP-TV-Z]{4}$`)
	seen := map[string]bool{}
	for range 1000 {
		drawn := New()
		if !shape.MatchString(drawn) || seen[drawn] {
			t.Fatalf("drew %q", drawn)
		}
		seen[drawn] = true
	}
}

func TestASecretIsKnownHoweverItIsTyped(t *testing.T) {
	drawn := "01AB-23CD-45EF-67GH-89JK-01MN-23PQ-45RS"
	for _, typed := range []string{strings.ToLower(drawn), strings.ReplaceAll(drawn, "-", " "), strings.ReplaceAll(drawn, "-", ""), "O" + drawn[1:], " 0l" + drawn[2:] + "\n", "0i" + drawn[2:]} {
		if Hex(typed) != Hex(drawn) {
			t.Errorf("%q is not the same", typed)
		}
	}
	if Hex(drawn) == Hex("02"+drawn[2:]) {
		t.Error("another secret is the same")
	}
}
