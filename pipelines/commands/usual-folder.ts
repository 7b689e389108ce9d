/** Where results lie if nobody names a folder. */
import { basename, dirname, extname, join } from 'node:path'
import { withoutCheckpoint } from '../../engine/checkpoints/find.js'

/**
 * `<kind>/<sounds>` in the folder of the run or sweep.
 *
 * @param run its folder, `RUN@best`, `RUN@500` or a checkpoint of it
 */
export function usualFolder(kind: string, run: string, sounds: string): string {
  const plain = withoutCheckpoint(run)
  const folder = /\.(json|safetensors)$/.test(plain) ? dirname(dirname(plain)) : plain
  return join(folder, kind, basename(sounds, extname(sounds)))
}
