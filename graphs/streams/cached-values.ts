/** What a cached node gives, on its way into its feature file and out of it: lanes lie there one after the other. */
import type { Feature } from '../../data/feature-cache.js'
import { Problem } from '../../data/problem.js'
import type { Port } from '../../stages/ports.js'
import type { FeatureStream, Recording } from '../../stages/values.js'
import { lanesOf } from '../language/lift.js'
import { laneOfValue, together } from './lanes.js'

/** Samples of a recording that are read at a time. */
const BLOCK = 65_536

/**
 * The frames to be written for what a cached stage, or a lifted one, gave: a stream, an array of numbers (one frame), or
 * one of these for each lane.
 *
 * @throws Problem `lanes-differ` while it is read, if one lane is longer than another
 */
export function streamFor(port: Port, value: unknown): FeatureStream {
  if (value instanceof Float32Array) return { bands: value.length, blocks: () => one(value) }
  const lanes = lanesOf(port)
  if (!('of' in port) || lanes.length === 0 || 'blocks' in (value as object)) return value as FeatureStream
  const parts = lanes.map(lane => streamFor(port.of, laneOfValue(value, lane)))
  return { ...parts[0]!, blocks: () => stacked(parts) }
}

async function* one(block: Float32Array): AsyncGenerator<Float32Array> {
  yield block
}

async function* stacked(parts: readonly FeatureStream[]): AsyncGenerator<Float32Array> {
  let first: number | undefined
  for (const [index, { blocks }] of parts.entries()) {
    let length = 0
    for await (const block of blocks()) {
      length += block.length
      yield block
    }
    first ??= length
    if (length === first) continue
    const message = `Lanes of one clip are equally long; here the first holds ${first} numbers and number ${index + 1} holds ${length}.`
    throw new Problem('lanes-differ', message)
  }
}

/** Frames of one lane. @throws Problem `lanes-differ` if they are not equally many in all lanes */
export function framesOfLane(port: Port, frames: number): number {
  const lanes = Math.max(1, lanesOf(port).length)
  if (frames % lanes === 0) return frames / lanes
  throw new Problem('lanes-differ', `${frames} frames cannot be those of ${lanes} equally long lanes.`)
}

/** The value that other nodes read: a spectrogram, a recording, levels, or one a lane. */
export function valueFrom(port: Port, feature: Feature): unknown {
  const lanes = lanesOf(port)
  if ('of' in port && lanes.length > 0) {
    const frames = framesOfLane(port, feature.frames)
    return together(
      port,
      lanes.map((_, index) => valueFrom(port.of, part(feature, index * frames, frames))),
    )
  }
  if (port.kind === 'recording') return recordingFrom(feature, port.rate)
  return port.kind === 'levels' || port.kind === 'label' ? feature.read(0, feature.frames) : feature
}

function recordingFrom({ frames: samples, read, seconds, notes }: Feature, rate: number): Recording {
  return {
    rate,
    samples,
    read,
    seconds: () => (Number.isNaN(seconds) ? undefined : seconds),
    notes: () => notes,
    async *blocks() {
      for (let at = 0; at < samples; at += BLOCK) yield read(at, Math.min(BLOCK, samples - at))
    },
  }
}

/** Some frames of a feature as if they were all. */
function part(feature: Feature, first: number, frames: number): Feature {
  return {
    ...feature,
    frames,
    read: (start, count) => {
      if (!(start >= 0 && count >= 0 && start + count <= frames))
        throw new RangeError(`frames ${start} to ${start + count} of a lane of ${frames} frames`)
      return feature.read(first + start, count)
    },
  }
}
