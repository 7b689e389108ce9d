/** The verbs `separate` and `evaluate-separation`, with a tiny separator. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { backendOf } from '../../../engine/compile/backend.js'
import { startEngine } from '../../../engine/tensorflow.js'
import { streamOf } from '../../../graphs/streams/draws.js'
import { integerWav, quantised } from '../../../pipelines/drawing/wav-file.js'
import { wholeSound } from '../../../stages/audio/signal/whole-sound.js'
import { openProcessor } from '../../../stages/separation/trained/processor.js'
import { start } from '../../earshot.js'
import { stopped, stopsAt } from '../../hold.js'
import { largestDifference } from '../../stages/views/support.js'
import { RATE, type SmallSeparator, smallSeparator, succeeds } from './small-separator.js'

let small: SmallSeparator
let sounds: string

test.before(async () => {
  small = await smallSeparator('separate', 6)
  sounds = join(small.folder, 'recordings')
  mkdirSync(sounds)
  const noise = new Float32Array(7.3 * RATE)
  streamOf('long').fillNormal(noise, 0.1)
  writeFileSync(join(sounds, 'long.wav'), integerWav(quantised(noise), RATE))
  writeFileSync(join(sounds, 'short one.wav'), integerWav(quantised(noise.subarray(0, 0.4 * RATE)), RATE))
  writeFileSync(join(sounds, 'text.wav'), 'no sound')
})

const samplesOf = (path: string) => wholeSound({ path }, { rate: RATE, normalise: 'none' })

/** Time of change of every file below a folder. */
const times = (folder: string) =>
  new Map(
    (readdirSync(folder, { recursive: true }) as string[])
      .filter(name => name.endsWith('.wav') && statSync(join(folder, name)).isFile())
      .map(name => [name, statSync(join(folder, name)).mtimeMs]),
  )

const words = (output: string, ...more: string[]) => [
  ...['separate', small.run, sounds, '-o', output, '--window', '1 s', '--overlap', '0.25 s', ...more],
]

test.serial('channels of long and short recordings add up to them; a file that is no sound is left out', async t => {
  const output = join(small.folder, 'out')
  const { out } = await succeeds(small.earshot(...words(output, '--processors', `${small.run}@2`)))
  t.regex(out, /2 recordings separated, 6 channels each/)
  t.regex(out, /Left out:\n {2}text\.wav: /)
  for (const [folder, name] of [
    ['long', 'long.wav'],
    ['short_one', 'short one.wav'],
  ] as const) {
    const mixture = await samplesOf(join(output, folder, 'mixture.wav'))
    t.true(largestDifference(mixture, await samplesOf(join(sounds, name))) < 1e-6)
    for (const step of [2, 4]) {
      const channels = await Promise.all(
        [1, 2, 3].map(channel => samplesOf(join(output, folder, `separator@${step}-${channel}.wav`))),
      )
      const sum = mixture.map((_, at) => channels.reduce((total, channel) => total + channel[at]!, 0))
      t.true(largestDifference(sum, mixture) < 1e-5)
    }
  }
  const page = readFileSync(join(output, 'index.html'), 'utf8')
  for (const [, file] of page.matchAll(/<audio[^>]* src="([^"]+)"/g))
    t.true(existsSync(join(output, decodeURIComponent(file!))))
  t.is([...page.matchAll(/<svg/g)].length, 14)
})

test.serial('windows of a length that comes again are separated by one function, with the same bits', async t => {
  const engine = await startEngine({})
  const backend = backendOf(engine.tf)
  const processor = await openProcessor(engine, small.run)
  const mixture = new Float32Array(RATE)
  streamOf('mixture').fillNormal(mixture, 0.1)
  const operationsOf = () => {
    const { binding } = backend
    let count = 0
    const executeOp: typeof binding.executeOp = (...given) => {
      count += 1
      return binding.executeOp(...given)
    }
    backend.binding = Object.create(binding, { executeOp: { value: executeOp } })
    const channels = processor.separate(mixture)
    backend.binding = binding
    return { count, channels }
  }
  const [first, , , fourth] = Array.from({ length: 4 }, operationsOf)
  t.true(first!.count > 20)
  t.true(fourth!.count < 2)
  t.deepEqual(fourth!.channels, first!.channels)
  processor.dispose()
})

test.serial('run again, it makes only what is missing, damaged or of another separator', async t => {
  const output = join(small.folder, 'out')
  const before = times(output)
  const { out } = await succeeds(small.earshot(...words(output, '--processors', `${small.run}@2`)))
  t.regex(out, /2 recordings separated, 2 of them before/)
  t.deepEqual(times(output), before)
  truncateSync(join(output, 'long/separation.json'), 50)
  const again = await succeeds(small.earshot(...words(output, '--processors', `${small.run}@2`)))
  t.regex(again.out, /2 recordings separated, 1 of them before/)
  t.is(times(output).get('short_one/mixture.wav'), before.get('short_one/mixture.wav'))
  t.not(times(output).get('long/mixture.wav'), before.get('long/mixture.wav'))
  const other = await succeeds(small.earshot(...words(output, '--processors', `${small.run}@0`)))
  t.regex(other.out, /2 recordings separated, 6 channels/)
})

test.serial('killed in the middle, it leaves nothing that looks whole', async t => {
  const output = join(small.folder, 'killed')
  const { process: child, end } = start(words(output), stopsAt(/long\/1\.wav$/))
  await stopped(child.pid)
  child.kill('SIGKILL')
  await end
  t.false(existsSync(join(output, 'long/separation.json')))
  const { out } = await succeeds(small.earshot(...words(output)))
  t.regex(out, /2 recordings separated, 3 channels each/)
})

test.serial('a separator is measured beside the untrained one and the ideal mask', async t => {
  const { out } = await succeeds(
    small.earshot('evaluate-separation', small.run, small.manifest, '--processors', `${small.run}@2`),
  )
  t.regex(out, /6 mixtures of/)
  const { rows } = JSON.parse(readFileSync(join(small.run, 'separation/scenes.json'), 'utf8'))
  t.deepEqual(
    rows.map(({ name }: { name: string }) => name),
    ['untrained (floor)', 'separator@4', 'separator@2', 'ideal ratio mask (ceiling)'],
  )
  const [floor, last, , ceiling] = rows
  for (const row of rows)
    for (const measure of ['siSdr', 'improvement', 'momi', 'countError']) {
      const { mean, interval, count } = row.measures[measure]
      t.is(count, 6)
      t.true(interval[0] <= mean && mean <= interval[1])
    }
  t.true(ceiling.measures.momi.mean > floor.measures.momi.mean + 3)
  t.true(Math.abs(last.overFloor.momi.mean - (last.measures.momi.mean - floor.measures.momi.mean)) < 1e-9)
  t.is(floor.overFloor, undefined)
})

test.serial('mistakes are told', async t => {
  const wrong = async (...words: string[]) => {
    const { code, error } = await small.earshot(...words)
    t.is(code, 1)
    return error.replace(/\s+/g, ' ')
  }
  t.regex(await wrong('evaluate-separation', small.run, sounds), /has no column 'stems'/)
  t.regex(
    await wrong('separate', `${small.run}@3`, sounds, '-o', 'x'),
    /no checkpoint of step 3\. It has those of steps 2, 4/,
  )
  t.regex(await wrong('separate', small.run, sounds, '-o', 'x', '--overlap', '9 s'), /at most half the window/)
})
