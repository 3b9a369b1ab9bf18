// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// Scan is a file that shows a paper: what was kept, sealed under the key of the
// person it is about, and the digest by which it is known again. The digest
// covers the sealed content, so that it says nothing once the key is gone.
type Scan struct {
	FileID    string     `json:"file_id"`
	MemberID  string     `json:"member_id"` // or the sponsor
	Item      string     `json:"item"`
	On        rules.Date `json:"on,omitzero"`
	MediaType string     `json:"media_type"`
	Bytes     int        `json:"bytes"`
	Digest    string     `json:"digest"` // SHA-256 of what is kept, in hexadecimal
}

// AttachDocument records that a file showing a paper was kept.
type AttachDocument struct {
	Step
	Item      string `json:"item"`
	FileID    string `json:"file_id"`
	MediaType string `json:"media_type"`
	Bytes     int    `json:"bytes"`
	Digest    string `json:"digest"`
}

func (c *AttachDocument) decide(s *State, r Request) ([]Draft, *Refusal) {
	if _, refusal := s.paperStep(c.Step, r); refusal != nil {
		return nil, refusal
	}
	at := slices.IndexFunc(s.Scans, func(f Scan) bool { return f.FileID == c.FileID })
	switch {
	case at >= 0 && s.Scans[at].Digest == c.Digest:
		return nil, nil
	case at >= 0:
		return nil, refusalOf("file_known", "case.checklist",
			"Il file è già allegato con un altro contenuto.",
			"The file is attached already with other content.").at("file_id")
	}
	return one(&DocumentAttached{OfMember: OfMember{c.MemberID}, Item: c.Item, FileID: c.FileID, MediaType: c.MediaType, Bytes: c.Bytes, Digest: c.Digest}, c.Step), nil
}

// DocumentAttached says that a file showing a paper is kept.
type DocumentAttached struct {
	OfMember         // or the sponsor
	Item      string `json:"item"`
	FileID    string `json:"file_id"`
	MediaType string `json:"media_type"`
	Bytes     int    `json:"bytes"`
	Digest    string `json:"digest"`
}

func (e *DocumentAttached) apply(s *State, f Fact) {
	s.Scans = append(s.Scans, Scan{FileID: e.FileID, MemberID: e.MemberID, Item: e.Item, On: f.OccurredOn(),
		MediaType: e.MediaType, Bytes: e.Bytes, Digest: e.Digest})
}
