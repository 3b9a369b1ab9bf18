// SPDX-License-Identifier: AGPL-3.0-or-later

package modi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"strings"

	"github.com/go-jose/go-jose/v4/jwt"

	"ricongiungi/views"
)

const evidenceHeader = "Agid-JWT-TrackingEvidence"

// evidenceClaims are what a client says of the user behind it (AUDIT_REST_01/02).
type evidenceClaims struct {
	jwt.Claims
	PurposeID    string `json:"purposeId"`
	UserID       string `json:"userID"`
	UserLocation string `json:"userLocation"`
	Level        string `json:"LoA"`
}

var plainText = regexp.MustCompile(`^[^\x00-\x1f\x7f]{1,200}$`)

// checkEvidence verifies who the user is whom the client answers for. A digest
// in the voucher binds the two.
func (g *Gate) checkEvidence(ctx context.Context, r *http.Request, c *client, digest *digestClaim, call *views.MachineCall) error {
	if digest == nil && !c.has(Audit1) && !c.has(Audit2) {
		return nil
	}
	token, err := single(r, evidenceHeader)
	if err != nil {
		return err
	}
	var said evidenceClaims
	if err := open(token, "JWT", byID(ctx, c.keys), &said); err != nil {
		return err
	}
	if err := g.check(said.Claims, c.ClientID); err != nil {
		return err
	}
	switch {
	case differs(call.PurposeID, said.PurposeID):
		return refuse("evidence for another purpose")
	case !plainText.MatchString(said.UserID) || !plainText.MatchString(said.UserLocation) || !plainText.MatchString(said.Level):
		return refuse("evidence without userID, userLocation or LoA")
	case (c.has(Audit2) || digest != nil) && !digest.of(token):
		return refuse("evidence and voucher are not of one piece")
	}
	call.UserID, call.UserLocation, call.Level = said.UserID, said.UserLocation, said.Level
	call.Once = append(call.Once, once("evidence", said.Claims))
	return nil
}

func (d *digestClaim) of(token string) bool {
	sum := sha256.Sum256([]byte(token))
	return d != nil && d.Algorithm == "SHA256" && same(strings.ToLower(d.Value), hex.EncodeToString(sum[:]))
}
