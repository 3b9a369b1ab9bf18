// SPDX-License-Identifier: AGPL-3.0-or-later

package samples

import (
	"fmt"
	"slices"
	"strings"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/rules"
)

// Sender is the office that the invented messages come from.
const Sender = "sui-mi"

var book = rules.Default()

// Messages are the hand-offs about n families of the twelve months before
// today, in the order of their days, numbered from 1 without a gap.
func Messages(n int, seed uint64, today rules.Date) []handoff.Message {
	var all []handoff.Message
	for i := range n {
		r := &review{family: newFamily(seed, i, today), today: today}
		plots[i%len(plots)](r)
		all = append(all, r.messages...)
	}
	slices.SortStableFunc(all, func(a, b handoff.Message) int { return strings.Compare(a.On.String(), b.On.String()) })
	for i := range all {
		m := &all[i]
		m.Schema, m.Sender, m.Sequence = "handoff.v1", Sender, int64(i+1)
		m.MessageID = casefile.DeriveID(fmt.Sprintf("samples/%d", seed), fmt.Sprintf("%s/%s/%d", m.SUIFile, m.Kind, m.Sequence))
	}
	return all
}

// review is what the Prefecture tells about one family.
type review struct {
	*family
	today     rules.Date
	filed     rules.Date
	procedure casefile.Procedure // empty for art. 29 TUI
	messages  []handoff.Message
	epilogue  func(*play) // what others tell once the Prefecture has told all of its own
}

// plots are the courses a review may take, each as often as it stands here.
var plots = []func(*review){
	decidedLongAgo, underReview, decidedLongAgo, decidedLately, decidedLongAgo, awaitingPapers, decidedLongAgo, refusalNotified, split, decidedLongAgo,
	underReview, decidedLately, decidedLongAgo, papersSupplied, decidedLongAgo, refused, decidedLongAgo, observed, decidedLately, revoked,
}

func decidedLongAgo(r *review) { r.decide(40, 240, "authorised") }

func decidedLately(r *review) { r.decide(0, 25, "authorised") }

func underReview(r *review) { r.file(r.ago(5, 130)) }

func awaitingPapers(r *review) {
	r.file(r.ago(50, 110))
	r.askForPapers(r.ago(8, 20))
}

func papersSupplied(r *review) {
	r.file(r.ago(70, 120))
	r.askForPapers(r.ago(35, 50))
	r.tell(handoff.Message{Kind: handoff.DocumentsSupplied, On: r.ago(3, 25)})
}

func refusalNotified(r *review) {
	r.file(r.ago(80, 130))
	r.tell(handoff.Message{Kind: handoff.RefusalNotice, On: r.ago(2, 8)})
}

func observed(r *review) {
	r.file(r.ago(80, 130))
	notice := r.ago(20, 40)
	r.tell(handoff.Message{Kind: handoff.RefusalNotice, On: notice})
	r.tell(handoff.Message{Kind: handoff.ObservationsFiled, On: workday(notice.AddDays(r.between(3, 9)))})
}

func split(r *review) {
	if len(r.members) == 1 {
		r.add(casefile.Parent, r.person(r.sponsor.FamilyName, "F", r.today, 66, 79))
	}
	r.decide(20, 150, "authorised")
	decision := &r.messages[len(r.messages)-1]
	last := &decision.Members[len(decision.Members)-1]
	last.Decision, last.Ground = "refused", pick(r.dice, []string{"two_year_residence", "dependency_not_proved"})
}

func refused(r *review) {
	r.decide(20, 200, "refused")
	decision := &r.messages[len(r.messages)-1]
	for i := range decision.Members {
		decision.Members[i].Ground = "income"
	}
}

func revoked(r *review) {
	r.decide(60, 120, "authorised")
	var members []handoff.Member
	for _, m := range r.members {
		members = append(members, handoff.Member{Ref: m.Ref})
	}
	r.tell(handoff.Message{Kind: handoff.Revocation, On: r.ago(5, 30), Members: members, Ground: "false_papers"})
	r.epilogue = func(p *play) {
		if p.happens("path.revocation_withdrawn") {
			p.later(5, 25).say(&casefile.WithdrawRevocation{On: p.on})
		}
	}
}

// coesione is a family that is here already: its way begins at the Questura.
func coesione(r *review) {
	r.procedure = casefile.Coesione
	r.file(r.ago(40, 200))
	r.epilogue = func(p *play) {
		for _, m := range p.family {
			p.say(&casefile.RecordPresence{Step: p.at(m), PermitEnds: p.on.AddDays(-40)})
		}
		p.later(5, 15)
		for _, m := range p.family {
			p.say(&casefile.RecordPermitRequested{Step: p.at(m)})
		}
	}
}

// fileClosed is an application that nobody completed in time.
func fileClosed(r *review) {
	r.file(r.ago(120, 170))
	r.askForPapers(r.ago(70, 100))
	r.epilogue = func(p *play) { p.later(40, 60).say(&casefile.DeclareImprocedibile{On: p.on, Ground: "papers_missing"}) }
}

// ago is a working day so many days before today.
func (r *review) ago(least, most int) rules.Date {
	return book.WorkingOnOrBefore(r.today.AddDays(-r.between(least, most)))
}

// workday is the day or the next one on which offices work.
func workday(d rules.Date) rules.Date {
	for !book.Working(d) {
		d = d.AddDays(1)
	}
	return d
}

func (r *review) tell(m handoff.Message) {
	m.SUIFile = r.family.file(r.filed)
	r.messages = append(r.messages, m)
}

func (r *review) describe(m handoff.Message) handoff.Message {
	sponsor := r.sponsor
	m.FiledOn, m.Sponsor, m.Procedure = r.filed, &sponsor, r.procedure
	m.ContactLanguage, m.Municipio = r.community.languages[0], r.municipio
	return m
}

func (r *review) file(on rules.Date) {
	r.filed = on
	r.tell(r.describe(handoff.Message{Kind: handoff.Filed, On: on, Members: slices.Clone(r.members)}))
}

func (r *review) askForPapers(on rules.Date) {
	r.tell(handoff.Message{Kind: handoff.DocumentsRequested, On: on, By: workday(on.AddDays(30))})
}

// decide tells of a decision some days ago; one family in eight is first heard
// of by it.
func (r *review) decide(least, most int, outcome string) {
	on := r.ago(least, most)
	filed := book.WorkingOnOrBefore(on.AddDays(-r.between(60, 118)))
	decision := handoff.Message{Kind: handoff.Decision, On: on}
	for _, m := range r.members {
		m.Decision = outcome
		decision.Members = append(decision.Members, m)
	}
	if r.one(8) {
		r.filed = filed
		decision = r.describe(decision)
	} else {
		r.file(filed)
		r.complete(filed)
	}
	r.tell(decision)
}

// complete tells of papers that some applications lacked at first.
func (r *review) complete(filed rules.Date) {
	if !r.happens("review.papers") {
		return
	}
	asked := workday(filed.AddDays(r.between(15, 25)))
	r.askForPapers(asked)
	r.tell(handoff.Message{Kind: handoff.DocumentsSupplied, On: workday(asked.AddDays(r.between(4, 20)))})
}
