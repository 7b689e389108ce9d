/** Whole files in every container that ffmpeg writes, with the samples that were put into them. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface Base {
  /** `muxer codec rate channels`. */
  name: string
  path: string
  bytes: Buffer
  /** Whether damage to it shows: by checksums over all of its sound. */
  checked: boolean
  /** Whether it never says how long it is. */
  endless: boolean
}

const ENDLESS =
  /^(amr|adts|latm|mp2|ac3|eac3|dts|spdif|mpegts|mpeg|vob|dvd|svcd|vcd|gsm|sbc|aptx.*|g722|truehd|mlp|swf|voc|ircam)\b/

/** Encodings besides what a container takes by itself. */
const VARIANTS: [muxer: string, words: string][] = [
  ...['u8', 's16le', 's24le', 's32le', 'f32le', 'f64le', 'alaw', 'mulaw'].map(
    kind => ['wav', `-c:a pcm_${kind}`] as [string, string],
  ),
  ['wav', '-c:a adpcm_ms'],
  ['wav', '-c:a adpcm_ima_wav'],
  ['wav', '-c:a g726 -ar 8000 -ac 1'],
  ['wav', '-rf64 always'],
  ['wav', '-c:a pcm_s16le -ac 6'],
  ['wav', '-c:a pcm_s24le -ar 96000'],
  ['wav', '-c:a pcm_s16le -ar 44056 -ac 1'],
  ['wav', '-c:a pcm_s16le -ar 8000 -ac 1'],
  ['wav', '-c:a pcm_f32le -ar 192000'],
  ...['s8', 's16be', 's24be', 's32be', 'f32be', 'alaw'].map(kind => ['aiff', `-c:a pcm_${kind}`] as [string, string]),
  ['aiff', '-c:a pcm_s16be -ac 1 -ar 11025'],
  ['flac', '-sample_fmt s16'],
  ['flac', '-sample_fmt s32 -bits_per_raw_sample 24'],
  ['flac', '-sample_fmt s16 -ac 1 -ar 8000'],
  ['flac', '-sample_fmt s16 -ac 6 -ar 48000'],
  ['flac', '-sample_fmt s16 -ar 44056 -frame_size 500'],
  ['flac', '-sample_fmt s16 -ac 1 -ar 96000 -compression_level 12'],
  ['ogg', '-c:a libvorbis'],
  ['ogg', '-c:a libvorbis -ac 1 -ar 16000'],
  ['ogg', '-c:a flac'],
  ['ogg', '-c:a libspeex -ar 16000 -ac 1'],
  ['opus', '-c:a libopus -ar 48000'],
  ['opus', '-c:a libopus -ar 48000 -ac 1 -b:a 24k'],
  ['mp3', '-c:a libmp3lame -b:a 64k'],
  ['mp3', '-c:a libmp3lame -q:a 4 -ac 1 -ar 16000'],
  ['mp3', '-c:a libmp3lame -b:a 128k -write_xing 0'],
  ['mp3', '-c:a libmp3lame -ar 8000 -ac 1'],
  ['caf', '-c:a pcm_s16be'],
  ['caf', '-c:a alac'],
  ['au', '-c:a pcm_s16be'],
  ['w64', '-c:a pcm_s24le'],
  ['ipod', '-c:a aac'],
  ['mp4', '-c:a aac -ac 1 -movflags faststart'],
  ['matroska', '-c:a flac'],
  ['matroska', '-c:a pcm_s16le'],
  ['webm', '-c:a libopus'],
  ['amr', '-c:a libopencore_amrnb -ar 8000 -ac 1'],
]

/** Muxers that write no file of their own, or more than one. */
const NOT_FILES =
  /^(.*hash.*|md5|framemd5|framecrc|crc|null|ffmetadata|fifo|tee|hls|hds|dash|segment|ssegment|stream_segment,ssegment|smoothstreaming|rtp.*|rtsp|sap|webm_chunk|webm_dash_manifest|chromaprint|image2.*|alsa|oss|sdl.*|fbdev|opengl|pulse|caca|xv|uncodedframecrc|singlejpeg|mkvtimestamp_v2|ffm|streamhash|avm2|v4l2.*|decklink.*)$/

export const SECONDS = 0.8

/** Tones and noise, given to ffmpeg as a filter. */
const SOURCE = `aevalsrc=0.4*sin(2*PI*(300+400*t)*t)+0.05*(random(0)-0.5)|0.3*sin(2*PI*440*t)+0.05*(random(1)-0.5):s=44100:d=${SECONDS}`

/** @param ffmpeg the program @param folder where the files go */
export function makeBases(ffmpeg: string, folder: string): Base[] {
  mkdirSync(folder, { recursive: true })
  const list = spawnSync(ffmpeg, ['-v', 'error', '-muxers'], { encoding: 'utf8' }).stdout
  const muxers = [...list.matchAll(/^\s+E (\S+)/gm)].map(([, name]) => name!).filter(name => !NOT_FILES.test(name))
  const wanted = [...VARIANTS, ...muxers.map(name => [name, ''] as [string, string])]
  const bases: Base[] = []
  for (const [at, [muxer, words]] of wanted.entries()) {
    const path = join(folder, `${String(at).padStart(3, '0')}-${muxer.split(',')[0]}`)
    const given = words === '' ? [] : words.split(' ')
    const fixed = ['-nostdin', '-v', 'error', '-y', '-bitexact', '-f', 'lavfi', '-i', SOURCE]
    const { status } = spawnSync(ffmpeg, [...fixed, ...given, '-f', muxer, path], { timeout: 20_000 })
    if (status !== 0 || !existsSync(path) || statSync(path).size === 0) continue
    const bytes = readFileSync(path)
    const magic = bytes.toString('latin1', 0, 4)
    bases.push({
      endless: ENDLESS.test(muxer),
      name: `${muxer} ${words}`.trim(),
      path,
      bytes,
      checked: magic === 'fLaC' || magic === 'OggS',
    })
  }
  return bases
}
