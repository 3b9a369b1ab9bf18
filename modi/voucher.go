// SPDX-License-Identifier: AGPL-3.0-or-later

package modi

import (
	"context"
	"slices"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// voucherClaims are what the platform states in a voucher.
type voucherClaims struct {
	jwt.Claims
	ClientID     string        `json:"client_id"`
	PurposeID    string        `json:"purposeId"`
	Digest       *digestClaim  `json:"digest"` // of the evidence it is bound to
	Confirmation *confirmation `json:"cnf"`    // of the key it is bound to
	ProducerID   string        `json:"producerId"`
	EserviceID   string        `json:"eserviceId"`
	DescriptorID string        `json:"descriptorId"`
}

type digestClaim struct {
	Algorithm string `json:"alg"`
	Value     string `json:"value"` // hex
}

type confirmation struct {
	Thumbprint string `json:"jkt"`
}

// openVoucher verifies a voucher of the platform.
func (g *Gate) openVoucher(ctx context.Context, token string) (voucherClaims, error) {
	var said voucherClaims
	if err := open(token, "at+jwt", byID(ctx, g.platform), &said); err != nil {
		return said, err
	}
	if err := g.check(said.Claims, g.config.Platform.Issuer); err != nil {
		return said, err
	}
	p := g.config.Platform
	switch {
	case said.Subject == "" || said.ClientID != said.Subject:
		return said, refuse("sub is not client_id")
	case said.NotBefore == nil:
		return said, refuse("nbf missing")
	case differs(p.ProducerID, said.ProducerID) || differs(p.EserviceID, said.EserviceID):
		return said, refuse("for another service")
	case len(p.DescriptorIDs) > 0 && said.DescriptorID != "" && !slices.Contains(p.DescriptorIDs, said.DescriptorID):
		return said, refuse("for another version of the service")
	case said.Confirmation != nil && said.Confirmation.Thumbprint == "":
		return said, refuse("bound to a key in a way not known here")
	}
	return said, nil
}

// differs compares ids of which the platform writes some only lately.
func differs(expected, said string) bool { return expected != "" && said != "" && expected != said }

// byID finds the key of a token by the id in its header.
func byID(ctx context.Context, keys *keySet) finder {
	return func(header jose.Header) (jose.JSONWebKey, error) { return keys.key(ctx, header.KeyID) }
}
