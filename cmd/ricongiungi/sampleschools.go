// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/samples"
	"ricongiungi/schools/desk"
	"ricongiungi/schools/registry"
	"ricongiungi/views"
)

// importSampleSchools reads the invented registry as `schools import` would.
func (s *settings) importSampleSchools(ctx context.Context, today rules.Date) error {
	var files []registry.File
	for _, f := range samples.Registry(today) {
		read, err := registry.Read(f.Name, f.Raw, 0)
		if err != nil {
			return err
		}
		files = append(files, read)
	}
	log, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer log.Close()
	_, err = log.ImportSchools(ctx, files)
	return err
}

// placeSample tells what the invented schools say of their places and makes a
// first sharing-out, so that proposals are there to be confirmed. Ids are derived
// from the day: an interrupted start goes on with the same ones.
func (s *settings) placeSample(ctx context.Context, today rules.Date) error {
	c, err := s.client("education_officer")
	if err != nil {
		return err
	}
	name := "sample/schools/" + today.String()
	var taken desk.Taken
	err = c.call(ctx, http.MethodPost, "/v1/school-places", "text/csv", samples.Places(today), http.Header{"Idempotency-Key": {casefile.DeriveID(sampleSchools, name+"/places")}}, &taken)
	if err != nil {
		return err
	}
	asked, err := json.Marshal(map[string]any{"kind": "batch"})
	if err != nil {
		return err
	}
	var run views.RunRow
	err = c.call(ctx, http.MethodPost, "/v1/school-placements", "application/json", asked, http.Header{"Idempotency-Key": {casefile.DeriveID(sampleSchools, name+"/run")}}, &run)
	var refusal *problem
	if errors.As(err, &refusal) && refusal.Code == "nobody_searches" {
		return nil // no invented child waits on this day
	}
	return err
}

// sampleSchools is what the ids of the sample's figures and run are derived from.
const sampleSchools = "5c400150-0000-4000-8000-000000000001"
