/** The tensors of a checkpoint: weights and optimiser slots in one safetensors file. */
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { writeWhole } from '../../data/whole-file.js'
import { decodeSafetensors, encodeSafetensors, readShapes } from '../safetensors.js'
import type { Shapes, State } from '../weights.js'

/** Names of optimiser slots start with this; weights have their own names. */
const SLOT = 'optimiser/'

/** Whole or not at all, and on the disk. @returns sha256 of the file */
export function writeTensors(file: string, weights: State, slots: State = new Map()): string {
  const named = [...slots].map(([name, slot]) => [SLOT + name, slot] as const)
  const bytes = encodeSafetensors(new Map([...weights, ...named]))
  writeWhole(file, bytes, { flush: true })
  return hash('sha256', bytes)
}

/** Of the weights, of which no number is read. @throws Problem as `readTensors` */
export const readWeightShapes = (file: string): Shapes =>
  new Map([...readShapes(file)].filter(([name]) => !name.startsWith(SLOT)))

/** @throws Problem if the file is missing, truncated or not safetensors */
export function readTensors(file: string): { weights: State; slots: State } {
  const { tensors } = decodeSafetensors(readFileSync(file), file)
  const weights: State = new Map()
  const slots: State = new Map()
  for (const [name, tensor] of tensors) {
    if (name.startsWith(SLOT)) slots.set(name.slice(SLOT.length), tensor)
    else weights.set(name, tensor)
  }
  return { weights, slots }
}
