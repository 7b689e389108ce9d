/** Libraries that are no dependencies of Earshot: packages of npm in the cache, fetched when they are first used. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { cacheFolder } from '../../data/cache-folder.js'
import { Problem } from '../../data/problem.js'
import { temporaryFolder } from './install-engine.js'
import { fetchPackages, type NpmPackage, packCommand, tarballIn } from './npm-package.js'

export interface CachedLibrary {
  /** As people call it, with its version. */
  name: string
  /** Of its own in the cache: another one for another version. */
  folder: string
  packages: readonly NpmPackage[]
  /** Of their files those that this machine needs. */
  wanted: RegExp
  /** Of the download, as people read it: `114 MB`. */
  size: string
}

/**
 * What loads its modules by name, from the cache, where it is put first if it is not there; that is said on stderr.
 *
 * @throws Problem `no-package`
 */
export async function cachedLibrary(library: CachedLibrary): Promise<NodeJS.Require> {
  const engines = join(cacheFolder(), 'engine')
  const folder = join(engines, library.folder)
  if (!existsSync(folder)) await install(library, engines, folder)
  return createRequire(join(folder, 'index.js'))
}

async function install({ name, packages, wanted, size }: CachedLibrary, engines: string, folder: string) {
  const temporary = temporaryFolder(engines)
  try {
    process.stderr.write(`Downloading ${name} by npm (${size}; once, for all your projects)\n`)
    const hint = `Without a network, run elsewhere  ${packCommand(packages, '.')}\nand unpack each, here, into ${join(folder, 'node_modules')}/NAME (tar --strip-components=1).`
    await fetchPackages(packages, temporary, hint)
    const { extract } = await import('tar')
    for (const one of packages) {
      const file = tarballIn(temporary, one)
      const target = join(temporary, 'node_modules', one.name)
      mkdirSync(target, { recursive: true })
      await extract({ file, cwd: target, strip: 1, filter: path => wanted.test(path) })
      rmSync(file)
    }
    if (!existsSync(folder)) renameSync(temporary, folder)
  } catch (cause) {
    if (existsSync(folder)) return // another process has brought it
    if (cause instanceof Problem) throw cause
    throw new Problem('no-package', `${name} cannot be put into ${engines}: ${(cause as Error).message}`, {
      hint: 'See that the disk has room (EARSHOT_CACHE names another folder).',
      cause,
    })
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}
