// SPDX-License-Identifier: AGPL-3.0-or-later
// Copies what the console serves out of the installed packages into dist/, which
// is embedded in the program.
import { cpSync, copyFileSync, readdirSync, rmSync } from 'node:fs'

const files = {
  'bootstrap-italia.css': 'bootstrap-italia/dist/css/bootstrap-italia.min.css',
  'sprites.svg': 'bootstrap-italia/dist/svg/sprites.svg',
  'htmx.js': 'htmx.org/dist/htmx.min.js',
  'titillium-300.woff2': 'bootstrap-italia/dist/fonts/Titillium_Web/titillium-web-v10-latin-ext_latin-300.woff2',
  'titillium-400.woff2': 'bootstrap-italia/dist/fonts/Titillium_Web/titillium-web-v10-latin-ext_latin-regular.woff2',
  'titillium-600.woff2': 'bootstrap-italia/dist/fonts/Titillium_Web/titillium-web-v10-latin-ext_latin-600.woff2',
  'titillium-700.woff2': 'bootstrap-italia/dist/fonts/Titillium_Web/titillium-web-v10-latin-ext_latin-700.woff2',
  'roboto-mono-400.woff2': 'bootstrap-italia/dist/fonts/Roboto_Mono/roboto-mono-v13-latin-ext_latin-regular.woff2',
}

for (const name of readdirSync('dist')) if (name !== '.gitkeep') rmSync(`dist/${name}`, { recursive: true })

for (const [name, source] of Object.entries(files)) copyFileSync(`node_modules/${source}`, `dist/${name}`)
cpSync('src', 'dist', { recursive: true })
