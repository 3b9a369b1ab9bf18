// SPDX-License-Identifier: AGPL-3.0-or-later

// Package modi tells which machine of another public body sent a request, as the
// national rules of interoperability (ModI) and their platform (PDND) write it:
// vouchers and proofs of possession, signatures over the body, evidence of the
// user behind the machine. What is refused is refused without a reason.
package modi
