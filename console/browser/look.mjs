// SPDX-License-Identifier: AGPL-3.0-or-later
// Looks at pages as a strict reader would: accessibility rules, other hosts,
// scripts that fail, what the content policy refuses, sideways scrolling.
import { AxeBuilder } from '@axe-core/playwright'

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'EN-301-549', 'best-practice']

// Looker says at once what is wrong with the pages under one address.
export class Looker {
  constructor (base) {
    this.base = base
    this.problems = []
    this.looked = 0
  }

  // watch makes a tab that notes what a page may not do.
  async watch (browser, language, width, more = {}) {
    const { base, problems } = this
    const context = await browser.newContext({ viewport: { width, height: 900 }, locale: language, reducedMotion: 'reduce', ...more })
    const tab = await context.newPage()
    tab.setDefaultTimeout(15000)
    const say = (what) => {
      problems.push(what)
      console.log(`${language} ${width}px ${new URL(tab.url(), base).pathname}: ${what}`)
    }
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
  async judge ({ tab, say }) {
    this.looked++
    const { violations } = await new AxeBuilder({ page: tab }).withTags(rules).analyze()
    for (const v of violations) say(`${v.id}: ${v.help} (${v.nodes[0].target.join(' ')})`)
    const seen = await tab.evaluate(() => ({
      over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      unlabelled: [...document.querySelectorAll('input:not([type=hidden]),select,textarea')].filter((e) => !e.labels?.length).map((e) => e.name)
    }))
    if (seen.over > 0) say(`scrolls sideways by ${seen.over} pixels`)
    for (const name of seen.unlabelled) say(`no visible label: ${name}`)
  }

  // end says how much was looked at; 1 if anything was wrong with it.
  end () {
    console.log(`${this.looked} pages looked at`)
    process.exit(this.problems.length > 0 ? 1 : 0)
  }
}

// expect waits a moment for something to be seen.
export async function expect ({ tab, say }, selector) {
  try {
    await tab.locator(selector).first().waitFor({ timeout: 8000 })
  } catch { say(`does not show ${selector}`) }
}
