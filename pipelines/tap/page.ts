/** The page of a tap: one clip below the other, pictures inside it, sounds beside it. */
import { escaped, htmlPage } from '../html-page.js'
import { figure } from './figure.js'
import type { Scale } from './spectrogram.js'
import type { Figure, Written } from './write-shown.js'

export interface PageContent {
  /** The graph's name. */
  name: string
  /** Its file. */
  graph: string
  node: string
  stage: string
  port: string
  seed: number
  data: string
  /** From the source to the node. */
  chain: string[]
  /** What was done to a patch since it was cut. */
  after: string[]
  unit: Scale['unit']
  /** Of a loss. */
  loss?: number
  clips: Written[]
}

export const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1d1d22, #e6e6ea); --soft: light-dark(#5c5c66, #a2a2ad);
  --ground: light-dark(#fff, #16161b); --card: light-dark(#f6f6f8, #1f1f26); --edge: light-dark(#dcdce2, #34343e) }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1.2rem 1rem 3rem; max-width: 84rem; font: 16px/1.5 system-ui, sans-serif;
  color: var(--ink); background: var(--ground); overflow-wrap: anywhere }
h1 { font-size: 1.4rem; margin: 0 0 .3rem } h2 { font-size: 1.05rem; margin: 0 }
p { margin: .35rem 0; max-width: 60rem } code { font-size: .9em } .soft { color: var(--soft) }
section { margin: 1.2rem 0; padding: .9rem 1rem 1rem; background: var(--card); border: 1px solid var(--edge);
  border-radius: 10px }
.row { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1rem;
  margin-top: .6rem }
figure { margin: 0; max-width: 28rem } figure svg { display: block; width: 100%; height: auto } figcaption { font-size: .92rem }
audio { display: block; width: 100%; height: 2.4rem; margin-top: .3rem }
@media (max-width: 30rem) { body { padding: .8rem .6rem } section { padding: .7rem .6rem } }
`

/** HTML of one file; it fits a phone, and light and dark. */
export function page(content: PageContent): string {
  const { name, graph, node, stage, port, seed, data, chain, after, unit, loss, clips } = content
  const title = `${node} of ${name}`
  const body = `<p>${escaped(stage)} gives <code>${escaped(port)}</code>. ${loss === undefined ? `The first ${clips.length} clips` : `${loss.toFixed(4)} for the first batch`} of training with seed ${seed}, with the same draws.</p>
<p class="soft">${chain.map(escaped).join(' → ')}</p>
<p class="soft">Graph: ${escaped(graph)}. Sounds: ${escaped(data)}. Numbers: <a href="tap.json">tap.json</a>.</p>
${unit === 'sd' ? '<p>Values are normalised: sd stands for standard deviations from the mean of the training clips.</p>' : ''}
${after.length > 0 ? `<p>What one hears beside a view is the sound where it was cut, before ${escaped(and(after))}: ${after.length === 1 ? 'it works' : 'they work'} on the spectrogram, of which there is no sound.</p>` : ''}
${clips.map(clipSection).join('\n')}`
  return htmlPage({ title, style: STYLE, body })
}

function clipSection({ clip, path, start, end, labels, failure, figures }: Written, at: number): string {
  const told = [path, ...Object.entries(labels).map(([name, value]) => `${name}: ${value}`)]
  if (start !== undefined || end !== undefined)
    told.push(`from ${start ?? 0} s to ${end === undefined ? 'its end' : `${end} s`}`)
  return `<section>
<h2>${at + 1}. ${escaped(clip)}</h2>
<p class="soft">${escaped(told.join(' · '))}</p>${failure === undefined ? '' : `<p>Training drops it: ${escaped(failure)}</p>`}
<div class="row">${figures.map(one => figureOf(one, clip)).join('\n')}</div>
</section>`
}

/** A picture with what it shows, and a player under it. */
export function figureOf({ name, caption, drawing, sound }: Figure, clip: string): string {
  const title = escaped(`${name} of ${clip}: ${caption}`)
  const player = sound ? `<audio controls preload="none" src="${sound.file}" aria-label="${title}"></audio>` : ''
  const part = sound && !sound.whole ? ' (the beginning of it can be heard)' : ''
  return `<figure>${drawing ? figure(drawing, title) : ''}<figcaption><b>${escaped(name)}</b> <span class="soft">${escaped(caption)}${part}</span></figcaption>${player}</figure>`
}

function and(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
