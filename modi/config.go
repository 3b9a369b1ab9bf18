// SPDX-License-Identifier: AGPL-3.0-or-later

package modi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"

	"ricongiungi/casefile"
)

// Pattern is a security pattern of the national rules.
type Pattern string

// The patterns known here. A client has one of the first three and may have one
// of integrity and one of audit besides.
const (
	Voucher    Pattern = "PDND"              // a voucher of the national platform
	IDAuth1    Pattern = "ID_AUTH_REST_01"   // a token the client signs itself
	IDAuth2    Pattern = "ID_AUTH_REST_02"   // the same, good for one request
	Integrity1 Pattern = "INTEGRITY_REST_01" // the body is signed
	Integrity2 Pattern = "INTEGRITY_REST_02" // and so is the answer
	Audit1     Pattern = "AUDIT_REST_01"     // signed evidence of the user
	Audit2     Pattern = "AUDIT_REST_02"     // to which the voucher is bound
)

var (
	identities  = []Pattern{Voucher, IDAuth1, IDAuth2}
	integrities = []Pattern{Integrity1, Integrity2}
	audits      = []Pattern{Audit1, Audit2}
)

// Config says which machines are let in. Without clients nobody is.
type Config struct {
	Audience  string   `json:"audience"`   // whom tokens must be made out to
	PublicURL string   `json:"public_url"` // where machines reach this API, without a slash at the end
	Platform  Platform `json:"platform"`   // of vouchers; may be empty when no client uses them
	Clients   []Client `json:"clients"`
}

// Platform is the issuer of vouchers. Ids that are not empty must be those of a
// voucher that names them.
type Platform struct {
	Issuer        string   `json:"issuer"`
	Keys          string   `json:"keys"` // https address or file of its JSON Web Key Set
	ProducerID    string   `json:"producer_id"`
	EserviceID    string   `json:"eservice_id"`
	DescriptorIDs []string `json:"descriptor_ids"`
}

// Client is a machine and what it may do.
type Client struct {
	ClientID   string        `json:"client_id"`
	Role       casefile.Role `json:"role"`
	Office     string        `json:"office"`
	Patterns   []Pattern     `json:"patterns"`
	Keys       string        `json:"keys"`       // of what the client signs itself: https address or file
	Purposes   []Purpose     `json:"purposes"`   // of vouchers
	Operations []string      `json:"operations"` // without vouchers
}

// Purpose is what the platform agreed a client wants the data for, and what that
// lets it do: operations such as "POST /v1/handoffs".
type Purpose struct {
	PurposeID  string   `json:"purpose_id"`
	Operations []string `json:"operations"`
}

// Load reads a configuration from a file. A field that is not known is an error:
// a misspelt one would otherwise protect nothing.
func Load(path string) (Config, error) {
	file, err := os.Open(path)
	if err != nil {
		return Config{}, fmt.Errorf("machines: %w", err)
	}
	defer file.Close()
	decoder := json.NewDecoder(file)
	decoder.DisallowUnknownFields()
	var c Config
	if err := decoder.Decode(&c); err != nil {
		return c, fmt.Errorf("machines in %s: %w", path, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return c, fmt.Errorf("machines in %s: something follows the end", path)
	}
	if err := c.Check(); err != nil {
		return c, fmt.Errorf("machines in %s: %w", path, err)
	}
	return c, nil
}

// Check says what the configuration lacks or contradicts.
func (c Config) Check() error {
	if c.Audience == "" || !trustworthy(c.PublicURL) || strings.HasSuffix(c.PublicURL, "/") {
		return errors.New("audience and an https public_url without a slash at its end are needed")
	}
	seen := map[string]bool{}
	for _, client := range c.Clients {
		if err := client.check(c.Platform); err != nil {
			return fmt.Errorf("client %s: %w", client.ClientID, err)
		}
		if seen[client.ClientID] {
			return fmt.Errorf("client %s is there twice", client.ClientID)
		}
		seen[client.ClientID] = true
	}
	return nil
}

func (c Client) check(platform Platform) error {
	vouchers := c.has(Voucher)
	switch {
	case !plainID.MatchString(c.ClientID):
		return errors.New("client_id must be letters, digits and -_.:/")
	case !slices.Contains(casefile.OperatorRoles(), c.Role) || c.Office == "":
		return errors.New("a role that operators have and an office are needed")
	case c.count(identities) != 1 || c.count(integrities) > 1 || c.count(audits) > 1 || c.count(nil) != len(c.Patterns):
		return fmt.Errorf("patterns must be one of %v, and at most one of %v and of %v", identities, integrities, audits)
	case vouchers && (platform.Issuer == "" || !readable(platform.Keys) || len(c.Purposes) == 0 || len(c.Operations) > 0):
		return errors.New("a client with vouchers needs purposes, no operations, and the platform's issuer and keys")
	case !vouchers && (len(c.Operations) == 0 || len(c.Purposes) > 0 || c.has(Audit2)):
		return errors.New("a client without vouchers needs operations, no purposes, and cannot have AUDIT_REST_02")
	case c.signs() && !readable(c.Keys):
		return errors.New("keys must be an https address or a file, for what the client signs")
	}
	return nil
}

func (c Client) has(p Pattern) bool { return slices.Contains(c.Patterns, p) }

// count says how many of the patterns are among those; nil stands for all known.
func (c Client) count(among []Pattern) int {
	if among == nil {
		among = slices.Concat(identities, integrities, audits)
	}
	n := 0
	for _, p := range among {
		if c.has(p) {
			n++
		}
	}
	return n
}

// signs tells whether the client signs anything itself.
func (c Client) signs() bool { return len(c.Patterns) > 1 || !c.has(Voucher) }

// trustworthy tells whether nobody between us and the address can change what it says.
func trustworthy(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// readable tells whether keys may be read from there.
func readable(location string) bool {
	return location != "" && (!strings.Contains(location, "://") || trustworthy(location))
}
