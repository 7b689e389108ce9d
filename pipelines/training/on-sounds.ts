/** Sounds that are named where a config is expected. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { shippedFile } from '../../data/shipped-file.js'
import type { Edit } from '../../graphs/language/edits.js'
import { nameOfFile } from '../../graphs/language/names.js'

/** The config of whoever names none. */
export const USUAL = 'configs/quickstart.yaml'

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
