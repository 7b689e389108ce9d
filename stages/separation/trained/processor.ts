/** Rebuilds the separator of a checkpoint. To be loaded where it is used: it brings TensorFlow's layers with it. */
import { readFileSync } from 'node:fs'
import { type CheckpointFiles, demandWhole, locateCheckpoint } from '../../../engine/checkpoints/find.js'
import { compiled } from '../../../engine/compile/compiled.js'
import type { Engine } from '../../../engine/engine.js'
import { decodeSafetensors } from '../../../engine/safetensors.js'
import type { Separate } from '../windows.js'
import { openSeparator } from './separator.js'
import { trainedSeparator } from './trained-separator.js'

export interface Processor extends CheckpointFiles {
  /** Channels that leave. */
  count: number
  /** Hertz. */
  rate: number
  /** Separates one mixture; each channel is as long, and the caller's own. */
  separate: Separate
  dispose(): void
}

/**
 * @param named as `locateCheckpoint` takes it
 * @throws Problem `no-checkpoint`; `bad-checkpoint` if its files do not belong together; `wrong-processor` if it is no
 *   separator's; `checkpoint-mismatch`
 */
export async function openProcessor(engine: Engine, named: string): Promise<Processor> {
  const found = locateCheckpoint(named)
  demandWhole(found)
  const node = await trainedSeparator(found)
  const { tensors } = decodeSafetensors(readFileSync(found.file), found.file)
  const separator = openSeparator(engine, node.stage, node, tensors)
  const { count, rate } = node
  const { tf } = engine
  // as one function of TensorFlow for each length that comes again, with the same bits
  const separate = compiled(engine, ([batch]) => [separator.separate(batch!)], { how: 'function' })
  return {
    ...found,
    count,
    rate,
    separate: mixture => {
      const channels = tf.tidy(() => {
        // a copy: the tensor may share memory with the array
        const batch = tf.tensor2d(mixture.slice(), [1, mixture.length])
        return separate([batch])[0]!.dataSync<'float32'>().slice()
      })
      return Array.from({ length: count }, (_, at) => channels.slice(at * mixture.length, (at + 1) * mixture.length))
    },
    dispose: () => {
      separate.dispose()
      separator.dispose()
    },
  }
}
