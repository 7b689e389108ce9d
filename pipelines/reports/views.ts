/** What training sees: the views of a few clips, drawn and to be heard, by the code of `earshot tap`. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FeatureCache } from '../../data/feature-cache.js'
import { readClips } from '../../data/manifests.js'
import { problemsIn } from '../../data/problem.js'
import { onDisk } from '../../data/whole-file.js'
import { batchNodes } from '../../graphs/streams/layout.js'
import { type Config, readConfig } from '../configuration/config.js'
import { type Figure, figureOf } from '../drawing/figure.js'
import { escaped } from '../drawing/html-page.js'
import { sentence } from '../drawing/page.js'
import { readSounds } from '../embeddings/read-sounds.js'
import { meaningAt } from './tap/cuts.js'
import { type Shown, type Sound, show } from './tap/exhibits.js'
import { writeShown } from './tap/write-shown.js'
import type { Written } from './tap/written.js'

export interface ViewsOptions {
  /** `run.yaml`, or a config. */
  config: string
  /** Clips shown. */
  count: number
  /** Folder of the feature cache. */
  cache: string
}

/** Seconds of each sound that a page holds. */
const SECONDS = 3

/** HTML; where the sounds of the run cannot be read, a sentence that says so. */
export async function views(options: ViewsOptions): Promise<string> {
  if (options.count === 0) return sentence('None were asked for.')
  try {
    return await drawn(await readConfig(options.config), options)
  } catch (error) {
    if (!problemsIn(error)) throw error
    return sentence(`They cannot be drawn from here. ${(error as Error).message}`)
  }
}

async function drawn(config: Config, { count, cache }: ViewsOptions): Promise<string> {
  const { graph, stages, train, data } = config
  const [batch] = batchNodes(graph)
  const node = graph.nodes.find(({ id }) => id === Object.values(batch?.inputs ?? {})[0]?.node)
  if (!node) return sentence('The graph gathers no batch, so there is nothing to show.')
  const { clips } = await readClips(data.set, data)
  const prepared = await readSounds({ graph, clips, cacheFolder: cache })
  const folder = onDisk(tmpdir(), () => mkdtempSync(join(tmpdir(), 'earshot-views-')))
  try {
    const store = new FeatureCache(prepared.cacheFolder)
    const meaning = meaningAt(graph, stages, node.id)
    const pieces: string[] = []
    for await (const shown of show({ graph, stages, prepared, store, seed: train.seed, count, node }))
      pieces.push(piece(await writeShown(shortened(shown), { folder, number: pieces.length + 1, ...meaning }), folder))
    const said = `What leaves ${node.id}, for the first ${pieces.length} clips of training with the same draws${meaning.unit === 'sd' ? '; sd: standard deviations from the mean of the training clips' : ''}. One hears the sound where a view was cut, at most ${SECONDS} s of it.`
    return sentence(said) + pieces.join('\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function shortened(shown: Shown): Shown {
  const exhibits = shown.exhibits.map(exhibit => ({ ...exhibit, sound: beginning(exhibit.sound) }))
  return { ...shown, exhibits, sound: beginning(shown.sound) }
}

function beginning(sound: Sound | undefined): Sound | undefined {
  if (!sound || sound.samples.length <= SECONDS * sound.rate) return sound
  return { ...sound, samples: sound.samples.slice(0, SECONDS * sound.rate), whole: false }
}

function piece({ clip, failure, figures }: Written, folder: string): string {
  const told = failure === undefined ? '' : sentence(`Training drops it: ${failure}`)
  const drawn = figures.map(one => `<div class="card">${figureOf({ ...one, sound: heard(one, folder) }, clip)}</div>`)
  return `<h3>${escaped(clip)}</h3>${told}<div class="cards">${drawn.join('')}</div>`
}

/** In the page itself; that it is only a beginning is said once, above. */
function heard({ sound }: Figure, folder: string): Figure['sound'] {
  if (!sound) return undefined
  const bytes = readFileSync(join(folder, sound.file))
  return { file: `data:audio/wav;base64,${bytes.toString('base64')}`, whole: true }
}
