// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"errors"
	"strings"
	"unicode/utf8"

	"ricongiungi/schemas"
)

// pathsOf gives the fields in which the schema found something wrong, as JSON
// pointers; what is expected there the reader is told in their own language.
func pathsOf(err error) []string {
	var invalid *schemas.Invalid
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &invalid):
		return []string{""}
	}
	paths := make([]string, len(invalid.Problems))
	for i, p := range invalid.Problems {
		paths[i] = p.Path
	}
	return paths
}

// concerned tells whether something is wrong with the field of that name, with
// an entry of it, or with the thing whose part it is.
func concerned(name string, paths []string) bool {
	pointer := "/" + strings.ReplaceAll(name, ".", "/")
	for _, path := range paths {
		if path == pointer || strings.HasPrefix(path, pointer+"/") || path != "" && strings.HasPrefix(pointer, path+"/") {
			return true
		}
	}
	return false
}

// complaint says what is expected of a field whose value cannot be taken.
func (v voice) complaint(f schemas.Field, typed string) string {
	typed = strings.TrimSpace(typed)
	special := v.known("problem."+f.Kind, "")
	switch {
	case typed == "":
		return v.say("problem.required")
	case special != "":
		return special
	case f.Longest > 0 && utf8.RuneCountInString(typed) > f.Longest:
		return v.say("problem.too_long", "longest", f.Longest)
	case f.Choices != nil:
		return v.say("problem.choice")
	case f.Type == "boolean":
		return v.say("problem.yes_no")
	case f.Type == "array":
		return v.say("problem.lines")
	case f.Type == "integer":
		return v.outOfRange(f)
	}
	return v.say("problem.other")
}

func (v voice) outOfRange(f schemas.Field) string {
	switch {
	case f.Min != nil && f.Max != nil:
		return v.say("problem.range", "min", *f.Min, "max", *f.Max)
	default:
		return v.say("problem.number")
	}
}
