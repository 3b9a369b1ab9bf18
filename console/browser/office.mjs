// SPDX-License-Identifier: AGPL-3.0-or-later
// Usage: node office.mjs < [{"job": "supervisor", "base": "http://…", "paths": ["/…"]}, …]
// Looks at every page of those who look after many cases, narrow in Italian and
// wide in English, and does one job of each with the keyboard or the mouse.
// With SHOTS=folder it also keeps what it saw as pictures.
import { readFileSync } from 'node:fs'
import { launch } from './chromium.mjs'
import { jobs } from './jobs.mjs'
import { judge, problems, seen, watch } from './look.mjs'

async function shot ({ tab }, name) {
  if (process.env.SHOTS) await tab.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true })
}

const browser = await launch()
try {
  for (const { job, base, paths } of JSON.parse(readFileSync(0, 'utf8'))) {
    for (const [language, width] of [['it', 1280], ['en', 320]]) {
      const visit = await watch(browser, base, language, width)
      visit.base = base
      for (const path of paths) {
        await visit.tab.goto(base + path)
        await judge(visit)
        await shot(visit, `${job}-${width}${path.replace(/[^a-z0-9]+/gi, '-').slice(0, 60)}`)
      }
      if (width === 1280) await jobs[job](visit, (name) => shot(visit, `${job}-job-${name}`))
      await visit.close()
    }
  }
} finally { await browser.close() }
for (const problem of problems) console.log(problem)
console.log(`${seen.pages} pages looked at`)
process.exit(problems.length > 0 ? 1 : 0)
