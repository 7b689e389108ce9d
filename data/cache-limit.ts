/** EARSHOT_CACHE_LIMIT=20GB: how much disk the features may take together. Without it, as much as there is. */
import { bytesBelow } from './cached-files.js'
import { Problem } from './problem.js'

const SIZES: Record<string, number> = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 }

/** The limit in bytes; undefined if there is none. @throws Problem `bad-cache-limit` */
export function cacheLimit(text = process.env.EARSHOT_CACHE_LIMIT): number | undefined {
  if (!text) return undefined
  const [, number, unit = ''] = /^\s*([\d.]+)\s*([a-zA-Z]+)\s*$/.exec(text) ?? []
  const bytes = Number(number) * (SIZES[unit.toLowerCase()] ?? Number.NaN)
  if (Number.isFinite(bytes)) return bytes
  throw new Problem('bad-cache-limit', `EARSHOT_CACHE_LIMIT is '${text}': expected a size such as 500MB or 20GB.`)
}

/** Share of the limit that one thread writes before it looks again what others have written. */
const UNSEEN = 0.01

/** What is left of the limit in one folder, as one thread knows it: others that write meanwhile are seen a little later. */
export class CacheRoom {
  #used = 0
  #unseen = Number.POSITIVE_INFINITY

  constructor(private readonly folder: string) {}

  /** @throws Problem `cache-limit` if so many bytes more are too many */
  async take(bytes: number): Promise<void> {
    const limit = cacheLimit()
    if (limit === undefined) return
    if (this.#unseen >= UNSEEN * limit || this.#used + bytes > limit) {
      this.#used = await bytesBelow(this.folder)
      this.#unseen = 0
    }
    if (this.#used + bytes > limit) {
      const message = `The features in ${this.folder} would take more than EARSHOT_CACHE_LIMIT allows: ${process.env.EARSHOT_CACHE_LIMIT}.`
      throw new Problem('cache-limit', message, {
        hint: "Raise the limit, or make room with './earshot cache prune'. What is written stays: the same command goes on from there.",
      })
    }
    this.#used += bytes
    this.#unseen += bytes
  }
}
