// SPDX-License-Identifier: AGPL-3.0-or-later

package sampleprovider

import (
	"crypto/rand"
	"crypto/rsa"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// Client is the one program that the provider knows.
type Client struct {
	ID, Secret  string
	RedirectURI string // where it is sent back to after a sign-in
	AfterURI    string // where it is sent after a sign-out
}

// New makes a provider for the client. Its signing key lives as long as the
// process: tokens of an earlier one are worth nothing.
func New(issuer string, client Client) (http.Handler, error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("sample provider: %w", err)
	}
	storage := newStorage(client, key{id: uuid.NewString(), private: private})
	config := &op.Config{CodeMethodS256: true, DefaultLogoutRedirectURI: client.AfterURI}
	_, _ = rand.Read(config.CryptoKey[:])
	provider, err := op.NewProvider(config, storage, op.StaticIssuer(issuer), op.WithAllowInsecure())
	if err != nil {
		return nil, fmt.Errorf("sample provider: %w", err)
	}
	callback := op.AuthCallbackURL(provider)
	interceptor := op.NewIssuerInterceptor(provider.IssuerFromRequest)
	router := chi.NewRouter()
	router.Get(choosePath, showPeople)
	router.Post(choosePath, interceptor.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.FormValue("request")
		if !storage.authenticate(id, r.FormValue("person")) {
			http.Error(w, "This sign-in is over: go back to the console and begin again.", http.StatusBadRequest)
			return
		}
		http.Redirect(w, r, callback(r.Context(), id), http.StatusSeeOther)
	}))
	router.Mount("/", provider)
	return router, nil
}

const choosePath = "/choose"

//go:embed choose.html
var choosePage string

var chooseTemplate = template.Must(template.New("choose").Parse(choosePage))

func showPeople(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+styleDigest+"'; frame-ancestors 'none'; base-uri 'none'")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_ = chooseTemplate.Execute(w, struct {
		Request string
		Style   template.CSS
		People  []Person
	}{r.FormValue("request"), style, People()})
}
