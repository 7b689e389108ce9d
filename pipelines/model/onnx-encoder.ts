/** The encoder of an ONNX file, asked as the thread of TensorFlow is. */
import { Problem } from '../../data/problem.js'
import { loadOnnxRuntime, type OnnxPort, type OnnxRuntime, type OnnxSession } from '../../engine/install/onnxruntime.js'
import type { CheckedNode } from '../../graphs/language/checked.js'
import { innermost } from '../../stages/ports.js'
import type { EncoderThread } from './trainer-thread.js'

/** What embedding asks of an encoder, wherever it runs. */
export type Encoding = Pick<EncoderThread, 'encode' | 'maps' | 'layers' | 'close'>

type Axis = 'batch' | 'channel' | 'frames' | 'bands' | 'samples'

interface Settings {
  file: string
  output?: string
  size: number
  axes?: readonly Axis[]
  factor: number
  shift: number
}

/**
 * @param node of a stage `onnx`
 * @throws Problem `bad-onnx` if the file cannot be run, or does not take what the node reads; `no-package`
 */
export async function startOnnxEncoder({ parameters, inputs }: CheckedNode, threads?: number): Promise<Encoding> {
  const settings = parameters as unknown as Settings
  const { file } = settings
  const runtime = await loadOnnxRuntime()
  const options = { executionProviders: ['cpu'], logSeverityLevel: 3, ...(threads && { intraOpNumThreads: threads }) }
  const session = await runtime.InferenceSession.create(file, options).catch(cause => {
    throw new Problem('bad-onnx', `ONNX Runtime cannot run it: ${(cause as Error).message.split('\n')[0]}`, {
      place: { file },
      hint: 'It has to be a whole ONNX file, of operators that ONNX Runtime has, with its weights beside it if they are apart.',
      cause,
    })
  })
  const port = innermost(inputs.from!.port)
  const sides =
    port.kind === 'patch'
      ? { frames: port.frames, bands: port.bands }
      : port.kind === 'excerpt'
        ? { samples: port.samples }
        : {}
  const input = inputOf(session, settings, sides)
  const output = outputOf(session, settings)
  const run = new OnnxRun(runtime, session, settings, { input, output, sides })
  return {
    encode: (_, items, count) => run.encode(items, count),
    layers: async () => ({}),
    maps: () => Promise.reject(new Error('an ONNX file has no layers that could be read')),
    close: () => session.release(),
  }
}

/** Sides of what the node reads, by name. */
type Sides = Partial<Record<Axis, number>>

const axesOf = ({ axes }: Settings, sides: Sides): readonly Axis[] =>
  axes ?? ['batch', ...(Object.keys(sides) as Axis[])]

/** The name of the input, and how many items go in at a time. */
function inputOf({ inputMetadata: inputs }: OnnxSession, settings: Settings, sides: Sides) {
  const refuse = (message: string, hint?: string) =>
    new Problem('bad-onnx', message, { place: { file: settings.file }, hint })
  const [input, ...others] = inputs
  if (!input || others.length > 0)
    throw refuse(`It has ${inputs.length} inputs (${inputs.map(described).join(', ')}): an encoder of sound has one.`)
  if (input.type !== 'float32' && input.type !== 'tensor(float)')
    throw refuse(`Its input ${described(input)} is no float32.`)
  const axes = axesOf(settings, sides)
  const given = { channel: 1, ...sides }
  const shape = input.shape ?? axes
  const fits = (side: number | string | undefined, axis: Axis) =>
    typeof side !== 'number' || side < 0 || axis === 'batch' || side === given[axis]
  const there = axes.map(axis => (axis === 'batch' ? 'batch' : `${axis} ${given[axis]}`)).join(' x ')
  if (shape.length !== axes.length || !axes.every((axis, at) => fits(shape[at], axis)))
    throw refuse(
      `Its input is ${described(input)}, and ${there} arrive.`,
      'Write what its sides are at the node, as in axes: [batch, channel, bands, frames], and cut pieces of that size.',
    )
  const batch = axes.indexOf('batch')
  const fixed = batch < 0 ? 1 : shape[batch]
  return { name: input.name, atOnce: typeof fixed === 'number' && fixed > 0 ? fixed : undefined }
}

function outputOf({ outputMetadata: outputs }: OnnxSession, { output, file }: Settings): string {
  const found = output === undefined ? outputs : outputs.filter(({ name }) => name === output)
  if (found.length === 1) return found[0]!.name
  const what = output === undefined ? `${outputs.length} outputs` : `no output '${output}'`
  throw new Problem('bad-onnx', `It has ${what}.`, {
    place: { file },
    hint: `Write output: at the node. There are ${outputs.map(described).join(', ')}.`,
  })
}

/** `waveform [batch x 15600] float32`. */
const described = ({ name, shape = [], type = '' }: OnnxPort) =>
  `${name} [${shape.map(side => (typeof side === 'number' && side >= 0 ? side : side || '?')).join(' x ')}] ${type}`.trimEnd()

class OnnxRun {
  readonly #axes: readonly Axis[]

  constructor(
    private readonly runtime: OnnxRuntime,
    private readonly session: OnnxSession,
    private readonly settings: Settings,
    private readonly ports: { input: { name: string; atOnce: number | undefined }; output: string; sides: Sides },
  ) {
    this.#axes = axesOf(settings, ports.sides)
  }

  /**
   * Embeddings of the first `count` items, row-major; those behind them go in, too, as the last digits depend on how many
   * go in at once.
   */
  async encode(items: Float32Array, count: number): Promise<Float32Array> {
    const { size } = this.settings
    const { frames = 1, bands = 1, samples = 1 } = this.ports.sides
    const { atOnce = items.length / (frames * bands * samples) } = this.ports.input
    const embeddings = new Float32Array(count * size)
    for (let first = 0; first < count; first += atOnce) {
      const { moments, values } = await this.#run(items, first, atOnce)
      const some = Math.min(atOnce, count - first)
      for (let at = 0; at < some * size; at++) {
        const [item, k] = [Math.floor(at / size), at % size]
        let sum = 0
        for (let moment = 0; moment < moments; moment++) sum += values[(item * moments + moment) * size + k]!
        embeddings[first * size + at] = sum / moments
      }
    }
    if (embeddings.every(Number.isFinite)) return embeddings
    throw new Problem('not-finite', `'${this.ports.output}' holds numbers that are not finite.`, {
      place: { file: this.settings.file },
      hint: 'See that factor and shift make of the sound what the encoder was trained on.',
    })
  }

  /** `count` items from one on; where there are fewer, zeros stand for the rest. */
  async #run(items: Float32Array, first: number, count: number) {
    const { input, output, sides } = this.ports
    const { factor, shift, file, size } = this.settings
    const { frames = 1, bands = 1, samples = 1 } = sides
    const each = frames * bands * samples
    const turned = this.#axes.indexOf('bands') < this.#axes.indexOf('frames')
    const data = new Float32Array(count * each)
    for (let at = 0; at < data.length; at++) {
      const [item, place] = [Math.floor(at / each), at % each]
      const from = turned ? (place % frames) * bands + Math.floor(place / frames) : place
      data[at] = (items[(first + item) * each + from] ?? 0) * factor + shift
    }
    const dims = this.#axes.map(axis => ({ batch: count, channel: 1, frames, bands, samples })[axis])
    const given = { [input.name]: new this.runtime.Tensor('float32', data, dims) }
    const made = await this.session.run(given, [output]).catch(cause => {
      const why = (cause as Error).message.split('\n')[0]
      throw new Problem('bad-onnx', `It stopped at ${dims.join(' x ')}: ${why}`, { place: { file }, cause })
    })
    const { dims: shape, data: values } = made[output]!
    const moments = values.length / size / count
    if (shape.at(-1) === size && Number.isInteger(moments)) return { moments, values }
    const message = `'${output}' is ${shape.join(' x ')} of ${count} pieces: no embeddings of ${size}.`
    const hint = `Write size: ${shape.at(-1)} at the node, or name another output.`
    throw new Problem('wrong-width', message, { place: { file }, hint })
  }
}
