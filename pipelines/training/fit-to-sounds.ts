/** Settings that fit the sounds: long recordings in windows, a batch that the clips fill. Told, never in silence. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { readClips } from '../../data/manifests.js'
import { shippedFile } from '../../data/shipped-file.js'
import type { Edit } from '../../graphs/language/edits.js'
import { nameOfFile } from '../../graphs/language/names.js'
import { batchNodes, batchSize } from '../../graphs/streams/layout.js'
import { tooFewClips } from '../../graphs/streams/sub-batches.js'
import { innermost } from '../../stages/ports.js'
import type { Config } from '../configuration/config.js'
import { areLong, longSeconds, WINDOW } from '../embeddings/long-recordings.js'

export interface Fitting {
  edits: Edit[]
  /** A sentence on each. */
  told: string[]
}

/**
 * What a config leaves open, before any sound is decoded: `data.segment` for recordings that are long, of whose windows
 * those come that hold sound, and a smaller batch where there are fewer clips than it takes.
 *
 * @throws Problem `too-few-clips` if there are not even two; as `readClips`
 */
export async function fittingEdits({ data, graph }: Pick<Config, 'data' | 'graph'>): Promise<Fitting> {
  const fitting: Fitting = { edits: [], told: [] }
  if (!existsSync(data.set)) return fitting
  let { clips } = await readClips(data.set, data)
  const seconds = data.segment === undefined && data.annotations === undefined ? await longSeconds(clips) : undefined
  if (seconds !== undefined) {
    const segment = Math.max(WINDOW, Math.ceil(2 * longestView(graph)))
    const recordings = clips.length
    clips = (await readClips(data.set, { ...data, segment })).clips
    fitting.edits.push({ set: `data.segment=${segment} s` })
    fitting.told.push(
      `${areLong(seconds)}: ${recordings} are cut into ${clips.length} windows, data.segment: ${segment} s.`,
    )
    const source = graph.nodes.find(({ stage, parameters }) => stage === 'clips' && parameters.draw === 'clip')
    if (source && graph.nodes.some(({ out }) => innermost(out).kind === 'logmel')) {
      fitting.edits.push({ set: `nodes.${source.id}.draw=active` })
      fitting.told.push(
        `Windows that hold sound come in each epoch, and a tenth of the others: nodes.${source.id}.draw: active (duration has all come).`,
      )
    }
  }
  const size = batchSize(graph)
  const batches = batchNodes(graph)
  if (clips.length >= size) return fitting
  if (clips.length < 2) throw tooFewClips(clips.length, size, batches[0]!.id)
  const smaller = 2 ** Math.floor(Math.log2(clips.length))
  fitting.edits.push(...batches.map(({ id }) => ({ set: `nodes.${id}.size=${smaller}` })))
  fitting.told.push(
    `There are ${clips.length} clips, and a batch takes ${size} different ones: it takes ${smaller} instead. More sounds, or data.segment for long ones, fill a larger one.`,
  )
  return fitting
}

/** Seconds that a clip has to last for its views. */
const longestView = ({ nodes }: Config['graph']) =>
  Math.max(0, ...nodes.map(({ parameters }) => Number(parameters['at-least'] ?? 0)))

/** The config of whoever names none. */
const USUAL = 'configs/quickstart.yaml'

/** A folder of sounds, or a table, is trained on as the quickstart's sounds are, into a run that is called like it, which `told` says. */
export function onSounds(
  named: string | undefined,
  edits: readonly Edit[],
): { file: string | undefined; edits: readonly Edit[]; told: string[] } {
  if (!named || /\.(ya?ml|json)$/i.test(named) || !existsSync(named)) return { file: named, edits, told: [] }
  const file = shippedFile(USUAL, 'configs')
  const own = { 'data.set': named, name: nameOfFile(resolve(named)) }
  const set = Object.entries(own).map(([path, value]) => ({ set: `${path}=${JSON.stringify(value)}` }))
  return {
    file,
    edits: [...set, ...edits],
    told: [`${named} is no config: its sounds are trained on as ${file} says.`],
  }
}
