// SPDX-License-Identifier: AGPL-3.0-or-later
// Usage: node office.mjs < {"base": "http://…", "job": "supervisor", "paths": ["/…"]}
// Looks at every page of those who look after many cases, wide in Italian and
// narrow in English, and does one job from the first page to the end. With
// SHOTS=folder it also keeps what it saw as pictures.
import { readFileSync } from 'node:fs'
import { launch } from './chromium.mjs'
import { Looker, expect } from './look.mjs'

const { base, job, paths } = JSON.parse(readFileSync(0, 'utf8'))
const look = new Looker(base)
const shots = process.env.SHOTS

async function shot ({ tab }, name) {
  if (shots) await tab.screenshot({ path: `${shots}/${job || 'pages'}-${name}.png`, fullPage: true })
}

// press reaches something with the keyboard alone and presses a key on it.
async function press ({ tab, say }, selector, key) {
  for (let presses = 0; presses < 150; presses++) {
    await tab.keyboard.press('Tab')
    if (await tab.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return tab.keyboard.press(key)
  }
  say(`the keyboard does not reach ${selector}`)
}

// follow presses Enter and waits for the page it leads to.
async function follow (visit, selector) {
  await Promise.all([visit.tab.waitForNavigation(), press(visit, selector, 'Enter')])
}

const jobs = {
  // A colleague has too much: her cases go to two others, without a mouse.
  async supervisor (visit) {
    const { tab } = visit
    await tab.goto(base + '/desk')
    await follow(visit, 'tbody a[href^="/desk/moves/new?from="]')
    await press(visit, '#reason', 'ArrowDown')
    for (const to of await tab.locator('input[name=to]').evaluateAll((all) => all.slice(1, 3).map((e) => e.id))) {
      await press(visit, `[id="${to}"]`, 'Space')
    }
    await follow(visit, 'form[method=get] button')
    await look.judge(visit)
    await shot(visit, 'job-effect')
    await follow(visit, 'form[method=post][action="/desk/moves"] button')
    await expect(visit, '#live progress')
    await look.judge(visit)
    await shot(visit, 'job-report')
  },

  // A file is dropped, looked at, and its sound rows are sent.
  async officer (visit) {
    const { tab } = visit
    await tab.goto(base + '/handoffs/send')
    const example = await (await tab.request.get(base + '/handoffs/template')).text()
    const rows = example.replaceAll('sui-mi', 'wemi-mi').trimEnd() + '\n,,,\n'
    await tab.setInputFiles('#file', { name: 'giugno.csv', mimeType: 'text/csv', buffer: Buffer.from(rows) })
    await tab.click('main form button')
    await expect(visit, 'form[action$="/send"]')
    await look.judge(visit)
    await shot(visit, 'job-looked-at')
    await Promise.all([tab.waitForNavigation(), tab.click('form[action$="/send"] button')])
    await expect(visit, 'a[href="/handoffs"].btn')
    await look.judge(visit)
    await shot(visit, 'job-sent')
  },

  // The log is verified and the answer understood.
  async auditor (visit) {
    const { tab } = visit
    await tab.goto(base + '/log/verify')
    await tab.click('main form button')
    await expect(visit, '.ric-verdict.intact')
    await look.judge(visit)
    await shot(visit, 'job-answer')
  },

  // From the first page to what does not work.
  async operator (visit) {
    await visit.tab.goto(base + '/')
    await expect(visit, '#parts')
  }
}

const browser = await launch()
try {
  for (const [language, width] of [['it', 1280], ['en', 320]]) {
    const visit = await look.watch(browser, language, width)
    for (const path of paths) {
      await visit.tab.goto(base + path)
      await look.judge(visit)
      await shot(visit, `${width}${path.replace(/[^a-z0-9]+/gi, '-').slice(0, 50)}`)
    }
    if (width === 1280 && job) await jobs[job](visit)
    await visit.close()
  }
} finally { await browser.close() }
look.end()
