// SPDX-License-Identifier: AGPL-3.0-or-later

package access

import (
	"slices"
	"testing"

	"ricongiungi/casefile"
	"ricongiungi/views"
)

const mother, boy = "0b6a1c1e-5a61-5d5a-9f0e-6a1f0c2d3e4f", "0b6a1c1e-5a61-5d5a-9f0e-6a1f0c2d3e50"

var (
	responsible = casefile.Actor{ID: "responsible", Role: casefile.Counsellor}
	social      = casefile.Actor{ID: "social", Role: casefile.Counsellor}
	chief       = casefile.Actor{ID: "chief", Role: casefile.Supervisor}
	guard       = &casefile.Guard{OnCase: []string{"responsible"}, Sealed: []string{mother},
		Protection: []casefile.ProtectionView{{MemberID: boy, Readers: []string{"responsible", "social"}}}}
)

func protectedView() casefile.View {
	return casefile.View{
		Guard:  guard,
		People: []casefile.Person{person(mother, "via Segreta 1"), person(boy, "via Aperta 2")},
		Agenda: []casefile.DueView{{Due: casefile.Due{Item: "protection", MemberID: boy}}, {Due: casefile.Due{Item: "plan"}}},
	}
}

func person(id, address string) casefile.Person {
	return casefile.Person{PersonID: id, Particulars: casefile.Particulars{GivenName: "N", Address: address}}
}

func TestASealedAddressIsReadByThoseOnTheCaseOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		actor   casefile.Actor
		address string
	}{{responsible, "via Segreta 1"}, {social, ""}, {chief, ""}} {
		view := Guarded(protectedView(), guard, c.actor)
		if got := view.People[0]; got.Address != c.address || !got.AddressSealed || got.GivenName != "N" {
			t.Errorf("%s sees %+v", c.actor.ID, got)
		}
		if got := view.People[1]; got.Address != "via Aperta 2" || got.AddressSealed {
			t.Errorf("%s sees of the other %+v", c.actor.ID, got)
		}
	}
}

func TestAPastViewKeepsWhatIsSealedToday(t *testing.T) {
	t.Parallel()
	past := protectedView()
	past.Guard = nil
	if got := Guarded(past, guard, chief).People[0].Address; got != "" {
		t.Errorf("the past tells %q", got)
	}
}

func TestAProtectionExistsForItsReadersOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		actor casefile.Actor
		seen  bool
	}{{responsible, true}, {social, true}, {chief, false}} {
		view := Guarded(protectedView(), guard, c.actor)
		inAgenda := slices.ContainsFunc(view.Agenda, func(d casefile.DueView) bool { return d.Item == "protection" })
		inGuard := view.Guard != nil && len(view.Guard.Protection) > 0
		if inAgenda != c.seen || inGuard != c.seen {
			t.Errorf("%s sees it in the agenda %v, in the guard %v", c.actor.ID, inAgenda, inGuard)
		}
	}
	only := &casefile.Guard{Protection: guard.Protection}
	if got := Guarded(casefile.View{Guard: only}, only, chief).Guard; got != nil {
		t.Errorf("an empty guard gives the protection away: %+v", got)
	}
}

func TestTheHistoryHidesWhatIsProtectedAndSealsWhatIsConfidential(t *testing.T) {
	t.Parallel()
	history := []views.Entry{
		{Version: 1, Private: casefile.Private{mother: {Address: "via Segreta 1", GivenName: "N"}}},
		{Version: 2, Marking: casefile.Marking{Class: casefile.Confidential}, Private: casefile.Private{mother: {Note: "why"}}},
		{Version: 3, Marking: casefile.Marking{Class: casefile.Protected, MemberID: boy}, Private: casefile.Private{boy: {Step: "opened"}}},
	}
	for _, c := range []struct {
		actor   casefile.Actor
		entries int
		address string
		note    string
	}{{responsible, 3, "via Segreta 1", "why"}, {social, 3, "", ""}, {chief, 2, "", ""}} {
		shown := GuardedHistory(history, guard, c.actor)
		if len(shown) != c.entries || shown[0].Private[mother].Address != c.address || shown[1].Private[mother].Note != c.note {
			t.Errorf("%s reads %+v", c.actor.ID, shown)
		}
		if shown[0].Private[mother].GivenName != "N" {
			t.Errorf("%s reads less than the address hides", c.actor.ID)
		}
	}
	if history[0].Private[mother].Address == "" || history[1].Private == nil {
		t.Error("masking changed what it was given")
	}
}

func TestListsOverCasesHideWhatIsProtected(t *testing.T) {
	t.Parallel()
	row := func(item, counsellor string) views.AgendaRow {
		return views.AgendaRow{CounsellorID: counsellor, DueView: casefile.DueView{Due: casefile.Due{Item: item}}}
	}
	rows := []views.AgendaRow{row("protection", "responsible"), row("plan", "responsible"), row("protection", "other")}
	if got := GuardedAgenda(slices.Clone(rows), responsible); len(got) != 2 || got[1].Item != "plan" {
		t.Errorf("who is responsible sees %+v", got)
	}
	if got := GuardedAgenda(slices.Clone(rows), chief); len(got) != 1 {
		t.Errorf("the chief sees %+v", got)
	}
	feed := GuardedFeed([]views.FeedRow{{Type: "protection_recorded"}, {Type: "note_added"}, {Type: "of_a_newer_release"}})
	if len(feed) != 1 || feed[0].Type != "note_added" {
		t.Errorf("the feed holds %+v", feed)
	}
}
