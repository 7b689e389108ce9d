/**
 * What flows between stages. A port type says what the numbers mean (rate, hop, bands, frames), so that a graph is
 * checked end to end before any audio is opened. Types are plain data: they travel to worker threads as they are.
 */
export type Port =
  | ClipPort
  | WaveformPort
  | RecordingPort
  | ExcerptPort
  | LogMelPort
  | PatchPort
  | LabelPort
  | ActivityPort
  | LevelsPort
  | PairPort
  | ChannelsPort
  | BatchPort
  | EmbeddingPort
  | TokensPort
  | IndicesPort
  | CodesPort
  | LossPort

export interface ClipPort {
  kind: 'clip'
}

export interface WaveformPort {
  kind: 'waveform'
  rate: number
}

export interface RecordingPort {
  kind: 'recording'
  rate: number
}

/** A piece of fixed length cut from a recording. */
export interface ExcerptPort {
  kind: 'excerpt'
  rate: number
  samples: number
}

/** Log-mel spectrogram of a whole clip, any number of frames; `hop` in samples at `rate`. */
export interface LogMelPort {
  kind: 'logmel'
  rate: number
  hop: number
  bands: number
}

/** A piece of fixed size cut from a log-mel spectrogram, row-major frames x bands, or frames x bands x channels. */
export interface PatchPort {
  kind: 'patch'
  rate: number
  hop: number
  bands: number
  frames: number
  /** Several patches behind one another; absent of one alone. */
  channels?: number
}

export interface LabelPort {
  kind: 'label'
  classes: number
  /** Some rows are -1 throughout: nothing is known of these clips. */
  unknown?: true
}

/** Which classes are heard in each frame of a patch, row-major frames x classes; `hop` in samples at `rate`. */
export interface ActivityPort {
  kind: 'activity'
  rate: number
  hop: number
  frames: number
  classes: number
}

export interface LevelsPort {
  kind: 'levels'
  count: number
}

export interface PairPort<Of extends Port = Port> {
  kind: 'pair'
  of: Of
}

export interface ChannelsPort<Of extends Port = Port> {
  kind: 'channels'
  of: Of
  count: number
}

export interface BatchPort<Of extends Port = Port> {
  kind: 'batch'
  of: Of
  size: number
}

export interface EmbeddingPort {
  kind: 'embedding'
  size: number
}

/** Vectors of the pieces of a patch, or of some of them: pieces lie in `times` rows of `bins`, the lowest band first. */
export interface TokensPort {
  kind: 'tokens'
  count: number
  /** Numbers of each. */
  size: number
  times: number
  bins: number
}

/** Which pieces of a patch are kept: all their numbers, the kept ones first. */
export interface IndicesPort {
  kind: 'indices'
  kept: number
  times: number
  bins: number
}

/** Which code each piece of a patch is, or each of some of them: numbers from 0. */
export interface CodesPort {
  kind: 'codes'
  count: number
  /** How many codes there are. */
  codes: number
  times: number
  bins: number
}

export interface LossPort {
  kind: 'loss'
  chance: number
}

export type PortKind = Port['kind']

/** A port as people read it: `pair<patch[96 x 64]@16000/160>`. */
export function describePort(port: Port): string {
  switch (port.kind) {
    case 'clip':
      return 'clip'
    case 'waveform':
      return `waveform@${port.rate}`
    case 'recording':
      return `recording@${port.rate}`
    case 'excerpt':
      return `excerpt[${port.samples}]@${port.rate}`
    case 'logmel':
      return `logmel[frames x ${port.bands}]@${port.rate}/${port.hop}`
    case 'patch':
      return `patch[${port.frames} x ${port.bands}${port.channels ? ` x ${port.channels}` : ''}]@${port.rate}/${port.hop}`
    case 'label':
      return `label[${port.classes}${port.unknown ? ' or unknown' : ''}]`
    case 'activity':
      return `activity[${port.frames} x ${port.classes}]@${port.rate}/${port.hop}`
    case 'levels':
      return `levels[${port.count}]`
    case 'channels':
      return `channels[${port.count}]<${describePort(port.of)}>`
    case 'pair':
      return `pair<${describePort(port.of)}>`
    case 'batch':
      return `batch[${port.size}]<${describePort(port.of)}>`
    case 'embedding':
      return `embedding[${port.size}]`
    case 'tokens':
      return `tokens[${port.count} x ${port.size}] of ${port.times} x ${port.bins}`
    case 'indices':
      return `indices[${port.kept}] of ${port.times} x ${port.bins}`
    case 'codes':
      return `codes[${port.count}] of ${port.codes}, of ${port.times} x ${port.bins}`
    case 'loss':
      return 'loss'
  }
}

/** What batches, pairs and channels hold at their core: the patch of `batch<pair<patch>>`; any other port itself. */
export function innermost(port: Port): Port {
  return 'of' in port ? innermost(port.of) : port
}

/** Numbers in each embedding that a port brings, of tokens in their mean; 0 if it brings none. */
export function embeddingSize(port: Port): number {
  const inner = innermost(port)
  return inner.kind === 'embedding' || inner.kind === 'tokens' ? inner.size : 0
}

/** The two lanes of a pair, in this order everywhere. */
export const LANES = ['a', 'b'] as const
export type Lane = (typeof LANES)[number]
