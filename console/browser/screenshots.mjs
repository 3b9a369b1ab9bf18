// SPDX-License-Identifier: AGPL-3.0-or-later
// Usage: node screenshots.mjs BASE FOLDER
// Takes the pictures of the README from a running system with its invented
// families: signs in as the people of the sample provider, opens the main pages,
// and hands out a link to see the family's page as a family does.
import { mkdirSync } from 'node:fs'
import { launch } from './chromium.mjs'

const [base, folder] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
const browser = await launch()

async function signIn (role, width = 1100, height = 760) {
  const context = await browser.newContext({ viewport: { width, height }, locale: 'it' })
  const tab = await context.newPage()
  await tab.goto(`${base}/sign-in`)
  await tab.click(`main button:has-text("${role}") >> nth=0`)
  await tab.waitForURL((url) => url.href.startsWith(base))
  return tab
}

async function shoot (tab, name) {
  await tab.screenshot({ path: `${folder}/${name}.png`, animations: 'disabled' })
  console.log(`${folder}/${name}.png`)
}

try {
  const counsellor = await signIn('counsellor')
  await counsellor.goto(`${base}/?all=1`)
  await shoot(counsellor, 'today')
  const first = await counsellor.getAttribute('main a[href^="/cases/"]', 'href')
  const path = first.match(/^\/cases\/[0-9a-f-]{36}/)[0]
  await counsellor.goto(base + path)
  await shoot(counsellor, 'case')
  await counsellor.goto(`${base}${path}/letters`)
  await counsellor.click('form[action$="/links"] button >> nth=0')
  const link = (await counsellor.textContent('[role=status] .text-break')).trim()
  const phone = await (await browser.newContext({ viewport: { width: 390, height: 760 } })).newPage()
  const own = new URL(link)
  for (const lang of ['ar', 'si']) {
    await phone.goto('about:blank')
    await phone.goto(`${base}${own.pathname}?lang=${lang}${own.hash}`)
    await phone.waitForSelector('form.leave')
    await shoot(phone, `family-${lang}`)
  }
  for (const [role, address, name] of [['education_officer', '/schools', 'schools'], ['supervisor', '/workload', 'supervisor']]) {
    const tab = await signIn(role)
    const answer = await tab.goto(base + address)
    if (answer.status() < 400) await shoot(tab, name)
  }
} finally { await browser.close() }
