// SPDX-License-Identifier: AGPL-3.0-or-later
// Usage: node walk.mjs < {"base": "http://…", "case": "/cases/…", "paths": ["/…"], "forms": ["/…"]}
// or, to look at pages only, narrow in Italian and wide in English: {"base": …, "paths": […], "pages_only": true}
// Looks at every page in both languages, narrow and wide, at the many forms of
// one make narrow in Italian and wide in English, and records something with the
// keyboard alone. Prints what is wrong, one line each; 1 if anything is.
import { readFileSync } from 'node:fs'
import { launch } from './chromium.mjs'
import { Looker, expect } from './look.mjs'

const { base, case: casePath, paths, forms = [], pages_only: pagesOnly } = JSON.parse(readFileSync(0, 'utf8'))
const look = new Looker(base)
const judge = (visit) => look.judge(visit)

async function states (visit, paths) {
  const { tab } = visit
  for (const path of paths) {
    await tab.goto(base + path)
    await judge(visit)
  }
  if (pagesOnly) return
  await tab.goto(`${base}${casePath}/record/record_entry`)
  await tab.fill('[name=on]', '')
  await tab.click('main form .btn-primary')
  await expect(visit, '[aria-invalid=true]')
  await judge(visit)
  await tab.goto(`${base}${casePath}/record/record_entry`)
  await tab.locator('[name=member_id]').first().check()
  await tab.fill('[name=on]', '2026-01-15')
  await tab.click('main form .btn-primary')
  await expect(visit, '[role=alert] .ric-why')
  await judge(visit)
}

// reach presses Tab until the wanted thing has the focus, which must be seen.
async function reach ({ tab, say }, selector) {
  for (let presses = 0; presses < 150; presses++) {
    await tab.keyboard.press('Tab')
    const here = await tab.evaluate((wanted) => {
      const at = document.activeElement
      const style = getComputedStyle(at)
      return { found: at.matches(wanted), marked: style.outlineStyle !== 'none' || style.boxShadow !== 'none', what: at.outerHTML.slice(0, 80) }
    }, selector)
    if (!here.marked && here.what.startsWith('<body') === false) say(`the focus is not seen on ${here.what}`)
    if (here.found) return
  }
  say(`the keyboard does not reach ${selector}`)
}

// byKeyboard records a note from the page of today on without a mouse.
async function byKeyboard (visit) {
  const { tab } = visit
  await tab.goto(base + '/?all=1')
  for (const next of [`a[href="${casePath}"]`, `a[href="${casePath}/record"]`, `a[href="${casePath}/record/add_note"]`]) {
    await reach(visit, next)
    await Promise.all([tab.waitForNavigation(), tab.keyboard.press('Enter')])
  }
  await reach(visit, '[name=note]')
  await tab.keyboard.type('A note typed without a mouse')
  await reach(visit, 'main form .btn-primary')
  await Promise.all([tab.waitForNavigation(), tab.keyboard.press('Enter')])
  await expect(visit, '[role=status]')
  await judge(visit)
}

const browser = await launch()
try {
  for (const language of ['it', 'en']) {
    for (const width of [320, 1280]) {
      if (pagesOnly && (language === 'it') !== (width === 320)) continue
      const visit = await look.watch(browser, language, width)
      await states(visit, (language === 'it') === (width === 320) ? [...paths, ...forms] : paths)
      if (language === 'it' && !pagesOnly) await byKeyboard(visit)
      await visit.close()
    }
  }
} finally { await browser.close() }
look.end()
