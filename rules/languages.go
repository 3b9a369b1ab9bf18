// SPDX-License-Identifier: AGPL-3.0-or-later

package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Serving finds, in a row of languages, the one in which somebody who asks for
// a language is served: itself, one that lists it as served too, or the same
// language without region or script (BCP 47 lookup). Empty when there is none.
func (r Rule) Serving(asked string) string {
	for tag := asked; tag != ""; tag = shorter(tag) {
		for _, entry := range strings.Fields(r.Value) {
			if names := strings.Split(entry, "/"); slices.Contains(names, tag) {
				return names[0]
			}
		}
	}
	return ""
}

// shorter drops the last subtag.
func shorter(tag string) string {
	return tag[:max(0, strings.LastIndex(tag, "-"))]
}

var languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)

func checkLanguages(value string) error {
	for _, tag := range strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == '/' }) {
		if !languageTag.MatchString(tag) {
			return fmt.Errorf("value: %q is not a language as in BCP 47", tag)
		}
	}
	if strings.TrimSpace(value) == "" {
		return fmt.Errorf("value: must name at least one language")
	}
	return nil
}
