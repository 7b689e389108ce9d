/** A checkpoint that is known by its graph and the shapes of its weights, and holds none of their numbers. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CHECKPOINT_FORMAT, writeDescription } from '../engine/checkpoints/description.js'
import { encodeSafetensors } from '../engine/safetensors.js'
import type { Shapes, StoredTensor } from '../engine/weights.js'

/** @param nodes of its graph */
export function writeShapedCheckpoint(folder: string, shapes: Shapes, nodes: unknown[] = []): void {
  mkdirSync(folder, { recursive: true })
  const state = [...shapes].map(([name, { shape }]) => {
    const data = new Float32Array(shape.reduce((product, side) => product * side, 1))
    return [name, { shape: [...shape], data }] as [string, StoredTensor]
  })
  const bytes = encodeSafetensors(new Map(state))
  const header = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true))
  writeFileSync(join(folder, 'step-000001.safetensors'), bytes.subarray(0, header))
  writeDescription(join(folder, 'step-000001.json'), {
    ...{ format: CHECKPOINT_FORMAT, step: 1, sha256: 'not read', graph: { nodes } },
  })
}
