// SPDX-License-Identifier: AGPL-3.0-or-later
// What the pages do better with a script than without: keys, quick days, and
// word on drafts that could not be saved. Everything works without it, too.
'use strict'

const one = (selector) => document.querySelector(selector)
const all = (selector, within = document) => [...within.querySelectorAll(selector)]

// Keys. They can be turned off, since some people dictate or tremble.
const help = one('#keys')
const off = () => localStorage.getItem('ricongiungi-keys') === 'off'

function typing (at) {
  return at.isContentEditable || ['INPUT', 'SELECT', 'TEXTAREA'].includes(at.tagName)
}

function step (by) {
  const rows = all('[data-row]')
  const at = rows.findIndex((row) => row.contains(document.activeElement))
  const next = rows[Math.min(Math.max(at + by, 0), rows.length - 1)]
  if (next) (next.querySelector('a') || next).focus()
}

document.addEventListener('keydown', (press) => {
  if (off() || press.ctrlKey || press.altKey || press.metaKey || typing(press.target) || help.open) return
  const key = press.key.toLowerCase()
  if (key === '?') help.showModal()
  else if (key === 'j') step(1)
  else if (key === 'k') step(-1)
  else {
    const wanted = all('[data-key]').find((e) => e.dataset.key === key)
    if (!wanted) return
    if (typing(wanted)) wanted.focus()
    else wanted.click()
  }
  press.preventDefault()
})

const opener = one('#keys-open')
opener.hidden = false
opener.addEventListener('click', () => help.showModal())
const silent = one('#keys-off')
silent.checked = off()
silent.addEventListener('change', () => localStorage.setItem('ricongiungi-keys', silent.checked ? 'off' : 'on'))

// Quick days beside a date: most things happened today, yesterday or last week.
const page = document.documentElement.lang
const iso = (day) => `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')}`

function quick (field) {
  const base = new Date(`${field.dataset.quick}T12:00:00`)
  const row = document.createElement('span')
  row.className = 'ric-quick'
  for (let back = 0; back < 7; back++) {
    const day = new Date(base)
    day.setDate(day.getDate() - back)
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'btn btn-outline-primary btn-xs'
    button.textContent = back < 2
      ? new Intl.RelativeTimeFormat(page, { numeric: 'auto' }).format(-back, 'day')
      : day.toLocaleDateString(page, { weekday: 'short', day: 'numeric' })
    button.addEventListener('click', () => {
      field.value = iso(day)
      field.dispatchEvent(new Event('input', { bubbles: true }))
    })
    row.append(button)
  }
  field.after(row)
}
all('input[data-quick]').forEach(quick)

// Drafts that could not be saved are told beside the form.
document.body.addEventListener('htmx:responseError', (event) => tell(event, event.detail.xhr.status === 401 ? 'lost' : 'offline'))
document.body.addEventListener('htmx:sendError', (event) => tell(event, 'offline'))
function tell (event, what) {
  const form = event.target.closest('form[data-keeps]')
  if (form) form.querySelector('[role=status]').textContent = form.dataset[what]
}

// A form is sent once, however often its button is pressed.
document.addEventListener('submit', (event) => {
  const form = event.target
  if (form.dataset.sent) event.preventDefault()
  else if (form.method === 'post' && !event.submitter?.name) form.dataset.sent = 'yes'
})
window.addEventListener('pageshow', () => all('form').forEach((form) => delete form.dataset.sent))

// A choice of rows as a whole.
all('input[data-all]').forEach((box) => {
  box.parentElement.hidden = false
  box.addEventListener('change', () => all(`input[name="${box.dataset.all}"]`).forEach((row) => { row.checked = box.checked }))
})
