/** Every stage there is: whatever a file in a sub-folder of stages/ exports by default. */
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Problem, Problems } from '../data/problem.js'
import type { Stage } from './contract.js'
import { placeOfError, placeOfKey } from './in-source.js'

/** A stage and where it lives: `{ stage, folder: 'views', file: 'stages/views/mix-back.js' }`. */
export interface FoundStage {
  stage: Stage
  folder: string
  file: string
}

/**
 * Stages by name: those that are installed, and those of `files`, absolute paths of JavaScript files from outside, which
 * are run.
 *
 * @param nodes of a graph that is run as it is: what they name of the installed stages is loaded, and no other
 * @throws Error if two files describe the same name or a file cannot be loaded
 */
export async function loadStages(
  files: readonly string[] = [],
  nodes?: readonly { stage: string }[],
): Promise<Map<string, Stage>> {
  const named = nodes && new Set(nodes.map(({ stage }) => stage))
  const stages = new Map((await findStages(INSTALLED, named)).map(({ stage }) => [stage.name, stage]))
  for (const file of files) {
    const stage = await stageFromFile(file)
    stages.set(stage.name, stage)
  }
  return stages
}

/** The installed stages of these names, as far as there are any; all of them if one of these needs others. */
export async function stagesNamed(names: Iterable<string>): Promise<Map<string, Stage>> {
  const found = await loadStages(
    [],
    [...names].map(stage => ({ stage })),
  )
  return [...found.values()].some(stage => 'ofWholeClip' in stage) ? loadStages() : found
}

/**
 * The stage of a file from outside: its default export, or what that gives when it is called with the tools of the
 * contract, so that the file needs no import of Earshot. Loading runs the file's code.
 *
 * @throws Problem `no-stage-file`, `bad-stage-file`; BadContract, each mistake at its line of the file
 */
export async function stageFromFile(file: string): Promise<Stage> {
  if (!existsSync(file)) throw new Problem('no-stage-file', `There is no file ${file}.`)
  let exported: unknown
  try {
    const { default: made } = await import(pathToFileURL(file).href)
    exported = typeof made === 'function' ? made(await import('./tools.js')) : made
  } catch (cause) {
    const place = placeOfError(file, cause)
    throw new Problem('bad-stage-file', `${file} cannot be loaded: ${(cause as Error).message}`, { place, cause })
  }
  const missing = ['name', 'summary', 'parameters', 'in', 'out'].filter(
    key => typeof exported !== 'object' || exported === null || !(key in exported),
  )
  if (missing.length === 0) return sound(exported as Record<string, unknown>, file)
  throw new Problem('bad-stage-file', `${file} exports no stage by default: it has no ${missing.join(', ')}.`, {
    hint: 'It ends with: export default ({ describeStage, patch, z }) => describeStage({ name: ... })',
  })
}

async function sound(exported: Record<string, unknown>, file: string): Promise<Stage> {
  const { contractMistakes } = await import('./contract-mistakes.js')
  const problems = contractMistakes(exported).map(
    ({ key, message }) => new Problem('bad-contract', message, { place: placeOfKey(file, key) }),
  )
  if (problems.length > 0) throw new BadContract(String(exported.name), problems)
  const stage = exported as unknown as Stage
  ownFiles.set(stage, file)
  return stage
}

/** Every mistake in the contract of a stage from outside Earshot. */
export class BadContract extends Problems {
  constructor(
    readonly stage: string,
    problems: readonly Problem[],
  ) {
    super(problems)
  }
}

const ownFiles = new WeakMap<Stage, string>()

/** The file of a stage from outside Earshot. */
export const fileOf = (stage: Stage): string | undefined => ownFiles.get(stage)

const INSTALLED = new URL('.', import.meta.url)

/**
 * As `loadStages`, with each stage's folder, in order of folder and file.
 *
 * @param named looks only into files that are called like these stages, as each is
 */
export async function findStages(root = INSTALLED, named?: ReadonlySet<string>): Promise<FoundStage[]> {
  const folders = (await readdir(root, { withFileTypes: true })).filter(entry => entry.isDirectory())
  const found = await Promise.all(folders.map(({ name }) => stagesIn(new URL(`${name}/`, root), name, named)))
  const stages = found.flat().sort((one, other) => (one.file < other.file ? -1 : 1))
  refuseTwins(stages)
  return stages
}

async function stagesIn(folder: URL, name: string, named?: ReadonlySet<string>): Promise<FoundStage[]> {
  const built = (await readdir(folder)).filter(file => file.endsWith('.js'))
  const files = named ? built.filter(file => named.has(basename(file, '.js'))) : built
  const exported = await Promise.all(
    files.map(async file => {
      const url = new URL(file, folder)
      const { default: stage } = await import(url.href)
      return { stage, folder: name, file: fileURLToPath(url) }
    }),
  )
  return exported.filter((found): found is FoundStage => isStage(found.stage))
}

function isStage(value: unknown): value is Stage {
  return typeof value === 'object' && value !== null && 'name' in value && 'runsIn' in value && 'parameters' in value
}

function refuseTwins(stages: FoundStage[]): void {
  const files = new Map<string, string>()
  for (const { stage, file } of stages) {
    const other = files.get(stage.name)
    if (other) throw new Error(`two stages are called '${stage.name}': ${other} and ${file}`)
    files.set(stage.name, file)
  }
}
