// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"net/http"

	"ricongiungi/rules"
)

// openData is a set of data of others, named as its licence asks.
type openData struct {
	What                        rules.Text
	Dataset, Publisher, Licence string
}

const (
	ministry = "Ministero dell'Istruzione e del Merito"
	city     = "Comune di Milano"
)

// sourcesOfData are the formats that are read and the borders that are drawn.
var sourcesOfData = []openData{
	{rules.Text{It: "Scuole statali", En: "State schools"}, "SCUANAGRAFESTAT, Portale unico dei dati della scuola", ministry, "IODL 2.0"},
	{rules.Text{It: "Scuole paritarie", En: "Scuole paritarie"}, "SCUANAGRAFEPAR, Portale unico dei dati della scuola", ministry, "IODL 2.0"},
	{rules.Text{It: "Alunni per scuola", En: "Pupils per school"}, "Dati ottenuti con accesso civico", ministry + "; UAAR", "CC BY 4.0"},
	{rules.Text{It: "Scuole primarie: sedi", En: "Primary schools: sites"}, "DS40", city, "CC BY 4.0"},
	{rules.Text{It: "Scuole secondarie di I grado: sedi", En: "Lower secondary schools: sites"}, "DS46", city, "CC BY 4.0"},
	{rules.Text{It: "Scuole secondarie di II grado: sedi", En: "Upper secondary schools: sites"}, "DS78", city, "CC BY 4.0"},
	{rules.Text{It: "Confini dei Municipi", En: "Borders of the Municipi"}, "DS379", city, "CC BY 4.0"},
}

func (s *console) showSources(w http.ResponseWriter, r *http.Request) error {
	return s.show(w, r, http.StatusOK, "sources", visitOf(r).voice.say("sources.title"), sourcesOfData)
}
