/**
 * Arithmetic on four numbers at once: a small WebAssembly module, made of the kernels beside this file when it is first
 * used. It needs no compiler, and gives the same bits on every processor.
 */
import { createRequire } from 'node:module'
import { normalKernel } from './normal-kernel.js'
import { powerKernels } from './power-kernels.js'
import { stretchKernels } from './stretch-kernels.js'
import type { Wasm } from './wasm.js'

const PAGE = 65536
/** A kernel works on eight numbers at a time, and may write so many beyond the last. */
export const BEYOND = 8

/** What TypeScript knows of browsers alone. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object) => { exports: unknown }
}

export interface Simd {
  powers: (at: number, endAt: number) => number
  logarithms: (at: number, endAt: number) => number
  normals: (at: number, endAt: number, stateAt: number, deviation: number) => void
  between: (firstAt: number, secondAt: number, share: number, at: number, endAt: number) => void
  across: (tapsAt: number, stride: number, at: number, endAt: number) => void
  /** The memory from address 0 on, with room for `count` numbers. What a call before left in it may be gone. */
  room: (count: number) => Float32Array<ArrayBuffer>
}

let made: Simd | undefined

/** The kernels and the memory that they work in, one of a thread. */
export const simd = (): Simd => (made ??= make())

function make(): Simd {
  const wasm = createRequire(import.meta.url)('wasmati') as Wasm // only where it is used: loading takes 50 ms
  const memory = wasm.memory({ min: 1 })
  const kernels = { ...powerKernels(wasm), ...normalKernel(wasm), ...stretchKernels(wasm) }
  const bytes = wasm.Module({ exports: { ...kernels, memory }, memory }).toBytes()
  type Exports = Omit<Simd, 'room'> & { memory: { buffer: ArrayBuffer; grow(pages: number): number } }
  const exports = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Exports
  return {
    ...exports,
    room: count => {
      const lacking = Math.ceil((4 * (count + BEYOND) - exports.memory.buffer.byteLength) / PAGE)
      if (lacking > 0) exports.memory.grow(lacking)
      return new Float32Array(exports.memory.buffer)
    },
  }
}
