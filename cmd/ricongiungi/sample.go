// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/identity/sampleprovider"
	"ricongiungi/rules"
	"ricongiungi/samples"
)

// The sample that a first start brings in.
const (
	sampleFamilies = 60
	sampleSeed     = 2026
)

// sampleState remembers in the data folder which sample was brought in, so that
// an interrupted start goes on with the same families.
type sampleState struct {
	Today rules.Date `json:"today"`
	Done  bool       `json:"done"`
}

// bringSample brings in invented families, through the same doors as real ones,
// unless this system already holds something.
func (s *settings) bringSample(ctx context.Context, out io.Writer) error {
	state, err := s.sampleState(ctx)
	if err != nil || state.Done {
		return err
	}
	fmt.Fprintf(out, "Bringing in %d invented families and the schools of an invented city …\n", sampleFamilies)
	start := time.Now()
	if err := s.importSampleSchools(ctx, state.Today); err != nil {
		return fmt.Errorf("bringing in the sample: %w", err)
	}
	messages := samples.Messages(sampleFamilies, sampleSeed, state.Today)
	receipts, err := s.sendSample(ctx, messages)
	if err != nil {
		return fmt.Errorf("bringing in the sample: %w", err)
	}
	steps, err := s.tellSample(ctx, messages, receipts, state.Today)
	if err != nil {
		return fmt.Errorf("bringing in the sample: %w", err)
	}
	if err := s.placeSample(ctx, state.Today); err != nil {
		return fmt.Errorf("bringing in the sample: %w", err)
	}
	fmt.Fprintf(out, "%d hand-offs and %d steps of %d families are in (%.1f s).\n", len(messages), steps, sampleFamilies, time.Since(start).Seconds())
	state.Done = true
	return s.saveSampleState(state)
}

func (s *settings) sampleFile() string { return filepath.Join(s.dataDir, "sample.json") }

func (s *settings) sampleState(ctx context.Context) (sampleState, error) {
	raw, err := os.ReadFile(s.sampleFile())
	if err == nil {
		var state sampleState
		return state, json.Unmarshal(raw, &state)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return sampleState{}, fmt.Errorf("sample: %w", err)
	}
	c, err := s.client("sui_officer")
	if err != nil {
		return sampleState{}, err
	}
	var held list[handoff.Receipt]
	if err := c.get(ctx, "/v1/handoffs?limit=1", &held); err != nil {
		return sampleState{}, err
	}
	state := sampleState{Today: rules.DateOf(time.Now()), Done: len(held.Items) > 0}
	return state, s.saveSampleState(state)
}

func (s *settings) saveSampleState(state sampleState) error {
	raw, err := json.Marshal(state)
	if err != nil {
		return fmt.Errorf("sample: %w", err)
	}
	return os.WriteFile(s.sampleFile(), raw, 0o600)
}

// sendSample hands the messages over as the Prefecture would, and gives the
// receipts by file number.
func (s *settings) sendSample(ctx context.Context, messages []handoff.Message) (map[string]handoff.Receipt, error) {
	c, err := s.client("sui_officer")
	if err != nil {
		return nil, err
	}
	sent := &sending{client: c}
	for i, m := range messages {
		raw, err := json.Marshal(m)
		if err != nil {
			return nil, fmt.Errorf("message: %w", err)
		}
		sent.rows = append(sent.rows, handoff.Row{Line: i + 1, Message: m, JSON: raw})
	}
	if err := sent.run(ctx); err != nil {
		return nil, err
	}
	receipts := map[string]handoff.Receipt{}
	for _, row := range sent.rows {
		if len(row.Problems) > 0 {
			return nil, fmt.Errorf("message %d: %s", row.Line, sent.sentence(row))
		}
		receipts[row.Message.SUIFile] = sent.receipts[row.Line]
	}
	return receipts, nil
}

// tellSample gives the commands that hub and schools would have given since.
func (s *settings) tellSample(ctx context.Context, messages []handoff.Message, receipts map[string]handoff.Receipt, today rules.Date) (int64, error) {
	tellers := map[string]*apiClient{}
	for _, role := range []string{"counsellor", "education_officer", "supervisor"} {
		c, err := s.client(role)
		if err != nil {
			return 0, err
		}
		tellers[role] = c
	}
	var told atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	families := 0
	for _, m := range messages {
		if m.Kind != handoff.Decision {
			continue
		}
		caseID, counsellor := receipts[m.SUIFile].CaseID, sampleCounsellor(families)
		families++
		group.Go(func() error {
			for i, step := range append(counsellor, samples.Steps(caseID, m, today, sampleSeed)...) {
				key := casefile.DeriveID(caseID, fmt.Sprintf("sample/%d", i))
				if err := tell(ctx, tellers, caseID, key, step); err != nil {
					return err
				}
				told.Add(1)
			}
			return nil
		})
	}
	err := group.Wait()
	return told.Load(), err
}

// sampleCounsellor shares the families among the invented counsellors, so that
// each finds work of their own at the first sign-in; every fifth is still to be
// taken on.
func sampleCounsellor(nth int) []samples.Command {
	if nth%5 == 4 {
		return nil
	}
	var counsellors []string
	for _, person := range sampleprovider.People() {
		if person.Role == casefile.Counsellor {
			counsellors = append(counsellors, person.ID)
		}
	}
	data, _ := json.Marshal(casefile.AssignCounsellor{CounsellorID: counsellors[nth%len(counsellors)]}) // an id always marshals
	return []samples.Command{{Type: "assign_counsellor", Data: data}}
}

// tell gives one command in the capacity that may give it.
func tell(ctx context.Context, tellers map[string]*apiClient, caseID, key string, step samples.Command) error {
	role := "counsellor"
	switch step.Type {
	case "propose_place":
		role = "education_officer"
	case "reopen_case", "transfer_case", "annul_event", "decide_members":
		role = "supervisor"
	}
	err := tellers[role].command(ctx, caseID, key, step.Type, step.Data, nil)
	var refusal *problem
	if errors.As(err, &refusal) && refusal.Status == http.StatusConflict {
		return nil // a deadline passed meanwhile: the story of this family goes another way
	}
	return err
}
