/** How an encoder is read by a readout. Loaded if there is one. */
import type { InferenceGraph } from '../../graphs/inference/inference-graph.js'
import { ClipReadout, coarsest, framesOf } from '../../graphs/readout/clip-readout.js'
import { applyFitted, type Fitted, fittedSize } from '../../graphs/readout/fit.js'
import { planReadout, type ReadoutPlan } from '../../graphs/readout/plan.js'
import type { Readout } from '../../graphs/readout/settings.js'
import { type Patches, territories } from '../../graphs/readout/territories.js'
import type { Encoding } from '../model/onnx-encoder.js'
import type { Level } from './embed-options.js'
import { layersOutput } from './encode.js'
import type { Reading, Rows } from './rows.js'

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

/** What a readout makes of the layers. */
function readoutRows(level: Level, plan: ReadoutPlan): Rows {
  /** Of the clip whose patches come. */
  let all: Patches
  let reading: ClipReadout
  let places: [number, number][]
  return ({ start, starts, number, last, values }, { clip, patch, frame, sounding }) => {
    const whole = (seconds: number) => Math.round(seconds / frame)
    if (number === 0) {
      const cut = Number.isFinite(patch)
      all = { starts: starts.map(whole), length: cut ? whole(patch) : 1, sound: [0, Math.max(1, whole(clip))] }
      const sound = level === 'clip' && cut ? sounding(whole(starts.at(-1)!) + all.length) : all.sound
      if (level === 'clip') reading = new ClipReadout(plan, { ...all, sound })
      if (level === 'frame') places = territories(all, coarsest(plan))
    }
    if (level === 'frame')
      return framesOf(plan, all.length, places[number]!, values).map(({ from, to, embedding }) => ({
        start: start + from * frame,
        end: Math.min(start + to * frame, clip),
        embedding,
      }))
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
