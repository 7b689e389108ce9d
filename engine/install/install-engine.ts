/** Sets TensorFlow up: fetch, unpack, compile, check, keep in the cache, put in place. */
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Problem } from '../../data/problem.js'
import { makeFolders } from '../../data/whole-file.js'
import { ADDON, checkAddon, compileAddon } from './addon.js'
import { BRIDGE, fetchBridge, unpackBridge } from './bridge.js'
import { chooseEngine, type EngineChoice, engineKey, rememberChoice, rememberedChoice } from './choice.js'
import { requireMachine, requireSpace, thisMachine } from './machine.js'
import { PLACE, placedFrom, placeEngine } from './place.js'
import { stopPrograms } from './run.js'
import { requireTools } from './tools.js'
import { companionsIn, cudaCompanions, downloadWheels, removeWheels, unpackWheel, wheelIn } from './wheel.js'

/** Gigabytes needed while installing: wheel, libraries and headers. */
const SPACE = { 'tensorflow-cpu': 1.5, tensorflow: 9 }

export interface InstallOptions {
  /** The per-user cache; engines live in its sub-folder `engine`. */
  readonly cache: string
  /** Told, in words for people, what is being done. */
  readonly say?: (line: string) => void
  /** Where it is put; Earshot's own by default. */
  readonly place?: string
}

export interface Installed {
  readonly choice: EngineChoice
  /** The engine's folder in the cache. */
  readonly folder: string
  /** True if it was in the cache already. */
  readonly reused: boolean
}

/**
 * `earshot engine install`: remembers what was chosen, so that later set-ups keep to it.
 *
 * @param gpu the wheel with CUDA and its companions
 * @param tensorflow version, 2.18.1 by default
 * @param from folder with TensorFlow's wheel and the package of bridge.ts, instead of the network
 * @throws Problem in one sentence, with the command that mends it
 */
export async function installEngine(
  options: InstallOptions & { gpu?: boolean | undefined; tensorflow?: string | undefined; from?: string | undefined },
): Promise<Installed> {
  const { cache, gpu = false, tensorflow, from } = options
  if (tensorflow !== undefined) chooseEngine({ gpu, tensorflow })
  const version = from === undefined ? tensorflow : wheelIn(from, { gpu, version: tensorflow }).version
  const choice = chooseEngine({ gpu, ...(version === undefined ? {} : { tensorflow: version }) })
  const installed = await provide(choice, options, from)
  rememberChoice(join(cache, 'engine'), choice)
  return installed
}

/** What every set-up calls: nothing but a few looks at the disk if the engine is in place. */
export async function ensureEngine(options: InstallOptions): Promise<Installed> {
  const { cache, place = PLACE } = options
  const choice = rememberedChoice(join(cache, 'engine'))
  const placed = placedFrom(place)
  if (placed !== undefined && basename(placed) === engineKey(choice) && isWhole(placed))
    return { choice, folder: placed, reused: true }
  return provide(choice, options)
}

/** Takes the engine from the cache or builds it there, then puts it in place. */
async function provide(choice: EngineChoice, options: InstallOptions, from?: string): Promise<Installed> {
  const { cache, say = () => {}, place = PLACE } = options
  requireMachine(thisMachine())
  const engines = join(cache, 'engine')
  const folder = join(engines, engineKey(choice))
  const reused = isWhole(folder)
  if (!reused) await build(choice, { engines, folder, say, from })
  await placeEngine(place, folder)
  if (reused) say(`TensorFlow ${choice.version} (${choice.package}) taken from the cache`)
  return { choice, folder, reused }
}

/** A folder is renamed to its name only when it is complete; this sees whether somebody thinned it out since. */
function isWhole(folder: string): boolean {
  return [ADDON, BRIDGE, 'tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'].every(file =>
    existsSync(join(folder, file)),
  )
}

interface Build {
  readonly engines: string
  readonly folder: string
  readonly say: (line: string) => void
  readonly from: string | undefined
}

/** Builds in a temporary folder beside the final one. Of two that build at once, the first to finish wins. */
async function build(choice: EngineChoice, { engines, folder, say, from }: Build): Promise<void> {
  await requireTools({ offline: from !== undefined })
  const temporary = temporaryFolder(engines)
  const stop = async (signal: NodeJS.Signals) => {
    await stopPrograms()
    rmSync(temporary, { recursive: true, force: true })
    process.exit(signal === 'SIGINT' ? 130 : 143)
  }
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    requireSpace(temporary, SPACE[choice.package])
    await gather(choice, { temporary, say, from })
    say('Compiling the C++ half of TensorFlow.js')
    await compileAddon(temporary, folder)
    await checkAddon(join(temporary, ADDON))
    for (const source of ['tensorflow/include', 'tfjs-node'])
      rmSync(join(temporary, source), { recursive: true, force: true })
    moveIntoPlace(temporary, folder)
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** Brings TensorFlow's libraries and headers, and TensorFlow.js's sources, into the temporary folder. */
async function gather(
  choice: EngineChoice,
  { temporary, say, from }: { temporary: string; say: Build['say']; from: Build['from'] },
) {
  const gpu = choice.package === 'tensorflow'
  const requirement = `${choice.package}==${choice.version}`
  if (from === undefined) {
    say(
      `Downloading TensorFlow ${choice.version} from the Python package index (${gpu ? '615' : '230'} MB; once, for all your projects)`,
    )
    await downloadWheels([requirement], temporary)
  }
  await fetchBridge(temporary, from)
  await unpackBridge(temporary, join(temporary, 'tfjs-node'))
  say('Unpacking its libraries')
  const metadata = await unpackWheel(wheelIn(from ?? temporary, { gpu, version: choice.version }).path, temporary)
  removeWheels(temporary)
  if (!gpu) return
  const companions = cudaCompanions(metadata)
  if (from === undefined && companions.length > 0) {
    say(`Downloading its ${companions.length} CUDA companions (about 2.5 GB)`)
    await downloadWheels(companions, temporary)
  }
  const wheels = companionsIn(from ?? temporary)
  if (wheels.length < companions.length) {
    say(`${wheels.length} of ${companions.length} CUDA companions found: the rest must be on the system`)
  }
  for (const wheel of wheels) await unpackWheel(wheel, temporary)
  removeWheels(temporary)
}

/** Makes a temporary folder among the engines, and clears away those that killed installations left more than a day ago. */
export function temporaryFolder(engines: string): string {
  try {
    makeFolders(engines)
    for (const name of readdirSync(engines).filter(name => name.startsWith('.building-'))) {
      const old = Date.now() - statSync(join(engines, name)).mtimeMs > 24 * 3600 * 1000
      if (old) rmSync(join(engines, name), { recursive: true, force: true })
    }
    const temporary = join(engines, `.building-${randomUUID()}`)
    mkdirSync(temporary)
    return temporary
  } catch (cause) {
    throw new Problem('cache-not-writable', `Nothing can be written to ${engines}: ${(cause as Error).message}`, {
      hint: 'Name a folder that you may write: EARSHOT_CACHE=/path/to/folder',
      cause,
    })
  }
}

/** Takes the final name, unless another installation has; a damaged folder of that name is put out of the way. */
function moveIntoPlace(temporary: string, folder: string): void {
  if (isWhole(folder)) return
  const damaged = `${temporary}-damaged`
  try {
    if (existsSync(folder)) renameSync(folder, damaged)
    renameSync(temporary, folder)
  } catch (error) {
    if (!isWhole(folder)) throw error
  } finally {
    rmSync(damaged, { recursive: true, force: true })
  }
}
