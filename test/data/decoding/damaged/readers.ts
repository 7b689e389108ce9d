/** The same file through Earshot, through ffmpeg and through libsndfile: rate, and the mean of the channels. */
import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { decode } from '../../../../data/decoding/decode.js'
import { Problem } from '../../../../data/problem.js'
import { joined } from '../../../../stages/sample-arrays.js'

export interface Read {
  rate: number
  samples: Float32Array
}

export type Ours =
  | (Read & { kind: 'read'; notes: string[] })
  | { kind: 'refused'; code: string; reason: string }
  | { kind: 'crashed'; reason: string }
  | { kind: 'hung' }

/** Longer than any of these files may take, on a busy machine too (s). */
const PATIENCE = 120

export async function throughEarshot(path: string): Promise<Ours> {
  const stop = new AbortController()
  const hung = sleep(PATIENCE * 1000, { kind: 'hung' } as const, { signal: stop.signal }).catch(
    () => ({ kind: 'hung' }) as const,
  )
  const outcome = await Promise.race([reading(path), hung])
  stop.abort()
  return outcome
}

async function reading(path: string): Promise<Ours> {
  const blocks: Float32Array[] = []
  const notes: string[] = []
  let rate = 0
  try {
    for await (const block of decode(path, { note: oddity => notes.push(oddity) })) {
      rate = block.rate
      blocks.push(block.samples.slice())
    }
  } catch (error) {
    if (error instanceof Problem) return { kind: 'refused', code: error.code, reason: error.message }
    return { kind: 'crashed', reason: (error as Error).stack ?? String(error) }
  }
  return { kind: 'read', rate, samples: joined(blocks), notes }
}

/** What ffmpeg reads, by itself; undefined if nothing. */
export function throughFfmpeg(ffmpeg: string, path: string, decoder: readonly string[] = []): Read | undefined {
  const words = [
    '-nostdin',
    '-v',
    'info',
    '-hide_banner',
    ...decoder,
    '-i',
    `file:${path}`,
    '-vn',
    '-f',
    'f32le',
    '-c:a',
    'pcm_f32le',
    '-',
  ]
  const { stdout, stderr } = spawnSync(ffmpeg, words, { maxBuffer: 2 ** 30, timeout: 60_000 })
  const output = /Output #0[\s\S]*?Audio: pcm_f32le[^\n]*?, (\d+) Hz, ([^,]+),/.exec(stderr.toString('latin1'))
  if (!output || stdout.length === 0) return undefined
  const channels = channelsOf(output[2]!)
  const values = new Float32Array(
    stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + 4 * Math.floor(stdout.length / 4)),
  )
  const samples = new Float32Array(Math.floor(values.length / channels))
  for (let i = 0; i < samples.length; i++) {
    let sum = 0
    for (let c = 0; c < channels; c++) sum += values[i * channels + c]!
    samples[i] = sum / channels
  }
  return { rate: Number(output[1]), samples }
}

const LAYOUTS: Record<string, number> = {
  mono: 1,
  stereo: 2,
  '2.1': 3,
  '3.0': 3,
  quad: 4,
  '4.0': 4,
  '5.0': 5,
  '5.1': 6,
  '6.1': 7,
  '7.1': 8,
  downmix: 2,
}

function channelsOf(layout: string): number {
  const count = /^(\d+) channels/.exec(layout)
  return count ? Number(count[1]) : (LAYOUTS[layout.replace(/\(.*\)/, '').trim()] ?? 1)
}

const PROGRAM = `
import sys, json, numpy, soundfile
for line in sys.stdin:
    path, out = json.loads(line)
    try:
        samples, rate = soundfile.read(path, dtype='float64', always_2d=True)
        samples.mean(1).astype('<f4').tofile(out)
        print(json.dumps(rate))
    except Exception:
        print('null')
`

/** What libsndfile reads of many files: a rate each, undefined where it refuses; undefined if there is no soundfile. */
export function throughSoundfile(
  jobs: readonly (readonly [path: string, out: string])[],
): (number | undefined)[] | undefined {
  const input = jobs.map(job => JSON.stringify(job)).join('\n')
  const python = process.env.EARSHOT_PYTHON ?? 'python3'
  const { status, stdout } = spawnSync(python, ['-c', PROGRAM], { input, encoding: 'utf8', maxBuffer: 2 ** 28 })
  if (status !== 0) return undefined
  return stdout
    .trim()
    .split('\n')
    .map(line => (JSON.parse(line) as number | null) ?? undefined)
}
