// SPDX-License-Identifier: AGPL-3.0-or-later
// Usage: node walk.mjs < {"base": "http://…", "case": "/cases/…", "paths": ["/…"], "forms": ["/…"]}
// or, to look at pages only: {"base": …, "paths": […], "pages_only": true}
// Looks at every page in both languages, narrow and wide, at the many forms of
// one make narrow in Italian and wide in English, and records something with the
// keyboard alone. Prints what is wrong, one line each; 1 if anything is.
import { AxeBuilder } from '@axe-core/playwright'
import { readFileSync } from 'node:fs'
import { launch } from './chromium.mjs'

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'EN-301-549', 'best-practice']
const { base, case: casePath, paths, forms = [], pages_only: pagesOnly } = JSON.parse(readFileSync(0, 'utf8'))
const problems = []
let looked = 0

// watch makes a tab that notes what a page may not do.
async function watch (browser, language, width) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, locale: language, reducedMotion: 'reduce' })
  const tab = await context.newPage()
  const say = (what) => problems.push(`${language} ${width}px ${new URL(tab.url(), base).pathname}: ${what}`)
  await context.route('**/*', (route) => {
    const to = new URL(route.request().url())
    if (to.protocol === 'data:' || to.origin === base) return route.continue()
    say(`asks another host: ${to.origin}`)
    return route.abort()
  })
  tab.on('response', (answer) => { if (answer.status() >= 400 && !answer.request().isNavigationRequest()) say(`${answer.status()} ${answer.url()}`) })
  tab.on('pageerror', (error) => say(`script: ${error}`))
  tab.on('console', (line) => { if (/content security policy/i.test(line.text())) say(line.text()) })
  return { tab, say, close: () => context.close() }
}

// judge looks at the page as it is now.
async function judge ({ tab, say }) {
  looked++
  const { violations } = await new AxeBuilder({ page: tab }).withTags(rules).analyze()
  for (const v of violations) say(`${v.id}: ${v.help} (${v.nodes[0].target.join(' ')})`)
  const seen = await tab.evaluate(() => ({
    over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    unlabelled: [...document.querySelectorAll('input:not([type=hidden]),select,textarea')].filter((e) => !e.labels?.length).map((e) => e.name)
  }))
  if (seen.over > 0) say(`scrolls sideways by ${seen.over} pixels`)
  for (const name of seen.unlabelled) say(`no visible label: ${name}`)
}

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

async function expect ({ tab, say }, selector) {
  if (await tab.locator(selector).count() === 0) say(`does not show ${selector}`)
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
  await reach(visit, 'main form button')
  await Promise.all([tab.waitForNavigation(), tab.keyboard.press('Enter')])
  await expect(visit, '[role=status]')
  await judge(visit)
}

const browser = await launch()
try {
  for (const language of ['it', 'en']) {
    for (const width of [320, 1280]) {
      const visit = await watch(browser, language, width)
      await states(visit, (language === 'it') === (width === 320) ? [...paths, ...forms] : paths)
      if (language === 'it' && !pagesOnly) await byKeyboard(visit)
      await visit.close()
    }
  }
} finally { await browser.close() }
for (const problem of problems) console.log(problem)
console.log(`${looked} pages looked at`)
process.exit(problems.length > 0 ? 1 : 0)
