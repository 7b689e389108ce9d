/** The tensors of a checkpoint: weights and optimiser slots in one safetensors file. */
import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { decodeSafetensors, encodeSafetensors } from '../../engine/safetensors.js'

type State = Map<string, { shape: number[]; data: Float32Array }>

/** Names of optimiser slots start with this; weights have their own names. */
const SLOT = 'optimiser/'

/** Written to a temporary name, flushed, renamed. @returns sha256 of the file */
export function writeTensors(file: string, weights: State, slots: State = new Map()): string {
  const named = [...slots].map(([name, slot]) => [SLOT + name, slot] as const)
  const bytes = encodeSafetensors(new Map([...weights, ...named]))
  const temporary = `${file}.${process.pid}`
  const descriptor = openSync(temporary, 'w')
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(temporary, file)
  return createHash('sha256').update(bytes).digest('hex')
}

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
