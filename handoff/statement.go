// SPDX-License-Identifier: AGPL-3.0-or-later

package handoff

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Statement is what the receiving side signs of a message when it takes it in.
// Receipts of one sender are numbered and each names the one before, so that
// neither side can lose or exchange one unnoticed; the head of the log says that
// whatever became of the message was recorded after that point.
type Statement struct {
	Log        string // name of the log whose key signs
	Number     int64  // 1, 2, 3 … without gaps for the sender
	HandoffID  string
	Sender     string
	MessageID  string
	Sequence   int64
	Kind       Kind
	Digest     string // of the canonical message
	ReceivedAt time.Time
	SignedBy   string // SHA-256 of what the sender signed, hex; empty when it signs nothing
	Previous   string // SHA-256 of the signed receipt before, hex; empty for the first
	LogSize    int64
	LogRoot    string // Base64
}

// statementTitle follows the name of the log in the first line, so that nobody
// can take a receipt for a checkpoint.
const statementTitle = " hand-off receipt"

// Text is what is signed: one line for each fact, in one fixed order.
func (s Statement) Text() string {
	return s.Log + statementTitle + "\n" + fmt.Sprintf("receipt %d\nhandoff %s\nsender %s\nmessage %s\nsequence %d\nkind %s\ndigest %s\nreceived %s\nsender_signed %s\nprevious %s\nlog %d %s\n",
		s.Number, s.HandoffID, s.Sender, s.MessageID, s.Sequence, s.Kind, s.Digest, s.ReceivedAt.UTC().Format(time.RFC3339Nano),
		orNone(s.SignedBy), orNone(s.Previous), s.LogSize, s.LogRoot)
}

const none = "none"

func orNone(text string) string {
	if text == "" {
		return none
	}
	return text
}

var errNoStatement = errors.New("handoff: this is no receipt of a hand-off")

// ParseStatement reads a text written by Text. Whatever reads otherwise than it
// is written is refused.
func ParseStatement(text string) (Statement, error) {
	var s Statement
	first, rest, _ := strings.Cut(text, "\n")
	log, titled := strings.CutSuffix(first, statementTitle)
	facts := map[string]string{}
	for line := range strings.Lines(rest) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if value != none {
			facts[name] = value
		}
	}
	number, err1 := strconv.ParseInt(facts["receipt"], 10, 64)
	sequence, err2 := strconv.ParseInt(facts["sequence"], 10, 64)
	received, err3 := time.Parse(time.RFC3339Nano, facts["received"])
	size, root, _ := strings.Cut(facts["log"], " ")
	logSize, err4 := strconv.ParseInt(size, 10, 64)
	if !titled || errors.Join(err1, err2, err3, err4) != nil {
		return s, errNoStatement
	}
	s = Statement{Log: log, Number: number, HandoffID: facts["handoff"], Sender: facts["sender"], MessageID: facts["message"], Sequence: sequence,
		Kind: Kind(facts["kind"]), Digest: facts["digest"], ReceivedAt: received, SignedBy: facts["sender_signed"], Previous: facts["previous"],
		LogSize: logSize, LogRoot: root}
	if s.Text() != text {
		return Statement{}, errNoStatement
	}
	return s, nil
}

// Receipt is the statement as an unsettled receipt.
func (s Statement) Receipt() Receipt {
	return Receipt{HandoffID: s.HandoffID, Sender: s.Sender, MessageID: s.MessageID, Sequence: s.Sequence, Kind: s.Kind,
		Digest: s.Digest, ReceivedAt: s.ReceivedAt, Number: s.Number}
}

// Fingerprint names a signed receipt in the next one.
func Fingerprint(signed []byte) string {
	sum := sha256.Sum256(signed)
	return hex.EncodeToString(sum[:])
}
