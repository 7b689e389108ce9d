/**
 * How late live sound is embedded, and whether memory stays: so many streams at once, each in real time, through named
 * pipes that another process fills.
 *
 *   node dist/bench/listen.js RUN [STREAMS] [SECONDS] [KNOWN.arrow LABEL] [--json FILE]     16 streams, 60 s if not said
 *   node dist/bench/listen.js RUN 2 3600 --fast             as fast as it goes, for memory: latencies mean nothing
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { decode } from '../data/decoding/decode.js'
import { listen } from '../pipelines/listening/listen.js'
import { rounded, tellRows } from './tell-rows.js'

const RATE = 44_100
const HOP = 0.48
/** Milliseconds of sound that a recorder hands on at once. */
const PIECE = 50
const SOUND = 'node_modules/supersonic-scsynth-samples/samples/ambi_choir.flac'

async function measure(): Promise<void> {
  const { values: given, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'string' }, fast: { type: 'boolean', default: false } },
  })
  const [run = 'runs/quickstart', streams = '16', seconds = '60', known, label] = positionals
  const folder = mkdtempSync(join(tmpdir(), 'earshot-listen-'))
  const pipes = Array.from({ length: Number(streams) }, (_, stream) => join(folder, `stream-${stream + 1}`))
  execFileSync('mkfifo', pipes)
  const recorders = spawn(
    process.execPath,
    [fileURLToPath(import.meta.url), 'feed', seconds, given.fast ? 'fast' : 'live', ...pipes],
    { stdio: ['pipe', 'inherit', 'inherit'] },
  )
  const latencies: number[] = []
  const memory: number[] = []
  let look: NodeJS.Timeout | undefined
  try {
    let [began, cpu] = [performance.now(), process.cpuUsage()]
    const { windows, dropped } = await listen({
      ...{
        run,
        sources: pipes,
        hop: HOP,
        count: 3,
        drop: !given.fast,
        known,
        label,
        signal: new AbortController().signal,
      },
      onReady: () => {
        recorders.stdin.end() // now they begin
        look = setInterval(() => memory.push(process.memoryUsage().rss / 1e6), 1000)
        began = performance.now()
        cpu = process.cpuUsage()
      },
      onHeard: ({ latency }) => void latencies.push(latency),
    })
    const { user, system } = process.cpuUsage(cpu)
    const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0)
    const sorted = [...latencies].sort((a, b) => a - b)
    const at = (share: number) =>
      Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0)
    const limit = 1000 * HOP + 50
    const late = sorted.filter(latency => latency > limit).length
    const cores = (user + system) / 1e3 / (performance.now() - began)
    const mega = (share: number) => Math.round(memory[Math.floor(share * (memory.length - 1))] ?? 0)
    const row = {
      ...{ streams: Number(streams), seconds: Number(seconds), windows, dropped: lost },
      ...{ 'median, ms': at(0.5), '99 %, ms': at(0.99), 'most, ms': at(1), 'above hop + 50 ms': late },
      ...{
        cores: rounded(cores),
        'MB at first': mega(0),
        'after a quarter': mega(0.25),
        half: mega(0.5),
        'at the end': mega(1),
      },
    }
    const pace = given.fast ? 'each stream as fast as it is taken' : 'each stream in real time'
    tellRows([row], given.json, `${pace}, a window every ${HOP} s; latency from its last sample`)
  } finally {
    clearInterval(look)
    recorders.kill()
    rmSync(folder, { recursive: true })
  }
}

/** Sixteen recorders: each hands on what time has passed, and begins at a moment of its own; fast ones what is taken. */
async function feed(seconds: number, fast: boolean, pipes: readonly string[]): Promise<void> {
  const pieces: Float32Array[] = []
  for await (const { samples } of decode(join(process.cwd(), SOUND))) pieces.push(samples)
  const sound = Buffer.concat(pieces.map(piece => Buffer.from(Int16Array.from(piece, value => 32767 * value).buffer)))
  const ready = text(process.stdin)
  await Promise.all(
    pipes.map(async (pipe, stream) => {
      const into = createWriteStream(pipe)
      into.on('error', () => process.exit())
      into.write(header())
      await ready // what was recorded before would all come at once
      const began = performance.now() + (stream * 1000 * HOP) / pipes.length
      let sent = 0
      while (sent < 2 * RATE * seconds) {
        const passed = fast ? 1000 * (sent / 2 / RATE + 1) : Math.max(0, performance.now() - began)
        const due = 2 * Math.floor((RATE * passed) / 1000)
        let taken = true
        for (; sent < due; ) {
          const from = sent % sound.length
          const part = sound.subarray(from, Math.min(sound.length, from + due - sent))
          taken = into.write(part)
          sent += part.length
        }
        if (!fast) await new Promise(resolve => setTimeout(resolve, PIECE))
        else if (!taken) await once(into, 'drain')
      }
      into.end()
    }),
  )
}

/** Of WAV whose length nobody knows yet. */
function header(): Buffer {
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.write('WAVEfmt ', 8)
  for (const [value, bytes, place] of HEADER) head.writeUIntLE(value, place, bytes)
  head.write('data', 36)
  head.writeUInt32LE(0xffffffff, 40)
  return head
}

const HEADER = [
  [0xffffffff, 4, 4],
  [16, 4, 16],
  [1, 2, 20],
  [1, 2, 22],
  [RATE, 4, 24],
  [2 * RATE, 4, 28],
  [2, 2, 32],
  [16, 2, 34],
] as const

// the recorders are a process of their own, so that they are not held up
if (process.argv[2] === 'feed') await feed(Number(process.argv[3]), process.argv[4] === 'fast', process.argv.slice(5))
else await measure()
