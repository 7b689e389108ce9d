/** FLAC through libFLAC (WebAssembly). */
import type { AudioFile } from './audio-file.js'
import { badAudio, Unfit } from './bad-audio.js'
import { type FlacPlace, flacFrames, flacPlace } from './flac-frames.js'
import { type FlacInfo, flacInfo } from './flac-header.js'
import { cut, type Mixer, type MonoBlock, type Note, type Stretch } from './mono.js'

/** Bits that libFLAC's build here reads. */
const MOST_BITS = 24

/** @throws Unfit for what libFLAC here does not read; Problem `audio-damaged`, `audio-truncated`, `audio-beyond-end` */
export async function* flacBlocks(
  file: AudioFile,
  stretch: Stretch,
  mixer: Mixer,
  note: Note,
): AsyncGenerator<MonoBlock> {
  const info = flacInfo(file)
  if (info.bits > MOST_BITS) throw new Unfit(`${info.bits} bits`)
  const place = flacPlace(file, info, Math.round((stretch.start ?? 0) * info.rate))
  yield* cut(decodedFrames(file, info, place, mixer, note), file.path, stretch, place.sample)
}

async function* decodedFrames(
  file: AudioFile,
  info: FlacInfo,
  place: FlacPlace,
  mixer: Mixer,
  note: Note,
): AsyncGenerator<MonoBlock> {
  const { FLACDecoder } = await import('@wasm-audio-decoders/flac')
  const decoder = new FLACDecoder()
  await decoder.ready
  let sound = false
  try {
    for (const frames of flacFrames(file, info, note, place)) {
      const wanted = frames.reduce((sum, { samples }) => sum + samples, 0)
      const decoded = await decoder.decodeFrames(frames.map(({ bytes }) => bytes))
      const { channelData, samplesDecoded, errors, sampleRate: rate, bitDepth: bits } = decoded
      if (errors.length > 0 || samplesDecoded < wanted || channelData.length !== info.channels)
        throw sound ? badAudio('audio-damaged', file.path, errors[0]?.message) : new Unfit('not for libFLAC')
      if (!sound && (rate !== info.rate || bits !== info.bits))
        note(`its frames say ${rate} Hz and ${bits} bits, its header ${info.rate} Hz and ${info.bits} bits`)
      sound = true
      yield { rate, samples: mixer.planar(channelData.map(samples => rescaled(samples, bits))) }
    }
    if (!sound) throw badAudio('audio-truncated', file.path, 'it holds no whole FLAC frame')
  } finally {
    decoder.free()
  }
}

/** libFLAC's integers come divided by 2^(bits-1) - 1; here, as everywhere, they are divided by 2^(bits-1). In place. */
function rescaled(samples: Float32Array, bits: number): Float32Array {
  const gain = 1 - 2 ** (1 - bits)
  for (let i = 0; i < samples.length; i++) samples[i] = samples[i]! * gain
  return samples
}
