/** Files that ship with Earshot, found from wherever it is called. */
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/**
 * What a name stands for: a file of that name where one is; else the YAML file that Earshot ships, by its name alone
 * (`quickstart`) or by its place in the package (`configs/quickstart.yaml`).
 *
 * @param folder of the package in which names alone are looked for: `configs`
 * @returns the name as it was given if nothing is found
 */
export function shippedFile(named: string, folder: string): string {
  if (existsSync(named)) return named
  const [, name] = /^([\w-]+)$/.exec(named) ?? []
  const within = name ? `${folder}/${name}.yaml` : /^(configs|graphs|data\/sets)\/[\w/-]+\.yaml$/.exec(named)?.[0]
  if (within === undefined || !existsSync(join(ROOT, within))) return named
  const near = relative('', join(ROOT, within))
  return near.startsWith('..') ? join(ROOT, within) : near
}
