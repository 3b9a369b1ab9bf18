// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The rules of the national guidelines for APIs (ModI) that matter most, so that a
// description that breaks one does not get past the tests.

var (
	kebab = regexp.MustCompile(`^(/\.well-known/[a-z.]+|(/([a-z0-9]+(-[a-z0-9]+)*|openapi\.yaml|\{[a-z]+(_[a-z]+)*\}))+)$`)
	snake = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
)

// personal are names of data that must not stand in an address.
var personal = regexp.MustCompile(`name|surname|birth|fiscal|tax|phone|mail|address|document|password|token|secret|key`)

// eachOperation visits all that is described, in order.
func eachOperation(t *testing.T, visit func(at string, op *openapi3.Operation, method, path string)) {
	t.Helper()
	doc, err := description()
	require.NoError(t, err)
	for _, path := range slices.Sorted(maps.Keys(doc.Paths.Map())) {
		for method, op := range doc.Paths.Find(path).Operations() {
			visit(method+" "+path, op, method, path)
		}
	}
}

func TestTheDescriptionSaysWhoAnswersForTheService(t *testing.T) {
	doc, err := description()
	require.NoError(t, err)
	assert.Regexp(t, `^[0-9]+\.[0-9]+\.[0-9]+$`, doc.Info.Version)
	assert.NotEmpty(t, doc.Info.TermsOfService)
	assert.NotEmpty(t, doc.Info.Contact.Email)
	assert.NotEmpty(t, doc.Info.Extensions["x-summary"])
	for _, server := range doc.Servers {
		assert.NotEmpty(t, server.Description)
		assert.True(t, strings.HasPrefix(server.URL, "https://") || server.Extensions["x-sandbox"] == true, server.URL)
	}
	_, says := doc.Paths.Map()["/status"]
	assert.True(t, says, "/status")
}

func TestAddressesAndParametersAreNamedAsTheGuidelinesAskAndHoldNothingPersonal(t *testing.T) {
	eachOperation(t, func(at string, op *openapi3.Operation, method, path string) {
		assert.Regexp(t, kebab, path)
		assert.NotEmpty(t, op.OperationID, at)
		assert.NotEmpty(t, op.Tags, at)
		assert.True(t, method != http.MethodGet || op.RequestBody == nil, "%s has a body", at)
		for _, ref := range op.Parameters {
			p := ref.Value
			if p.In == openapi3.ParameterInHeader {
				assert.NotContains(t, []string{"Authorization", "Accept", "Content-Type"}, p.Name, at)
				continue
			}
			assert.Regexp(t, snake, p.Name, at)
			assert.True(t, p.Name == "name" || !personal.MatchString(p.Name), "%s: %s in an address", at, p.Name)
			assert.NotContains(t, []string{"page", "page_size", "size", "per_page", "search", "order_by"}, p.Name, "%s: paging and searching have names of their own", at)
		}
	})
}

func TestEveryAnswerIsDescribedWithItsHeadersAndItsProblems(t *testing.T) {
	eachOperation(t, func(at string, op *openapi3.Operation, method, _ string) {
		for status, ref := range op.Responses.Map() {
			answer := ref.Value
			for _, name := range []string{"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Cache-Control"} {
				assert.Contains(t, answer.Headers, name, "%s %s", at, status)
			}
			if status == "429" || status == "503" {
				assert.Contains(t, answer.Headers, "Retry-After", "%s %s", at, status)
			}
			if status >= "400" {
				assert.Equal(t, []string{"application/problem+json"}, slices.Sorted(maps.Keys(answer.Content)), "%s %s", at, status)
			}
		}
		for _, needed := range []string{"429", "503", "default"} {
			assert.Contains(t, op.Responses.Map(), needed, at)
		}
		if op.Security == nil { // what nobody need sign in for says so
			assert.Contains(t, op.Responses.Map(), "401", at)
			assert.Contains(t, op.Responses.Map(), "403", at)
		}
		if method == http.MethodPost {
			assert.Nil(t, op.Security, "%s changes something and is open to all", at)
			assert.True(t, op.RequestBody != nil && op.RequestBody.Value.Required, at)
			for _, needed := range []string{"400", "413", "415", "422"} {
				assert.Contains(t, op.Responses.Map(), needed, at)
			}
		}
	})
}

func TestEveryShapeIsBounded(t *testing.T) {
	doc, err := description()
	require.NoError(t, err)
	for name, ref := range doc.Components.Schemas {
		assertBounded(t, name, ref, map[*openapi3.Schema]bool{})
	}
}

// assertBounded follows a schema down: texts and lists have an end, numbers a
// format, objects no unknown fields, choices are texts.
func assertBounded(t *testing.T, at string, ref *openapi3.SchemaRef, seen map[*openapi3.Schema]bool) {
	t.Helper()
	if ref == nil || ref.Value == nil || seen[ref.Value] || strings.Contains(ref.Ref, "schemas/") && strings.Contains(ref.Ref, ".json") {
		return // the shared schemas have tests of their own
	}
	s := ref.Value
	seen[s] = true
	switch {
	case s.Type.Includes("string"):
		assert.True(t, s.MaxLength != nil || len(s.Enum) > 0 || s.Const != nil || s.Format != "", "%s: a text without an end", at)
	case s.Type.Includes("integer"), s.Type.Includes("number"):
		assert.True(t, s.Format != "", "%s: a number without a format", at)
	case s.Type.Includes("array"):
		assert.NotNil(t, s.MaxItems, "%s: a list without an end", at)
		assertBounded(t, at+"[]", s.Items, seen)
	case s.Type.Includes("object"):
		for field, inner := range s.Properties {
			assert.Regexp(t, snake, field, at)
			assertBounded(t, at+"."+field, inner, seen)
		}
	}
	for _, choice := range s.Enum {
		_, isText := choice.(string)
		assert.True(t, isText, "%s: a choice that is no text", at)
	}
}
