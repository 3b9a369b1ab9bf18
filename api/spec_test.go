// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/go-chi/chi/v5"
	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ricongiungi/schemas"
)

// description is the loaded openapi.yaml with every reference resolved.
var description = sync.OnceValues(func() (*openapi3.T, error) {
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = true
	return loader.LoadFromFile("openapi.yaml")
})

func TestDescriptionIsSound(t *testing.T) {
	doc, err := description()
	require.NoError(t, err, "every $ref resolves")
	// Examples are validated by an older reading of schemas that knows no const.
	require.NoError(t, doc.Validate(context.Background(), openapi3.DisableExamplesValidation()))
}

func TestRoutesAreThoseOfTheDescription(t *testing.T) {
	doc, err := description()
	require.NoError(t, err)
	var described, served []string
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			described = append(described, method+" "+path)
		}
	}
	walk := func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		served = append(served, method+" "+strings.Replace(route, "*", "{tile_path}", 1))
		return nil
	}
	require.NoError(t, chi.Walk(newRouter(Config{}), walk))
	assert.ElementsMatch(t, described, served)
}

// References must also resolve where the description is served: the address of
// every file they name is one of ours.
func TestReferencesResolveWhereServed(t *testing.T) {
	var document any
	require.NoError(t, yaml.Unmarshal(Description, &document))
	var references []string
	collectReferences(document, &references)
	require.NotEmpty(t, references)
	for _, reference := range references {
		file, _, _ := strings.Cut(reference, "#")
		if file == "" {
			continue
		}
		require.True(t, strings.HasPrefix(file, "../schemas/"), reference)
		_, ok := schemas.File(filepath.Base(file))
		assert.True(t, ok, reference)
	}
}

func collectReferences(value any, into *[]string) {
	switch value := value.(type) {
	case map[string]any:
		if reference, ok := value["$ref"].(string); ok {
			*into = append(*into, reference)
		}
		for _, child := range value {
			collectReferences(child, into)
		}
	case []any:
		for _, child := range value {
			collectReferences(child, into)
		}
	}
}

// Pages are texts to whoever holds them to the description.
func init() {
	openapi3filter.RegisterBodyDecoder("text/html", openapi3filter.RegisteredBodyDecoder("text/plain"))
	openapi3filter.RegisterBodyDecoder("application/pdf", openapi3filter.RegisteredBodyDecoder("application/octet-stream"))
}

// failing is what a test and a property have in common.
type failing interface {
	require.TestingT
	Helper()
}

// holdToDescription checks a recorded answer: its status, headers and body must
// be as described for the route.
func holdToDescription(t failing, r *http.Request, pattern string, answer *httptest.ResponseRecorder) {
	t.Helper()
	doc, err := description()
	require.NoError(t, err)
	item := doc.Paths.Find(strings.Replace(pattern, "*", "{tile_path}", 1))
	require.NotNil(t, item, "%s is described", pattern)
	operation := item.GetOperation(r.Method)
	require.NotNil(t, operation, "%s %s is described", r.Method, pattern)
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: r, Route: &routers.Route{Spec: doc, Path: pattern, PathItem: item, Method: r.Method, Operation: operation},
		},
		Status: answer.Code, Header: answer.Header(),
		Body:    io.NopCloser(bytes.NewReader(answer.Body.Bytes())),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}
	if answer.Code == http.StatusNotModified {
		return // it has no body to hold to anything
	}
	require.NoError(t, openapi3filter.ValidateResponse(context.Background(), input), "%s %s %d: %s", r.Method, pattern, answer.Code, answer.Body)
	holdHeaders(t, operation.Responses.Status(answer.Code), answer.Header())
}

// What holds answers to the description must notice when they are not as described.
func TestHoldingToDescriptionNotices(t *testing.T) {
	doc, err := description()
	require.NoError(t, err)
	receipt := doc.Components.Schemas["Receipt"].Value
	sound := map[string]any{"handoff_id": caseA, "sender": "sui-mi", "message_id": keyA, "sequence": 1, "kind": "decision",
		"digest": strings.Repeat("0a", 32), "received_at": "2026-03-31T08:30:00Z", "status": "applied"}
	require.NoError(t, receipt.VisitJSON(sound, openapi3.EnableJSONSchema2020()))
	for field, value := range map[string]any{"status": "lost", "received_at": "2026-03-31T08:30:00+02:00", "digest": "x", "kind": "rumour", "extra": 1} {
		spoilt := maps.Clone(sound)
		spoilt[field] = value
		assert.Error(t, receipt.VisitJSON(spoilt, openapi3.EnableJSONSchema2020()), field)
	}
}

// always are the headers that every answer bears.
var always = []string{"Cache-Control", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Link",
	"Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options"}

func holdHeaders(t failing, described *openapi3.ResponseRef, h http.Header) {
	t.Helper()
	for _, name := range always {
		assert.NotEmpty(t, h.Get(name), name)
	}
	assert.Equal(t, "no-store", h.Get("Cache-Control"))
	if described == nil {
		return
	}
	for _, name := range []string{"Retry-After", "Location", "WWW-Authenticate"} {
		_, promised := described.Value.Headers[name]
		assert.Equal(t, promised, h.Get(name) != "", "header %s", name)
	}
	if _, promised := described.Value.Headers["ETag"]; !promised {
		assert.Empty(t, h.Get("ETag"))
	}
}
