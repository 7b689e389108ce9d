/** What the cache holds, and how it is made smaller. */
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder, featureFolder } from './cache-folder.js'

export interface CacheShare {
  /** Sub-folder of the cache: `features`, `engine`. */
  name: string
  files: number
  bytes: number
}

/** Size of each sub-folder of the cache; none if there is no cache yet. */
export async function cacheSummary(folder = cacheFolder()): Promise<CacheShare[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const names = entries.filter(entry => entry.isDirectory()).map(({ name }) => name)
  return Promise.all(
    names.sort().map(async name => {
      const files = await filesBelow(join(folder, name))
      return { name, files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) }
    }),
  )
}

export interface PruneOptions {
  /** Removes features not used for longer than this many milliseconds. */
  olderThan?: number | undefined
  /** Then removes those not used for longest, until this many bytes stay. */
  keep?: number | undefined
  /** Removes every feature. */
  all?: boolean | undefined
}

/**
 * Removes features; they are made again when they are needed. The engine stays. What interrupted writers left behind
 * goes after a day.
 *
 * @returns what was removed
 */
export async function pruneCache(
  options: PruneOptions,
  folder = cacheFolder(),
): Promise<{ files: number; bytes: number }> {
  const { olderThan = Number.POSITIVE_INFINITY, keep = Number.POSITIVE_INFINITY, all = false } = options
  const files = (await filesBelow(featureFolder(folder))).sort((a, b) => a.used - b.used)
  let left = files.reduce((sum, { bytes }) => sum + bytes, 0)
  const removed = { files: 0, bytes: 0 }
  for (const { path, bytes, used, unfinished } of files) {
    const age = Date.now() - used
    if (!(all || age > olderThan || left > keep || (unfinished && age > DAY))) continue
    await rm(path, { force: true })
    left -= bytes
    removed.files++
    removed.bytes += bytes
  }
  return removed
}

/** Bytes of all whole files below a folder; 0 if there is no such folder. */
export async function bytesBelow(folder: string): Promise<number> {
  return (await filesBelow(folder)).reduce((sum, { bytes, unfinished }) => sum + (unfinished ? 0 : bytes), 0)
}

const DAY = 86_400_000

interface Found {
  path: string
  bytes: number
  /** Milliseconds since 1970. */
  used: number
  unfinished: boolean
}

/** Others may remove files meanwhile: those are left out. */
async function filesBelow(folder: string): Promise<Found[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const found = await Promise.all(
    entries.map(async entry => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return filesBelow(path)
      const stats = await stat(path).catch(() => undefined)
      const unfinished = entry.name.startsWith('.')
      return stats ? [{ path, bytes: stats.size, used: Math.max(stats.atimeMs, stats.mtimeMs), unfinished }] : []
    }),
  )
  return found.flat()
}
