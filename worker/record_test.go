// SPDX-License-Identifier: AGPL-3.0-or-later

package worker_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/rules"
	"ricongiungi/workflows"
)

// TestHistoriesAreRecorded writes histories of a real server to
// workflows/testdata, one for each path of the workflow. It runs only when asked
// (RECORD_HISTORIES=1), after a change that adds a path; files of released
// shapes are never replaced, so name new ones anew.
func TestHistoriesAreRecorded(t *testing.T) {
	if os.Getenv("RECORD_HISTORIES") == "" {
		t.Skip("set RECORD_HISTORIES=1 to record histories of a real server")
	}
	o := open(t)
	defer o.staff()()
	paths := map[string]func(caseID string){
		"opened":          func(string) {},
		"one-command":     func(id string) { o.assign(id) },
		"refused-command": func(id string) { o.order(id, "close_case", map[string]any{"reason": "settled"}) },
		"family-settled":  o.settleFamily,
		"withdrawn-and-closed": func(id string) {
			o.order(id, "withdraw", map[string]any{"on": o.today, "reason": "changed_plans"})
			o.order(id, "close_case", map[string]any{"reason": "withdrawn"})
		},
		"closed-and-reopened": func(id string) {
			o.order(id, "withdraw", map[string]any{"on": o.today, "reason": "changed_plans"})
			o.order(id, "close_case", map[string]any{"reason": "withdrawn"})
			o.order(id, "reopen_case", map[string]any{"reason": "mistake"})
		},
		"woken-by-its-deadline": func(id string) {
			o.order(id, "record_entry", map[string]any{"member_id": casefile.DeriveID(id, "member/1"), "on": o.today.AddDays(-60)})
			eventually(t, func() bool { return o.version(id) > 8 })
			o.assign(id)
		},
	}
	for name, walk := range paths {
		receipt := o.settled(o.accept([]handoff.Message{o.decision()})[0])
		o.assign(receipt.CaseID)
		walk(receipt.CaseID)
		o.record(name, receipt.CaseID)
	}
}

var handedOver int64

// decision is a hand-off of two members authorised half a year ago.
func (o *office) decision() handoff.Message {
	handedOver++
	person := func(name string, birth rules.Date) *handoff.Person {
		return &handoff.Person{FamilyName: "Prova", GivenName: name, BirthDate: birth}
	}
	return handoff.Message{Schema: "handoff.v1", Sender: "sui-mi", MessageID: uuid.NewString(), Sequence: handedOver, Kind: handoff.Decision,
		SUIFile: uuid.NewString(), On: o.today.AddDays(-100), FiledOn: o.today.AddDays(-200),
		Sponsor: person("Uno", rules.On(1985, time.May, 4)),
		Members: []handoff.Member{
			{Ref: "1", Kinship: casefile.Spouse, Decision: "authorised", Person: person("Due", rules.On(1990, time.May, 4))},
			{Ref: "2", Kinship: casefile.MinorChild, Decision: "authorised", Person: person("Tre", rules.On(o.today.Year-9, time.May, 4))},
		}}
}

func (o *office) assign(id string) {
	o.order(id, "assign_counsellor", map[string]any{"counsellor_id": uuid.NewString()})
}

func (o *office) version(id string) int64 {
	at, err := o.log.Standing(o.t.Context(), id)
	must(o.t, err)
	return at.Version
}

// settleFamily takes the whole way of both members.
func (o *office) settleFamily(id string) {
	for _, ref := range []string{"1", "2"} {
		member := casefile.DeriveID(id, "member/"+ref)
		at := func(days int, more ...any) map[string]any {
			data := map[string]any{"member_id": member, "on": o.today.AddDays(-days)}
			for i := 0; i < len(more); i += 2 {
				data[more[i].(string)] = more[i+1]
			}
			return data
		}
		later := o.today.AddDays(300)
		o.order(id, "record_visa_requested", at(90))
		o.order(id, "record_visa_granted", at(80, "expires", later))
		o.order(id, "record_entry", at(70))
		o.order(id, "record_permit_requested", at(65))
		if ref == "2" {
			o.order(id, "request_school", at(65))
			o.order(id, "record_school_started", at(50, "school_code", "MIEE8A0016"))
		}
		o.order(id, "record_permit_issued", at(10, "expires", later))
		o.order(id, "settle_member", at(5))
	}
	o.order(id, "close_case", map[string]any{"reason": "settled"})
}

func (o *office) record(name, caseID string) {
	o.t.Helper()
	history := &historypb.History{}
	events := o.client.GetWorkflowHistory(o.t.Context(), workflows.ID(caseID), "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		must(o.t, err)
		history.Events = append(history.Events, event)
	}
	raw, err := temporalproto.CustomJSONMarshalOptions{Indent: " "}.Marshal(history)
	must(o.t, err)
	file := filepath.Join("..", "workflows", "testdata", name+".json")
	must(o.t, os.MkdirAll(filepath.Dir(file), 0o755))
	must(o.t, os.WriteFile(file, raw, 0o644))
}
