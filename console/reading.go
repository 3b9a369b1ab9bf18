// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"ricongiungi/rules"
	"ricongiungi/schemas"
)

// compose makes the command's data of what was typed. What cannot be read as
// the field's type stays as typed, for the schema to complain of.
func compose(fields []schemas.Field, typed url.Values) map[string]any {
	return composeUnder("", fields, typed)
}

func composeUnder(prefix string, fields []schemas.Field, typed url.Values) map[string]any {
	data := map[string]any{}
	for _, f := range fields {
		name := prefix + f.Name
		if f.Type == "object" {
			if inner := composeUnder(name+".", partsOf(f), typed); len(inner) > 0 {
				data[f.Name] = inner
			}
			continue
		}
		if value := read(f, strings.TrimSpace(strings.Join(typed[name], "\n"))); value != nil {
			data[f.Name] = value
		}
	}
	return data
}

// read gives the value of one field, nil when nothing was typed.
func read(f schemas.Field, text string) any {
	switch {
	case text == "":
		return nil
	case f.Type == "array":
		return several(*f.Item, text)
	case f.Type == "boolean":
		return text == "true"
	case f.Kind == "instant":
		return instant(text)
	case f.Kind == "cents":
		return cents(text)
	case f.Type == "integer":
		if n, err := strconv.Atoi(text); err == nil {
			return n
		}
	}
	return text
}

// several splits what was typed at line ends and commas and reads each part.
func several(of schemas.Field, text string) []any {
	var items []any
	for _, part := range strings.FieldsFunc(text, func(c rune) bool { return c == '\n' || c == ',' }) {
		if item := read(of, strings.TrimSpace(part)); item != nil {
			items = append(items, item)
		}
	}
	return items
}

// cents reads euros as people write them: 10.504,46 or 10504.46.
func cents(text string) any {
	plain := strings.NewReplacer(" ", "", "€", "", "'", "").Replace(text)
	if at := strings.LastIndexAny(plain, ",."); at >= 0 && len(plain)-at <= 3 {
		plain = strings.NewReplacer(".", "", ",", "").Replace(plain[:at]) + (plain[at+1:] + "00")[:2]
	} else {
		plain = strings.NewReplacer(".", "", ",", "").Replace(plain) + "00"
	}
	if n, err := strconv.Atoi(plain); err == nil {
		return n
	}
	return text
}

// instant reads the day and hour of a browser's control, which are Rome's.
func instant(text string) string {
	at, err := time.ParseInLocation("2006-01-02T15:04", text, rules.Rome)
	if err != nil {
		return text
	}
	return at.UTC().Format(time.RFC3339)
}
