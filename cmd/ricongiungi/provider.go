// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"ricongiungi/identity"
	"ricongiungi/identity/sampleprovider"
	"ricongiungi/internal/keyfile"
)

func sampleProviderCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "sample-provider",
		Short: "Run an OpenID provider with invented people, for this machine only",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			secret, err := s.sampleSecret()
			if err != nil {
				return err
			}
			handler, err := sampleprovider.New("http://"+s.provider, sampleprovider.Client{
				ID: sampleClient, Secret: secret, RedirectURI: s.publicURL + identity.CallbackPath, AfterURI: s.publicURL + "/"})
			if err != nil {
				return err
			}
			return serveUntilDone(cmd.Context(), s.provider, handler, newLog())
		},
	}
}

const sampleClient = "ricongiungi-console"

// sampleSecret is what the console shows to the sample provider.
func (s *settings) sampleSecret() (string, error) {
	secret, err := keyfile.LoadOrCreate(s.keyFile("sample-client.secret"), func() ([]byte, error) { return randomKey(32), nil })
	if err != nil {
		return "", fmt.Errorf("secret of the sample provider: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(secret), nil
}

func randomKey(size int) []byte {
	key := make([]byte, size)
	_, _ = rand.Read(key) // never fails
	return key
}

// signInConfig trusts the body's own provider when one is set, else the sample
// one that `up` runs beside.
func (s *settings) signInConfig() (identity.Config, error) {
	cookieKey, err := keyfile.LoadOrCreate(s.keyFile("cookies.key"), func() ([]byte, error) { return randomKey(64), nil })
	if err != nil {
		return identity.Config{}, fmt.Errorf("key of the cookies: %w", err)
	}
	config := identity.Config{PublicURL: s.publicURL, CookieKey: cookieKey, Idle: s.sessionIdle, Longest: s.sessionLongest, Clock: time.Now}
	if s.issuerURL == "" {
		return s.withSampleProvider(config)
	}
	config.Issuer, config.ClientID, config.GroupClaim = s.issuerURL, s.clientID, s.groupClaim
	if config.ClientSecret, err = readSecret(s.clientSecretFile); err != nil {
		return config, err
	}
	grants, err := os.Open(s.grantsFile)
	if err != nil {
		return config, fmt.Errorf("roles of the provider's groups (RICONGIUNGI_GRANTS): %w", err)
	}
	defer grants.Close()
	config.Grants, err = identity.ReadGrants(grants)
	return config, err
}

func (s *settings) withSampleProvider(config identity.Config) (identity.Config, error) {
	var err error
	config.Issuer, config.ClientID, config.GroupClaim = "http://"+s.provider, sampleClient, "groups"
	config.ClientSecret, err = s.sampleSecret()
	for _, p := range sampleprovider.People() {
		config.Grants = append(config.Grants, identity.Grant{Group: p.Group, Role: p.Role, Office: p.Office})
	}
	return config, err
}

// readSecret reads a client secret; a public client has none.
func readSecret(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	secret, err := keyfile.Read(path)
	if err != nil {
		return "", fmt.Errorf("client secret (RICONGIUNGI_OIDC_SECRET_FILE): %w", err)
	}
	return string(secret), nil
}
