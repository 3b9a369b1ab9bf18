// SPDX-License-Identifier: AGPL-3.0-or-later
// Starts Debian's Chromium: nothing is downloaded, and it talks to nobody by itself.
import { chromium } from 'playwright-core'

const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-dev-shm-usage', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync']

// launch gives a browser with a profile of its own, which goes with it.
export function launch () {
  return chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', headless: true, args: quiet })
}
