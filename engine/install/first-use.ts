/** The first use of an installed package: npm has brought no TensorFlow. */
import { existsSync } from 'node:fs'
import { cacheFolder } from '../../data/cache-folder.js'
import { engineIn, PLACE } from './place.js'

/** Sets the engine up, from the cache or the network, if there is none in Earshot's own place; says so on stderr. */
export async function setUpOnFirstUse(): Promise<void> {
  if (existsSync(engineIn(PLACE))) return
  const { ensureEngine } = await import('./install-engine.js')
  await ensureEngine({ cache: cacheFolder(), say: line => process.stderr.write(`${line}\n`) })
}
