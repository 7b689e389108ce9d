/** The way from sound to the encoder, as what a graph is given: windows, their Fourier transform and its bands as matrices. */
import { Problem } from '../../../data/problem.js'
import type { InferenceGraph } from '../../../graphs/inference/inference-graph.js'
import type { CheckedNode, Input } from '../../../graphs/language/checked.js'
import { logMelOptions, type logMelParameters } from '../../../stages/audio/log-mel.js'
import { type LogMelOptions, periodicWindow } from '../../../stages/audio/spectra/log-mel-spectrogram.js'
import { melFilterBank } from '../../../stages/audio/spectra/mel-filter-bank.js'
import type { Statistics } from '../../../stages/values.js'
import type { Graph, LogMel, Value } from './graph.js'

export interface FrontEnd {
  mel: LogMelOptions
  /** Of the patch that the encoder takes. */
  frames: number
  /** Samples that its frames are made of. */
  samples: number
  /** Samples before the centre of its first frame. */
  lead: number
  /** How sound is prepared before patches are cut; `atLeast` in samples. */
  sound: { normalise: 'peak' | 'none'; headRoom: number; atLeast: number }
  /** log10 mel power times `factor` plus `shift` is what the encoder was trained on. */
  factor: number
  shift: number
}

/** @throws Problem `not-exportable` if a stage between the clip and the encoder is none of those written here */
export function frontEnd(inference: InferenceGraph, statistics: Record<string, Statistics>): FrontEnd {
  const { graph, port } = inference
  const byId = new Map(graph.nodes.map(node => [node.id, node]))
  const { cut, scales } = backToTheCut(inference, byId)
  const mel = byId.get(cut.node)!
  if (mel.stage !== 'log-mel' || mel.lifted || cut.lane || port.kind !== 'patch')
    throw refused(mel, 'the features of the encoder')
  const source = soundBehind(mel, byId)
  const wave = source.parameters as { normalise: 'peak' | 'none'; 'at-least': number; 'head-room'?: number }
  const options = logMelOptions(port.rate, mel.parameters as ReturnType<typeof logMelParameters.parse>)
  const { frames } = port
  const between = (frames - 1) * options.hop
  return {
    mel: options,
    frames,
    samples: between + options.window,
    lead: options.fft / 2 - ((options.fft - options.window) >> 1),
    sound: {
      normalise: wave.normalise,
      headRoom: wave['head-room'] ?? 1e-4,
      atLeast: Math.max(between + 1, Math.round(wave['at-least'] * options.rate)),
    },
    ...normalisation(scales, statistics),
  }
}

type ById = ReadonlyMap<string, CheckedNode>

/** What patches are cut from, and the nodes that normalise them on their way to the encoder, in order. */
function backToTheCut({ input, encoder }: InferenceGraph, byId: ById): { cut: Input; scales: CheckedNode[] } {
  const scales: CheckedNode[] = []
  let at: Input | undefined = input
  while (at && !at.cut) {
    const node: CheckedNode = byId.get(at.node)!
    if (node.stage !== 'normalise') throw refused(node, `what '${encoder}' reads`)
    scales.unshift(node)
    at = node.inputs.from
  }
  return { cut: at!, scales }
}

/** The `waveform` that a log-mel spectrogram is made of, directly or through a cached copy of it. */
function soundBehind(mel: CheckedNode, byId: ById): CheckedNode {
  const above = ({ inputs }: CheckedNode) => byId.get(Object.values(inputs)[0]?.node ?? '')
  let source = above(mel)
  if (source?.stage === 'recording') source = above(source)
  if (source?.stage !== 'waveform' || source.parameters.mirror) throw refused(source ?? mel, 'the sound of the encoder')
  return source
}

function normalisation(scales: readonly CheckedNode[], statistics: Record<string, Statistics>) {
  const scale = { factor: 1, shift: 0 }
  for (const { inputs } of scales) {
    const { mean, deviation } = statistics[inputs.statistics!.node]!
    Object.assign(scale, { factor: scale.factor / deviation, shift: (scale.shift - mean) / deviation })
  }
  return scale
}

function refused({ id, stage }: CheckedNode, what: string): Problem {
  return new Problem(
    'not-exportable',
    `${what[0]!.toUpperCase()}${what.slice(1)} comes from '${id}', a stage '${stage}', which cannot be exported.`,
    {
      hint: 'Stages before the encoder that can: waveform, recording, log-mel, normalise. The weights alone can be had with --as safetensors.',
    },
  )
}

/** Sound [samples] to the image [frames, bands, 1] that the encoder takes. */
export function logMelImage(graph: Graph, { mel, frames, factor, shift }: FrontEnd): Value {
  const { window, hop, bands, floor } = mel
  return graph.logMel({ window, hop, frames, bands, floor, factor: factor / Math.LN10, shift, ...transforms(mel) })
}

/** The windowed Fourier transform, a real and an imaginary part a bin; the mel bank that sums their squares. */
function transforms(mel: LogMelOptions): Pick<LogMel, 'parts' | 'spectrum' | 'bank'> {
  const { first, weights } = melFilterBank(mel)
  const lowest = Math.min(...first)
  const bins = Math.max(...first.map((bin, band) => bin + weights[band]!.length)) - lowest
  const taper = periodicWindow(mel.window, mel.shape ?? 'hann')
  const spectrum = new Float64Array(mel.window * 2 * bins)
  for (let at = 0; at < mel.window; at++) {
    for (let bin = 0; bin < bins; bin++) {
      // The phase of a bin does not matter: its power is what is used
      const angle = (2 * Math.PI * ((at * (lowest + bin)) % mel.fft)) / mel.fft
      spectrum[at * 2 * bins + bin] = taper[at]! * Math.cos(angle)
      spectrum[at * 2 * bins + bins + bin] = taper[at]! * Math.sin(angle)
    }
  }
  const bank = new Float64Array(2 * bins * mel.bands)
  for (const [band, filter] of weights.entries()) {
    for (const [at, weight] of filter.entries()) {
      const bin = first[band]! + at - lowest
      bank[bin * mel.bands + band] = weight
      bank[(bins + bin) * mel.bands + band] = weight
    }
  }
  return { parts: 2 * bins, spectrum, bank }
}
