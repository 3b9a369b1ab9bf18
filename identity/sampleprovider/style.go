// SPDX-License-Identifier: AGPL-3.0-or-later

package sampleprovider

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
)

const style template.CSS = `
body { font-family: sans-serif; background: #f5f6f7; color: #17324d; margin: 0 }
main { max-width: 32rem; margin: 3rem auto; padding: 0 1rem }
ul { list-style: none; padding: 0 }
button { display: block; width: 100%; margin: .5rem 0; padding: 1rem; border: 1px solid #5c6f82; background: #fff; color: inherit; font: inherit; text-align: left; cursor: pointer }
button:focus, button:hover { outline: 3px solid #06c; outline-offset: 2px }
button span { display: block; font-size: .875rem }
`

// styleDigest lets the page's own style through its content security policy.
var styleDigest = func() string {
	sum := sha256.Sum256([]byte(style))
	return base64.StdEncoding.EncodeToString(sum[:])
}()
