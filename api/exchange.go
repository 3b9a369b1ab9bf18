// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"ricongiungi/schemas"
)

// The sizes a body may have.
const (
	commandLimit = 64 << 10
	handoffLimit = 256 << 10
	batchLimit   = 16 << 20
)

// body reads a body of the given type, or says that it is too large or of
// another type.
func body(w http.ResponseWriter, r *http.Request, mediaType string, limit int64) ([]byte, error) {
	given, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset := parameters["charset"]
	if err != nil || given != mediaType || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return nil, problemMediaType
	}
	if r.Header.Get("Content-Encoding") != "" {
		return nil, problemMediaType // a small body could unpack into a huge one
	}
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, problemTooLarge
	case err != nil:
		return nil, problemMalformed.because(schemas.Problem{Reason: "must arrive to its end"})
	}
	return content, asSigned(r, content)
}

// answer writes the body as JSON once it is known that it can be written.
func answer(w http.ResponseWriter, status int, content any) error {
	var written bytes.Buffer
	encoder := json.NewEncoder(&written)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(content); err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	return answerBytes(w, status, "application/json", written.Bytes())
}

func answerBytes(w http.ResponseWriter, status int, mediaType string, content []byte) error {
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	_, _ = w.Write(content) // who hung up needs no answer
	return nil
}

// list is the wrapper of every list.
type list[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"next_cursor,omitempty"`
}

func listOf[T any](items []T, next string) list[T] {
	if items == nil {
		items = []T{} // an empty list, never null
	}
	return list[T]{Items: items, NextCursor: next}
}

// answerPage answers with a page, or with the error of fetching it.
func answerPage[T any](w http.ResponseWriter, page Page[T], err error) error {
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, listOf(page.Items, page.Next))
}

var plainUUID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// pathID reads an id from the address. What is no id names nothing.
func pathID(r *http.Request, name string) (string, error) {
	id := chi.URLParam(r, name)
	if !plainUUID.MatchString(id) {
		return "", ErrNotFound
	}
	return id, nil
}

// eTag is the version of a case as HTTP writes it.
func eTag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

var plainETag = regexp.MustCompile(`^"([1-9][0-9]{0,15})"$`)

// ifVersion is the version in If-Match; zero when it is not given.
func ifVersion(r *http.Request) (int64, error) {
	given := r.Header.Get("If-Match")
	if given == "" {
		return 0, nil
	}
	match := plainETag.FindStringSubmatch(given)
	if match == nil {
		return 0, problemIfMatch
	}
	return strconv.ParseInt(match[1], 10, 64)
}
