// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"ricongiungi/deploy"
)

// apiClient talks to a running API as an officer's own program would.
type apiClient struct {
	base  string
	token string
	http  *http.Client

	purpose string // of what is read; empty for the one that goes with the role
}

// client finds the API: the one named in the environment, or the one `up` runs
// in the data folder, for which it makes a token by itself.
func (s *settings) client(role string) (*apiClient, error) {
	c := &apiClient{base: s.apiURL, token: s.token, purpose: s.purpose, http: &http.Client{Timeout: 2 * time.Minute}}
	if c.base == "" {
		run, err := deploy.ReadRun(s.dataDir)
		if errors.Is(err, deploy.ErrNotRunning) || err == nil && run.APIURL == "" {
			return nil, fmt.Errorf("nothing runs in %s: start it with `make run`, or set RICONGIUNGI_URL and RICONGIUNGI_TOKEN", s.dataDir)
		}
		if err != nil {
			return nil, err
		}
		c.base = run.APIURL
	}
	if c.token == "" {
		token, err := s.mint(role, time.Hour)
		if err != nil {
			return nil, err
		}
		c.token = token
	}
	return c, nil
}

// problem is what the API says when it cannot do something.
type problem struct {
	Status   int    `json:"status"`
	Title    string `json:"title"`
	Detail   string `json:"detail"`
	Code     string `json:"code"`
	Rule     string `json:"rule"`
	Problems []struct {
		Path   string `json:"path"`
		Reason string `json:"reason"`
	} `json:"problems"`
}

func (p *problem) Error() string {
	text := fmt.Sprintf("%d %s", p.Status, p.Title)
	if p.Detail != "" {
		text += ": " + p.Detail
	}
	for _, detail := range p.Problems {
		text += fmt.Sprintf("\n  %s: %s", orElse(detail.Path, "/"), detail.Reason)
	}
	return text
}

// call sends a request and decodes the answer, or gives the problem as error.
func (c *apiClient) call(ctx context.Context, method, path, contentType string, body []byte, header http.Header, into any) error {
	raw, err := c.send(ctx, method, path, contentType, body, header)
	if err != nil || into == nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

// send gives the answer as it came, or the problem as error.
func (c *apiClient) send(ctx context.Context, method, path, contentType string, body []byte, header http.Header) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	for name := range header {
		request.Header.Set(name, header.Get(name))
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	if c.purpose != "" {
		request.Header.Set("Read-Purpose", c.purpose)
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("the API does not answer: %w", err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("reading the answer: %w", err)
	}
	if response.StatusCode >= 400 {
		return nil, problemIn(response, raw)
	}
	return raw, nil
}

func problemIn(response *http.Response, raw []byte) error {
	p := &problem{Status: response.StatusCode, Title: http.StatusText(response.StatusCode)}
	if strings.HasPrefix(response.Header.Get("Content-Type"), "application/problem+json") {
		if err := json.Unmarshal(raw, p); err != nil {
			return fmt.Errorf("the API answered %s and no readable problem", response.Status)
		}
	}
	return p
}

func (c *apiClient) get(ctx context.Context, path string, into any) error {
	return c.call(ctx, http.MethodGet, path, "", nil, nil, into)
}

// command submits a command to a case under an idempotency key.
func (c *apiClient) command(ctx context.Context, caseID, key, name string, data json.RawMessage, into any) error {
	body, err := json.Marshal(map[string]any{"type": name, "data": data})
	if err != nil {
		return fmt.Errorf("command: %w", err)
	}
	return c.call(ctx, http.MethodPost, "/v1/cases/"+caseID+"/commands", "application/json", body, http.Header{"Idempotency-Key": {key}}, into)
}
