// SPDX-License-Identifier: AGPL-3.0-or-later

// Package sampleprovider is a real OpenID provider for one machine whose users
// are invented: whoever reaches its page picks who to be. It stands in for the
// body's own provider in trials and tests and listens on this machine only.
package sampleprovider
