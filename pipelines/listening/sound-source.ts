/** Where live sound comes from: a microphone by ffmpeg, a pipe, or a file, also one that still grows. */
import { spawn } from 'node:child_process'
import { createReadStream, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { decode } from '../../data/decoding/decode.js'
import { findFfmpeg } from '../../data/decoding/ffmpeg.js'
import { Mixer, type MonoBlock } from '../../data/decoding/mono.js'
import { monoSamples, pipedWavBlocks } from '../../data/decoding/wav.js'
import { type WavHeader, wavHeader } from '../../data/decoding/wav-header.js'
import { Problem } from '../../data/problem.js'

export interface SoundSource {
  /** As it was named. */
  name: string
  /** It does not wait for its listener: what is not heard in time is lost. */
  live: boolean
  /** Ends with the sound, or soon after `signal` is aborted. */
  blocks: AsyncIterable<MonoBlock>
}

/** ffmpeg's input devices, as they stand before the colon of a source. */
const DEVICE = /^(alsa|pulse|jack|oss|avfoundation|dshow|lavfi):(.+)$/

/** Bytes read of a file at once. */
const PIECE = 1 << 18
/** Milliseconds between two looks at a file that may have grown. */
const LOOK = 50

/**
 * @param named `mic`, a device such as `alsa:hw:1`, `-` for a WAV stream on stdin, a named pipe, or a file
 * @param tell that a file holds nothing yet, and that one which was waited for is finished
 * @throws Problem `no-data` if there is no such file, `no-ffmpeg` if a device is asked for without ffmpeg
 */
export function openSource(named: string, signal: AbortSignal, tell: (sentence: string) => void): SoundSource {
  const [, format, device] = DEVICE.exec(named === 'mic' ? 'alsa:default' : named) ?? []
  if (format && device) return { name: named, live: true, blocks: deviceBlocks(named, format, device, signal) }
  if (named === '-') return { name: 'stdin', live: false, blocks: stoppable(process.stdin, 'stdin', signal) }
  const stats = statSync(named, { throwIfNoEntry: false })
  if (!stats || stats.isDirectory())
    throw new Problem('no-data', `${named}: there is no such ${stats ? 'file; it is a folder' : 'file'}.`, {
      hint: 'Listen to mic, a device (alsa:hw:1), - for a WAV stream on stdin, a named pipe or a file.',
    })
  if (stats.isFIFO()) return { name: named, live: false, blocks: stoppable(createReadStream(named), named, signal) }
  return { name: named, live: false, blocks: fileBlocks(named, signal, tell) }
}

/** A stream of WAV bytes, until its writer or its listener has had enough. */
async function* stoppable(
  stream: NodeJS.ReadableStream & { destroy(): unknown },
  name: string,
  signal: AbortSignal,
): AsyncGenerator<MonoBlock> {
  const stop = () => stream.destroy()
  signal.addEventListener('abort', stop)
  try {
    let heard = false
    for await (const block of pipedWavBlocks(stream as AsyncIterable<Uint8Array>, new Mixer(name))) {
      heard = true
      yield block
    }
    if (!heard && !signal.aborted)
      throw new Problem('not-wav', `${name}: no WAV sound came.`, {
        hint: 'Send WAV: ffmpeg -i SOURCE -f wav - | ./earshot listen RUN -',
      })
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
  }
}

async function* deviceBlocks(
  named: string,
  format: string,
  device: string,
  signal: AbortSignal,
): AsyncGenerator<MonoBlock> {
  const program = findFfmpeg()
  if (!program)
    throw new Problem('no-ffmpeg', `${named} is read by ffmpeg, and there is none.`, {
      hint: 'Install ffmpeg (apt-get install ffmpeg), or set FFMPEG_PATH to it.',
    })
  const words = ['-nostdin', '-hide_banner', '-loglevel', 'warning', '-f', format, '-i', device]
  const child = spawn(program, [...words, '-c:a', 'pcm_f32le', '-flush_packets', '1', '-f', 'wav', '-'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    said = `${said}${text}`.slice(-2000)
    if (/xrun|overrun|buffer/i.test(text)) process.stderr.write(`${named}: ${text.trim()}\n`)
  })
  const failed = new Promise<string | undefined>(resolve => {
    child.once('error', error => resolve(error.message))
    child.once('close', code => resolve(code === 0 || signal.aborted ? undefined : said.trim().split('\n').at(-1)))
  })
  try {
    yield* stoppable(child.stdout, named, signal)
  } catch (error) {
    throw new Problem('no-sound', `${named} cannot be listened to: ${(await failed) ?? (error as Error).message}`, {
      hint: 'ffmpeg -devices lists what there is; arecord -L lists the microphones of ALSA.',
      cause: error,
    })
  } finally {
    child.kill('SIGKILL')
  }
}

/** A WAV file, waiting for more until its header says that it is finished; any other file as it is now. */
async function* fileBlocks(
  path: string,
  signal: AbortSignal,
  tell: (sentence: string) => void,
): AsyncGenerator<MonoBlock> {
  const handle = await open(path, 'r')
  let waited = false
  const grown = (heard: number) => {
    if (!waited && heard === 0) tell(`${path} holds no sound yet: it is read from its beginning, as it grows.`)
    waited = true
    return wait(LOOK)
  }
  try {
    const header = await headerOf(handle, signal, () => grown(0))
    if (!header) return yield* untilStopped(decode(path), signal)
    const mixer = new Mixer(path)
    for (let at = header.data.start; !signal.aborted; ) {
      const until = endOf(await headerOf(handle, signal, () => wait(LOOK)))
      const { size } = await handle.stat()
      const frames = Math.floor((Math.min(size, until, at + PIECE) - at) / header.frame)
      const heard = (at - header.data.start) / header.frame
      if (frames > 0) {
        const bytes = new Uint8Array(frames * header.frame)
        await handle.read(bytes, 0, bytes.length, at)
        at += bytes.length
        yield { rate: header.rate, samples: monoSamples(bytes, header, mixer) }
      } else if (at + header.frame <= until) await grown(heard)
      else {
        if (waited) tell(`${path} is finished, after ${(heard / header.rate).toFixed(2)} s.`)
        return
      }
    }
  } finally {
    await handle.close()
  }
}

/** Where the sound ends, once its writer has said so: a recorder leaves 0 or the most there can be until it is done. */
function endOf(header: WavHeader | undefined): number {
  const { start, length } = header?.data ?? { start: 0, length: 0 }
  return length === 0 ? Number.POSITIVE_INFINITY : start + length
}

/** Of plain WAV; waits for one that has only just been begun. */
async function headerOf(
  handle: FileHandle,
  signal: AbortSignal,
  grown: () => Promise<unknown>,
): Promise<WavHeader | undefined> {
  const bytes = new Uint8Array(4096)
  for (;;) {
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0)
    const head = bytes.subarray(0, bytesRead)
    const name = Buffer.from(head.subarray(0, 4)).toString('latin1')
    const header = wavHeader(head)
    if (header && header.frame > 0 && (header.encoding === 1 || header.encoding === 3)) return header
    if (header || signal.aborted || (bytesRead >= 4 && !/^(RIFF|RF64|BW64)$/.test(name)) || bytesRead === bytes.length)
      return undefined
    await grown()
  }
}

async function* untilStopped(blocks: AsyncIterable<MonoBlock>, signal: AbortSignal): AsyncGenerator<MonoBlock> {
  for await (const block of blocks) {
    if (signal.aborted) return
    yield block
  }
}
