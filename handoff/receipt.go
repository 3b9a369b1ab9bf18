// SPDX-License-Identifier: AGPL-3.0-or-later

package handoff

import (
	"errors"
	"time"

	"ricongiungi/casefile"
)

// Status is where a message stands on its way into the log.
type Status string

// The statuses of a message, from acceptance to its end.
const (
	Accepted    Status = "accepted"    // kept; waiting to be applied
	Held        Status = "held"        // kept; waiting for a lower sequence number
	Applied     Status = "applied"     // in the log of its case
	Quarantined Status = "quarantined" // kept; a person must settle it
	Discarded   Status = "discarded"   // settled by a person without effect
)

// Receipt is what the sender holds of an accepted message. The same message
// sent again gives the same receipt, with its present status.
type Receipt struct {
	HandoffID  string            `json:"handoff_id"`
	Sender     string            `json:"sender"`
	MessageID  string            `json:"message_id"`
	Sequence   int64             `json:"sequence"`
	Kind       Kind              `json:"kind"`
	Digest     string            `json:"digest"` // SHA-256 of the canonical message, hex
	ReceivedAt time.Time         `json:"received_at"`
	Status     Status            `json:"status"`
	CaseID     string            `json:"case_id,omitempty"`
	SettledAt  time.Time         `json:"settled_at,omitzero"`
	Problem    *casefile.Refusal `json:"problem,omitempty"` // why it is quarantined

	Number int64  `json:"receipt_number,omitzero"`  // 1, 2, 3 … for the sender; zero for what an older program took in
	Signed string `json:"signed_receipt,omitempty"` // the Statement, signed by the log; the same for ever
}

// Gap is a stretch of sequence numbers that never arrived from a sender.
type Gap struct {
	Sender string    `json:"sender"`
	From   int64     `json:"from"`
	To     int64     `json:"to"`
	Since  time.Time `json:"since"` // when a later number showed that these are missing
}

// Settlement is a person's decision on a quarantined or held message.
type Settlement struct {
	Action string `json:"action"` // retry or discard
	Reason string `json:"reason"`
}

// Errors of acceptance; each maps to one problem document.
var (
	// ErrOtherContent means that the message id was used before with other content.
	ErrOtherContent = errors.New("handoff: this message id was accepted before with other content")
	// ErrSequenceTaken means that the sequence number belongs to another message.
	ErrSequenceTaken = errors.New("handoff: this sequence number was used by another message of the sender")
	// ErrUnknown means that there is no such hand-off.
	ErrUnknown = errors.New("handoff: no such hand-off")
	// ErrNotSettleable means that the hand-off is neither held nor quarantined.
	ErrNotSettleable = errors.New("handoff: only held or quarantined hand-offs can be settled")
)

// Forecast is what a message would do to its case, as a dry run shows it.
type Forecast struct {
	MessageID string            `json:"message_id"`
	Sequence  int64             `json:"sequence"`
	Status    Status            `json:"status"` // what it would become
	NewCase   bool              `json:"new_case"`
	CaseID    string            `json:"case_id,omitempty"` // of a case that exists already
	Events    []string          `json:"events"`            // types, in order
	Problem   *casefile.Refusal `json:"problem,omitempty"`
}
