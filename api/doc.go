// SPDX-License-Identifier: AGPL-3.0-or-later

// Package api is the HTTP face of the case engine: it knows who asks, checks
// the shape of what is asked against the published schemas, and answers with
// views or problem documents. It holds no rule about cases.
package api
