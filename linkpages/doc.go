// SPDX-License-Identifier: AGPL-3.0-or-later

// Package linkpages is the pages behind a personal link, without an account: the
// family's own, and the one on which a body answers a referral. They work
// without scripts and fit an old phone.
//
// The secret never stands in a path or a query, where proxies, histories and
// previews of messages would keep it. A link carries it behind the #, which
// browsers do not send: a few lines of script post it. Without a script the
// reader types the code that is printed beside the link. Either way it is then
// held by a cookie that no script reads.
package linkpages
