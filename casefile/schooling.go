// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// RecordEnrolled records that the school enrolled the child, with or without a
// proposal on record. Reserve is the enrolment con riserva of a child whose
// papers are missing; recorded again without it, the reserve is lifted. It never
// keeps anybody from a final qualification (art. 45 c. 1 DPR 394/1999).
type RecordEnrolled struct {
	Step
	SchoolCode string `json:"school_code,omitempty"` // that of the proposed place when empty
	Reserve    bool   `json:"with_reserve,omitempty"`
}

func (c *RecordEnrolled) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, code, refusal := s.atSchool(c.Step, c.SchoolCode, r)
	if refusal != nil {
		return nil, refusal
	}
	k := m.School
	same := k.Code == code && k.Reserve == c.Reserve
	switch {
	case k.EnrolledOn == c.On && same:
		return nil, nil
	case !k.EnrolledOn.IsZero() && (same || k.Code != code || !k.Reserve):
		return nil, alreadyRecorded("school_enrolled", k.EnrolledOn)
	case !k.StartedOn.IsZero() && k.Code != code:
		return nil, alreadyRecorded("school_started", k.StartedOn)
	case c.On.Before(k.EnrolledOn):
		return nil, outOfOrder("school_enrolled", k.EnrolledOn)
	}
	return one(&SchoolEnrolled{OfMember: OfMember{m.ID}, SchoolCode: code, Reserve: c.Reserve,
		Start: r.Book.Term(rules.SchoolStart, k.Request.opening(c.On))}, c.Step), nil
}

// RecordSchoolStarted records the first day in class, also where the school
// took the child without a proposal on record.
type RecordSchoolStarted struct {
	Step
	SchoolCode string `json:"school_code,omitempty"`
}

func (c *RecordSchoolStarted) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, code, refusal := s.atSchool(c.Step, c.SchoolCode, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.School.StartedOn == c.On && m.School.Code == code:
		return nil, nil
	case !m.School.StartedOn.IsZero():
		return nil, alreadyRecorded("school_started", m.School.StartedOn)
	}
	return one(&SchoolStarted{OfMember: OfMember{m.ID}, SchoolCode: code}, c.Step), nil
}

// atSchool finds a child for whom a place is sought and the school meant: the
// one named, or else the one proposed.
func (s *State) atSchool(step Step, code string, r Request) (*Member, string, *Refusal) {
	m, refusal := s.pupil(step, r)
	if refusal == nil && code == "" {
		code = m.School.Code
	}
	if refusal == nil && code == "" {
		refusal = refusalOf("school_unknown", "art. 45 DPR 394/1999",
			"Indica la scuola: non risulta alcun posto proposto.",
			"Name the school: no proposed place is recorded.").at("school_code")
	}
	return m, code, refusal
}

// RecordAttendanceConfirmed records that the child was still attending on the
// day. What that confirms follows from the day: one, three or six months.
type RecordAttendanceConfirmed struct{ Step }

func (c *RecordAttendanceConfirmed) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.attending(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case !c.On.After(m.School.ConfirmedOn):
		return nil, nil // a later day says the same and more
	}
	return one(&AttendanceConfirmed{OfMember: OfMember{m.ID}, Months: stayed(m.School.StartedOn, c.On, r.Book)}, c.Step), nil
}

// attendanceChecks pairs the months after the first day with their rules.
var attendanceChecks = []struct {
	month int
	rule  string
}{{1, rules.Attendance1}, {3, rules.Attendance3}, {6, rules.Attendance6}}

// stayed is the last check that a child still at school on the day has passed;
// zero before the first.
func stayed(started, on rules.Date, book *rules.Book) int {
	months := 0
	for _, check := range attendanceChecks {
		if !on.Before(started.AddMonths(book.At(check.rule, started).Number())) {
			months = check.month
		}
	}
	return months
}

// RecordSchoolTransferred records that the child moved to another school without
// a gap. ReleasedOn is the day of the clearance by which the first school lets
// the pupil go (nulla osta al trasferimento): it has nothing to do with the
// nulla osta of the Sportello Unico.
type RecordSchoolTransferred struct {
	Step
	SchoolCode string     `json:"school_code"`
	ReleasedOn rules.Date `json:"released_on,omitzero"`
}

func (c *RecordSchoolTransferred) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.attending(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.School.TransferredOn == c.On && m.School.Code == c.SchoolCode:
		return nil, nil
	case m.School.Code == c.SchoolCode:
		return nil, refusalOf("same_school", "case.school",
			"Il minore frequenta già questa scuola: indica quella di destinazione.",
			"The child attends this school already: name the one it moves to.").at("school_code")
	case c.On.Before(m.School.TransferredOn):
		return nil, outOfOrder("school_transferred", m.School.TransferredOn)
	}
	return one(&SchoolTransferred{OfMember: OfMember{m.ID}, SchoolCode: c.SchoolCode, FromCode: m.School.Code, ReleasedOn: c.ReleasedOn}, c.Step), nil
}

// RecordSchoolLeft records that the child no longer attends. The reasons
// "completed", "moved" and "moved_abroad" are no early leaving.
type RecordSchoolLeft struct {
	Step
	Reason string `json:"reason"`
}

func (c *RecordSchoolLeft) decide(s *State, r Request) ([]Draft, *Refusal) {
	if m := s.Member(c.MemberID); m != nil && !m.School.LeftOn.IsZero() {
		if m.School.LeftOn == c.On {
			return nil, nil
		}
		return nil, alreadyRecorded("school_left", m.School.LeftOn)
	}
	m, refusal := s.attending(c.Step, r)
	if refusal != nil {
		return nil, refusal
	}
	return one(&SchoolLeft{OfMember: OfMember{m.ID}, Reason: c.Reason}, c.Step), nil
}

// attending finds a child who is at school on the day.
func (s *State) attending(step Step, r Request) (*Member, *Refusal) {
	m, refusal := s.schooled(step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.School.StartedOn.IsZero():
		return nil, refusalOf("school_not_started", "art. 45 DPR 394/1999",
			"Il primo giorno di scuola non risulta: registralo prima dei passi successivi.",
			"No first school day is recorded: record it before the steps that follow it.")
	case !m.School.LeftOn.IsZero():
		return nil, alreadyRecorded("school_left", m.School.LeftOn)
	case step.On.Before(m.School.StartedOn):
		return nil, outOfOrder("school_started", m.School.StartedOn)
	}
	return m, nil
}

// SchoolEnrolled is the school's act; Reserve says that papers are missing.
type SchoolEnrolled struct {
	OfMember
	SchoolCode string     `json:"school_code"`
	Reserve    bool       `json:"with_reserve,omitempty"`
	Start      rules.Term `json:"start"`
}

func (e *SchoolEnrolled) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.School.Code, m.School.Reserve = e.SchoolCode, e.Reserve
		if m.School.EnrolledOn.IsZero() {
			m.School.EnrolledOn, m.School.StartBy = f.OccurredOn(), e.Start
		}
	})
}

// SchoolStarted is the first day in class.
type SchoolStarted struct {
	OfMember
	SchoolCode string `json:"school_code"`
}

func (e *SchoolStarted) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.School.StartedOn, m.School.Code = f.OccurredOn(), e.SchoolCode
		if m.School.FirstOn.IsZero() {
			m.School.FirstOn = f.OccurredOn()
		}
	})
}

// AttendanceConfirmed says that the child was there still, so many months on;
// none before the first month is over.
type AttendanceConfirmed struct {
	OfMember
	Months int `json:"months,omitempty"`
}

func (e *AttendanceConfirmed) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.School.ConfirmedOn, m.School.Confirmed = later(m.School.ConfirmedOn, f.OccurredOn()), max(m.School.Confirmed, e.Months)
	})
}

func (e *AttendanceConfirmed) restate(s *State, f Fact, book *rules.Book) {
	s.with(e.MemberID, func(m *Member) { e.Months = stayed(m.School.StartedOn, f.OccurredOn(), book) })
}

// SchoolTransferred is a change of school without a gap in the attendance.
type SchoolTransferred struct {
	OfMember
	SchoolCode string     `json:"school_code"`
	FromCode   string     `json:"from_school_code"`
	ReleasedOn rules.Date `json:"released_on,omitzero"`
}

func (e *SchoolTransferred) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.School.Code, m.School.TransferredOn = e.SchoolCode, f.OccurredOn()
		m.School.Transferred++
	})
}

func (e *SchoolTransferred) restate(s *State, _ Fact, _ *rules.Book) {
	s.with(e.MemberID, func(m *Member) { e.FromCode = m.School.Code })
}

// SchoolLeft ends the attendance; a new request may follow.
type SchoolLeft struct {
	OfMember
	Reason string `json:"reason"`
}

func (e *SchoolLeft) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.School.LeftOn, m.School.LeftFor = f.OccurredOn(), e.Reason })
}

// school lists what a child's schooling waits for.
func (a *agenda) school(m *Member) {
	k := m.School
	switch {
	case k.attended():
		a.attendance(m)
	case !k.searching():
		a.schoolRequest(m)
	case k.placed() && !m.here(): // a place waits for a child who is still abroad
	case k.placed() && later(k.AcceptedOn, k.EnrolledOn).Before(m.hereSince()):
		a.policy("school_start", Schooling, m, Counsellor, rules.SchoolStart, k.Request.opening(m.hereSince()))
	case k.placed():
		a.member("school_start", Schooling, m, Counsellor, k.StartBy)
	case k.ProposedOn.IsZero():
		a.member("school_place", Schooling, m, EducationOfficer, k.ProposalBy)
	default:
		a.member("school_answer", Schooling, m, Counsellor, k.AnswerBy)
	}
}

// schoolRequest asks for a search where a child must be taught, or will have to
// be from the September of the year in which it turns six.
func (a *agenda) schoolRequest(m *Member) {
	switch cohort := m.cohort(); {
	case !m.here():
	case m.SchoolDue:
		a.policy("school_request", Schooling, m, Counsellor, rules.SchoolRequest, later(m.hereSince(), m.School.LeftOn))
	case cohort > SchoolYear(m.hereSince()) && m.Ending == "":
		first := SchoolNeed{Year: cohort}.opening(m.hereSince())
		a.policy("school_request", Schooling, m, Counsellor, rules.SchoolRequest, later(first, m.School.LeftOn))
	}
}

// attendance asks whether the child is still there, one check after the other.
func (a *agenda) attendance(m *Member) {
	for _, check := range attendanceChecks {
		if check.month > m.School.Confirmed {
			a.policy("attendance_check", Schooling, m, EducationOfficer, check.rule, m.School.StartedOn)
			return
		}
	}
}

// cohort is the school year in which the member belongs in the first class; zero
// when the birth date is not known.
func (m *Member) cohort() int {
	if m.Who.BirthDate.IsZero() {
		return 0
	}
	return m.Who.BirthDate.Year + 6
}
