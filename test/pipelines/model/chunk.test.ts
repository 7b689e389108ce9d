/** Runs with `train.chunk`: same bits again, nothing left behind, kept running statistics; and a chunk of everything. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { earshot } from '../../earshot.js'
import { smallConfig } from '../../small-config.js'

test('a run in chunks repeats itself bit for bit and leaves no tensors; a chunk of the whole batch changes nothing', async t => {
  const { config, folder, cache } = smallConfig('chunk', { steps: 12, every: 12, compile: 'auto' })
  const weights = async (name: string, ...more: string[]) => {
    const run = join(folder, name)
    const { code, error } = await earshot(['train', config, '--run', run, ...more], cache)
    t.is(code, 0, error)
    const lines = readFileSync(join(run, 'timings.jsonl'), 'utf8').trim().split('\n')
    const tensors = lines.slice(1).map(line => JSON.parse(line).tensors)
    t.is(new Set(tensors).size, 1, `tensors alive after each step: ${tensors}`)
    return ['step-000012', 'untrained'].map(file => readFileSync(join(run, 'checkpoints', `${file}.safetensors`)))
  }
  const chunked = await weights('chunked', '--set', 'train.chunk=3')
  t.deepEqual(await weights('again', '--set', 'train.chunk=3'), chunked)
  const plain = await weights('plain')
  t.deepEqual(await weights('whole', '--set', 'train.chunk=8'), plain)
  t.notDeepEqual(chunked, plain)
})
