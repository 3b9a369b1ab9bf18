// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"maps"
	"reflect"
	"slices"
)

// Decide answers a command: events to record, nothing when it was so already,
// or the refusal. It changes nothing.
func Decide(s *State, c Command, r Request) ([]Draft, *Refusal) {
	if s.OpenedOn.IsZero() && !opens(c) {
		return nil, caseUnknown()
	}
	drafts, refusal := c.decide(s, r)
	drafts = append(drafts, s.retested(drafts, r)...)
	changes := refusal != nil || len(drafts) > 0
	if changes && !s.ClosedOn.IsZero() && !outlivesClosing(c) {
		return nil, caseClosed() // what was so already may be said again even now
	}
	return drafts, refusal
}

// opens tells whether the command may come first in the history of a case.
func opens(c Command) bool {
	switch c := c.(type) {
	case *FileApplication, *Wake:
		return true
	case *DecideMembers:
		return c.Application != nil
	}
	return false
}

// outlivesClosing tells whether a closed case still takes the command.
func outlivesClosing(c Command) bool {
	switch c.(type) {
	case *FileApplication, *ReopenCase, *AddNote, *CorrectEvent, *AnnulEvent, *SealAddress, *CutAccess, *AskUnsealing, *AnswerUnsealing:
		return true
	case *RevokeLink, *AcknowledgeReply, *IssueLetter:
		return true
	case *RequestErasure, *ConfirmErasure, *PlaceLegalHold, *LiftLegalHold, *RestrictProcessing, *LiftRestriction:
		return true
	case *RevokeNullaOsta, *WithdrawRevocation, *RecordJudgment, *LinkApplication:
		return true // others act without asking whether we have closed our file
	}
	return false
}

// said tells whether the same was recorded already, in the same words.
func (s *State) said(d Draft) bool {
	amendments := amendmentsIn(s.facts)
	return slices.ContainsFunc(s.facts, func(f Fact) bool {
		f, stands := amendments.amend(f)
		return stands && reflect.DeepEqual(f.Event, d.Event) && maps.Equal(f.Private, d.Private) &&
			(d.On.IsZero() || d.On == f.OccurredOn())
	})
}

func one(event Event, on Step) []Draft {
	return []Draft{{Event: event, On: on.On}}
}
