// SPDX-License-Identifier: AGPL-3.0-or-later

package family

import "ricongiungi/tongues"

// Say is the name of the paper in the voice's language. A list of the office's
// own may hold papers that only it can name.
func (p Paper) Say(v tongues.Voice) string {
	if id := "doc." + p.Code; v.Known(id) {
		return v.Say(id)
	}
	if v.Lang == "en" {
		return p.Name.En
	}
	return p.Name.It
}

// Say is the sentence that says why something is due on its day.
func (r Reason) Say(v tongues.Voice) string {
	if r.Count > 0 {
		return v.Say("why."+r.Kind, "count", r.Count, "from", v.Day(r.From))
	}
	return v.Say("why." + r.Kind)
}

// When says by when, or when, something is to be done.
func (s Step) When(v tongues.Voice) string {
	switch {
	case !s.At.IsZero():
		return v.Moment(s.At)
	case s.By == ByOffice:
		return v.Say("due.office", "day", v.Day(s.Due))
	}
	return v.Say("due.by", "day", v.Day(s.Due))
}

// Call is how somebody is called: by name where it may be shown.
func Call(v tongues.Voice, name string, self bool) string {
	switch {
	case self && name != "":
		return v.Apart(name) + " (" + v.Say("you") + ")"
	case self:
		return v.Say("you")
	case name == "":
		return v.Say("relative")
	}
	return v.Apart(name)
}
