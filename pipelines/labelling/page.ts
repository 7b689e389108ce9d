/** The page on which windows are labelled: served, or one file. */

import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { page, sentence } from '../drawing/page.js'
import { importMap } from '../drawing/page-modules.js'
import type { LabelSet } from './windows.js'

const SCRIPT = fileURLToPath(new URL('../../../pipelines/labelling/browser/label.mjs', import.meta.url))

export interface LabelPage {
  set: LabelSet
  classes: readonly string[]
  /** Of each window, to the examples that were given. */
  likeness: Float32Array | undefined
  /** Windows of the map, and where they lie, each coordinate from 0 to 1. */
  mapped: readonly number[]
  map: readonly (readonly [number, number])[]
  /** In the page itself: everything that a server would give. */
  offline?: { features: string; key: string; sounds: readonly string[]; pictures: readonly string[] }
  /** Of the content security policy. */
  nonce?: string
}

const STYLE = `
#ask .card { display: grid; grid-template-columns: minmax(0, 28rem) minmax(0, 1fr); gap: 1rem; align-items: start }
#ask h2 { margin-top: 1rem } #question { font-size: 1.3rem; font-weight: 600 } #picture { min-height: 8rem }
#picture svg, #list svg { display: block; width: 100%; height: auto }
button { font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--edge); border-radius: 8px; padding: .35rem .8rem; cursor: pointer }
button:disabled { opacity: .4; cursor: default } button[aria-pressed=true] { border-color: var(--c1); font-weight: 600 }
button:focus-visible, canvas:focus-visible { outline: 2px solid var(--c1); outline-offset: 2px }
.keys { display: flex; flex-wrap: wrap; gap: .5rem; margin: .6rem 0 } #yes { border-color: var(--good) } #no { border-color: var(--bad) }
kbd { font: .8em ui-monospace, monospace; color: var(--soft); border: 1px solid var(--edge); border-radius: 4px; padding: 0 .3em }
#classes, #new-class { display: inline-flex; flex-wrap: wrap; gap: .4rem; margin: 0 .6rem .4rem 0 }
input { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--edge); border-radius: 8px; padding: .35rem .6rem; max-width: 11rem }
#list { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 13rem), 1fr)); gap: .7rem }
#list button { text-align: left; padding: .5rem; background: var(--card) } #list small { display: block }
#map { display: block; width: 100%; height: min(34rem, 90vw); background: var(--card); border: 1px solid var(--edge); border-radius: 10px; touch-action: none }
#trouble { border: 2px solid var(--bad); border-radius: 10px; padding: .6rem .8rem; font-weight: 600 }
nav { display: none }
@media (max-width: 45rem) { #ask .card { grid-template-columns: 1fr } }
`

export function labelPage({ set, nonce, offline, ...shown }: LabelPage): string {
  const windows = set.stretches.map(({ recording, start, end, path }) => [
    recording,
    start,
    end,
    ...(offline ? [path] : []),
  ])
  const features = offline?.features ?? 'features'
  const data = {
    ...shown,
    likeness: shown.likeness && [...shown.likeness],
    columns: set.features.columns,
    windows,
    features,
    offline,
  }
  const attributes = nonce === undefined ? '' : ` nonce="${nonce}"`
  const modules = importMap({
    'earshot/check': 'pipelines/labelling/check.js',
    'earshot/learner': 'pipelines/labelling/learner.js',
    'earshot/point-map': 'pipelines/drawing/browser/point-map.mjs',
  })
  const drawn = set.stretches.length < set.rows ? `, drawn from ${set.rows}` : ''
  return page({
    title: `Label ${basename(set.file)}`,
    head: `${sentence(`${set.stretches.length} windows${drawn}. Each answer is ${offline ? 'kept in this browser; save the table when you are done' : 'written to the table at once'}.`)}
<p id="trouble" role="alert" hidden></p>
<div><span id="classes"></span><form id="new-class"><input id="class-name" aria-label="name of another class" placeholder="another class"> <button>Add</button></form>
<button id="save" hidden>Save the table</button></div>`,
    sections: [
      { id: 'ask', title: 'Question', body: ASK },
      { id: 'likely', title: 'Likeliest', body: '<div id="list"></div>' },
      { id: 'all', title: 'Map', body: MAP },
    ],
    style: STYLE,
    end: `<script type="application/json" id="data">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>
<script type="importmap"${attributes}>${modules}</script>
<script type="module"${attributes}>${readFileSync(SCRIPT, 'utf8')}</script>`,
  })
}

const ASK = `<div class="card"><div id="picture"></div><div>
<p id="question" aria-live="polite"></p><p class="soft" id="where"></p><p class="soft" id="why"></p>
<div class="keys"><button id="yes">Yes <kbd>y</kbd></button><button id="no">No <kbd>n</kbd></button><button id="skip">Skip <kbd>s</kbd></button>
<button id="play">Play <kbd>space</kbd></button><button id="undo">Undo <kbd>u</kbd></button><button id="check" aria-pressed="false">Check <kbd>c</kbd></button></div>
<label class="soft"><input type="checkbox" id="aloud"> play each one</label>
<p id="tally"></p><p id="precision" class="soft"></p></div></div>`

const MAP = `<p class="soft">Near each other: alike to the encoder. A click asks about a window; arrows go on from it, + and - (or the wheel) look closer and further, 0 shows all.</p>
<div class="keys"><button id="closer" aria-label="closer">+</button><button id="further" aria-label="further">-</button></div>
<canvas id="map" role="application" aria-label="Map of the windows"></canvas>`
