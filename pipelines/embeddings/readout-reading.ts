/** How an encoder is read by a readout. Loaded if there is one. */
import type { InferenceGraph } from '../../graphs/inference/inference-graph.js'
import { ClipReadout, framesOf } from '../../graphs/readout/clip-readout.js'
import { applyFitted, type Fitted, fittedSize } from '../../graphs/readout/fit.js'
import { planReadout, type ReadoutPlan } from '../../graphs/readout/plan.js'
import type { Readout } from '../../graphs/readout/settings.js'
import type { EncoderThread } from '../model/trainer-thread.js'
import type { Reading } from './clip-embedding.js'
import type { EmbedOptions } from './embed-options.js'
import { layersOutput } from './encode.js'
import type { Rows } from './rows.js'

/** @throws Problem `no-such-layer`, `bad-readout` */
export async function readoutReading(
  { encoder }: InferenceGraph,
  readout: Readout,
  thread: EncoderThread,
  fitted?: Fitted,
): Promise<Reading> {
  const plan = planReadout(encoder, readout, await thread.layers(encoder))
  const layers = plan.layers.map(({ name }) => name)
  const { fit: _, ...unfitted } = readout
  const rows = (level: EmbedOptions['level']) => readoutRows(level, plan)
  const said = { ...(fitted ? readout : unfitted), layers, order: 'layer, part, statistic, band, channel' }
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
function readoutRows(level: EmbedOptions['level'], plan: ReadoutPlan): Rows {
  let reading: ClipReadout | undefined
  return ({ start, starts, number, last, values }, { clip, patch }) => {
    const patches = { starts, length: patch, sound: clip }
    if (level === 'frame')
      return framesOf(plan, patches, number, values).map(frame => ({
        start: start + frame.start,
        end: Math.min(start + frame.start + frame.seconds, clip),
        embedding: frame.embedding,
      }))
    if (level === 'patch') {
      const alone = new ClipReadout(plan, { starts: [start], length: patch, sound: clip })
      alone.add(0, values)
      return [{ start, end: Math.min(start + patch, clip), embedding: alone.take() }]
    }
    reading ??= new ClipReadout(plan, patches)
    reading.add(number, values)
    if (!last) return []
    const embedding = reading.take()
    reading = undefined
    return [{ start: 0, end: clip, embedding }]
  }
}

/** Rows after the step that was fitted to training clips. */
function fittedRows(rows: Rows, fitted: Fitted): Rows {
  return (patch, lengths) =>
    rows(patch, lengths).map(row => ({ ...row, embedding: applyFitted(fitted, row.embedding) }))
}
