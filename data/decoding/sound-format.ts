import { AudioFile } from './audio-file.js'
import { audioFormat, tagLength } from './audio-format.js'
import { Unfit } from './bad-audio.js'
import { decode } from './decode.js'
import { flacInfo } from './flac-header.js'
import { mp3Format } from './mp3.js'
import { oggFormat } from './ogg.js'
import { openWav } from './wav.js'

export interface SoundFormat {
  /** Samples a second. */
  rate: number
  /** Length, as its headers say. */
  seconds: number
}

const known = new Map<string, Promise<SoundFormat>>()

/** Rate and length of a recording by its headers, without decoding; what only ffmpeg reads is decoded. @throws Problem as `decode` */
export function soundFormat(path: string): Promise<SoundFormat> {
  let format = known.get(path)
  if (!format) {
    format = read(path)
    known.set(path, format)
    format.catch(() => known.delete(path))
  }
  return format
}

const read = async (path: string): Promise<SoundFormat> => formatInHeaders(path) ?? (await decoded(path))

/** The same by headers that are read here alone; undefined of what only ffmpeg reads. @throws Problem if there is no such file */
export function formatInHeaders(path: string): SoundFormat | undefined {
  const file = AudioFile.open(path)
  try {
    return fromHeaders(file)
  } catch (error) {
    if (error instanceof Unfit) return undefined
    throw error
  } finally {
    file.close()
  }
}

function fromHeaders(file: AudioFile): SoundFormat | undefined {
  const head = file.read(0, 64)
  const tag = tagLength(head)
  switch (audioFormat(tag ? file.read(0, tag + 64) : head)) {
    case 'wav': {
      const { rate, frame, data } = openWav(file, () => {})
      return { rate, seconds: Math.floor(data.length / frame) / rate }
    }
    case 'flac': {
      const { rate, samples } = flacInfo(file)
      return samples > 0 ? { rate, seconds: samples / rate } : undefined
    }
    case 'mp3':
      return mp3Format(file)
    case 'opus':
      return oggFormat(file, 'opus')
    case 'vorbis':
      return oggFormat(file, 'vorbis')
  }
  return undefined
}

async function decoded(path: string): Promise<SoundFormat> {
  let [samples, known] = [0, 1]
  for await (const block of decode(path)) {
    samples += block.samples.length
    known = block.rate
  }
  return { rate: known, seconds: samples / known }
}
