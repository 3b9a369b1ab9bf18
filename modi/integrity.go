// SPDX-License-Identifier: AGPL-3.0-or-later

package modi

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4/jwt"

	"ricongiungi/views"
)

const (
	signatureHeader = "Agid-JWT-Signature"
	digestPrefix    = "SHA-256="
)

// signatureClaims are what a client signs of a request (INTEGRITY_REST_01/02).
type signatureClaims struct {
	jwt.Claims
	Headers []map[string]string `json:"signed_headers"`
}

// checkSignature verifies the signature over the headers, the digest of the body
// among them, and gives the signature and that digest. What has no body is not
// signed.
func (g *Gate) checkSignature(ctx context.Context, r *http.Request, c *client, call *views.MachineCall) (signature, digest string, err error) {
	if !c.has(Integrity1) && !c.has(Integrity2) || r.Method == http.MethodGet || r.Method == http.MethodHead {
		return "", "", nil
	}
	if signature, err = single(r, signatureHeader); err != nil {
		return "", "", err
	}
	var said signatureClaims
	if err := open(signature, "JWT", byID(ctx, c.keys), &said); err != nil {
		return "", "", err
	}
	if err := g.check(said.Claims, c.ClientID); err != nil {
		return "", "", err
	}
	if err := covers(r, said.Headers); err != nil {
		return "", "", err
	}
	digest, given := strings.CutPrefix(r.Header.Get("Digest"), digestPrefix)
	if raw, err := base64.StdEncoding.DecodeString(digest); !given || err != nil || len(raw) != sha256.Size {
		return "", "", refuse("Digest is no SHA-256")
	}
	call.Once = append(call.Once, once("signature", said.Claims))
	return signature, digest, nil
}

// covers holds the signed headers to those of the request: each as it came, and
// none of those that say what the body is left out.
func covers(r *http.Request, signed []map[string]string) error {
	var names []string
	for _, entry := range signed {
		for name, value := range entry {
			name = strings.ToLower(name)
			came, err := single(r, name)
			if err != nil || came != value || len(entry) != 1 || slices.Contains(names, name) {
				return refuse("a signed header is not as it was signed")
			}
			names = append(names, name)
		}
	}
	for _, name := range []string{"digest", "content-type", "content-encoding"} {
		must := name != "content-encoding" || r.Header.Get(name) != ""
		if must && !slices.Contains(names, name) {
			return refuse("the signature leaves out " + name)
		}
	}
	return nil
}

func digestOf(body []byte) string {
	sum := sha256.Sum256(body)
	return base64.StdEncoding.EncodeToString(sum[:])
}
