// SPDX-License-Identifier: AGPL-3.0-or-later

package table

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Text decodes a file as offices save it: UTF-8 or UTF-16 with or without a byte
// order mark, and whatever is no UTF-8 as Windows-1252.
func Text(raw []byte) string {
	switch {
	case bytes.HasPrefix(raw, []byte{0xEF, 0xBB, 0xBF}):
		return string(bytes.ToValidUTF8(raw[3:], []byte("\uFFFD")))
	case bytes.HasPrefix(raw, []byte{0xFF, 0xFE}):
		return wide(raw[2:], binary.LittleEndian)
	case bytes.HasPrefix(raw, []byte{0xFE, 0xFF}):
		return wide(raw[2:], binary.BigEndian)
	case utf8.Valid(raw):
		return string(raw)
	}
	return western(raw)
}

func wide(raw []byte, order binary.ByteOrder) string {
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = order.Uint16(raw[2*i:])
	}
	return string(utf16.Decode(units))
}

// upper holds what Windows-1252 has in place of the control characters 0x80 to 0x9F.
var upper = []rune("€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ")

func western(raw []byte) string {
	var text strings.Builder
	for _, b := range raw {
		if b >= 0x80 && b <= 0x9F {
			text.WriteRune(upper[b-0x80])
			continue
		}
		text.WriteRune(rune(b))
	}
	return text.String()
}
