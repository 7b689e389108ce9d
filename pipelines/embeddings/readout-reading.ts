/** How an encoder is read by a readout. Loaded if there is one. */
import type { InferenceGraph } from '../../graphs/inference/inference-graph.js'
import { ClipReadout, coarsest, framesOf } from '../../graphs/readout/clip-readout.js'
import { applyFitted, type Fitted, fittedSize } from '../../graphs/readout/fit.js'
import { planReadout, type ReadoutPlan } from '../../graphs/readout/plan.js'
import type { Readout } from '../../graphs/readout/settings.js'
import { type Patches, territories } from '../../graphs/readout/territories.js'
import type { TokensPort } from '../../stages/ports.js'
import type { Encoding } from '../model/onnx-encoder.js'
import type { EncoderThread } from '../model/trainer-thread.js'
import type { Level } from './embed-options.js'
import { type EncodedPatch, layersOutput } from './encode.js'
import type { Lengths, Reading, Rows } from './rows.js'

/** @throws Problem `no-such-layer`, `bad-readout` */
export async function readoutReading(
  { encoder }: InferenceGraph,
  readout: Readout,
  thread: Encoding,
  fitted?: Fitted,
): Promise<Reading> {
  const plan = planReadout(encoder, readout, await thread.layers(encoder))
  const layers = plan.layers.map(({ name }) => name)
  const { fit, input: _, ...others } = readout // `layers` names it
  const rows = (level: Level) => readoutRows(level, plan)
  const said = { ...others, ...(fitted && { fit }), layers, order: 'layer, part, statistic, band, channel' }
  return {
    output: layersOutput(thread, encoder, plan),
    plan,
    dimensions: level => (fitted ? fittedSize(fitted) : level === 'frame' ? plan.frameDimensions : plan.dimensions),
    rows: level => (fitted ? fittedRows(rows(level), fitted) : rows(level)),
    metadata: {
      'earshot.layer': layers.map(name => `${encoder}.${name}`).join(','),
      'earshot.pooling': 'readout',
      'earshot.readout': JSON.stringify(said),
    },
  }
}

/** What the last of an encoder and heads on it says moment by moment: rows of the level `frame`. */
export function momentsReading(thread: EncoderThread, chain: readonly string[], { count, size }: TokensPort): Reading {
  const layers = [{ name: chain.at(-1)!, frames: count, bands: 1, channels: size }]
  return {
    output: { size: count * size, of: (patches, count) => thread.moments(chain, patches, count) },
    plan: undefined,
    dimensions: () => size,
    rows: () => frameRows({ layers }),
    metadata: {},
  }
}

const patchesOf = ({ starts }: EncodedPatch, { clip, patch, frame }: Lengths): Patches => {
  const whole = (seconds: number) => Math.round(seconds / frame)
  const length = Number.isFinite(patch) ? whole(patch) : 1
  return { starts: starts.map(whole), length, sound: [0, Math.max(1, whole(clip))] }
}

/** Frames of the coarsest layer, each moment of a clip once. */
function frameRows(plan: Pick<ReadoutPlan, 'layers'>): Rows {
  /** Of the clip whose patches come. */
  let length: number
  let places: [number, number][]
  return (encoded, lengths) => {
    const { start, number, values } = encoded
    const { clip, frame } = lengths
    if (number === 0) {
      const all = patchesOf(encoded, lengths)
      length = all.length
      places = territories(all, coarsest(plan))
    }
    return framesOf(plan, length, places[number]!, values).map(({ from, to, embedding }) => ({
      start: start + from * frame,
      end: Math.min(start + to * frame, clip),
      embedding,
    }))
  }
}

/** What a readout makes of the layers: of clips, or of each patch. */
function readoutRows(level: Level, plan: ReadoutPlan): Rows {
  if (level === 'frame') return frameRows(plan)
  /** Of the clip whose patches come. */
  let all: Patches
  let reading: ClipReadout
  return (encoded, lengths) => {
    const { start, starts, number, last, values } = encoded
    const { clip, patch, frame, sounding } = lengths
    const whole = (seconds: number) => Math.round(seconds / frame)
    if (number === 0) {
      all = patchesOf(encoded, lengths)
      const sound =
        level === 'clip' && Number.isFinite(patch) ? sounding(whole(starts.at(-1)!) + all.length) : all.sound
      if (level === 'clip') reading = new ClipReadout(plan, { ...all, sound })
    }
    if (level === 'patch') {
      const alone = new ClipReadout(plan, { ...all, starts: [whole(start)] })
      alone.add(0, values)
      return [{ start, end: Math.min(start + patch, clip), embedding: alone.take() }]
    }
    reading.add(number, values)
    return last ? [{ start: 0, end: clip, embedding: reading.take(), crowded: reading.crowded }] : []
  }
}

/** Rows after the step that was fitted to training clips. */
function fittedRows(rows: Rows, fitted: Fitted): Rows {
  return (patch, lengths) =>
    rows(patch, lengths).map(row => ({ ...row, embedding: applyFitted(fitted, row.embedding) }))
}
