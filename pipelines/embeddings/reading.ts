/** How an encoder is read when it embeds: as itself, as one of its layers, or by a readout. */
import { parse, YAMLParseError } from 'yaml'
import { Problem } from '../../data/problem.js'
import type { InferenceGraph } from '../../graphs/inference/inference-graph.js'
import type { Fitted } from '../../graphs/readout/fit.js'
import {
  READOUT_NAMES,
  type Readout,
  type ReadoutSettings,
  readoutOf,
  readoutSettings,
} from '../../graphs/readout/settings.js'
import type { Encoding } from '../model/onnx-encoder.js'
import type { EmbedOptions } from './embed-options.js'
import { plainOutput } from './encode.js'
import { encoderLayer } from './encoder-layer.js'
import { plainRows, type Reading } from './rows.js'

/**
 * What was asked for on the command line, else what the run says.
 *
 * @param asked a name, or a map: `{ layers: 3, bands: 8, time: [mean, std] }`
 * @throws Problem `bad-option`
 */
export function chosenReadout(
  { readout: asked, layer, level }: Pick<EmbedOptions, 'readout' | 'layer' | 'level'>,
  ofRun: ReadoutSettings | undefined,
): Readout | undefined {
  const oneLayer = layer?.includes('.') === true
  if (oneLayer && asked !== undefined)
    throw new Problem('bad-option', '--layer names one layer, and --readout which layers are read: give one of them.', {
      hint: 'An encoder alone may be named with --layer.',
    })
  const readout = oneLayer ? undefined : readoutOf(asked === undefined ? ofRun : settingsOf(asked))
  if (readout?.fit !== undefined && level === 'frame')
    throw new Problem('bad-option', '--level frame: what is fitted is fitted to whole clips.', {
      hint: 'Give a --readout without fit.',
    })
  if (!readout && level === 'frame')
    throw new Problem('bad-option', "--level frame: the encoder's own embeddings are of patches.", {
      hint: 'Give a --readout that has frames, such as bands.',
    })
  return readout
}

function settingsOf(asked: string): ReadoutSettings {
  const read = readoutSettings.safeParse(asked.trim().startsWith('{') ? yaml(asked) : { preset: asked })
  if (read.success) return read.data
  const { path, message } = read.error.issues[0]!
  const where = path.length > 0 && path[0] !== 'preset' ? `${path.join('.')}: ` : ''
  throw new Problem('bad-option', `--readout ${asked}: ${where}${message}`, {
    hint: `Give ${READOUT_NAMES.join(', ')}, or a map such as '{ layers: 3, bands: 8, time: [mean, std] }'.`,
  })
}

function yaml(text: string): unknown {
  try {
    return parse(text)
  } catch (cause) {
    if (!(cause instanceof YAMLParseError)) throw cause
    throw new Problem('bad-option', `--readout ${text}: ${cause.message.split('\n')[0]}`, { cause })
  }
}

/**
 * Of an encoder whose stage names no layers its own embedding, unless a readout was asked for by name.
 *
 * @throws Problem `no-such-layer`, `bad-readout`
 */
export async function readingOf(
  { layer: asked, readout: named }: Partial<Pick<EmbedOptions, 'layer' | 'readout'>>,
  inference: InferenceGraph,
  readout: Readout | undefined,
  thread: Encoding,
  fitted?: Fitted,
): Promise<Reading> {
  const { encoder } = inference
  if (readout && (named !== undefined || Object.keys(await thread.layers(encoder)).length > 0)) {
    const { readoutReading } = await import('./readout-reading.js')
    return readoutReading(inference, readout, thread, fitted)
  }
  const layer = await encoderLayer(asked, encoder, thread)
  const output = plainOutput(thread, inference, layer)
  return {
    output,
    plan: undefined,
    dimensions: () => output.size,
    rows: level => plainRows(level === 'patch' ? 'patch' : 'clip', output.size),
    metadata: {
      'earshot.layer': layer === undefined ? encoder : `${encoder}.${layer.name}`,
      'earshot.pooling': 'mean',
      'earshot.readout': 'plain',
      ...(layer === undefined && inference.space && { 'earshot.space': inference.space }),
    },
  }
}
