// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// Notice is one notice of intended refusal (preavviso di rigetto, art. 10-bis L. 241/1990).
type Notice struct {
	On             rules.Date
	Ground         string // code of the ground announced
	Reply          rules.Term
	ObservationsOn rules.Date
}

// notice finds the notice of that day.
func (r Review) notice(on rules.Date) *Notice {
	for i := range r.Notices {
		if r.Notices[i].On == on {
			return &r.Notices[i]
		}
	}
	return nil
}

// answeredBy finds the notice that observations of the day belong to when they
// name none: the latest one before them that still had no answer.
func (r Review) answeredBy(on rules.Date) *Notice {
	for i := range slices.Backward(r.Notices) {
		if n := &r.Notices[i]; !on.Before(n.On) && n.ObservationsOn.IsZero() {
			return n
		}
	}
	return nil
}

// NotifyRefusal records a notice of intended refusal (art. 10-bis L. 241/1990).
type NotifyRefusal struct {
	On     rules.Date `json:"on"`
	Ground string     `json:"ground,omitempty"` // code of the ground announced
}

func (c *NotifyRefusal) decide(s *State, r Request) ([]Draft, *Refusal) {
	told := s.Review.notice(c.On)
	if told != nil && told.Ground == c.Ground {
		return nil, nil
	}
	if refusal := s.reviewing(c.On, r); refusal != nil {
		return nil, refusal
	}
	if told != nil {
		return nil, alreadyRecorded("refusal_notified", c.On)
	}
	return []Draft{{Event: &RefusalNotified{Reply: r.Book.Term(rules.RefusalReply, c.On), Ground: c.Ground}, On: c.On}}, nil
}

// FileObservations records the sponsor's answer to a notice: to the one of
// NoticeOn or, without it, to the latest before the answer that had none.
type FileObservations struct {
	On       rules.Date `json:"on"`
	NoticeOn rules.Date `json:"notice_on,omitzero"`
}

func (c *FileObservations) decide(s *State, r Request) ([]Draft, *Refusal) {
	notice := s.Review.answeredBy(c.On)
	if !c.NoticeOn.IsZero() {
		notice = s.Review.notice(c.NoticeOn)
	}
	if c.recorded(s.Review, notice) {
		return nil, nil
	}
	switch refusal := s.reviewing(c.On, r); {
	case refusal != nil:
		return nil, refusal
	case notice == nil:
		return nil, c.unanswerable(s.Review)
	case !notice.ObservationsOn.IsZero():
		return nil, alreadyRecorded("observations_filed", notice.ObservationsOn)
	case c.On.Before(notice.On):
		return nil, outOfOrder("refusal_notified", notice.On)
	}
	return []Draft{{Event: &ObservationsFiled{InTime: !c.On.After(notice.Reply.Due), NoticeOn: notice.On}, On: c.On}}, nil
}

// recorded tells whether these observations are known already.
func (c *FileObservations) recorded(review Review, named *Notice) bool {
	if !c.NoticeOn.IsZero() {
		return named != nil && named.ObservationsOn == c.On
	}
	return slices.ContainsFunc(review.Notices, func(n Notice) bool { return n.ObservationsOn == c.On })
}

func (c *FileObservations) unanswerable(review Review) *Refusal {
	if len(review.Notices) == 0 || !c.NoticeOn.IsZero() {
		return refusalOf("no_refusal_notice", "art. 10-bis L. 241/1990",
			"Non risulta questo preavviso di rigetto: registralo prima delle osservazioni.",
			"This notice of intended refusal is not recorded: record it before the observations.")
	}
	first := review.Notices[0]
	if c.On.Before(first.On) {
		return outOfOrder("refusal_notified", first.On)
	}
	last := review.Notices[len(review.Notices)-1]
	return alreadyRecorded("observations_filed", last.ObservationsOn)
}

// reviewing refuses steps of the review that lie in the future, before the
// filing, after a decision on everybody, or where the SUI has no part.
func (s *State) reviewing(on rules.Date, r Request) *Refusal {
	switch {
	case on.After(r.Today()):
		return futureDay()
	case s.suiRouteEnded(on):
		return s.noSUI()
	case !s.Review.DecidedOn.IsZero() && !s.undecided() && on.After(s.lastDecision()):
		return outOfOrder("decision", s.lastDecision())
	case !s.Review.FiledOn.IsZero() && on.Before(s.Review.FiledOn):
		return outOfOrder("application_filed", s.Review.FiledOn)
	}
	return nil
}

// RefusalNotified stops the clock until the sponsor has answered or may no longer.
type RefusalNotified struct {
	Reply  rules.Term `json:"reply"`
	Ground string     `json:"ground,omitempty"`
}

// apply keeps the notices in the order of their days: they may be told late.
func (e *RefusalNotified) apply(s *State, f Fact) {
	on := f.OccurredOn()
	if told := s.Review.notice(on); told != nil {
		told.Reply, told.Ground = e.Reply, e.Ground // a corrected day may fall on that of another notice
		return
	}
	s.Review.Notices = append(s.Review.Notices, Notice{On: on, Ground: e.Ground, Reply: e.Reply})
	slices.SortStableFunc(s.Review.Notices, func(n, m Notice) int { return m.On.DaysUntil(n.On) })
}

// ObservationsFiled answers a notice; late ones do not move the clock.
type ObservationsFiled struct {
	InTime   bool       `json:"in_time"`
	NoticeOn rules.Date `json:"notice_on,omitzero"` // absent in the oldest events
}

// answers finds the notice that is answered. It falls back on the day of the
// answer where the notice named is not there: its day was corrected, or the
// event is older than the field.
func (e *ObservationsFiled) answers(review Review, on rules.Date) *Notice {
	if notice := review.notice(e.NoticeOn); notice != nil {
		return notice
	}
	return review.answeredBy(on)
}

func (e *ObservationsFiled) apply(s *State, f Fact) {
	if notice := e.answers(s.Review, f.OccurredOn()); notice != nil {
		notice.ObservationsOn = f.OccurredOn()
	}
}
