// SPDX-License-Identifier: AGPL-3.0-or-later

package oversight

import (
	"bytes"
	"strconv"

	"ricongiungi/internal/sheet"
	"ricongiungi/rules"
)

// Tabular is a figure that can be written as rows; the first names the columns.
type Tabular interface{ Table() [][]string }

// CSV writes the figure so that a spreadsheet takes no cell for a formula.
func CSV(figure Tabular) []byte {
	var written bytes.Buffer
	_ = sheet.Write(&written, figure.Table()) // a buffer takes everything
	return written.Bytes()
}

func number(n int) string { return strconv.Itoa(n) }

// share writes a share with four decimals, so that the same share is the same text.
func share(f float64) string { return strconv.FormatFloat(f, 'f', 4, 64) }

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// dayText is empty for no day.
func dayText(d rules.Date) string { return d.String() }
