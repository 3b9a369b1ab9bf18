// SPDX-License-Identifier: AGPL-3.0-or-later
// Usage: node jobs.mjs < {"base": "http://…", "case": "/cases/…"}
// Does a counsellor's daily jobs in a browser, counting clicks where they count.
// Prints what is wrong, one line each; 1 if anything is.
import { readFileSync } from 'node:fs'
import { launch } from './chromium.mjs'
import { Looker, expect } from './look.mjs'

const { base, case: casePath } = JSON.parse(readFileSync(0, 'utf8'))
const look = new Looker(base)

const jobs = {
  // A mother and her daughter entered last Thursday: three clicks from today's page.
  async entry (visit) {
    const { tab, say } = visit
    await tab.goto(base + '/')
    let clicks = 0
    const click = (target) => { clicks++; return target.click() }
    await click(tab.locator(`a[href^="${casePath}/record/record_entry"]`).first())
    await click(tab.locator('.ric-quick button').nth(5))
    await click(tab.locator('main form .btn-primary'))
    await expect(visit, '[role=status] >> text=Presentarsi allo Sportello Unico')
    if (clicks > 3) say(`an entry takes ${clicks} clicks`)
    await look.judge(visit)
  },

  async undoAtOnce (visit) {
    await visit.tab.click('[role=status] form button')
    await expect(visit, '[role=status] >> text=Annulla')
    await look.judge(visit)
  },

  async draft (visit) {
    const { tab, say } = visit
    await tab.goto(`${base}${casePath}/record/add_note`)
    await tab.locator('[name=note]').pressSequentially('Porta il certificato')
    await expect(visit, '[role=status] >> text=Bozza salvata')
    await tab.goto(base + '/')
    await tab.click(`a[href="${casePath}/record/add_note"]`)
    if (await tab.inputValue('[name=note]') !== 'Porta il certificato') say('the draft is lost')
    await look.judge(visit)
  },

  // The session ends while somebody types: nothing is lost.
  async sessionEnds (visit) {
    const { tab, say } = visit
    await tab.request.get(base + '/test/away')
    await tab.click('main form .btn-primary')
    await expect(visit, 'text=La sessione è finita')
    await look.judge(visit)
    await tab.request.get(base + '/test/back')
    await tab.click('main form .btn-primary')
    await expect(visit, '[role=status] >> text=Registrato')
    await tab.goto(`${base}${casePath}/timeline`)
    if (await tab.locator('text=Porta il certificato').count() === 0) say('the note is lost')
  },

  async correction (visit) {
    const { tab } = visit
    await tab.goto(`${base}${casePath}/timeline`)
    await tab.locator('a[href$="/correct"]').first().click()
    await look.judge(visit)
    await tab.fill('[name=note]', 'Porta il passaporto')
    await tab.selectOption('[name=correction_reason]', 'misread')
    await tab.click('main form .btn-primary')
    await tab.goto(`${base}${casePath}/timeline`)
    await expect(visit, 'del >> text=Porta il certificato')
    await expect(visit, 'ins >> text=Porta il passaporto')
    await look.judge(visit)
  },

  async undoWithReason (visit) {
    const { tab } = visit
    await tab.goto(`${base}${casePath}/timeline`)
    await tab.locator('a[href$="/undo"]').first().click()
    await tab.click('main form .btn-primary')
    await expect(visit, '[aria-invalid=true]')
    await look.judge(visit)
    await tab.selectOption('[name=reason]', 'mistake')
    await tab.click('main form .btn-primary')
    await expect(visit, '[role=status]')
  },

  async scan (visit) {
    const { tab } = visit
    await tab.goto(`${base}${casePath}/papers`)
    const row = tab.locator('li', { has: tab.locator('form[action$="/passport"]') }).first()
    await row.locator('summary').click()
    await row.locator('form button').click()
    await expect(visit, '[role=alert]')
    await look.judge(visit)
    const again = tab.locator('form[action$="/passport"]').first()
    await again.locator('input[type=file]').setInputFiles({ name: 'scan.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7\n%%EOF') })
    await again.locator('button').click()
    await expect(visit, '[role=status]')
    await tab.goto(`${base}${casePath}/papers`)
    await expect(visit, `a[href^="${casePath}/files/"]`)
    await look.judge(visit)
  },

  async keys (visit) {
    const { tab, say } = visit
    await tab.goto(base + casePath)
    await tab.keyboard.press('?')
    await expect(visit, 'dialog[open]')
    await look.judge(visit)
    await tab.keyboard.press('Escape')
    for (const [key, path] of [['c', casePath + '/timeline'], ['r', casePath + '/record'], ['p', '/cases'], ['o', '/']]) {
      if (key === 'p') await tab.goto(base + casePath)
      if (key !== 'o') await tab.goto(base + casePath)
      await Promise.all([tab.waitForURL('**' + path), tab.keyboard.press(key)]).catch(() => say(`${key} does not lead to ${path}`))
    }
  },

  // The list follows its filters without the page being loaded anew.
  async filters (visit) {
    const { tab, say } = visit
    await tab.goto(base + '/cases')
    await tab.evaluate(() => { window.stays = true })
    await Promise.all([tab.waitForURL('**phase=arrival**'), tab.selectOption('#phase', 'arrival')])
    if (!await tab.evaluate(() => window.stays)) say('the whole page was loaded for a filter')
    await look.judge(visit)
  }
}

// withoutScript keeps a draft and records it with nothing but HTML.
async function withoutScript (browser) {
  const visit = await look.watch(browser, 'it', 320, { javaScriptEnabled: false })
  const { tab, say } = visit
  await tab.goto(`${base}${casePath}/record/add_note`)
  await tab.fill('[name=note]', 'Senza script')
  await tab.click('[name=draft]')
  await expect(visit, '[role=status] >> text=Bozza conservata')
  await tab.goto(`${base}${casePath}/record/add_note`)
  if (await tab.inputValue('[name=note]') !== 'Senza script') say('the draft is lost without a script')
  await tab.click('main form .ric-actions .btn-primary')
  await expect(visit, '[role=status] >> text=Registrato')
  await visit.close()
}

const browser = await launch()
try {
  for (const width of [1280, 320]) {
    const visit = await look.watch(browser, 'it', width)
    for (const [name, job] of Object.entries(jobs)) {
      try { await job(visit) } catch (error) { visit.say(`${name}: ${String(error).split('\n')[0]}`) }
    }
    await visit.close()
  }
  await withoutScript(browser)
} finally { await browser.close() }
look.end()
