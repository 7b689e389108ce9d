/** The features of sounds, for whoever encodes, measures or draws them: read in a pool of their own, with a bar. */
import { availableParallelism } from 'node:os'
import { openPool, type PoolOptions } from '../../graphs/streams/pool.js'
import { noneUsable, type Prepared, type PrepareOptions, prepareFeatures } from '../../graphs/streams/prepare.js'
import { progress } from '../terminal/progress.js'

interface Wanted
  extends Pick<PrepareOptions, 'graph' | 'clips' | 'cacheFolder' | 'signal'>,
    Pick<PoolOptions, 'workers' | 'threads'> {
  /** What the bar says. */
  label?: string
}

/** With as many workers as cores, if nothing else is said. @throws Problem those of `prepareFeatures` */
export async function readSounds({ workers, threads, label = 'reading sounds', ...wanted }: Wanted): Promise<Prepared> {
  const pool = openPool({ workers: workers ?? availableParallelism(), threads })
  const bar = progress(label, wanted.clips.length)
  try {
    return await prepareFeatures({ ...wanted, pool, onProgress: () => bar.tick() })
  } finally {
    bar.done()
    await pool.close()
  }
}

/** The same where one at least has to be read. @throws Problem `no-usable-clips` */
export async function readUsable(wanted: Wanted): Promise<Prepared> {
  const prepared = await readSounds(wanted)
  if (prepared.clips.length > 0 || prepared.skipped.length === 0) return prepared
  throw noneUsable(wanted.clips, prepared.skipped)
}
