/** The page of a tap: one clip below the other, pictures inside it, sounds beside it. */

import { FIGURES_STYLE, figureOf } from '../../drawing/figure.js'
import { escaped, htmlPage } from '../../drawing/html-page.js'
import type { Scale } from '../../drawing/spectrogram.js'
import { and } from '../../terminal/numbers.js'
import type { Written } from './written.js'

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

/** HTML of one file; it fits a phone, and light and dark. */
export function page(content: PageContent): string {
  const { name, graph, node, stage, port, seed, data, chain, after, unit, loss, clips } = content
  const title = `${node} of ${name}`
  const body = `<p>${escaped(stage)} gives <code>${escaped(port)}</code>. ${loss === undefined ? `The first ${clips.length} clips` : `${loss.toFixed(4)} for the first batch`} of training with seed ${seed}, with the same draws.</p>
<p class="soft">${chain.map(escaped).join(' → ')}</p>
<p class="soft">Graph: ${escaped(graph)}. Sounds: ${escaped(data)}. Numbers: <a href="tap.json">tap.json</a>.</p>
${unit === 'sd' ? '<p>Values are normalised: sd stands for standard deviations from the mean of the training clips.</p>' : ''}${unit === 'r' ? '<p>r is how well two channels agree at each lag, the earliest at the bottom: 1 at most.</p>' : ''}
${after.length > 0 ? `<p>What one hears beside a view is the sound where it was cut, before ${escaped(and(after))}: ${after.length === 1 ? 'it works' : 'they work'} on the spectrogram, of which there is no sound.</p>` : ''}
${clips.map(clipSection).join('\n')}`
  return htmlPage({ title, style: FIGURES_STYLE, body })
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
