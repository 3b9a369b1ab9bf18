// SPDX-License-Identifier: AGPL-3.0-or-later

package sheet

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// written writes one row and reads it again.
func written(t interface{ Fatal(...any) }, cell string) (raw, again string) {
	var file bytes.Buffer
	if err := Write(&file, [][]string{{"name", "other"}, {cell, "x"}}); err != nil {
		t.Fatal(err)
	}
	raw = file.String()
	s, err := Open(&file)
	if err != nil {
		t.Fatal(err)
	}
	row, err := s.Next()
	if err != nil {
		t.Fatal(err)
	}
	return raw, row.Cells["name"]
}

func TestNoCellIsAFormulaAndEachIsReadAgainAsItWas(t *testing.T) {
	for _, cell := range []string{"=1+1", "+39 02 0000", "-Ali", "@sum", "=cmd|'/c calc'!A0", "'=x", "''-x", "O'Brien", "'t Hart", "-", "'", "Ali"} {
		raw, again := written(t, cell)
		first := strings.TrimPrefix(strings.Split(raw, "\n")[1], `"`)
		if first != "" && strings.ContainsRune(formulas, rune(first[0])) {
			t.Errorf("%q is written as %q", cell, first)
		}
		if again != cell {
			t.Errorf("%q is read again as %q", cell, again)
		}
	}
}

func TestAnyNameSurvivesASpreadsheet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringMatching(`['=+@\-a-zA-Z",; ]{0,12}`).Draw(t, "cell")
		if strings.TrimSpace(cell) != cell {
			t.Skip("cells are trimmed")
		}
		if _, again := written(t, cell); again != cell {
			t.Fatalf("%q is read again as %q", cell, again)
		}
	})
}
