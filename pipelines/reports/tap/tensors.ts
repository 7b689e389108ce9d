/** What leaves a node that works on batches: for the first batch of training, with the weights that training begins with. */
import { firstValueFrom } from 'rxjs'
import type { Precision } from '../../../engine/engine.js'
import type { LaneName } from '../../../graphs/language/item-shape.js'
import { streamBatches } from '../../../graphs/streams/batches.js'
import { laneOfValue } from '../../../graphs/streams/lanes.js'
import type { Pool } from '../../../graphs/streams/pool.js'
import type { Port } from '../../../stages/ports.js'
import { startEncoder } from '../../model/trainer-thread.js'
import { type Exhibit, type Shown, type ShowOptions, sidesOf } from './exhibits.js'

export interface TensorOptions extends Omit<ShowOptions, 'store'> {
  pool: Pool
  threads: number
  precision: Precision
}

/** Values by side of the pair, row by row; of a loss its one number. */
export type Rows = Partial<Record<LaneName, Float32Array>>

/** The first clips of the batch, each with its row; nothing but the number for a loss. */
export async function tensorsOf(options: TensorOptions): Promise<{ shown: Shown[]; loss?: number }> {
  const { graph, stages, prepared, pool, seed, count, node, lane } = options
  const batch = await firstValueFrom(streamBatches({ graph, stages, prepared, pool, seed, steps: 1 }))
  batch.release()
  const { items } = batch
  const rows = node.place === 'batch' ? batch.values[node.id]! : await lookedAt(options, batch.values)
  if (node.out.kind === 'loss') return { shown: [], loss: rows.only![0]! }
  const port = node.out.kind === 'batch' ? node.out.of : node.out
  const shown = items.slice(0, count).map(({ clip: id, epoch, position }, row): Shown => {
    const clip = prepared.clips.findIndex(clip => clip.id === id)
    const exhibits: Exhibit[] = sidesOf(port, rowOf(rows, row, items.length, port), lane)
    for (const exhibit of exhibits)
      if (exhibit.port.kind === 'excerpt')
        exhibit.sound = { samples: exhibit.value as Float32Array, rate: exhibit.port.rate, whole: true }
    return { item: { clip, epoch, position, occurrence: 0 }, clip: prepared.clips[clip]!, exhibits }
  })
  return { shown }
}

async function lookedAt({ graph, seed, threads, precision, node }: TensorOptions, values: Record<string, Rows>) {
  const thread = await startEncoder({ graph, seed, threads, precision })
  try {
    return await thread.forward(node.id, values)
  } finally {
    await thread.close()
  }
}

/** One item of what a batch holds, in the shape of its port: `{ a, b }` of pairs, a list of channels. */
function rowOf(rows: Rows, row: number, count: number, port: Port): unknown {
  const of = (numbers: Float32Array, inner: Port) => {
    const size = numbers.length / count
    return nested(numbers.subarray(row * size, (row + 1) * size), inner)
  }
  if (port.kind !== 'pair') return of(rows.only!, port)
  return {
    a: of(laneOfValue(rows, 'a') as Float32Array, port.of),
    b: of(laneOfValue(rows, 'b') as Float32Array, port.of),
  }
}

function nested(numbers: Float32Array, port: Port): unknown {
  if (port.kind !== 'channels') return numbers
  const size = numbers.length / port.count
  return Array.from({ length: port.count }, (_, at) => nested(numbers.subarray(at * size, (at + 1) * size), port.of))
}
