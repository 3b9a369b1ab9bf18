// SPDX-License-Identifier: AGPL-3.0-or-later

package search

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/views"
)

func person(id, given, family string) views.Findable {
	return views.Findable{CaseID: "case-" + id, Office: "wemi-mi", Person: casefile.Person{PersonID: id,
		Particulars: casefile.Particulars{GivenName: given, FamilyName: family, BirthDate: rules.On(1990, time.May, 10)}}}
}

func indexOf(people ...views.Findable) *Index {
	x := NewIndex()
	for _, p := range people {
		x.Put(p.CaseID, []views.Findable{p})
	}
	return x
}

func (x *Index) first(text string) string {
	if hits := x.Find(Query{Text: text, Limit: 1}); len(hits) > 0 {
		return hits[0].PersonID
	}
	return ""
}

// The communities of Milan, each name as a registry may hold it and as somebody
// at a desk may type it; crowd holds near misses that must not come first.
var (
	registered = []views.Findable{
		person("mohamed", "Mohamed Ahmed", "El Sayed"), person("fatima", "Fatma", "Abdelrahman"), person("youssef", "Youssef", "Al-Sharif"),
		person("aisha", "Aicha", "Benali"), person("chen", "Wei", "Chen"), person("xiaoming", "Xiaoming", "Wang"), person("ouyang", "娜娜", "欧阳"),
		person("olena", "Олена", "Шевченко"), person("oleksandr", "Oleksandr", "Yushchenko"), person("rahman", "মোহাম্মদ", "রহমান"),
		person("begum", "Fatema", "Begum"), person("perera", "Nimali", "Perera"), person("fernando", "නිමල්", "ප්\u200dරනාන්දු"),
		person("nguyen", "Văn", "Nguyễn"), person("quispe", "José Ñawi", "Quispe Mamani"), person("dellaquila", "Niccolò", "Dell'Aquila"),
		person("reyes", "Maria Cristina", "Delos Reyes"), person("diallo", "Mamadou", "Diallo"),
	}
	typed = map[string]string{
		"Mohammed Elsayed": "mohamed", "محمد السيد": "mohamed", "Muhammad el-sayed": "mohamed", "SAYED mohamad": "mohamed",
		"فاطمة عبد الرحمن": "fatima", "Fatima Abdul Rahman": "fatima", "Abdelrahman": "fatima",
		"يوسف الشريف": "youssef", "Yusuf Alsharif": "youssef", "Sharif Yousef": "youssef", "Cherif Youcef": "youssef",
		"عائشة بن علي": "aisha", "Aisha Ben Ali": "aisha",
		"陈伟": "chen", "Chen Wei": "chen", "wei chen": "chen", "ChenWei": "chen",
		"王小明": "xiaoming", "Wang Xiao Ming": "xiaoming", "Xiao ming wang": "xiaoming",
		"Ouyang Nana": "ouyang", "Nana Ou Yang": "ouyang", "欧阳娜娜": "ouyang",
		"Olena Shevchenko": "olena", "Shevcenko Elena": "olena", "SHEVCHENKO": "olena",
		"Олександр Ющенко": "oleksandr", "Alexandr Juscenko": "", "Oleksandr Yushenko": "oleksandr",
		"Mohammad Rahman": "rahman", "Mohammod Rohman": "rahman", "ফাতেমা বেগম": "begum", "Fatema Begom": "begum",
		"නිමාලි පෙරේරා": "perera", "Nimaali Pereraa": "perera", "Nimal Pranandu": "fernando",
		"nguyen van": "nguyen", "NGUYỄN": "nguyen", "Jose Nawi Quispe": "quispe", "quispe mamani josé": "quispe",
		"DellAquila Niccolo": "dellaquila", "dell aquila": "dellaquila", "De los Reyes": "reyes", "Cristina Reyes": "reyes",
		"Mamadu Dialo": "diallo", "diall": "diallo",
		"Zzyzx": "", "a": "", "": "", "Mohamed Diallo": "",
	}
)

func TestPeopleAreFoundHoweverTheirNamesAreSpelled(t *testing.T) {
	t.Parallel()
	x := indexOf(registered...)
	for text, want := range typed {
		if got := x.first(text); got != want {
			t.Errorf("%q finds %q, not %q (read as %q)", text, got, want, words(text))
		}
	}
}

func TestTheNameAsTypedComesBeforeItsOtherSpellings(t *testing.T) {
	t.Parallel()
	x := indexOf(person("1", "Mahmoud", "Hassan"), person("2", "Mohamed", "Hassan"), person("3", "Mohammed", "Hussein"))
	for text, want := range map[string]string{"Mohamed Hassan": "2", "Mahmoud Hassan": "1", "Mohammed Hussein": "3"} {
		if got := x.first(text); got != want {
			t.Errorf("%q finds %q first, not %q", text, got, want)
		}
	}
}

func TestANumberFindsWhoeverBearsItHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	p := person("1", "Adel", "Mansour")
	p.Person.SUIFile, p.Person.TaxCode = "P-MI/F/N/2026/0042", "MNSDLA85E04Z336K"
	x := indexOf(p, person("2", "Other", "Person"))
	for _, text := range []string{"P-MI/F/N/2026/0042", "pmi f n 2026 0042", "mnsdla85e04z336k", " MNS DLA 85E04 Z336K"} {
		hits := x.Find(Query{Text: text, Limit: 5})
		if len(hits) == 0 || hits[0].PersonID != "1" || !hits[0].ByNumber || !hits[0].Exact {
			t.Errorf("%q finds %+v", text, hits)
		}
	}
	if hits := x.Find(Query{Text: "P-MI/F/N/2026/004", Limit: 5}); len(hits) != 0 {
		t.Errorf("part of a number finds %+v", hits)
	}
}

func TestADayOfBirthNarrowsAndMakesExact(t *testing.T) {
	t.Parallel()
	x := indexOf(person("1", "Adel", "Mansour"))
	born := rules.On(1990, time.May, 10)
	for _, c := range []struct {
		text  string
		born  rules.Date
		found int
		exact bool
	}{{"Adel Mansour", rules.Date{}, 1, false}, {"Adel Mansour", born, 1, true}, {"Mansur Adil", born, 1, false}, {"Mansour", born, 1, false}, {"Adel Mansour", born.AddDays(1), 0, false}} {
		hits := x.Find(Query{Text: c.text, Born: c.born, Limit: 5})
		if len(hits) != c.found || c.found > 0 && hits[0].Exact != c.exact {
			t.Errorf("%q born %v: %+v", c.text, c.born, hits)
		}
	}
}

func TestACasePutAgainLeavesNothingOfWhatItWas(t *testing.T) {
	t.Parallel()
	x := indexOf(person("1", "Adel", "Mansour"), person("2", "Adel", "Fathy"))
	renamed := person("1", "Adel", "Khalil")
	x.Put(renamed.CaseID, []views.Findable{renamed})
	if x.first("Mansour") != "" || x.first("Khalil") != "1" || x.first("Fathy Adel") != "2" {
		t.Error("a corrected name is not found, or the old one still is")
	}
	erased := renamed
	erased.Person = casefile.Person{PersonID: "1", Erased: true}
	x.Put(renamed.CaseID, []views.Findable{erased})
	if x.first("Khalil") != "" || x.Len() != 1 {
		t.Error("an erased person is found")
	}
	x.Put("case-2", nil)
	if len(x.kin) != 0 || len(x.number) != 0 || len(x.words) != 0 || x.Len() != 0 || len(x.cases) != 0 {
		t.Errorf("left behind: %d keys, %d words, %d people, %d cases", len(x.kin), len(x.words), x.Len(), len(x.cases))
	}
}

func TestOnlyThoseTheSearcherMayKnowOfCount(t *testing.T) {
	t.Parallel()
	x := indexOf(person("1", "Adel", "Mansour"), person("2", "Adel", "Mansour"))
	hits := x.Find(Query{Text: "Mansour", Limit: 1, May: func(r Ref) bool { return r.PersonID == "2" }})
	if len(hits) != 1 || hits[0].PersonID != "2" {
		t.Errorf("found %+v", hits)
	}
}

// BenchmarkFind looks for people among 100,000 and reports the slowest of each
// kind of query and the memory that the index takes.
func BenchmarkFind(b *testing.B) {
	given := []string{"Mohamed", "Fatima", "Wei", "Olena", "Nimali", "José", "Ahmed", "Maria", "Xiaoming", "Mamadou", "Rahman", "Aisha", "Yusuf", "Ana", "Li"}
	syllables := []string{"ab", "der", "ma", "nur", "sha", "ko", "pe", "re", "ra", "lin", "gu", "fer", "nan", "do", "kha", "lil", "tho", "ben", "zi", "mo"}
	before := memory()
	x := NewIndex()
	for i := range 100_000 {
		family := ""
		for n := i; n > 0; n /= len(syllables) {
			family += syllables[n%len(syllables)]
		}
		p := person(uuid.NewString(), given[i%len(given)]+" "+given[(i/7)%len(given)], "X"+family)
		p.Person.SUIFile = fmt.Sprintf("P-MI/F/N/2026/%d", i)
		x.Put(p.CaseID, []views.Findable{p})
	}
	b.Logf("the index of %d people takes %d MiB", x.Len(), (memory()-before)>>20)
	for _, text := range []string{"Mohamed", "محمد", "Mohamed Ahmed", "Xmashadopeko Fatima", "P-MI/F/N/2026/4711", "Xab", "Zzyzx"} {
		b.Run(text, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				x.Find(Query{Text: text, Limit: 20})
				took = append(took, time.Since(began))
			}
			b.ReportMetric(float64(slices.Max(took).Microseconds())/1000, "ms/slowest")
		})
	}
}

func memory() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
