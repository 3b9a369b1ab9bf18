// SPDX-License-Identifier: AGPL-3.0-or-later

package samples

import (
	"testing"

	"ricongiungi/rules"
	"ricongiungi/schools"
	"ricongiungi/schools/registry"
)

func TestTheInventedRegistryIsReadAndJoinedLikeARealOne(t *testing.T) {
	t.Parallel()
	var published registry.Published
	for _, f := range Registry(rules.On(2026, 3, 10)) {
		read, err := registry.Read(f.Name, f.Raw, 0)
		if err != nil || len(read.Rejected) > 0 {
			t.Fatalf("%s: %v, %+v", f.Name, err, read.Rejected)
		}
		published.Schools, published.Pupils, published.City = append(published.Schools, read.Schools...), append(published.Pupils, read.Pupils...), append(published.City, read.City...)
	}
	joined, report := registry.Join(published)
	if report.Schools != len(inventedSchools()) || report.ByMatch[schools.Unmatched]+report.ByMatch[schools.Ambiguous] > 0 || len(report.Elsewise) > 0 || report.PupilsKnown != report.Schools {
		t.Errorf("%+v", report)
	}
	for _, s := range joined {
		if s.Year != 2025 || s.Municipio == 0 || s.Location == nil {
			t.Errorf("%+v", s)
		}
	}
}

func TestEveryInventedChildIsOfferedAnInventedSchool(t *testing.T) {
	t.Parallel()
	for _, level := range []string{schools.Infanzia, schools.Primaria, schools.Secondaria1, schools.Secondaria2, schools.CPIA} {
		if len(schoolsOf[level]) < 3 {
			t.Errorf("%d schools of %s", len(schoolsOf[level]), level)
		}
		for _, code := range schoolsOf[level] {
			if !schools.IsCode(code) || code[4] != 'X' {
				t.Errorf("the code %s", code)
			}
		}
	}
}
