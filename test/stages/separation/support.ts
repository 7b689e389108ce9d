/** What the tests of separation share: ports, fixtures, sounds. */
import { streamOf } from '../../../graphs/streams/draws.js'
import type { Port } from '../../../stages/ports.js'
import { fixture } from '../../engine/started.js'

export interface Numbers {
  shape: number[]
  data: number[]
}

interface Loss {
  sources: Numbers
  loss: number
  towards: number[]
  rounding: { loss: number; towards: number }
}

export interface Cases {
  networks: {
    settings: Record<string, unknown> & { window: number; hop: number; sources: number }
    a: Numbers
    b: Numbers
    sources: Numbers
    loss: number
    weights: Record<string, Numbers>
    towards: Record<string, number[]>
    rounding: { sources: number; loss: number; towards: Record<string, number> }
  }[]
  mixit: (Loss & { a: Numbers; b: Numbers })[]
  pit: (Loss & { stems: Numbers })[]
  ratioMask: { stems: Numbers; window: number; hop: number; separated: Numbers }
  siSdr: { estimate: Numbers; reference: Numbers; ratio: number }[]
}

export const cases = fixture<Cases>('separation/cases.json')

export const RATE = 16000

export function excerptPort(samples: number): Port {
  return { kind: 'excerpt', rate: RATE, samples }
}

export function batch(of: Port, size = 2): Port {
  return { kind: 'batch', of, size }
}

export function channelsOf(count: number, samples: number): Port {
  return { kind: 'channels', of: excerptPort(samples), count }
}

export function pairOf(samples: number): Port {
  return { kind: 'pair', of: excerptPort(samples) }
}

/** Gaussian noise, by name. */
export function noise(name: string, samples = 400, deviation = 1): Float32Array {
  const sound = new Float32Array(samples)
  streamOf(name).fillNormal(sound, deviation)
  return sound
}

/** Sample by sample. */
export function sum(...sounds: Float32Array[]): Float32Array {
  return sounds[0]!.map((_, at) => sounds.reduce((total, sound) => total + sound[at]!, 0))
}

export function times(factor: number, sound: Float32Array): Float32Array {
  return sound.map(sample => factor * sample)
}

export function silence(samples = 400): Float32Array {
  return new Float32Array(samples)
}
