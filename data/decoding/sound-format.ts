import { AudioFile } from './audio-file.js'
import { formatOf } from './audio-format.js'
import { Unfit } from './bad-audio.js'
import { decode } from './decode.js'
import { flacInfo } from './flac-header.js'
import { mp3Format } from './mp3.js'
import { isMp4, mp4Seconds } from './mp4-length.js'
import { oggFormat } from './ogg.js'
import { openWav } from './wav.js'

export interface SoundFormat {
  /** Samples a second. */
  rate: number
  /** Length, as its headers say. */
  seconds: number
}

/** Rate and length of a recording by its headers, without decoding; what only ffmpeg reads is decoded. @throws Problem as `decode` */
export const soundFormat = remembered(
  async (path): Promise<SoundFormat> => inHeaders(path, formatIn) ?? (await decoded(path)),
)

/** Its length alone, which headers of MP4 tell, too. @throws Problem as `decode` */
export const soundSeconds = remembered(
  async (path): Promise<number> => secondsInHeaders(path) ?? (await soundFormat(path)).seconds,
)

/** The same without decoding; undefined where no header says. @throws Problem if there is no such file, or it is damaged */
export const secondsInHeaders = (path: string): number | undefined =>
  inHeaders(path, file => formatIn(file)?.seconds ?? (isMp4(file.read(0, 8)) ? mp4Seconds(file) : undefined))

function remembered<Answer>(read: (path: string) => Promise<Answer>): (path: string) => Promise<Answer> {
  const known = new Map<string, Promise<Answer>>()
  return path => {
    const answer = known.get(path) ?? read(path)
    known.set(path, answer)
    answer.catch(() => known.delete(path))
    return answer
  }
}

function inHeaders<Answer>(path: string, read: (file: AudioFile) => Answer): Answer | undefined {
  const file = AudioFile.open(path)
  try {
    return read(file)
  } catch (error) {
    if (error instanceof Unfit) return undefined
    throw error
  } finally {
    file.close()
  }
}

function formatIn(file: AudioFile): SoundFormat | undefined {
  const format = formatOf(file)
  switch (format) {
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
    case 'vorbis':
      return oggFormat(file, format)
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
