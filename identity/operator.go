// SPDX-License-Identifier: AGPL-3.0-or-later

package identity

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/google/uuid"

	"ricongiungi/casefile"
	"ricongiungi/views"
)

// Grant is what membership of a group at the provider means here.
type Grant struct {
	Group  string
	Role   casefile.Role
	Office string
}

// Grants are in order of precedence: whoever is in several groups works under
// the first.
type Grants []Grant

// ReadGrants reads rows of group, role and office. Errors name the line.
func ReadGrants(file io.Reader) (Grants, error) {
	reader := csv.NewReader(file)
	reader.Comment, reader.FieldsPerRecord = '#', 3
	records, err := reader.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("grants: %w", err)
	}
	var grants Grants
	for _, record := range records[min(1, len(records)):] {
		grant := Grant{Group: record[0], Role: casefile.Role(record[1]), Office: record[2]}
		if !slices.Contains(casefile.OperatorRoles(), grant.Role) || grant.Group == "" || grant.Office == "" {
			return nil, fmt.Errorf("grants: %v: want a group, one of the roles %v, and an office", record, casefile.OperatorRoles())
		}
		grants = append(grants, grant)
	}
	return grants, nil
}

// ErrNoRole says that the provider knows the person but no group of theirs
// means anything here.
var ErrNoRole = errors.New("identity: no group of the person has a role here")

func (g Grants) of(groups []string) (Grant, error) {
	for _, grant := range g {
		if slices.Contains(groups, grant.Group) {
			return grant, nil
		}
	}
	return Grant{}, ErrNoRole
}

// idClaims are what is read of an ID token.
type idClaims struct {
	Subject string `json:"sub"`
	Name    string `json:"name"`
	Level   string `json:"acr"`
	Nonce   string `json:"nonce"`
}

// operator makes the acting person out of the token's claims.
func (c Config) operator(said idClaims, all map[string]json.RawMessage) (views.Operator, error) {
	grant, err := c.Grants.of(list(all[c.GroupClaim]))
	if err != nil {
		return views.Operator{}, err
	}
	actor := casefile.Actor{ID: c.actorID(said.Subject), Role: grant.Role, Office: grant.Office}
	return views.Operator{Actor: actor, Name: said.Name, Level: said.Level}, nil
}

// actorID takes a subject that is a UUID as it is and derives one from any other.
func (c Config) actorID(subject string) string {
	if id, err := uuid.Parse(subject); err == nil {
		return id.String()
	}
	return casefile.DeriveID(c.Issuer, subject)
}

// list reads a claim that is one text or several.
func list(claim json.RawMessage) []string {
	var several []string
	if json.Unmarshal(claim, &several) == nil {
		return several
	}
	var single string
	if json.Unmarshal(claim, &single) == nil {
		return []string{single}
	}
	return nil
}
