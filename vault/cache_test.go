// SPDX-License-Identifier: AGPL-3.0-or-later

package vault

import (
	"strconv"
	"testing"
	"time"

	"github.com/tink-crypto/tink-go/v2/tink"
)

type noCipher struct{ tink.AEAD }

func person(i int) StoredKey {
	return StoredKey{PersonID: strconv.Itoa(i), KeyID: "key"}
}

func held(c *cache, i int) bool {
	cipher, _ := c.get(person(i))
	return cipher != nil
}

func TestTheCacheKeepsTheKeysUsedLast(t *testing.T) {
	t.Parallel()
	c := newCache(2)
	c.put(person(1), noCipher{}, 0)
	c.put(person(2), noCipher{}, 0)
	held(c, 1)
	c.put(person(3), noCipher{}, 0)
	if !held(c, 1) || held(c, 2) || !held(c, 3) {
		t.Error("not the key used longest ago went")
	}
}

func TestAKeyUnwrappedWhileItsPersonIsForgottenStaysOut(t *testing.T) {
	t.Parallel()
	c := newCache(2)
	_, round := c.get(person(1))
	c.forget("1")
	c.put(person(1), noCipher{}, round)
	if held(c, 1) {
		t.Error("the key came back after it was forgotten")
	}
}

func TestKeysLeaveTheCacheWhenItGrowsOld(t *testing.T) {
	t.Parallel()
	c := newCache(2)
	c.put(person(1), noCipher{}, 0)
	c.born = time.Now().Add(-cacheLife - time.Second)
	if held(c, 1) || c.byUse.Len() != 0 {
		t.Error("an old cache was used")
	}
}

func TestADestroyedKeyLeavesTheCacheWhenItIsAskedFor(t *testing.T) {
	t.Parallel()
	v := &Vault{cache: newCache(2)}
	v.cache.put(person(1), noCipher{}, 0)
	if _, err := v.cipher(person(1)); err == nil {
		t.Error("a destroyed key was served from the cache")
	}
	if held(v.cache, 1) {
		t.Error("a destroyed key is still in memory")
	}
}
