/** Everything else (m4a, WebM, WMA, video, ...) through ffmpeg, as float WAV on a pipe: rate and channels as they are. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { Problem } from '../../../data/problem.js'
import { inTar } from '../../../data/shards/tar-file.js'
import { badAudio } from './bad-audio.js'
import type { MonoBlock } from './mono.js'
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

/**
 * Mono blocks of a file that only ffmpeg can read.
 *
 * @throws Problem `no-ffmpeg`, `audio-unknown`, `audio-damaged`
 */
export async function* ffmpegBlocks(path: string): AsyncGenerator<MonoBlock> {
  const program = findFfmpeg()
  if (!program)
    throw new Problem('no-ffmpeg', `${path} is not WAV, AIFF, FLAC, Ogg or MP3, and there is no ffmpeg to read it.`, {
      place: { file: path },
      hint: 'Install ffmpeg (apt-get install ffmpeg), or set FFMPEG_PATH to it.',
    })
  const { default: ffmpeg } = await import('fluent-ffmpeg')
  // fluent-ffmpeg takes a sink that closes more than 20 ms before the program ends for a failure: this one never says so
  const sink = new PassThrough({ highWaterMark: 1 << 20, emitClose: false })
  const command = ffmpeg(urlOf(path)).setFfmpegPath(program)
  command
    .inputOptions('-nostdin', '-protocol_whitelist', 'file,subfile', '-xerror')
    .noVideo()
    .audioCodec('pcm_f32le')
    .format('wav')
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
  let heard = false
  try {
    for await (const block of pipedWavBlocks(sink)) {
      heard ||= block.samples.length > 0
      yield block
    }
    const error = await done
    finished = true
    if (error) throw badAudio(heard ? 'audio-damaged' : 'audio-unknown', path, lastLine(error.message), error)
  } finally {
    // A killed command whose pipe nobody drains never reports its end: nothing waits for it here.
    if (!finished) {
      command.kill('SIGKILL')
      sink.destroy()
    }
  }
}

/** As ffmpeg names a file, or the part of a tar that is one. */
function urlOf(path: string): string {
  const member = inTar(path)
  return member ? `subfile,,start,${member.start},end,${member.start + member.size},,:${member.file}` : `file:${path}`
}

const lastLine = (message: string) => message.trim().split('\n').at(-1)!
