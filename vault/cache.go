// SPDX-License-Identifier: AGPL-3.0-or-later

package vault

import (
	"container/list"
	"sync"
	"time"

	"github.com/tink-crypto/tink-go/v2/tink"
)

const (
	// cachedKeys is how many persons' keys stay ready for use; one takes about
	// a kilobyte.
	cachedKeys = 4096
	// cacheLife bounds how long a key destroyed by another process, of which
	// this one hears nothing, survives in a cache that is in use. Filling the
	// cache again costs some microseconds per key, so all of it goes at once.
	cacheLife = 15 * time.Minute
)

// cache keeps the keys used last. It is safe for concurrent use.
type cache struct {
	mu     sync.Mutex
	limit  int
	born   time.Time
	round  uint64     // grows when keys are dropped on purpose
	byUse  *list.List // of *cached, the one used last in front
	byName map[name]*list.Element
}

type cached struct {
	name   name
	cipher tink.AEAD
}

// name is all that a row says of its key but the wrapping, so that an altered
// row misses the cache and is caught when it is unwrapped.
type name struct{ person, keyID, commitment string }

func nameOf(key StoredKey) name {
	return name{key.PersonID, key.KeyID, string(key.Commitment)}
}

func newCache(limit int) *cache {
	return &cache{limit: limit, born: time.Now(), byUse: list.New(), byName: map[name]*list.Element{}}
}

// get returns the key if it is here, and the round to give to put if it is not.
func (c *cache) get(key StoredKey) (tink.AEAD, uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.born) > cacheLife {
		c.born = time.Now()
		c.byUse.Init()
		clear(c.byName)
	}
	element, ok := c.byName[nameOf(key)]
	if !ok {
		return nil, c.round
	}
	c.byUse.MoveToFront(element)
	return element.Value.(*cached).cipher, c.round
}

// put adds a key that was unwrapped in the given round. If keys were dropped
// meanwhile it may be one of them, and stays out.
func (c *cache) put(key StoredKey, cipher tink.AEAD, round uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	name := nameOf(key)
	if c.round != round || c.byName[name] != nil {
		return
	}
	c.byName[name] = c.byUse.PushFront(&cached{name, cipher})
	if c.byUse.Len() > c.limit {
		c.drop(c.byUse.Back())
	}
}

// remove drops one key, if it is here.
func (c *cache) remove(key StoredKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if element, ok := c.byName[nameOf(key)]; ok {
		c.drop(element)
	}
}

// forget drops all keys of the person, and those being unwrapped just now.
func (c *cache) forget(person string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.round++
	for name, element := range c.byName {
		if name.person == person {
			c.drop(element)
		}
	}
}

func (c *cache) drop(element *list.Element) {
	delete(c.byName, element.Value.(*cached).name)
	c.byUse.Remove(element)
}
