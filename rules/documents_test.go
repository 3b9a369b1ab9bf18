// SPDX-License-Identifier: AGPL-3.0-or-later

package rules

import (
	"slices"
	"strings"
	"testing"
)

func paperIDs(rows []PaperRule) []string {
	var ids []string
	for _, row := range rows {
		ids = append(ids, row.ID)
	}
	slices.Sort(ids)
	return ids
}

func TestEachRelativeNeedsItsOwnPapers(t *testing.T) {
	t.Parallel()
	on, book := day("2026-03-10"), Default()
	for _, c := range []struct {
		why, stage string
		who        Bearer
		want       string
	}{
		{"a wife", AtConsulate, Bearer{Kinship: "spouse"}, "marriage_certificate nulla_osta passport photos visa_form"},
		{"a child of ten", AtConsulate, Bearer{Kinship: "minor_child", Birth: day("2015-03-20")}, "birth_certificate dna_report nulla_osta parental_consent passport photos visa_form"},
		{"a child who has come of age", AtConsulate, Bearer{Kinship: "minor_child", Birth: day("2008-03-10")}, "birth_certificate dna_report nulla_osta passport photos visa_form"},
		{"a child on the eve of eighteen", AtConsulate, Bearer{Kinship: "minor_child", Birth: day("2008-03-11")}, "birth_certificate dna_report nulla_osta parental_consent passport photos visa_form"},
		{"a father of sixty-five", AtArrival, Bearer{Kinship: "parent", Birth: day("1961-03-10"), Entered: on}, "agreement_form health_cover host_notice modulo_209 nulla_osta passport"},
		{"a father not yet sixty-five", AtArrival, Bearer{Kinship: "parent", Birth: day("1961-03-11"), Entered: on}, "agreement_form host_notice modulo_209 nulla_osta passport"},
		{"a girl who entered before sixteen", AtArrival, Bearer{Kinship: "minor_child", Birth: day("2010-05-04"), Entered: day("2026-05-03")}, "custody_papers host_notice modulo_209 nulla_osta passport"},
		{"a girl who entered at sixteen", AtArrival, Bearer{Kinship: "minor_child", Birth: day("2010-05-04"), Entered: day("2026-05-04")}, "agreement_form custody_papers host_notice modulo_209 nulla_osta passport"},
		{"a sponsor", AtApplication, Bearer{Kinship: "sponsor", Procedure: "reunification"}, "family_certificate housing_certificate housing_title income_proof passport permit tax_code"},
		{"a refugee sponsor owes neither income nor housing", AtApplication, Bearer{Kinship: "sponsor", Procedure: "refugee"}, "family_certificate passport permit protection_decision tax_code"},
		{"the parent of a refugee", AtApplication, Bearer{Kinship: "parent", Procedure: "refugee", Birth: day("1950-01-01")}, "passport"},
		{"a wife already here", AtKit, Bearer{Kinship: "spouse", Procedure: "coesione"}, "family_certificate marriage_certificate passport payment_slip residence_certificate revenue_stamp"},
		{"a grown-up owes a school nothing", AtSchool, Bearer{Kinship: "spouse"}, ""},
		{"somebody whose birth date is not known", AtArrival, Bearer{Kinship: "parent"}, "agreement_form health_cover host_notice modulo_209 nulla_osta passport"},
	} {
		t.Run(strings.ReplaceAll(c.why, " ", "_"), func(t *testing.T) {
			if got := strings.Join(paperIDs(book.Papers(c.stage, c.who, on)), " "); got != c.want {
				t.Errorf("needs %s and not %s", got, c.want)
			}
		})
	}
}

func TestAPaperIsAskedForOnlyWhileItsRowIsInForce(t *testing.T) {
	t.Parallel()
	mother := Bearer{Kinship: "parent", Birth: day("1930-01-01")}
	for on, want := range map[string]bool{"2008-11-04": false, "2008-11-05": true} {
		mother.Entered = day(on)
		if got := slices.Contains(paperIDs(Default().Papers(AtArrival, mother, day(on))), "health_cover"); got != want {
			t.Errorf("on %s health cover is asked for: %v", on, got)
		}
	}
}

func TestNoSchoolPaperIsRequired(t *testing.T) {
	t.Parallel()
	for _, row := range Default().PaperRules() {
		if row.Stage == AtSchool && row.Need == Required {
			t.Errorf("%s would hold up an enrolment (art. 45 DPR 394/1999)", row.ID)
		}
	}
}

func TestTheLastDayOfUse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		why                   string
		row                   PaperRule
		issued, expires, last string
	}{
		{"neither ages nor expires", PaperRule{}, "2026-01-31", "", ""},
		{"good for six months", PaperRule{MonthsValid: 6}, "2026-08-31", "", "2027-02-28"},
		{"expires before it ages", PaperRule{MonthsValid: 6}, "2026-01-10", "2026-03-01", "2026-03-01"},
		{"ages before it expires", PaperRule{MonthsValid: 1}, "2026-01-10", "2026-03-01", "2026-02-10"},
		{"three months must remain", PaperRule{MonthsLeft: 3}, "", "2026-05-31", "2026-02-28"},
		{"ages, but the day of issue is not known", PaperRule{MonthsValid: 6}, "", "", ""},
	} {
		if got := c.row.LastUse(dayOrNone(c.issued), dayOrNone(c.expires)); got != dayOrNone(c.last) {
			t.Errorf("%s: %q, not %q", c.why, got, c.last)
		}
	}
}

func dayOrNone(text string) Date {
	if text == "" {
		return Date{}
	}
	return day(text)
}

const paperColumns = "id,stage,need,for,procedure,age_at,age_from,age_to,translation,legalisation,months_valid,months_left,valid_from,valid_to,citation,certainty,it,en\n"

func TestAnOfficeMayReplaceAndStrikePapers(t *testing.T) {
	t.Parallel()
	book, err := Default().WithPapers("office.csv", strings.NewReader(paperColumns+
		"# agreed with the consulate in Cairo\n"+
		"photos,consulate,not_needed,all,any,,,,no,no,,,1998-03-27,,consulate,policy,Fotografie,Photographs\n"+
		"bank_statement,consulate,required,spouse,any,,,,no,no,,,1998-03-27,,consulate,policy,Estratto conto,Bank statement\n"))
	if err != nil {
		t.Fatal(err)
	}
	wife := Bearer{Kinship: "spouse"}
	if got := strings.Join(paperIDs(book.Papers(AtConsulate, wife, day("2026-03-10"))), " "); got != "bank_statement marriage_certificate nulla_osta passport visa_form" {
		t.Errorf("the office asks a wife for %s", got)
	}
	if !slices.Contains(paperIDs(Default().Papers(AtConsulate, wife, day("2026-03-10"))), "photos") {
		t.Error("the office's file changed the default lists")
	}
}

func TestABadFileOfPapersIsRefusedWithLineAndReason(t *testing.T) {
	t.Parallel()
	const rest = ",no,no,,,1998-03-27,,source,policy,it,en\n"
	for _, c := range []struct{ why, file, want string }{
		{"other columns", "id,stage\n", "line 1: the columns must be id,stage,need"},
		{"nothing", "", "line 1: the columns must be"},
		{"too few columns", paperColumns + "photos,consulate\n", "line 2"},
		{"a bad id", paperColumns + "Photos!,consulate,required,all,any,,," + rest, `line 2: id: "Photos!"`},
		{"a stage nobody knows", paperColumns + "photos,heaven,required,all,any,,," + rest, `line 2: stage: "heaven" is none of application`},
		{"a need nobody knows", paperColumns + "photos,consulate,maybe,all,any,,," + rest, `line 2: need: "maybe"`},
		{"a relative nobody knows", paperColumns + "photos,consulate,required,cousin,any,,," + rest, `line 2: for: "cousin"`},
		{"for nobody", paperColumns + "photos,consulate,required,,any,,," + rest, "line 2: for: must name"},
		{"a procedure nobody knows", paperColumns + "photos,consulate,required,all,quick,,," + rest, `line 2: procedure: "quick"`},
		{"an age at no event", paperColumns + "photos,consulate,required,all,any,,6," + rest, "line 2: age_at:"},
		{"ages the wrong way round", paperColumns + "photos,consulate,required,all,any,entry,9,8" + rest, "line 2: age_to: 8 is below"},
		{"an age that is no number", paperColumns + "photos,consulate,required,all,any,entry,six," + rest, `line 2: age_from: "six"`},
		{"neither yes nor no", paperColumns + "photos,consulate,required,all,any,,,,perhaps,no,,,1998-03-27,,source,policy,it,en\n", `line 2: translation: "perhaps"`},
		{"no first day", paperColumns + "photos,consulate,required,all,any,,,,no,no,,,,,source,policy,it,en\n", "line 2: valid_from: must be a day"},
		{"a bad last day", paperColumns + "photos,consulate,required,all,any,,,,no,no,,,1998-03-27,never,source,policy,it,en\n", "line 2: valid_to:"},
		{"a period that ends before it begins", paperColumns + "photos,consulate,required,all,any,,,,no,no,,,1998-03-27,1998-03-26,source,policy,it,en\n", "line 2: valid_to: 1998-03-26 is before"},
		{"no source", paperColumns + "photos,consulate,required,all,any,,,,no,no,,,1998-03-27,,,policy,it,en\n", "line 2: citation:"},
		{"no such certainty", paperColumns + "photos,consulate,required,all,any,,,,no,no,,,1998-03-27,,source,rumour,it,en\n", `line 2: certainty: "rumour"`},
		{"no English", paperColumns + "photos,consulate,required,all,any,,,,no,no,,,1998-03-27,,source,policy,it,\n", "line 2: it, en:"},
		{"an overlap", paperColumns + strings.Repeat("photos,consulate,required,all,any,,,"+rest, 2), "line 3: paper consulate/photos overlaps the period of line 2"},
	} {
		t.Run(strings.ReplaceAll(c.why, " ", "_"), func(t *testing.T) {
			book, err := Default().WithPapers("office.csv", strings.NewReader(c.file))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "office.csv") {
				t.Errorf("the error is %v and does not say %q", err, c.want)
			}
			if book != nil {
				t.Error("a book came with the error")
			}
		})
	}
}

func TestALanguageIsServedByItselfOrByOneThatReadersShare(t *testing.T) {
	t.Parallel()
	row := Default().At(PackLanguages, day("2026-03-10"))
	for asked, want := range map[string]string{"ar": "ar", "arz": "ar", "ar-EG": "ar", "zh-Hant-TW": "zh", "tl": "fil", "ti": "", "": "", "a": ""} {
		if got := row.Serving(asked); got != want {
			t.Errorf("%q is served in %q, not %q", asked, got, want)
		}
	}
}

func TestLanguagesOfTheOfficeAreChecked(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{"it Arabic": `"Arabic" is not a language`, " ": "at least one language"} {
		_, err := Override("office.csv", strings.NewReader(columns+"hub.pack_languages,"+value+",languages,1998-03-27,,office,policy,it,en\n"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q leads to %v", value, err)
		}
	}
}
