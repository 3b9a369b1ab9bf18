// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/rules"
	"ricongiungi/schemas"
)

// problem is a problem document (RFC 9457) and the error that becomes one.
type problem struct {
	Type     string            `json:"type"`
	Title    string            `json:"title"`
	Status   int               `json:"status"`
	Detail   string            `json:"detail"`
	Instance string            `json:"instance"`
	Code     string            `json:"code"`
	Rule     string            `json:"rule,omitempty"`
	Text     *rules.Text       `json:"text,omitempty"`
	Path     string            `json:"path,omitempty"`
	Problems []schemas.Problem `json:"problems,omitempty"`
}

// Error is the code: it may be logged.
func (p *problem) Error() string { return p.Code }

// because is the problem with the fields that are at fault.
func (p *problem) because(problems ...schemas.Problem) *problem {
	detailed := *p
	detailed.Problems = problems
	return &detailed
}

// define makes a problem; its code is part of the contract.
func define(status int, code, it, en string) *problem {
	return &problem{Type: "urn:ricongiungi:problem:" + code, Title: http.StatusText(status), Status: status,
		Detail: en, Code: code, Text: &rules.Text{It: it, En: en}}
}

// The problems that do not come from a case.
var (
	problemMalformed = define(400, "malformed", "Il corpo non è leggibile come JSON in un solo modo.", "The body cannot be read as JSON in one way only.")
	problemQuery     = define(400, "bad_query", "Un parametro della richiesta non è valido.", "A parameter of the request is not valid.")
	problemCursor    = define(400, "bad_cursor", "Il cursore non proviene da questo servizio.", "The cursor was not made by this service.")
	problemKey       = define(400, "idempotency_key_required", "L'intestazione Idempotency-Key deve contenere un UUID.", "The header Idempotency-Key must hold a UUID.")
	problemOtherKey  = define(400, "idempotency_key_differs", "Idempotency-Key, se presente, deve essere il message_id.", "Idempotency-Key, when given, must be the message_id.")
	problemIfMatch   = define(400, "bad_if_match", "If-Match deve contenere un solo ETag della pratica, come \"7\".", "If-Match must hold one ETag of the case, such as \"7\".")

	problemUnauthorized  = define(401, "unauthorized", "Serve un token di accesso valido.", "A valid access token is needed.")
	problemForbidden     = define(403, "forbidden", "Il tuo ruolo non consente questa operazione.", "Your role does not allow this.")
	problemForeignSender = define(403, "foreign_sender", "Il mittente deve essere il tuo ufficio.", "The sender must be your own office.")
	problemPurpose       = define(403, "purpose_not_allowed", "Il tuo ruolo non consulta dati per questa finalità.", "Your role does not read for this purpose.")
	problemNotFound      = define(404, "not_found", "Non esiste, o non per te.", "There is no such thing, or none for you.")
	problemMethod        = define(405, "method_not_allowed", "Questo indirizzo non risponde a questo metodo.", "This address does not answer to this method.")
	problemSequence      = define(409, "sequence_taken", "Il numero di sequenza appartiene a un altro messaggio del mittente.", "The sequence number belongs to another message of the sender.")
	problemNotSettleable = define(409, "not_settleable", "Si definiscono solo trasmissioni trattenute o in quarantena.", "Only held or quarantined hand-offs can be settled.")
	problemTooLarge      = define(413, "too_large", "Il corpo è più grande di quanto ammesso.", "The body is larger than allowed.")
	problemMediaType     = define(415, "unsupported_media_type", "Il tipo del corpo non è quello descritto.", "The media type of the body is not the one described.")
	problemInvalid       = define(422, "invalid", "Il corpo non rispetta lo schema.", "The body breaks its schema.")
	problemKeyReused     = define(422, "idempotency_key_reused", "La chiave è già stata usata con un altro contenuto.", "The key was used before with other content.")
	problemMessageReused = define(422, "message_id_reused", "Il message_id è già stato usato con un altro contenuto.", "The message_id was used before with other content.")
	problemTooMany       = define(429, "too_many_requests", "Troppe richieste: riprova tra poco.", "Too many requests: try again shortly.")
	problemUnforeseen    = define(500, "unforeseen", "Errore imprevisto: cita il valore di instance per chiedere aiuto.", "Something unforeseen: quote the instance when asking for help.")
	problemNoPrinter     = define(501, "no_printer", "Questo server non crea PDF: stampa la pagina.", "This server makes no PDFs: print the page.")
	problemBusy          = define(503, "busy", "Si sta lavorando a pieno carico e nulla è stato registrato: riprova tra poco.", "The system works to capacity and nothing was kept: try again shortly.")
	problemUnavailable   = define(503, "unavailable", "Una parte del servizio non risponde: riprova tra poco.", "A part of the service is down: try again shortly.")
)

// known maps the errors of the ports. What is not here is unforeseen.
var known = []struct {
	err error
	is  *problem
}{
	{ErrNotFound, problemNotFound}, {handoff.ErrUnknown, problemNotFound},
	{ErrOtherContent, problemKeyReused}, {handoff.ErrOtherContent, problemMessageReused},
	{handoff.ErrSequenceTaken, problemSequence}, {handoff.ErrNotSettleable, problemNotSettleable},
	{ErrUnavailable, problemUnavailable}, {ErrBadCursor, problemCursor},
	{context.DeadlineExceeded, problemUnavailable}, {context.Canceled, problemUnavailable},
}

func problemOf(err error) *problem {
	var (
		ready     *problem
		malformed *schemas.Malformed
		invalid   *schemas.Invalid
	)
	switch {
	case errors.As(err, &ready):
		return ready
	case errors.As(err, &malformed):
		return problemMalformed.because(malformed.Problem)
	case errors.As(err, &invalid):
		return problemInvalid.because(invalid.Problems...)
	}
	for _, k := range known {
		if errors.Is(err, k.err) {
			return k.is
		}
	}
	return problemUnforeseen
}

// refused is the problem document of a case's refusal.
func refused(refusal *casefile.Refusal) *problem {
	status := http.StatusConflict
	switch refusal.Code {
	case "version_changed":
		status = http.StatusPreconditionFailed
	case "case_unknown":
		return problemNotFound
	}
	p := define(status, refusal.Code, refusal.Text.It, refusal.Text.En)
	p.Title, p.Rule, p.Path = "The rules of the case refuse this", refusal.Rule, refusal.Path
	return p
}

// fail answers with the problem document of an error. Only unforeseen errors
// are logged in words; the caller gets their id.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	if p == problemUnforeseen {
		s.Log.Error("unforeseen", "request_id", exchangeOf(r).id, "error", err.Error())
	}
	s.writeProblem(w, r, p)
}

func (s *server) writeProblem(w http.ResponseWriter, r *http.Request, p *problem) {
	document := *p
	document.Instance = "urn:uuid:" + exchangeOf(r).id
	body, err := json.Marshal(document)
	if err != nil {
		panic(err) // the fields are texts and numbers
	}
	switch p.Status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer")
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "1")
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // who hung up needs no answer
}
