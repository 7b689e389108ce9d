/** What a readout takes of the layers that an encoder has, and how many numbers come of it. */
import { Problem } from '../../data/problem.js'
import type { Readout } from './settings.js'
import { statisticsSize } from './time-statistics.js'

/** Frames, bands and channels of what a layer makes of one patch. */
export type LayerShape = readonly [frames: number, bands: number, channels: number]

/** The layer that is what an encoder takes: a patch, with one channel. */
export const INPUT = 'input'

export interface ReadLayer {
  name: string
  frames: number
  /** Bands that are read: the layer's own, or groups of them. */
  bands: number
  channels: number
}

export interface ReadoutPlan {
  readout: Readout
  layers: readonly ReadLayer[]
  /** Numbers that the layers give for a patch: layer after layer, each frames x bands x channels. */
  size: number
  /** Numbers of an embedding of clips or patches: layer after layer, part after part, statistic after statistic. */
  dimensions: number
  /** Of frames: the layers side by side. */
  frameDimensions: number
}

/**
 * @param shapes layers by name, in the order in which the encoder makes them
 * @throws Problem `no-such-layer`; `bad-readout` if the bands of a layer do not divide
 */
export function planReadout(
  encoder: string,
  readout: Readout,
  shapes: Readonly<Record<string, LayerShape>>,
): ReadoutPlan {
  const layers = namesOf(encoder, readout, Object.keys(shapes)).map(name => {
    const [frames, all, channels] = shapes[name]!
    const bands = name === INPUT ? all : bandsRead(`${encoder}.${name}`, all, readout.bands)
    return { name, frames, bands, channels }
  })
  const sum = (of: (layer: ReadLayer) => number) => layers.reduce((total, layer) => total + of(layer), 0)
  const timing = { statistics: readout.time, parts: readout.parts }
  return {
    readout,
    layers,
    size: sum(({ frames, bands, channels }) => frames * bands * channels),
    dimensions: sum(({ bands, channels }) => statisticsSize(bands * channels, timing)),
    frameDimensions: sum(({ bands, channels }) => bands * channels),
  }
}

function namesOf(encoder: string, { layers, input }: Readout, there: readonly string[]): readonly string[] {
  const unknown = typeof layers === 'number' ? undefined : layers.find(name => !there.includes(name))
  if (unknown === undefined && there.length > 0) {
    const named = typeof layers === 'number' ? there.filter(name => name !== INPUT).slice(-layers) : layers
    return [...new Set([...(input ? [INPUT] : []), ...named])]
  }
  const what = unknown === undefined ? 'names no layer' : `has no layer '${unknown}'`
  throw new Problem('no-such-layer', `The encoder '${encoder}' ${what}.`, {
    hint: there.length > 0 ? `Its layers: ${there.join(', ')}.` : 'Read it out as it is: --readout plain.',
  })
}

function bandsRead(layer: string, bands: number, wanted: Readout['bands']): number {
  const divisors = Array.from({ length: bands }, (_, at) => at + 1).filter(count => bands % count === 0)
  if (wanted === 'all') return bands
  if (typeof wanted === 'string') return divisors.findLast(count => count <= Number(wanted.slice('up to '.length)))!
  if (bands <= wanted) return bands
  if (bands % wanted === 0) return wanted
  throw new Problem('bad-readout', `'${layer}' has ${bands} bands, which cannot be averaged to ${wanted}.`, {
    hint: `Write one of: ${divisors.join(', ')}, all, or up to ${wanted}.`,
  })
}
