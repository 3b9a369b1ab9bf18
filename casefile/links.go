// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// The relations of a family's applications, as seen from the one that holds the link.
const (
	Supersedes   = "supersedes"    // this case is the new application
	SupersededBy = "superseded_by" // the other one is
)

// Link ties a case to another application of the same family.
type Link struct {
	OtherCase string `json:"other_case_id"`
	Relation  string `json:"relation"`
}

// LinkApplication ties the case to an earlier or later application of the family.
// A new application after a refusal or expiry is a case of its own: no waiting
// period is known, and its requirements are tested anew at its own filing.
type LinkApplication struct {
	OtherCase string `json:"other_case_id"`
	Relation  string `json:"relation"`
}

func (c *LinkApplication) decide(s *State, r Request) ([]Draft, *Refusal) {
	link := Link(*c)
	if slices.Contains(s.Links, link) {
		return nil, nil
	}
	if c.OtherCase == r.CaseID {
		return nil, refusalOf("same_case", "case.links",
			"Una pratica non può sostituire sé stessa: indica l'altra.",
			"A case cannot supersede itself: name the other one.").at("other_case_id")
	}
	if slices.ContainsFunc(s.Links, func(l Link) bool { return l.OtherCase == c.OtherCase }) {
		return nil, refusalOf("link_contradicts", "case.links",
			"Il legame con quella pratica è già registrato in senso opposto: annulla prima quell'evento.",
			"The link with that case is recorded the other way round: annul that event first.").at("relation")
	}
	return []Draft{{Event: &ApplicationLinked{OtherCase: c.OtherCase, Relation: c.Relation}}}, nil
}

// ApplicationLinked ties the case to another application of the family.
type ApplicationLinked struct {
	OtherCase string `json:"other_case_id"`
	Relation  string `json:"relation"`
}

func (e *ApplicationLinked) apply(s *State, _ Fact) {
	if link := Link(*e); !slices.Contains(s.Links, link) {
		s.Links = append(s.Links, link)
	}
}

// mirror is the link as the other case holds it.
func (l Link) mirror(caseID string) Link {
	if l.Relation == Supersedes {
		return Link{OtherCase: caseID, Relation: SupersededBy}
	}
	return Link{OtherCase: caseID, Relation: Supersedes}
}

// EffectLink is the kind of the effects that show a link on the other case too.
const EffectLink = "link"

// mirrored asks for the link to be shown on the other case. There it was so
// already when that case asked first, and the asking ends.
func (e *ApplicationLinked) mirrored() Effect {
	return Effect{Kind: EffectLink, Part: Branches, Template: e.Relation, To: string(System), Subject: e.OtherCase}
}

// LinkOrder is the order to the other case that carries out an EffectLink of the
// case given by id. The same effect gives the same order.
func (e Effect) LinkOrder(caseID string, at time.Time) (Order, error) {
	link := Link{OtherCase: e.Subject, Relation: e.Template}.mirror(caseID)
	body, err := json.Marshal(LinkApplication(link))
	if err != nil {
		return Order{}, fmt.Errorf("casefile: a link: %w", err)
	}
	return Order{CommandID: DeriveID(e.ID, "link"), CaseID: e.Subject, Type: "link_application", Body: body,
		Actor: Actor{ID: SystemActor, Role: System}, At: at}, nil
}

// SystemActor is the engine itself in the log.
const SystemActor = "00000000-0000-4000-8000-000000000001"
