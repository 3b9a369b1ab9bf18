// SPDX-License-Identifier: AGPL-3.0-or-later

// Package identity lets operators sign in with their own body's OpenID
// provider (authorization code with PKCE) and keeps them signed in by a session
// that ends by idleness, by age, or at once when somebody takes it away.
package identity
