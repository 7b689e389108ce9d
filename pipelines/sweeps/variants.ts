/** What an arm makes of the base: checked before anything runs, each distinct graph once. */

import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Windows } from '../../data/annotations/windows.js'
import { readClips } from '../../data/manifests.js'
import { Problem, Problems, problemsIn } from '../../data/problem.js'
import { locateCheckpoint } from '../../engine/checkpoints/find.js'
import { applyEdits, type Edit, editInWords } from '../../graphs/language/edits.js'
import { checkSettings } from '../../graphs/language/settings.js'
import { branchAt, childOf } from '../../graphs/language/tree.js'
import { canonical } from '../../graphs/streams/features.js'
import { type Config, readConfig } from '../configuration/config.js'
import { sections, type TrainSettings } from '../configuration/sections.js'
import type { Arm } from './arms.js'
import type { PlacedEdit } from './sweep-file.js'

/** An arm's config without its seed. */
export interface Variant {
  /** The config whose graph it is; `train` below may differ from the config's own. */
  config: Config
  train: TrainSettings
  /** Hash of graph, data and readout. */
  graphKey: string
}

type Checked = { config: Config; graphKey: string; references: boolean } | { problems: readonly Problem[] }

export class Variants {
  readonly #checked = new Map<string, Promise<Checked>>()
  /** What is wrong with each set of sounds. */
  readonly #sounds = new Map<string, Promise<readonly Problem[]>>()

  readonly #lists: ListKeys

  constructor(lists = new ListKeys()) {
    this.#lists = lists
  }

  /** Distinct graphs that have been checked. */
  get graphs(): number {
    return this.#checked.size
  }

  /**
   * What a job with this seed trains. Where values refer to others (`seed: ${train.seed}`), the seed changes more than itself.
   *
   * @throws Problems with the arm's name, each at the edit that causes it
   */
  async of({ name, base, edits }: Arm, seed: number, threads: number | undefined): Promise<Variant> {
    const alone = await this.#check(base, [])
    const split = !('problems' in alone) && !alone.references
    const training = split ? edits.filter(({ edit }) => isTraining(edit)) : []
    const own = jobEdits({ edits }, seed, threads).slice(edits.length)
    const spot = edits[0]?.spot ?? { file: base, line: 1, column: 1 }
    const others = split
      ? edits.filter(one => !training.includes(one))
      : [...edits, ...own.map(edit => ({ edit, spot }))]
    const checked = await this.#check(
      base,
      others.map(({ edit }) => edit),
    )
    if ('problems' in checked) {
      const known = 'problems' in alone ? alone.problems.map(inFull) : [] // of the base: told once, as what it is
      throw new Problems(checked.problems.map(one => (known.includes(inFull(one)) ? one : placed(one, name, others))))
    }
    const { config, graphKey } = checked
    return { config, graphKey, train: trained(config, name, training) }
  }

  #check(base: string, edits: readonly Edit[]): Promise<Checked> {
    const key = JSON.stringify([base, edits])
    const found = this.#checked.get(key)
    if (found) return found
    const checked = this.#read(base, edits).catch(error => ({ problems: problemsOf(error) }))
    this.#checked.set(key, checked)
    return checked
  }

  async #read(base: string, edits: readonly Edit[]): Promise<Checked> {
    const config = await readConfig(base, edits)
    const { set } = config.data
    const lacking = this.#sounds.get(set) ?? this.#lists.of(set).then(() => [], problemsOf)
    this.#sounds.set(set, lacking)
    const problems = await lacking
    if (problems.length > 0) return { problems: problems.map(problem => atSet(problem, config)) }
    return { config, graphKey: await keyOfGraph(config, this.#lists), references: refersInside(config) }
  }
}

/** @throws whatever is no problem of a person's */
export function problemsOf(error: unknown): readonly Problem[] {
  const problems = problemsIn(error)
  if (problems) return problems
  throw error
}

/** Short hash of everything that decides what a job's embeddings are: graph, data, readout, training, first weights. */
export function jobKey({ graphKey, train }: Variant, seed: number, threads = train.threads): string {
  return hashed([graphKey, { ...train, seed, threads }])
}

/** Edits as `./earshot train` takes them: those of the arm, then threads, unless the arm sets them itself, and seed. */
export function jobEdits({ edits }: Pick<Arm, 'edits'>, seed: number, threads: number | undefined): Edit[] {
  const fixed = threads === undefined || ownThreads(edits) ? [] : [{ set: `train.threads=${threads}` }]
  return [...edits.map(({ edit }) => edit), ...fixed, { set: `train.seed=${seed}` }]
}

/** Whether an arm says how many threads it wants. */
export const ownThreads = (edits: readonly PlacedEdit[]): boolean =>
  edits.some(({ edit }) => 'set' in edit && /^\s*train\.threads\s*=/.test(edit.set))

/** The key of a config that has been read whole, as a job does before it trains. */
export const configKey = async (config: Config): Promise<string> =>
  hashed([await keyOfGraph(config, new ListKeys()), config.train])

async function keyOfGraph({ graph, data, train, readout }: Config, lists: ListKeys): Promise<string> {
  const further = [data.labels?.['outside-set'], train.watch?.set].filter(set => set !== undefined)
  const read = await Promise.all([lists.of(data.set, data), ...further.map(set => lists.of(set))])
  const from = typeof train.from === 'object' ? train.from.run : train.from
  return hashed([graph.nodes, data, read, readout, from === undefined ? null : locateCheckpoint(from).hash])
}

/** A hash of each list of clips and labels that configs and evaluations name, read once. */
export class ListKeys {
  readonly #keys = new Map<string, Promise<string>>()

  /** @throws Problem or Problems as `readClips` */
  of(set: string, { annotations, segment, hop, overlap, none }: Windows = {}): Promise<string> {
    const windows = { annotations, segment, hop, overlap, none }
    const key = JSON.stringify([set, windows])
    const known = this.#keys.get(key)
    if (known) return known
    const read = readClips(set, windows).then(({ clips }) =>
      hashed(clips.map(({ id, start, end, labels }) => [id, start ?? null, end ?? null, labels])),
    )
    this.#keys.set(key, read)
    return read
  }
}

/** SHA-256 over JSON with the keys of every map in order; 16 hex digits. */
export function hashed(value: unknown): string {
  return hash('sha256', canonical(value)).slice(0, 16)
}

/** Settings of `watch`, and `from`, name files, whose places depend on the whole document. */
const isTraining = (edit: Edit) => 'set' in edit && /^\s*train\.(?!(?:watch|from)\b)[\w.-]+\s*=/.test(edit.set)

/** Sounds that cannot be listed are a problem of the line that names them. */
function atSet({ code, message, hint }: Problem, { document }: Config): Problem {
  const { spot } = childOf(branchAt(document.tree, 'data'), 'set')!
  return new Problem(code, message, { place: { ...spot, path: 'data.set' }, hint })
}

/** Whether a value may stand in several places (`${train.steps}`): then no part can be checked by itself. */
const refersInside = ({ document }: Config) =>
  document.files.some(file => /\$\{(?!env:)/.test(readFileSync(file, 'utf8').replace(/#.*$/gm, '')))

/** The training settings after edits of `train` alone. @throws Problems */
function trained({ document, stages, train }: Config, arm: string, edits: readonly PlacedEdit[]): TrainSettings {
  if (edits.length === 0) return train
  const problems: Problem[] = []
  const only = new Map([...document.tree.entries].filter(([name]) => name === 'train'))
  const list = edits.map(({ edit }) => edit)
  const tree = applyEdits({ ...document.tree, entries: only }, list, stages, problems)
  const written = branchAt(tree, 'train')
  const owner = { owner: 'train', word: 'setting', path: ['train'] } as const
  const checked = written && checkSettings(written, sections.train, owner, problems)
  if (problems.length > 0) throw new Problems(problems.map(problem => placed(problem, arm, edits)))
  return checked as TrainSettings
}

const inFull = ({ code, message, place }: Problem) => JSON.stringify([code, message, place])

/** A problem of an edit stands where the sweep file has that edit; any other keeps its place and says whose it is. */
function placed(problem: Problem, arm: string, edits: readonly PlacedEdit[]): Problem {
  const { code, message, hint, place } = problem
  const found = edits.find(({ edit }) => editInWords(edit) === place?.file)
  const path = place?.path
  if (found)
    return new Problem(code, `Arm '${arm}': ${message}`, { place: { ...found.spot, ...(path && { path }) }, hint })
  const words = edits.length === 0 ? '' : ` (${edits.map(({ edit }) => editInWords(edit)).join(' ')})`
  return new Problem(code, message, { place, hint: `${hint ? `${hint}\n` : ''}In arm '${arm}'${words}.` })
}
