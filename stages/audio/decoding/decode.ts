import { AudioFile } from './audio-file.js'
import { audioFormat, tagLength } from './audio-format.js'
import { badAudio } from './bad-audio.js'
import { ffmpegBlocks } from './ffmpeg.js'
import { decodedBlocks } from './in-process.js'
import { cut, type MonoBlock, type Stretch } from './mono.js'
import { isPlain, openWav, wavBlocks } from './wav.js'

/**
 * The sound of a file, or of a stretch of it, as mono blocks at the file's own rate; all blocks share one rate.
 * The content decides which decoder reads it. Memory does not grow with the file's length.
 *
 * @param path absolute
 * @throws Problem `audio-...` (bad-audio.ts), `no-ffmpeg`
 */
export async function* decode(path: string, stretch: Stretch = {}): AsyncGenerator<MonoBlock> {
  const file = AudioFile.open(path)
  try {
    yield* checked(blocksOf(file, stretch), path)
  } finally {
    file.close()
  }
}

async function* blocksOf(file: AudioFile, stretch: Stretch): AsyncGenerator<MonoBlock> {
  const head = file.read(0, 64)
  const tag = tagLength(head)
  const format = audioFormat(tag ? file.read(0, tag + 64) : head)
  if (format === 'wav') {
    const header = openWav(file)
    if (isPlain(header)) return yield* wavBlocks(file, header, stretch)
  }
  yield* cut(format ? decodedBlocks(file, format) : ffmpegBlocks(file.path), stretch)
}

/** Passes sound on; throws at a NaN, at a change of rate, and if nothing came. */
async function* checked(blocks: AsyncIterable<MonoBlock>, path: string): AsyncGenerator<MonoBlock> {
  let rate = 0
  for await (const block of blocks) {
    if (block.samples.length === 0) continue
    if (!allFinite(block.samples)) throw badAudio('audio-not-finite', path)
    if (!(block.rate > 0)) throw badAudio('audio-damaged', path, `sample rate ${block.rate}`)
    rate ||= block.rate
    if (block.rate !== rate) throw badAudio('audio-damaged', path, `its rate changes from ${rate} to ${block.rate} Hz`)
    yield block
  }
  if (rate === 0) throw badAudio('audio-no-samples', path)
}

/** No NaN and no infinity: either would stay in the sum, and finite float32 samples cannot overflow it. */
function allFinite(samples: Float32Array): boolean {
  let sum = 0
  for (let i = 0; i < samples.length; i++) sum += Math.abs(samples[i]!)
  return Number.isFinite(sum)
}
