// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"time"
)

// CorrectEvent says what an earlier event should have said. Command is the
// command that should have been given; it is decided anew on the state before
// the event, so that its terms and verdicts are recomputed, and the history
// keeps both what was said and what is right.
type CorrectEvent struct {
	EventID string          `json:"event_id"`
	Reason  string          `json:"reason"`
	Type    string          `json:"type"`
	Body    json.RawMessage `json:"body"`
}

func (c *CorrectEvent) decide(s *State, r Request) ([]Draft, *Refusal) {
	target, refusal := s.amendable(c.EventID)
	if refusal != nil {
		return nil, refusal
	}
	command, err := DecodeCommand(c.Type, c.Body)
	if err != nil {
		return nil, notCorrectable().at("body")
	}
	given := r.CommandID
	r.CommandID = target.CommandID // ids made from the command's must stay what they were
	drafts, refusal := Decide(Fold(s.before(target.CommandID)), command, r)
	if refusal != nil {
		return nil, refusal
	}
	right := counterpart(drafts, target.Event)
	if right == nil {
		return nil, notCorrectable().at("type")
	}
	correction := c.correction(target, right)
	if len(correction) == 0 {
		return nil, nil
	}
	r.CommandID = given
	return s.consequences(correction[0], c.Reason, r)
}

// correction records what differs from the event as it stands. An event whose
// day is not in question keeps its hour.
func (c *CorrectEvent) correction(target Fact, right *Draft) []Draft {
	occurred := target.OccurredAt
	if !right.On.IsZero() && right.On != target.OccurredOn() {
		occurred = right.On.Start().UTC()
	}
	if occurred.Equal(target.OccurredAt) && reflect.DeepEqual(right.Event, target.Event) && maps.Equal(right.Private, target.Private) {
		return nil
	}
	target.Event, target.OccurredAt, target.Private = right.Event, occurred, right.Private
	return []Draft{corrected(target, c.Reason)}
}

// corrected says what an event on record should hold.
func corrected(right Fact, reason string) Draft {
	data, err := json.Marshal(right.Event)
	if err != nil {
		panic(err) // the log is written the same way
	}
	return Draft{
		Event: &EventCorrected{EventID: right.EventID, Reason: reason, OccurredAt: right.OccurredAt,
			SchemaVersion: EventVersion(EventName(right.Event)), Data: data},
		Private: right.Private,
	}
}

// consequences adds to an amendment what hangs on it: events recorded later
// whose terms or verdicts would be others now are corrected with it, for the
// same reason, and an expiry that did not happen is annulled. What the book
// alone would change stays as it was recorded.
func (s *State) consequences(amendment Draft, reason string, r Request) ([]Draft, *Refusal) {
	if refusal := disordering(s, s.after([]Draft{amendment}, r)); refusal != nil {
		return nil, refusal
	}
	return append([]Draft{amendment}, s.hanging([]Draft{amendment}, reason, r)...), nil
}

// hanging corrects the events on record that would hold something else once the
// drafts are recorded; those that the drafts themselves amend are left alone.
func (s *State) hanging(drafts []Draft, reason string, r Request) []Draft {
	restater := restater{present: r.Book, book: r.Book, today: r.Today()}
	is := map[string]Fact{}
	for _, f := range restater.history(s.after(drafts, r).facts) {
		is[f.EventID] = f
	}
	var follow []Draft
	for _, was := range restater.history(s.facts) {
		now, still := is[was.EventID]
		switch {
		case slices.ContainsFunc(drafts, func(d Draft) bool { return d.amended() == was.EventID }):
		case !still:
			follow = append(follow, Draft{Event: &EventAnnulled{EventID: was.EventID, Reason: reason}})
		case !now.OccurredAt.Equal(was.OccurredAt) || !reflect.DeepEqual(now.Event, was.Event):
			follow = append(follow, corrected(now, reason))
		}
	}
	return follow
}

// retested corrects a check of the conditions that was made before anybody knew
// the day of filing, by which they are judged.
func (s *State) retested(drafts []Draft, r Request) []Draft {
	filed := slices.ContainsFunc(drafts, func(d Draft) bool { _, ok := d.Event.(*ApplicationFiled); return ok })
	if !filed || s.check == nil {
		return nil
	}
	return s.hanging(drafts, "filing_day_told", r)
}

// amended is the id of the event that an amendment is about.
func (d Draft) amended() string {
	switch e := d.Event.(type) {
	case *EventCorrected:
		return e.EventID
	case *EventAnnulled:
		return e.EventID
	}
	return ""
}

// AnnulEvent undoes an event that should not have been recorded at all.
type AnnulEvent struct {
	EventID string `json:"event_id"`
	Reason  string `json:"reason"`
}

func (c *AnnulEvent) decide(s *State, r Request) ([]Draft, *Refusal) {
	if amendmentsIn(s.facts).annulled[c.EventID] {
		return nil, nil
	}
	target, refusal := s.amendable(c.EventID)
	if refusal != nil {
		return nil, refusal
	}
	if founds(target.Event) {
		return nil, refusalOf("event_founds_case", "case.history",
			"L'apertura della pratica non si annulla: ritira i familiari o correggi i dati.",
			"The opening of the case cannot be annulled: withdraw the members or correct the data.").at("event_id")
	}
	return s.consequences(Draft{Event: &EventAnnulled{EventID: c.EventID, Reason: c.Reason}}, c.Reason, r)
}

// amendable finds the event to be corrected or annulled. What the engine itself
// noted, and amendments, follow from other events and are not amended.
func (s *State) amendable(id string) (Fact, *Refusal) {
	amendments := amendmentsIn(s.facts)
	for _, f := range s.facts {
		if f.EventID != id {
			continue
		}
		if refusal := unamendable(f.Event); refusal != nil {
			return Fact{}, refusal
		}
		if amended, stands := amendments.amend(f); stands {
			return amended, nil
		}
	}
	return Fact{}, refusalOf("unknown_event", "case.history",
		"L'evento non esiste in questa pratica, o è già annullato.",
		"There is no such event on the case, or it is annulled already.").at("event_id")
}

// unamendable refuses what is never amended, whatever the case.
func unamendable(e Event) *Refusal {
	switch e.(type) {
	case *EventCorrected, *EventAnnulled, *TermLapsed, *ReminderRaised, *TermEscalated, *AgeNoted:
		return notCorrectable().at("event_id")
	case *PersonErased, *LegalHoldPlaced, *LegalHoldLifted, *ProcessingRestricted, *RestrictionLifted:
		return notCorrectable().at("event_id") // these end by an act of their own, or not at all
	case *AddressSealed, *AccessCut, *UnsealingAsked:
		return takesTwo()
	}
	return nil
}

// founds tells whether the case stands on the event.
func founds(e Event) bool {
	switch e.(type) {
	case *CaseOpened, *MemberListed:
		return true
	}
	return false
}

// Amendable tells whether events of that name can be corrected at all; whether
// one can is decided when it is asked.
func Amendable(name string) bool {
	known, ok := events[name]
	return ok && unamendable(known.construct()) == nil
}

// Annullable tells whether events of that name can be undone at all.
func Annullable(name string) bool { return Amendable(name) && !founds(events[name].construct()) }

func notCorrectable() *Refusal {
	return refusalOf("not_correctable", "case.history",
		"La correzione deve ripetere, con i dati giusti, il comando da cui l'evento è nato.",
		"A correction must repeat, with the right data, the command that the event came from.")
}

// before gives the facts up to the command, with every amendment known now.
func (s *State) before(command string) []Fact {
	var facts []Fact
	amendments := amendmentsIn(s.facts)
	for _, f := range s.facts {
		if f.CommandID == command {
			break
		}
		if amended, stands := amendments.amend(f); stands {
			facts = append(facts, amended)
		}
	}
	return facts
}

// EventCorrected replaces the content of an earlier event.
type EventCorrected struct {
	EventID       string          `json:"event_id"`
	Reason        string          `json:"reason"`
	OccurredAt    time.Time       `json:"corrected_occurred_at"`
	SchemaVersion int             `json:"corrected_schema_version"`
	Data          json.RawMessage `json:"corrected_data"`
}

func (e *EventCorrected) apply(*State, Fact) {}

// EventAnnulled undoes an earlier event.
type EventAnnulled struct {
	EventID string `json:"event_id"`
	Reason  string `json:"reason"`
}

func (e *EventAnnulled) apply(*State, Fact) {}

// amendments says what later facts have done to earlier ones.
type amendments struct {
	corrected map[string]*EventCorrected
	private   map[string]Private
	annulled  map[string]bool
}

func amendmentsIn(facts []Fact) amendments {
	a := amendments{map[string]*EventCorrected{}, map[string]Private{}, map[string]bool{}}
	for _, f := range facts {
		switch e := f.Event.(type) {
		case *EventCorrected:
			a.corrected[e.EventID] = e
			a.private[e.EventID] = f.Private
		case *EventAnnulled:
			a.annulled[e.EventID] = true
		}
	}
	return a
}

// amend gives the fact as corrected, and whether it still stands.
func (a amendments) amend(f Fact) (Fact, bool) {
	if a.annulled[f.EventID] {
		return f, false
	}
	correction, ok := a.corrected[f.EventID]
	if !ok {
		return f, true
	}
	event, err := DecodeEvent(EventName(f.Event), correction.SchemaVersion, correction.Data)
	if err != nil {
		return f, true // deciding made sure that it decodes; what was said first stands
	}
	f.Event, f.OccurredAt = event, correction.OccurredAt
	if private := a.private[f.EventID]; len(private) > 0 {
		f.Private = private
	}
	return f, true
}

// Superseded tells which facts were amended later: "corrected" or "annulled" by event id.
func Superseded(facts []Fact) map[string]string {
	a := amendmentsIn(facts)
	amended := map[string]string{}
	for id := range a.corrected {
		amended[id] = "corrected"
	}
	for id := range a.annulled {
		amended[id] = "annulled"
	}
	return amended
}

// counterpart finds the draft that stands for the event to be corrected: of the
// same type and about the same member.
func counterpart(drafts []Draft, e Event) *Draft {
	for i, d := range drafts {
		if EventName(d.Event) == EventName(e) && memberOf(d.Event) == memberOf(e) {
			return &drafts[i]
		}
	}
	return nil
}

func memberOf(e Event) string {
	if about, ok := e.(interface{ member() string }); ok {
		return about.member()
	}
	return ""
}
