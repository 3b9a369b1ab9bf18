// SPDX-License-Identifier: AGPL-3.0-or-later
// What every walk through the pages needs: a tab that notes what a page may not
// do, a judgement of the page as it is, and the keyboard.
import { AxeBuilder } from '@axe-core/playwright'

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'EN-301-549', 'best-practice']
export const problems = []
export const seen = { pages: 0 }

// watch makes a tab that notes what a page may not do.
export async function watch (browser, base, language, width) {
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
export async function judge ({ tab, say }) {
  seen.pages++
  const { violations } = await new AxeBuilder({ page: tab }).withTags(rules).analyze()
  for (const v of violations) say(`${v.id}: ${v.help} (${v.nodes[0].target.join(' ')})`)
  const found = await tab.evaluate(() => ({
    over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    unlabelled: [...document.querySelectorAll('input:not([type=hidden]),select,textarea')].filter((e) => !e.labels?.length).map((e) => e.name)
  }))
  if (found.over > 0) say(`scrolls sideways by ${found.over} pixels`)
  for (const name of found.unlabelled) say(`no visible label: ${name}`)
}

export async function expect ({ tab, say }, selector) {
  if (await tab.locator(selector).count() === 0) say(`does not show ${selector}`)
}

// reach presses Tab until the wanted thing has the focus, which must be seen.
export async function reach ({ tab, say }, selector) {
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
