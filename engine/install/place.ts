/** Where a checkout, or Earshot installed as a package, has its engine: TensorFlow.js's half beside a link to the cache. */
import { randomUUID } from 'node:crypto'
import { mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Problem } from '../../data/problem.js'

/** Below Earshot's own node_modules, from where TensorFlow.js is found; npm leaves alone what begins with a dot. */
export const PLACE = fileURLToPath(new URL('../../../node_modules/.earshot-engine', import.meta.url))

/** The link in a place. */
const ENGINE = 'engine'

/** The engine's folder as seen from its place. */
export const engineIn = (place: string): string => join(place, ENGINE)

/** The folder in the cache that the engine in place belongs to, or undefined if there is none. */
export function placedFrom(place: string): string | undefined {
  try {
    return readlinkSync(engineIn(place))
  } catch {
    return undefined
  }
}

/** Puts the engine of a folder in the cache into its place, at one stroke; of two at once, either wins. */
export async function placeEngine(place: string, engine: string): Promise<void> {
  if (placedFrom(place) === engine) return
  const temporary = `${place}-${randomUUID()}`
  const former = `${temporary}-former`
  try {
    mkdirSync(dirname(place), { recursive: true })
    const { unpackBridge } = await import('./bridge.js')
    await unpackBridge(engine, temporary)
    symlinkSync(engine, engineIn(temporary))
    if (placedFrom(place) !== undefined) renameSync(place, former)
    renameSync(temporary, place)
  } catch (cause) {
    if (placedFrom(place) === engine) return
    throw new Problem('no-addon', `The engine cannot be put into ${dirname(place)}: ${(cause as Error).message}`, {
      hint: 'Let the user who owns that folder run: ./earshot engine install',
      cause,
    })
  } finally {
    for (const folder of [temporary, former]) rmSync(folder, { recursive: true, force: true })
  }
}
