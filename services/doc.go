// SPDX-License-Identifier: AGPL-3.0-or-later

// Package services is the directory of the services that the hub refers
// families to: where they are, in which languages, with how many free places.
package services
