import type { Problem } from '../problem.js'
import { AudioFile } from './audio-file.js'
import { type AudioFormat, formatOf } from './audio-format.js'
import { badAudio, Unfit } from './bad-audio.js'
import { ffmpegBlocks } from './ffmpeg.js'
import { flacBlocks } from './flac.js'
import { heldSound } from './held-sound.js'
import { decodedBlocks } from './in-process.js'
import { noteMissingBytes } from './missing-bytes.js'
import { CANCELLED_CHANNELS, cut, Mixer, type MonoBlock, type Note, type Stretch } from './mono.js'
import { mp3Frames, mp3Stretch } from './mp3.js'
import { oggBlocks } from './ogg.js'
import { type Decoding, inOnePass } from './one-pass.js'
import { wavBlocks } from './wav.js'

export interface DecodeOptions extends Stretch {
  /** From 1: this channel alone; the mean of all if absent. */
  channel?: number | undefined
  /** Called for what is odd about the file, while its sound is read. */
  note?: Note | undefined
}

/** Sample rates that a recording may have, in hertz; what lies outside is damage. */
const RATES = [100, 2_000_000] as const

/**
 * The sound of a file, or of a stretch of it, as mono blocks at the file's own rate; all blocks share one rate.
 * The content decides which decoder reads it. Memory does not grow with the file's length.
 *
 * Readers here take files of which nothing is odd; all others go to ffmpeg, and what is odd is noted.
 *
 * @param path absolute, or of a sound in memory (held-sound.ts)
 * @throws Problem `audio-...` (bad-audio.ts), `no-such-channel`, `no-ffmpeg`
 */
export async function* decode(path: string, options: DecodeOptions = {}): AsyncGenerator<MonoBlock> {
  const { note = () => {} } = options
  const held = heldSound(path)
  if (held) return yield held
  const mixer = new Mixer(path, options.channel)
  const file = AudioFile.open(path)
  try {
    yield* checked(blocksOf(file, options, mixer, note), path)
  } finally {
    file.close()
  }
  if (mixer.cancelled) note(CANCELLED_CHANNELS)
}

async function* blocksOf(file: AudioFile, options: DecodeOptions, mixer: Mixer, note: Note): AsyncGenerator<MonoBlock> {
  const format = formatOf(file)
  let reason: string | undefined
  try {
    if (format === 'wav') return yield* wavBlocks(file, options, mixer, note)
    if (format) return yield* compressed(file, format, options, mixer, note)
    noteMissingBytes(file, note)
  } catch (error) {
    if (!(error instanceof Unfit)) throw error
    reason = error.message
  }
  let heard = false
  let failure: unknown
  try {
    const blocks = (mixer: Mixer, note: Note) => ffmpegBlocks(file.path, mixer, note)
    for await (const block of fromTheStart(file, 'ffmpeg', options, mixer, note, blocks)) {
      heard = true
      yield block
    }
  } catch (error) {
    if (reason === undefined || (error as Problem).code !== 'audio-unknown') throw error
    failure = error
  }
  if (!heard && reason !== undefined) throw badAudio('audio-damaged', file.path, reason, failure)
}

/** Of MP3 and FLAC, what lies before a stretch is not decoded; of Ogg it is. @throws Unfit where ffmpeg is to be asked */
function compressed(
  file: AudioFile,
  format: Exclude<AudioFormat, 'wav'>,
  options: DecodeOptions,
  mixer: Mixer,
  note: Note,
): AsyncGenerator<MonoBlock> {
  if (format === 'flac') return flacBlocks(file, options, mixer, note)
  if (format !== 'mp3') return fromTheStart(file, format, options, mixer, note, oggOf(file.path, format))
  const frames = mp3Frames(file, note)
  const { ranges, first, heard } = mp3Stretch(frames, options)
  return cut(decodedBlocks(file, format, { ranges, channels: frames.channels }, mixer), file.path, heard, first)
}

/** With a file of its own, as a pass may last longer than the reading of a stretch. */
const oggOf = (path: string, format: 'opus' | 'vorbis' | 'ogg'): Decoding =>
  async function* (mixer, note) {
    const file = AudioFile.open(path)
    try {
      yield* oggBlocks(file, format, mixer, note)
    } finally {
      file.close()
    }
  }

/** The whole of a file, or a stretch, in one pass with those before it. */
function fromTheStart(
  { path, version }: AudioFile,
  how: string,
  { start, end, channel }: DecodeOptions,
  mixer: Mixer,
  note: Note,
  decoding: Decoding,
): AsyncGenerator<MonoBlock> {
  if (start === undefined && end === undefined) return decoding(mixer, note)
  return inOnePass({ path, version: `${version}\u0000${how}`, start, end, channel, note }, decoding)
}

/** Passes sound on; throws at a NaN, at a change of rate, and if nothing came. */
async function* checked(blocks: AsyncIterable<MonoBlock>, path: string): AsyncGenerator<MonoBlock> {
  let known = 0
  for await (const { rate, samples } of blocks) {
    if (samples.length === 0) continue
    if (!(rate >= RATES[0] && rate <= RATES[1]))
      throw badAudio('audio-damaged', path, `a sample rate of ${rate} Hz; expected ${RATES[0]} to ${RATES[1]} Hz`)
    if (!allFinite(samples)) throw badAudio('audio-not-finite', path)
    known ||= rate
    if (rate !== known) throw badAudio('audio-damaged', path, `its rate changes from ${known} to ${rate} Hz`)
    yield { rate, samples }
  }
  if (known === 0) throw badAudio('audio-no-samples', path)
}

/** No NaN and no infinity: either would stay in the sum, and finite float32 samples cannot overflow it. */
function allFinite(samples: Float32Array): boolean {
  let sum = 0
  for (let i = 0; i < samples.length; i++) sum += Math.abs(samples[i]!)
  return Number.isFinite(sum)
}
