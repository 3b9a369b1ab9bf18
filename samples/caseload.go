// SPDX-License-Identifier: AGPL-3.0-or-later

package samples

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/caseload"
	"ricongiungi/handoff"
	"ricongiungi/rules"
)

// longestReview is how many days before an observation a review may begin.
const longestReview = 360

// Simulate invents the caseload of an office: n families whose reviews are
// spread from one day to another, with what had happened to each by the last.
// The same arguments always give the same families.
func Simulate(n int, seed uint64, from, to rules.Date) []*caseload.Family {
	all := make([]*caseload.Family, n)
	for i := range all {
		all[i] = simulated(seed, i, from, to)
	}
	return all
}

func simulated(seed uint64, number int, from, to rules.Date) *caseload.Family {
	d := diceFor(seed^0x5eed, uint64(number))
	seen := to.AddDays(-d.IntN(max(1, from.AddDays(longestReview).DaysUntil(to))))
	r := &review{family: newFamily(seed, number, seen), today: seen}
	course := plots[d.IntN(len(plots))]
	switch {
	case d.happens("path.coesione"):
		course = coesione
	case d.happens("path.improcedibile"):
		course = fileClosed
	case seen.DaysUntil(to) > 30:
		course = pick(d, decidedPlots) // what was open then has long been decided
	}
	course(r)
	return r.spread(d, to)
}

// decidedPlots are the courses that end with a decision.
var decidedPlots = []func(*review){decidedLongAgo, decidedLongAgo, decidedLongAgo, decidedLately, decidedLately, split, refused, revoked}

// spread turns what the Prefecture, the hub and the schools tell into a family
// of the files.
func (r *review) spread(d dice, to rules.Date) *caseload.Family {
	f := &caseload.Family{Opening: r.messages[0]}
	f.Opening.Schema, f.Opening.Sender = "handoff.v1", caseload.Sender
	caseID := casefile.DeriveID("simulated", f.Opening.SUIFile)
	s := &story{dice: d, caseID: caseID, today: to}
	for _, m := range r.messages {
		if m.Kind == handoff.Revocation {
			s.today = m.On // nothing is told after it, nor is the case closed
		}
	}
	for i, m := range r.messages {
		if i > 0 {
			m.Sponsor = nil
			s.tell(m.On, m.Command())
		}
		if m.Kind == handoff.Decision {
			if !s.perform(m) {
				s.follow(m)
				s.befall(m)
			}
		}
	}
	if s.today != to {
		s.today = to
		s.told = slices.DeleteFunc(s.told, func(t telling) bool { return casefile.CommandName(t.command) == "close_case" })
	}
	if r.epilogue != nil {
		r.epilogue(&play{story: s, family: r.members, on: r.messages[len(r.messages)-1].On})
	}
	f.Told = s.tellings(f.Opening.Members)
	return f
}

// tellings are the story as rows, with names where ids would stand.
func (s *story) tellings(members []handoff.Member) []caseload.Telling {
	slices.SortStableFunc(s.told, func(a, b telling) int {
		return cmp.Or(b.on.DaysUntil(a.on), cmp.Compare(a.last(), b.last()))
	})
	ids := []string{casefile.DeriveID(s.caseID, "sponsor"), "@sponsor"}
	for _, m := range members {
		ids = append(ids, casefile.DeriveID(s.caseID, "member/"+m.Ref), "@member/"+m.Ref)
	}
	named := strings.NewReplacer(ids...)
	var all []caseload.Telling
	for _, t := range s.told {
		data := json.RawMessage(named.Replace(string(encode(t.command))))
		all = append(all, caseload.Telling{On: t.on, Type: casefile.CommandName(t.command), Data: data, Label: t.label})
	}
	return all
}

// last is 1 for what ends a day: a case is closed after all else.
func (t telling) last() int {
	if _, closes := t.command.(*casefile.CloseCase); closes {
		return 1
	}
	return 0
}

// incidents befall some families beside the main way, by the ids of their rates.
var incidents = []struct {
	id   string
	tell func(s *story, decision handoff.Message)
}{
	{"incident.one_withdraws", (*story).oneWithdraws},
	{"incident.visit_kept", func(s *story, d handoff.Message) { s.visit(d, true) }},
	{"incident.visit_missed", func(s *story, d handoff.Message) { s.visit(d, false) }},
	{"incident.referral_ends", (*story).referred},
	{"incident.visit_cancelled", (*story).cancelled},
	{"incident.visit_moved", (*story).moved},
	{"incident.referral_whole", (*story).drafted},
	{"incident.counsellor", (*story).assigned},
	{"incident.note", (*story).noted},
	{"incident.contact_twice", (*story).annulled},
	{"incident.contact_corrected", (*story).corrected},
}

// befall tells the incidents of one decided family.
func (s *story) befall(decision handoff.Message) {
	for _, i := range incidents {
		if s.happens(i.id) {
			i.tell(s, decision)
		}
	}
}

// name tells something that later rows name.
func (s *story) name(on rules.Date, label string, c casefile.Command) {
	if !on.After(s.today) {
		s.told = append(s.told, telling{on, c, label})
	}
}

func (s *story) visit(d handoff.Message, kept bool) {
	on := s.after(d.On, 15, 40)
	label, clock := "missed", 12*time.Hour
	if kept {
		label, clock = "kept", 10*time.Hour
	}
	held := s.after(on, 2, 6)
	if held.After(s.today) {
		return
	}
	s.name(on, label, &casefile.BookAppointment{At: held.Start().Add(clock).UTC(), Place: "hub", Purpose: "counselling"})
	var outcome casefile.Command = &casefile.RecordAppointmentMissed{AppointmentID: "@" + label + "/appointment"}
	if kept {
		outcome = &casefile.RecordAppointmentKept{AppointmentID: "@" + label + "/appointment"}
	}
	s.tell(held, outcome)
}

func (s *story) referred(d handoff.Message) {
	on := s.after(d.On, 20, 60)
	closed := s.after(on, 20, 60)
	if closed.After(s.today) {
		return
	}
	s.name(on, "help", &casefile.SendReferral{On: on, Service: "legal_advice", Basis: "public_task"})
	s.tell(closed, &casefile.CloseReferral{On: closed, ReferralID: "@help/referral", Outcome: "completed"})
}

func (s *story) noted(d handoff.Message) {
	on := s.after(d.On, 5, 50)
	s.tell(on, &casefile.AddNote{Note: "Invented note of a simulated family."})
}

func (s *story) oneWithdraws(d handoff.Message) {
	for _, m := range d.Members[1:] {
		id := casefile.DeriveID(s.caseID, "member/"+m.Ref)
		if m.Decision != "authorised" || s.tellsOf(id, "record_visa_requested") {
			continue
		}
		on := s.after(d.On, 10, 40)
		s.tell(on, &casefile.Withdraw{On: on, Members: []string{id}, Reason: "family_stays_abroad"})
		return
	}
}

// tellsOf tells whether the story has the command about the member.
func (s *story) tellsOf(member, command string) bool {
	return slices.ContainsFunc(s.told, func(t telling) bool {
		return casefile.CommandName(t.command) == command && strings.Contains(string(encode(t.command)), member)
	})
}

func (s *story) annulled(d handoff.Message) {
	on := s.after(d.On, 8, 12)
	s.name(on, "twice", &casefile.RecordContact{On: on, Channel: "message"})
	s.tell(on, &casefile.AnnulEvent{EventID: "@twice", Reason: "recorded_twice"})
}

func (s *story) corrected(d handoff.Message) {
	on := s.after(d.On, 13, 18)
	s.name(on, "wrong", &casefile.RecordContact{On: on, Channel: "phone"})
	right := encode(&casefile.RecordContact{On: on, Channel: "in_person"})
	s.tell(on, &casefile.CorrectEvent{EventID: "@wrong", Type: "record_contact", Body: right, Reason: "misread"})
}

func (s *story) cancelled(d handoff.Message) {
	on := s.after(d.On, 15, 40)
	s.name(on, "off", &casefile.BookAppointment{At: s.after(on, 2, 6).Start().Add(14 * time.Hour).UTC(), Place: "hub", Purpose: "counselling"})
	s.tell(on, &casefile.CancelAppointment{AppointmentID: "@off/appointment", Reason: "family_asked"})
}

func (s *story) moved(d handoff.Message) {
	on := s.after(d.On, 15, 40)
	held := s.after(on, 3, 8)
	if held.After(s.today) {
		return
	}
	at := held.Start().Add(15 * time.Hour).UTC()
	s.name(on, "moved", &casefile.BookAppointment{At: at.Add(-2 * time.Hour), Place: "hub", Purpose: "counselling"})
	s.name(on, "again", &casefile.MoveAppointment{AppointmentID: "@moved/appointment", At: at})
	s.tell(held, &casefile.RecordAppointmentKept{AppointmentID: "@again/appointment"})
}

// drafted is a referral through its whole life; the case must not close over
// one that is still open.
func (s *story) drafted(d handoff.Message) {
	on := s.after(d.On, 20, 60)
	days := []rules.Date{s.after(on, 1, 2), s.after(on, 3, 6), s.after(on, 7, 12), s.after(on, 14, 20), s.after(on, 60, 90)}
	if days[len(days)-1].After(s.today) {
		return
	}
	s.name(on, "draft", &casefile.DraftReferral{On: on, Service: "legal_advice", Basis: "public_task"})
	for i, step := range []casefile.ReferralStatus{"sent", "acknowledged", "accepted", "in_progress"} {
		s.tell(days[i], &casefile.RecordReferralStep{On: days[i], ReferralID: "@draft/referral", Step: step})
	}
	done := days[len(days)-1]
	s.tell(done, &casefile.CloseReferral{On: done, ReferralID: "@draft/referral", Outcome: "completed"})
}

func (s *story) assigned(d handoff.Message) {
	on := s.after(d.On, 1, 4)
	s.tell(on, &casefile.AssignCounsellor{CounsellorID: casefile.DeriveID("simulated", "counsellor/"+pick(s.dice, []string{"1", "2", "3", "4"}))})
}
