/** Ogg Vorbis and Opus: whole pages, decoded, up to the last sample that they count. */
import type { AudioFile } from './audio-file.js'
import { Unfit } from './bad-audio.js'
import { decodedBlocks } from './in-process.js'
import type { Mixer, MonoBlock, Note } from './mono.js'
import { oggLinks } from './ogg-pages.js'

/** @param codec `ogg` for all others @throws as `oggLinks`, `decodedBlocks`; Unfit for other codecs */
export async function* oggBlocks(
  file: AudioFile,
  codec: 'opus' | 'vorbis' | 'ogg',
  mixer: Mixer,
  note: Note,
): AsyncGenerator<MonoBlock> {
  const links = oggLinks(file, note)
  if (codec === 'ogg') throw new Unfit('its codec is unknown')
  for (const link of links) {
    const blocks = decodedBlocks(file, codec, { ranges: [link] }, mixer)
    if (link.samples === undefined) yield* blocks
    else yield* endingAt(link.samples - (codec === 'opus' ? preSkip(file, link.start) : 0), blocks, note)
  }
}

/** Rate and length by the pages; nothing where these do not count samples. @throws as `oggLinks` */
export function oggFormat(file: AudioFile, codec: 'opus' | 'vorbis'): { rate: number; seconds: number } | undefined {
  const links = oggLinks(file, () => {})
  const rate = codec === 'opus' ? 48_000 : Buffer.from(file.read(links[0]!.start + 28 + 12, 4)).readUInt32LE()
  let count = 0
  for (const { start, samples } of links) {
    if (samples === undefined) return undefined
    count += samples - (codec === 'opus' ? preSkip(file, start) : 0)
  }
  return { rate, seconds: count / rate }
}

/** Samples at 48 kHz that an Opus decoder throws away at the start (RFC 7845, 5.1). */
function preSkip(file: AudioFile, start: number): number {
  const [low, high] = file.read(start + 28 + 10, 2)
  return low! | (high! << 8)
}

/**
 * Sound without what its encoder added to fill the last packet. A position that is far from what is decoded says nothing
 * of it: then all is given.
 */
async function* endingAt(samples: number, blocks: AsyncIterable<MonoBlock>, note: Note): AsyncGenerator<MonoBlock> {
  let at = 0
  let beyond: MonoBlock[] = []
  let told = false
  for await (const block of blocks) {
    const within = Math.min(block.samples.length, Math.max(0, samples - at))
    if (within > 0) yield { ...block, samples: block.samples.subarray(0, within) }
    at += block.samples.length
    if (within < block.samples.length) beyond.push({ ...block, samples: block.samples.subarray(within) })
    if (at - samples <= block.rate) continue
    if (!told) note(`it holds more sound than the ${samples} samples that its last page counts`)
    told = true
    yield* beyond
    beyond = []
  }
}
