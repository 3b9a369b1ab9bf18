// SPDX-License-Identifier: AGPL-3.0-or-later
// Usage: node links.mjs < {"base": "http://…", "languages": ["it", …], "family": "code", "reply": "code", "shots": "folder or empty"}
// Walks the pages behind links as an old phone does: narrow and wide, with and
// without scripts, in every language given. Prints what is wrong, one line each;
// 1 if anything is.
import { AxeBuilder } from '@axe-core/playwright'
import { readFileSync } from 'node:fs'
import { launch } from './chromium.mjs'

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'EN-301-549', 'best-practice']
const { base, languages, family, reply, shots } = JSON.parse(readFileSync(0, 'utf8'))
const problems = []
let looked = 0

async function open (browser, width, scripts, say) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, javaScriptEnabled: scripts, reducedMotion: 'reduce' })
  const tab = await context.newPage()
  const asked = []
  tab.on('request', (r) => { if (!r.url().startsWith('data:')) asked.push(r.url()) })
  tab.on('console', (line) => { if (/content security policy/i.test(line.text())) say(line.text()) })
  tab.on('pageerror', (error) => say(`script: ${error}`))
  return { tab, asked, close: () => context.close() }
}

// judge looks at the page as it is. Axe is a script: where scripts are off only
// the layout is measured, by the browser itself.
async function judge ({ tab }, scripts, say) {
  looked++
  if (scripts) {
    const { violations } = await new AxeBuilder({ page: tab }).withTags(rules).analyze()
    for (const v of violations) say(`${v.id}: ${v.help} (${v.nodes[0].target.join(' ')})`)
    const over = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    if (over > 0) say(`scrolls sideways by ${over} pixels`)
  }
}

// enter follows the link, or types the code where scripts are off.
async function enter (visit, path, lang, code, scripts) {
  const { tab } = visit
  await tab.goto(`${base}${path}?lang=${lang}` + (scripts ? `#${code}` : ''))
  if (!scripts) {
    await tab.fill('input[name=code][required]', code.toLowerCase())
    await tab.click('main button')
  }
  await tab.waitForSelector('form.leave')
}

async function walk (browser, lang, width, scripts) {
  const say = (what) => problems.push(`${lang} ${width}px ${scripts ? 'with' : 'without'} scripts: ${what}`)
  const visit = await open(browser, width, scripts, say)
  const { tab, asked } = visit
  await tab.goto(`${base}/family?lang=${lang}`)
  await judge(visit, scripts, say)
  await tab.fill('input[name=code][required]', 'wrong')
  await tab.click('main button')
  await tab.waitForSelector('[role=alert]')
  await judge(visit, scripts, say)
  await enter(visit, '/family', lang, family, scripts)
  if (await tab.getAttribute('html', 'lang') !== lang) say(`the page is in ${await tab.getAttribute('html', 'lang')}`)
  if (await tab.getAttribute('html', 'dir') !== (lang === 'ar' ? 'rtl' : 'ltr')) say('it is written from the wrong side')
  await judge(visit, scripts, say)
  if (shots && scripts) await tab.screenshot({ path: `${shots}/family-${lang}-${width}.png`, fullPage: true })
  if (asked.some((url) => url.includes(family) || url.includes(reply))) say('a secret stands in an address')
  if (asked.some((url) => !url.startsWith(base))) say('another host was asked')
  await tab.click('form.leave button')
  await tab.waitForSelector('[role=status]')
  await judge(visit, scripts, say)
  await visit.close()
}

async function answer (browser, lang, width, scripts) {
  const say = (what) => problems.push(`reply ${lang} ${width}px ${scripts ? 'with' : 'without'} scripts: ${what}`)
  const visit = await open(browser, width, scripts, say)
  await enter(visit, '/reply', lang, reply, scripts)
  await judge(visit, scripts, say)
  if (shots && scripts) await visit.tab.screenshot({ path: `${shots}/reply-${lang}-${width}.png`, fullPage: true })
  await visit.tab.check('[value=ask]')
  await visit.tab.click('main form button')
  await visit.tab.waitForSelector('[role=alert]')
  await judge(visit, scripts, say)
  await visit.close()
}

const browser = await launch()
try {
  for (const lang of languages) {
    for (const width of [320, 1280]) await walk(browser, lang, width, true)
    await walk(browser, lang, 320, false)
  }
  for (const lang of ['it', 'en']) {
    for (const width of [320, 1280]) await answer(browser, lang, width, true)
    await answer(browser, lang, 320, false)
  }
} catch (error) { problems.push(String(error)) } finally { await browser.close() }
for (const problem of problems) console.log(problem)
console.log(`${looked} pages looked at`)
process.exit(problems.length > 0 ? 1 : 0)
