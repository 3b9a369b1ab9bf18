// SPDX-License-Identifier: AGPL-3.0-or-later
// Usage: node walk.mjs < {"base": "http://…", "case": "/cases/…", "paths": ["/…"], "forms": ["/…"]}
// or, to look at pages only: {"base": …, "paths": […], "pages_only": true}
// Looks at every page in both languages, narrow and wide, at the many forms of
// one make narrow in Italian and wide in English, and records something with the
// keyboard alone. Prints what is wrong, one line each; 1 if anything is.
import { readFileSync } from 'node:fs'
import { launch } from './chromium.mjs'
import { expect, judge, problems, reach, seen, watch } from './look.mjs'

const { base, case: casePath, paths, forms = [], pages_only: pagesOnly } = JSON.parse(readFileSync(0, 'utf8'))

async function states (visit, paths) {
  const { tab } = visit
  for (const path of paths) {
    await tab.goto(base + path)
    await judge(visit)
  }
  if (pagesOnly) return
  await tab.goto(`${base}${casePath}/record/record_entry`)
  await tab.fill('[name=on]', '')
  await tab.click('main form button')
  await expect(visit, '[aria-invalid=true]')
  await judge(visit)
  await tab.goto(`${base}${casePath}/record/record_entry`)
  await tab.selectOption('[name=member_id]', { index: 1 })
  await tab.fill('[name=on]', '2026-01-15')
  await tab.click('main form button')
  await expect(visit, '[role=alert] .ric-why')
  await judge(visit)
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
  await reach(visit, 'main form button')
  await Promise.all([tab.waitForNavigation(), tab.keyboard.press('Enter')])
  await expect(visit, '[role=status]')
  await judge(visit)
}

const browser = await launch()
try {
  for (const language of ['it', 'en']) {
    for (const width of [320, 1280]) {
      const visit = await watch(browser, base, language, width)
      await states(visit, (language === 'it') === (width === 320) ? [...paths, ...forms] : paths)
      if (language === 'it' && !pagesOnly) await byKeyboard(visit)
      await visit.close()
    }
  }
} finally { await browser.close() }
for (const problem of problems) console.log(problem)
console.log(`${seen.pages} pages looked at`)
process.exit(problems.length > 0 ? 1 : 0)
