/**
 * Everything else (AIFF, m4a, WebM, video, ...), and what the other readers cannot make sense of, through ffmpeg, as
 * float WAV on a pipe: rate and channels as they are.
 */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { PassThrough } from 'node:stream'
import type { FfmpegCommand } from 'fluent-ffmpeg'
import { Problem } from '../problem.js'
import { inTar } from '../shards/tar-file.js'
import { badAudio } from './bad-audio.js'
import { FfmpegLog } from './ffmpeg-log.js'
import type { Mixer, MonoBlock, Note } from './mono.js'
import { pipedWavBlocks } from './wav.js'

/**
 * FFMPEG_PATH, else ffmpeg on the PATH, else the one that came with npm (@ffmpeg-installer/ffmpeg).
 *
 * @throws Problem `no-ffmpeg` if FFMPEG_PATH names no file
 */
export function findFfmpeg(): string | undefined {
  const named = process.env.FFMPEG_PATH
  if (named && !existsSync(named))
    throw new Problem('no-ffmpeg', `FFMPEG_PATH is '${named}', and there is no such file.`, {
      hint: 'Set FFMPEG_PATH to the ffmpeg program, or unset it.',
    })
  if (named) return named
  const name = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg'
  const found = (process.env.PATH ?? '').split(delimiter).find(folder => folder && existsSync(join(folder, name)))
  if (found) return join(found, name)
  try {
    return (createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string }).path
  } catch {
    return undefined
  }
}

/** Formats that name other files, whose sound would come in place of the file's own. */
const LISTS = new Set([
  'concat',
  'concatf',
  'hls',
  'applehttp',
  'dash',
  'imf',
  'sdp',
  'rtsp',
  'rtp',
  'sap',
  'image2',
  'vobsub',
])

/**
 * Mono blocks of a file as ffmpeg reads it; what it complains of is noted.
 *
 * @throws Problem `no-ffmpeg`, `audio-unknown`
 */
export async function* ffmpegBlocks(path: string, mixer: Mixer, note: Note): AsyncGenerator<MonoBlock> {
  const program = findFfmpeg()
  if (!program)
    throw new Problem('no-ffmpeg', `${path} is not plain WAV, FLAC, Ogg or MP3, and there is no ffmpeg to read it.`, {
      place: { file: path },
      hint: 'Install ffmpeg (apt-get install ffmpeg), or set FFMPEG_PATH to it.',
    })
  const { default: ffmpeg } = await import('fluent-ffmpeg')
  // fluent-ffmpeg takes a sink that closes more than 20 ms before the program ends for a failure: this one never says so
  const sink = new PassThrough({ highWaterMark: 1 << 20, emitClose: false })
  const command = ffmpeg(urlOf(path)).setFfmpegPath(program)
  command
    .inputOptions(
      '-nostdin',
      '-hide_banner',
      '-nostats',
      '-v',
      'level+info',
      '-protocol_whitelist',
      'file,subfile',
      '-format_whitelist',
      await formats(command),
    )
    .noVideo()
    .audioCodec('pcm_f32le')
    .format('wav')
  const log = new FfmpegLog()
  command.on('stderr', (line: string) => log.add(line))
  // The sink may end before the command fails: only the command's own `end` says that all is well.
  const done = new Promise<Error | undefined>(resolve => {
    command.on('end', () => resolve(undefined))
    command.on('error', error => {
      resolve(error)
      sink.end()
    })
  })
  command.pipe(sink, { end: true })
  let finished = false
  let seconds = 0
  try {
    for await (const block of pipedWavBlocks(sink, mixer)) {
      seconds += block.samples.length / block.rate
      yield block
    }
    const error = await done
    finished = true
    if (error && seconds === 0)
      throw badAudio('audio-unknown', path, (log.failure ?? lastLine(error)).replace(`${urlOf(path)}: `, ''), error)
    for (const oddity of log.oddities(seconds)) note(oddity)
  } finally {
    // A killed command whose pipe nobody drains never reports its end: nothing waits for it here.
    if (!finished) {
      command.kill('SIGKILL')
      sink.destroy()
    }
  }
}

/** The formats that ffmpeg may take a file for: all that it reads, but lists. */
function formats(command: FfmpegCommand): Promise<string> {
  return new Promise((resolve, reject) =>
    command.getAvailableFormats((error: Error | null, found) => {
      if (error) return reject(error)
      const read = Object.entries(found).filter(([, { canDemux }]) => canDemux)
      resolve(read.flatMap(([name]) => (name.split(',').some(one => LISTS.has(one)) ? [] : [name])).join(','))
    }),
  )
}

/** As ffmpeg names a file, or the part of a tar that is one. */
function urlOf(path: string): string {
  const member = inTar(path)
  return member ? `subfile,,start,${member.start},end,${member.start + member.size},,:${member.file}` : `file:${path}`
}

const lastLine = (error: Error) => error.message.trim().split('\n').at(-1)!
