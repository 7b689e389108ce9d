import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/**
 * Where Earshot keeps what it can make again: EARSHOT_CACHE, else earshot/ in XDG_CACHE_HOME, else ~/.cache/earshot.
 * Sub-folders: engine/ (TensorFlow and its binding), features/ (log-mel spectrograms).
 */
export function cacheFolder(): string {
  const { EARSHOT_CACHE, XDG_CACHE_HOME } = process.env
  if (EARSHOT_CACHE) return resolve(EARSHOT_CACHE)
  return join(XDG_CACHE_HOME ? resolve(XDG_CACHE_HOME) : join(homedir(), '.cache'), 'earshot')
}

/** Where the features read from sounds lie in a cache folder. */
export function featureFolder(cache = cacheFolder()): string {
  return join(cache, 'features')
}
