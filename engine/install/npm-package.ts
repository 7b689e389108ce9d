/** Packages of npm that are no dependencies: fetched by npm when they are needed, by the user's own settings. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../../data/problem.js'
import { run, tellingLine } from './run.js'

export interface NpmPackage {
  name: string
  version: string
  /** Of its tarball, as npm writes it. */
  integrity: string
}

/** How somebody with a network brings them. */
export const packCommand = (packages: readonly NpmPackage[], folder: string): string =>
  `npm pack ${packages.map(({ name, version }) => `${name}@${version}`).join(' ')} --pack-destination ${folder}`

/**
 * Their tarballs, in a folder; no script of theirs is run.
 *
 * @param hint what to do without a network
 * @throws Problem `no-package` if npm cannot get them
 */
export async function fetchPackages(packages: readonly NpmPackage[], folder: string, hint: string): Promise<void> {
  const named = packages.map(({ name, version }) => `${name}@${version}`)
  const words = ['pack', ...named, '--ignore-scripts', '--pack-destination', folder]
  const { code, stderr, missing } = await run('npm', words, { cwd: folder })
  if (code === 0) return
  const why = missing ? 'there is no npm on the PATH' : tellingLine(stderr)
  throw new Problem('no-package', `npm could not fetch ${packages.map(({ name }) => name).join(', ')}: ${why}`, {
    hint,
  })
}

/** The tarball of a package in a folder, with the bytes that were published. @throws Problem `no-package` */
export function tarballIn(folder: string, { name, version, integrity }: NpmPackage): string {
  const ending = `${name.split('/').at(-1)}-${version}.tgz`
  const hint = packCommand([{ name, version, integrity }], folder)
  const file = readdirSync(folder).find(file => file.endsWith(ending))
  if (file === undefined) throw new Problem('no-package', `${folder} holds no ${name}.`, { hint })
  const path = join(folder, file)
  const found = createHash('sha512').update(readFileSync(path)).digest('base64')
  if (`sha512-${found}` === integrity) return path
  throw new Problem('no-package', `${path} is not ${name} as it was published.`, { hint: `Fetch it again: ${hint}` })
}
