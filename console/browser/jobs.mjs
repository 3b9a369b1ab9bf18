// SPDX-License-Identifier: AGPL-3.0-or-later
// One job of each kind of user, from the first page to the end.
import { expect, judge, reach } from './look.mjs'

// follow presses Enter on what the keyboard reaches, and waits for the page it leads to.
async function follow (visit, selector) {
  await reach(visit, selector)
  await Promise.all([visit.tab.waitForNavigation(), visit.tab.keyboard.press('Enter')])
}

// A colleague is away: her cases go to two others, without a mouse.
async function supervisor (visit, shot) {
  const { tab, base } = visit
  await tab.goto(base + '/desk')
  await follow(visit, 'tbody a[href^="/desk/moves/new?from="]')
  await reach(visit, '#reason')
  await tab.keyboard.press('ArrowDown')
  for (const to of await tab.locator('input[name=to]').evaluateAll((all) => all.slice(1, 3).map((e) => '#' + e.id))) {
    await reach(visit, to)
    await tab.keyboard.press('Space')
  }
  await follow(visit, 'form[method=get] button')
  await judge(visit)
  await shot('effect')
  await follow(visit, 'form[method=post][action="/desk/moves"] button')
  await expect(visit, '#live progress')
  await judge(visit)
  await shot('report')
}

// Whoever only looks has no job.
async function nothing () {}

export const jobs = { supervisor, nothing }
