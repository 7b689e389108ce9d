/** Live sound through a small trained encoder: a file that grows, a pipe, a device of ffmpeg; the bits of the finished file. */
import { execFileSync, spawn } from 'node:child_process'
import { getMaxListeners } from 'node:events'
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { tableFromIPC } from 'apache-arrow'
import test from 'ava'
import { createEmbeddingWriter } from '../../../pipelines/embeddings/arrow-writer.js'
import { embed, readEmbeddings, train } from '../../../pipelines/index.js'
import { arrowOutput, heardJson, heardLine, listenedText } from '../../../pipelines/listening/heard-output.js'
import { type Heard, type Listened, type ListenOptions, listen } from '../../../pipelines/listening/listen.js'
import { smallConfig } from '../../small-config.js'

const { folder, config, cache } = smallConfig('listening', { steps: 2, every: 2 })
const at = (name: string) => join(folder, name)
const HOP = 0.25
const RATE = 44100
const SECONDS = 3
const HEADER = 44

/** Stereo WAV, 16 bits, of tones that move. */
function recording(): Buffer {
  const frames = SECONDS * RATE
  const wav = Buffer.alloc(HEADER + 4 * frames)
  wav.write('RIFF', 0)
  wav.writeUInt32LE(wav.length - 8, 4)
  wav.write('WAVEfmt ', 8)
  const fields = [16, 4, 1, 2, 2, 2, RATE, 4, 4 * RATE, 4, 4, 2, 16, 2] // value, bytes, value, ...
  for (let i = 0, place = 16; i < fields.length; place += fields[i + 1]!, i += 2)
    wav.writeUIntLE(fields[i]!, place, fields[i + 1]!)
  wav.write('data', 36)
  wav.writeUInt32LE(4 * frames, 40)
  for (let i = 0; i < frames; i++) {
    const t = i / RATE
    wav.writeInt16LE(Math.round(9000 * Math.sin(2 * Math.PI * (300 + 500 * t) * t)), HEADER + 4 * i)
    wav.writeInt16LE(Math.round(7000 * Math.sin(2 * Math.PI * (2000 - 300 * t) * t)), HEADER + 4 * i + 2)
  }
  return wav
}

async function heardOf(given: Partial<ListenOptions> & Pick<ListenOptions, 'sources'>) {
  const heard: Heard[] = []
  const { signal } = new AbortController()
  const options = { run: at('run'), hop: HOP, count: 2, signal, onHeard: (one: Heard) => void heard.push(one) }
  const listened: Listened = await listen({ ...options, ...given })
  return { heard, listened }
}

const embeddings = (heard: readonly Heard[]) => heard.map(({ embedding }) => embedding)

/** Embeddings of stretches of the finished file. */
let finished: Float32Array[]
let starts: number[]
/** Of the stretches. */
let names: string[]

test.before(async () => {
  Object.assign(process.env, cache)
  await train(config, { run: at('run') })
  writeFileSync(at('whole.wav'), recording())
  const { heard } = await heardOf({ sources: [at('whole.wav')] })
  starts = heard.map(({ start }) => start)
  writeFileSync(
    at('windows.csv'),
    `file,start,end\n${heard.map(({ start, end }) => `whole.wav,${start},${end}\n`).join('')}`,
  )
  await embed(at('run'), at('windows.csv'), { output: at('windows.arrow'), hop: `${HOP} s` })
  const { rows, dimensions, embedding, clips } = await readEmbeddings(at('windows.arrow'))
  names = clips
  finished = Array.from({ length: rows }, (_, row) => embedding.slice(row * dimensions, (row + 1) * dimensions))
})

test.serial('a file that grows, a pipe and the file itself at once: each the bits of the finished file', async t => {
  t.deepEqual(
    starts,
    Array.from({ length: 8 }, (_, k) => k * HOP),
  )
  const whole = recording()
  const unfinished = Buffer.from(whole)
  unfinished.fill(0, 40, HEADER) // as a recorder leaves it until it is done
  writeFileSync(at('growing.wav'), unfinished.subarray(0, 250_001))
  execFileSync('mkfifo', [at('pipe')])
  spawn('sh', ['-c', 'cat "$0" > "$1"', at('whole.wav'), at('pipe')], { stdio: 'ignore' })
  const sources = [at('whole.wav'), at('growing.wav'), at('pipe')]
  let first = true
  const heard: Heard[] = []
  const onHeard = (one: Heard) => {
    heard.push(one)
    if (one.source !== at('growing.wav') || !first) return
    first = false
    const file = openSync(at('growing.wav'), 'r+')
    writeSync(file, whole, 250_001, whole.length - 250_001, 250_001)
    writeSync(file, whole, 0, HEADER, 0)
    closeSync(file)
  }
  const { listened } = await heardOf({ sources, onHeard })
  t.like(listened, { windows: 24, dropped: {}, failed: [], unusable: {} })
  for (const name of sources) t.deepEqual(embeddings(heard.filter(({ source }) => source === name)), finished, name)
})

test.serial('known sounds: itself is nearest, classes add up to 1, another sound is new', async t => {
  const { heard } = await heardOf({ sources: [at('whole.wav')], known: at('windows.arrow') })
  for (const [k, { nearest, novelty }] of heard.entries()) {
    t.is(nearest?.[0]?.clip, names[k])
    t.true(nearest![0]!.similarity > 0.99999)
    t.is(novelty, 0)
  }
})

test.serial(
  'known sounds by other weights are refused; a device that is not there ends alone, with its reason',
  async t => {
    const { metadata, dimensions } = await readEmbeddings(at('windows.arrow'))
    const about = { dimensions, columns: [], metadata: { ...metadata, 'earshot.checkpoint': 'another' } }
    createEmbeddingWriter(at('other.arrow'), about).close()
    await t.throwsAsync(heardOf({ sources: [at('whole.wav')], known: at('other.arrow') }), {
      message: /come from other weights than those of/,
    })
    await t.throwsAsync(heardOf({ sources: [at('none.wav')] }), { message: /no such file/ })
    const tone = 'lavfi:sine=frequency=440:duration=2'
    const { heard, listened } = await heardOf({ sources: [tone, 'lavfi:nothing'] })
    t.is(listened.windows + (listened.dropped[tone] ?? 0), 4)
    t.true(heard.every(({ source }) => source === tone))
    t.is(listened.failed[0]?.source, 'lavfi:nothing')
    t.regex(
      listenedText(listened, [1, 2]),
      /\d windows heard, [\s\S]*\nlavfi:nothing cannot be listened to: .*\n {2}ffmpeg -devices/,
    )
  },
)

test.serial('a file that holds nothing yet is waited for, which is said, and so is its end', async t => {
  writeFileSync(at('empty.wav'), '')
  const told: string[] = []
  const tell = (sentence: string) => {
    told.push(sentence)
    writeFileSync(at('empty.wav'), recording())
  }
  const { heard } = await heardOf({ sources: [at('empty.wav')], tell })
  t.deepEqual(embeddings(heard), finished)
  t.deepEqual(told, [
    `${at('empty.wav')} holds no sound yet: it is read from its beginning, as it grows.`,
    `${at('empty.wav')} is finished, after 3.00 s.`,
  ])
})

test.serial('Ctrl-C ends a file that still grows', async t => {
  writeFileSync(at('endless.wav'), Buffer.concat([recording().fill(0, 40, HEADER)]))
  const controller = new AbortController()
  let count = 0
  const onHeard = () => {
    if (++count === 8) controller.abort()
  }
  const { listened } = await heardOf({ sources: [at('endless.wav')], signal: controller.signal, onHeard })
  t.is(listened.windows, 8)
  t.true(getMaxListeners(controller.signal) > 10, 'sixteen sources are no leak')
})

test('lines, JSON and Arrow say the same', t => {
  const embedding = Float32Array.of(1, 2, 3)
  const nearest = [{ clip: 'a', similarity: 0.5, label: 'wren' }]
  const heard = {
    source: 'mic',
    start: 1.5,
    end: 2,
    embedding,
    latency: 12.4,
    nearest,
    novelty: 0.25,
    scores: { wren: 0.9, owl: 0.1 },
  }
  t.is(heardLine(heard, true), '    1.50 s  mic  wren 90 %  like a, wren (0.500)  novelty 0.25')
  t.deepEqual(JSON.parse(heardJson(heard, true)), { ...heard, latency: 12, embedding: [1, 2, 3] })
  const pieces: Uint8Array[] = []
  const output = arrowOutput(bytes => void pieces.push(bytes))
  output.begin({ dimensions: 3, metadata: { 'earshot.layer': 'encoder' } }, true)
  output.write(heard)
  const sofar = tableFromIPC(pieces)
  t.is(sofar.numRows, 1)
  output.write({ ...heard, start: 2 })
  output.end()
  const table = tableFromIPC(pieces)
  t.deepEqual([...table.getChild('start')!], [1.5, 2])
  t.is(table.getChild('class')!.get(1), 'wren')
  t.is(table.schema.metadata.get('earshot.layer'), 'encoder')
})
