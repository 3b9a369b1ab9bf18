// SPDX-License-Identifier: AGPL-3.0-or-later

package schemas

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deeply values may be nested; no document of ours needs ten.
const maxDepth = 64

// CheckJSON refuses what parsers read differently from each other, so that
// whoever checks a document and whoever acts on it see the same: duplicate keys
// and keys equal but for case (the Go decoder takes the last of them), data
// after the end, texts that are no Unicode, and numbers that are not whole. It
// also refuses nesting deeper than 64 and the character U+0000, which the
// database cannot keep. The error is *Malformed.
func CheckJSON(raw []byte) error {
	if !utf8.Valid(raw) {
		return malformed("", "must be text in UTF-8")
	}
	r := &reader{raw: raw, decoder: json.NewDecoder(bytes.NewReader(raw))}
	r.decoder.UseNumber()
	for {
		token, err := r.decoder.Token()
		if errors.Is(err, io.EOF) && r.done {
			return nil
		}
		if err != nil {
			return malformed(r.path(), "is not well-formed JSON near byte "+strconv.FormatInt(r.decoder.InputOffset(), 10))
		}
		if r.done {
			return malformed("", "must end after the first value")
		}
		if err := r.take(token); err != nil {
			return err
		}
	}
}

// reader follows the tokens of one document.
type reader struct {
	raw     []byte
	decoder *json.Decoder
	from    int64 // end of the token before
	open    []level
	done    bool
}

// level is an object or list that has begun and not ended.
type level struct {
	object bool
	key    string // of the value to come; only in objects
	keyed  bool   // the next token is a value
	seen   map[string]bool
	index  int
}

func (r *reader) take(token json.Token) error {
	written := r.raw[r.from:r.decoder.InputOffset()]
	r.from = r.decoder.InputOffset()
	switch token := token.(type) {
	case json.Delim:
		return r.delimit(token)
	case string:
		if !soundEscapes(written) {
			return malformed(r.path(), "must not hold U+0000 or half of a surrogate pair")
		}
		if top := r.top(); top != nil && top.object && !top.keyed {
			return r.name(top, token)
		}
	case json.Number:
		if strings.ContainsAny(token.String(), ".eE") {
			return malformed(r.path(), "must be a whole number written in digits")
		}
	}
	r.valueEnds()
	return nil
}

func (r *reader) delimit(d json.Delim) error {
	if d == ']' || d == '}' {
		r.open = r.open[:len(r.open)-1]
		r.valueEnds()
		return nil
	}
	if len(r.open) == maxDepth {
		return malformed("", "must not be nested deeper than "+strconv.Itoa(maxDepth)+" levels")
	}
	r.open = append(r.open, level{object: d == '{', seen: map[string]bool{}})
	return nil
}

// name takes a key; folding its case as the Go decoder does finds its twins.
func (r *reader) name(top *level, key string) error {
	folded := strings.ToLower(strings.ToUpper(key))
	if top.seen[folded] {
		return malformed(r.path()+"/"+safeName(folded), "must not occur twice, also not in upper or lower case")
	}
	top.seen[folded], top.key, top.keyed = true, key, true
	return nil
}

func (r *reader) valueEnds() {
	top := r.top()
	if top == nil {
		r.done = true
		return
	}
	top.keyed = false
	top.index++
}

func (r *reader) top() *level {
	if len(r.open) == 0 {
		return nil
	}
	return &r.open[len(r.open)-1]
}

// path is the JSON pointer of the value being read.
func (r *reader) path() string {
	path := ""
	for _, l := range r.open {
		switch {
		case !l.object:
			path += "/" + strconv.Itoa(l.index)
		case l.keyed:
			path += "/" + safeName(l.key)
		}
	}
	return path
}

// soundEscapes looks at a text as it was written: decoded, half a surrogate pair
// can no longer be told from U+FFFD.
func soundEscapes(written []byte) bool {
	high := false // the escape before was the first half of a pair
	for i := 0; i < len(written); i++ {
		unit, escaped := escapedUnit(written[i:])
		second := escaped && unit >= 0xDC00 && unit <= 0xDFFF
		if high != second || escaped && unit == 0 {
			return false
		}
		high = escaped && unit >= 0xD800 && unit <= 0xDBFF
		switch {
		case escaped:
			i += 5
		case written[i] == '\\':
			i++
		}
	}
	return true
}

// escapedUnit reads an escape such as \u00e8 at the start of the text.
func escapedUnit(text []byte) (uint64, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(text[2:6]), 16, 32)
	return unit, err == nil
}
