// SPDX-License-Identifier: AGPL-3.0-or-later

package modi

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"ricongiungi/casefile"
	"ricongiungi/views"
)

// Journal keeps what machines did, and which ids were used up.
type Journal interface {
	// NoteMachineCall keeps the call and its ids in one commit. Errors:
	// views.ErrReplayed, views.ErrUnavailable.
	NoteMachineCall(ctx context.Context, call views.MachineCall) error
}

// Gate lets in the machines of its configuration.
type Gate struct {
	config   Config
	journal  Journal
	answers  *AnswerKey
	clock    func() time.Time
	platform *keySet
	clients  map[string]*client
}

// client is a machine with the keys of what it signs itself.
type client struct {
	Client
	actor casefile.Actor
	keys  *keySet
}

// New makes a gate. The key signs the answers to clients of INTEGRITY_REST_02;
// the clock may be nil. Errors name what the configuration lacks.
func New(c Config, journal Journal, answers *AnswerKey, clock func() time.Time) (*Gate, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if clock == nil {
		clock = time.Now
	}
	g := &Gate{config: c, journal: journal, answers: answers, clock: clock, clients: map[string]*client{},
		platform: &keySet{location: c.Platform.Keys, clock: clock}}
	for _, each := range c.Clients {
		g.clients[each.ClientID] = &client{
			Client: each, keys: &keySet{location: each.Keys, clock: clock},
			actor: casefile.Actor{ID: casefile.DeriveID("machine", each.ClientID), Role: each.Role, Office: each.Office},
		}
	}
	return g, nil
}

// Caller is a machine that was let in, and whom it acts for.
type Caller struct {
	Actor     casefile.Actor
	Signature string // over the body, where the client signs it: its side of a receipt

	client *client
	digest string // of the body, as signed; empty where it is not
}

// CheckBody holds the body to its signature. Errors: ErrRefused.
func (c *Caller) CheckBody(body []byte) error {
	if c.digest != "" && !same(c.digest, digestOf(body)) {
		return refuse("the body is not the one signed")
	}
	return nil
}

// Admit tells who sent the request and keeps that it came. The operation is the
// method and pattern of the route, such as "POST /v1/handoffs". Errors:
// ErrRefused, ErrForbidden, views.ErrUnavailable.
func (g *Gate) Admit(r *http.Request, requestID, operation string) (*Caller, error) {
	call := views.MachineCall{RequestID: requestID, Operation: operation, At: g.clock().UTC()}
	c, operations, err := g.identify(r, &call)
	if err != nil {
		return nil, err
	}
	caller := &Caller{Actor: c.actor, client: c}
	if caller.Signature, caller.digest, err = g.checkSignature(r.Context(), r, c, &call); err != nil {
		return nil, err
	}
	call.Allowed = slices.Contains(operations, operation)
	err = g.journal.NoteMachineCall(r.Context(), call)
	switch {
	case errors.Is(err, views.ErrReplayed):
		return nil, refuse("used before")
	case err != nil:
		return nil, err
	case !call.Allowed:
		return nil, forbid("the purpose does not cover the operation")
	}
	return caller, nil
}

// identify finds the client by a voucher or by its own token, and what it may do.
func (g *Gate) identify(r *http.Request, call *views.MachineCall) (*client, []string, error) {
	authorization, err := single(r, "Authorization")
	if err != nil {
		return nil, nil, err
	}
	scheme, token, _ := strings.Cut(authorization, " ")
	if issuerOf(token) == g.config.Platform.Issuer {
		return g.byVoucher(r, scheme, token, call)
	}
	return g.byOwnToken(r, scheme, token, call)
}

// issuerOf reads who claims to have issued the token. It only says which keys to
// verify with.
func issuerOf(token string) string {
	var said jwt.Claims
	parsed, err := jwt.ParseSigned(token[:min(len(token), maxToken)], algorithms)
	if err != nil || parsed.UnsafeClaimsWithoutVerification(&said) != nil {
		return ""
	}
	return said.Issuer
}

func (g *Gate) byVoucher(r *http.Request, scheme, token string, call *views.MachineCall) (*client, []string, error) {
	said, err := g.openVoucher(r.Context(), token)
	if err != nil {
		return nil, nil, err
	}
	if err := g.checkScheme(r, scheme, token, said.Confirmation, call); err != nil {
		return nil, nil, err
	}
	c, known := g.clients[said.ClientID]
	if !known || !c.has(Voucher) {
		return nil, nil, forbid("a client not known here")
	}
	call.ClientID, call.PurposeID, call.TokenID = said.ClientID, said.PurposeID, said.ID
	if err := g.checkEvidence(r.Context(), r, c, said.Digest, call); err != nil {
		return nil, nil, err
	}
	for _, purpose := range c.Purposes {
		if purpose.PurposeID == said.PurposeID {
			return c, purpose.Operations, nil
		}
	}
	return c, nil, nil
}

// checkScheme wants a proof with a voucher that is bound to a key, and only there.
func (g *Gate) checkScheme(r *http.Request, scheme, token string, bound *confirmation, call *views.MachineCall) error {
	if bound == nil {
		if !strings.EqualFold(scheme, "Bearer") {
			return refuse("this voucher is a bearer's")
		}
		return nil
	}
	if !strings.EqualFold(scheme, "DPoP") {
		return refuse("this voucher is bound to a key")
	}
	used, err := g.checkPossession(r, token, bound.Thumbprint)
	call.Once = append(call.Once, used)
	return err
}

// byOwnToken identifies a client outside the platform by what it signed itself
// (ID_AUTH_REST_01/02). Its key is one of those agreed, named by kid or by the
// digest of its certificate.
func (g *Gate) byOwnToken(r *http.Request, scheme, token string, call *views.MachineCall) (*client, []string, error) {
	c, known := g.clients[issuerOf(token)]
	if !known || c.has(Voucher) || !strings.EqualFold(scheme, "Bearer") {
		return nil, nil, refuse("an issuer not known here")
	}
	var said jwt.Claims
	if err := open(token, "JWT", c.ownKey(r.Context()), &said); err != nil {
		return nil, nil, err
	}
	if err := g.check(said, c.ClientID); err != nil {
		return nil, nil, err
	}
	if said.Subject != "" && said.Subject != c.ClientID {
		return nil, nil, refuse("sub is not the client")
	}
	call.ClientID, call.TokenID = c.ClientID, said.ID
	if c.has(IDAuth2) {
		call.Once = append(call.Once, once("token", said))
	}
	return c, c.Operations, g.checkEvidence(r.Context(), r, c, nil, call)
}

func (c *client) ownKey(ctx context.Context) finder {
	return func(header jose.Header) (jose.JSONWebKey, error) {
		kid := header.KeyID
		if print, _ := header.ExtraHeaders["x5t#S256"].(string); kid == "" {
			kid = print
		}
		return c.keys.key(ctx, kid)
	}
}
