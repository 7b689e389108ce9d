/** Event files: known bytes, what TensorBoard's own reader makes of them, and a run that was cut back. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { RunFolder } from '../../../../pipelines/training/run-folder.js'
import { crc32c, record, scalarEvent, versionEvent } from '../../../../pipelines/training/tracking/event-records.js'
import { EVENTS, RunEvents } from '../../../../pipelines/training/tracking/run-events.js'
import { scalarsOf } from '../../../../pipelines/training/tracking/scalars.js'
import { scratchFolder } from '../../../earshot.js'

test('CRC-32C: the examples of RFC 3720, B.4, and the usual check value', t => {
  t.is(crc32c(new Uint8Array(32)), 0x8a9136aa)
  t.is(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43)
  t.is(crc32c(Uint8Array.from({ length: 32 }, (_, at) => at)), 0x46dd794e)
  t.is(crc32c(Buffer.from('123456789')), 0xe3069283)
})

test('events and records byte for byte', t => {
  t.is(hex(versionEvent(2)), `090000000000000040${'1a0d'}${Buffer.from('brain.Event:2').toString('hex')}`)
  // step 300 is the varint ac 02; the value is { tag: "a", simple_value: 1.5 } in a summary
  t.is(hex(scalarEvent(2, 300, { a: 1.5 })), '09000000000000004010ac022a0a0a080a0161150000c03f')
  // the framing of an empty record: length 0, its masked checksum, that of no bytes
  t.is(record(Buffer.of()).toString('hex'), '000000000000000029039807d8ea82a2')
})

test('names of scalars say what they are; what is not finite stays out', t => {
  t.deepEqual(
    scalarsOf({
      step: 3,
      losses: { similarity: 2, coincidence: Number.NaN },
      chance: { similarity: 5 },
      learningRate: 0.1,
      headGradientCosine: [{ heads: ['one', 'other'], cosine: -0.5 }],
      effectiveRank: 7,
    }),
    {
      'loss/similarity': 2,
      'chance/similarity': 5,
      'training/learning rate': 0.1,
      'gradients/cosine/one and other': -0.5,
      'other/effectiveRank': 7,
    },
  )
})

function runOf(name: string): RunFolder {
  const folder = scratchFolder(name)
  writeFileSync(join(folder, 'run.yaml'), '')
  return RunFolder.open(folder)
}

function log(run: RunFolder, step: number): void {
  run.append('metrics.jsonl', { step, losses: { similarity: 5 - step }, learningRate: 0.5 })
  run.append('timings.jsonl', { step, seconds: 0.25, time: new Date(1000 * (1_700_000_000 + step)).toISOString() })
}

/** Every byte of the only event file, without the first record: that one tells when it was begun. */
function written(run: RunFolder): string {
  const [name, ...others] = readdirSync(run.file(EVENTS))
  if (others.length > 0) throw new Error(`${others.length + 1} event files`)
  return readFileSync(run.file(`${EVENTS}/${name}`)).toString('hex', record(versionEvent(0)).length)
}

test('a run that was killed and cut back tells each step once, as one that ran through', t => {
  const [straight, killed] = [runOf('events-straight'), runOf('events-killed')]
  const events = new RunEvents(straight)
  for (const step of [1, 2, 3]) {
    log(straight, step)
    events.catchUp()
  }
  const before = new RunEvents(killed)
  log(killed, 1)
  before.catchUp()
  const lengths = killed.lengths(['metrics.jsonl', 'timings.jsonl'])
  log(killed, 2)
  before.catchUp()
  writeFileSync(killed.file('metrics.jsonl'), '{"step":3,"los', { flag: 'a' })
  before.catchUp()
  killed.cutBack(lengths)
  const after = new RunEvents(killed)
  for (const step of [2, 3]) {
    log(killed, step)
    after.catchUp()
  }
  t.is(written(killed), written(straight))
})

const python = process.env.EARSHOT_PYTHON ?? 'python3'
const run = (script: string, ...words: string[]) => spawnSync(python, ['-c', script, ...words], { encoding: 'utf8' })
const READER = 'from tensorboard.backend.event_processing.event_accumulator import EventAccumulator'
const readable = run(READER).status === 0 ? test : test.skip

readable("TensorBoard's own reader finds every scalar, its step and its time", t => {
  const folder = runOf('events-read')
  const events = new RunEvents(folder)
  for (const step of [1, 300, 70_000]) log(folder, step)
  events.catchUp()
  const { stdout, stderr } = run(
    `
import json, sys
${READER}
events = EventAccumulator(sys.argv[1], size_guidance={'scalars': 0}).Reload()
print(json.dumps({tag: [[e.step, e.value, e.wall_time] for e in events.Scalars(tag)] for tag in events.Tags()['scalars']}))`,
    folder.file(EVENTS),
  )
  const times = [1, 300, 70_000].map(step => [step, 1_700_000_000 + step] as const)
  t.deepEqual(
    JSON.parse(stdout || 'null'),
    {
      'times/seconds a step': times.map(([step, time]) => [step, 0.25, time]),
      'loss/similarity': times.map(([step, time]) => [step, 5 - step, time]),
      'training/learning rate': times.map(([step, time]) => [step, 0.5, time]),
    },
    stderr,
  )
})

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
