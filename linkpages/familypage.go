// SPDX-License-Identifier: AGPL-3.0-or-later

package linkpages

import (
	"net/http"

	"ricongiungi/casefile"
	"ricongiungi/family"
)

// familyPage is the account with what surrounds it.
type familyPage struct {
	family.Account
	Contacts []family.Contact
}

// Papers lists the people who need papers.
func (p familyPage) Papers() []family.Relative {
	var with []family.Relative
	for _, r := range p.People {
		if len(r.Papers) > 0 {
			with = append(with, r)
		}
	}
	return with
}

func (s *site) showFamily(w http.ResponseWriter, r *http.Request, found opened) {
	view := casefile.ViewOf(found.state, s.Book)
	account, may := family.Of(view, casefile.PeopleOf(found.state), found.link.PersonID, s.today(), s.Book)
	if !may {
		familyDoor.forget(w)
		s.wayIn(w, r, http.StatusNotFound, familyDoor, "link.bad")
		return
	}
	voice := s.voice(r)
	s.render(w, r, http.StatusOK, "family", frame{Title: voice.Say("page.title"), Voice: voice, Voices: s.tongues.Voices(), Path: FamilyPath,
		Visiting: true, Contents: familyPage{Account: account, Contacts: s.Contacts.Of(view.Office)}})
}
