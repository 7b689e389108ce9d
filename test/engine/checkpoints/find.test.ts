import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import test from 'ava'
import { Problem } from '../../../data/problem.js'
import { CHECKPOINT_FORMAT, writeDescription } from '../../../engine/checkpoints/description.js'
import { jsonFile, listCheckpoints, tensorsFile, writeBest } from '../../../engine/checkpoints/files.js'
import { demandWhole, locateCheckpoint, locateIfThere, sha256Of } from '../../../engine/checkpoints/find.js'
import { scratchFolder } from '../../earshot.js'

const FOLDER = scratchFolder('finding')

/** A run with checkpoints after some steps; nothing in them but what finding them takes. */
function runWith(name: string, steps: readonly number[]): string {
  const run = join(FOLDER, name)
  const folder = join(run, 'checkpoints')
  mkdirSync(folder, { recursive: true })
  const first = join(folder, 'untrained.safetensors')
  writeFileSync(first, `untrained ${name}`)
  for (const step of steps) {
    const file = tensorsFile(folder, step)
    writeFileSync(file, `${name} ${step}`)
    const hashes = { sha256: sha256Of(file), untrained: sha256Of(first) }
    writeDescription(jsonFile(folder, step), { format: CHECKPOINT_FORMAT, step, ...hashes, graph: { nodes: [] } })
  }
  return run
}

const run = runWith('run', [5, 20, 100])

test('a run is its newest checkpoint, RUN@step another one; either file of a checkpoint is it, too', t => {
  t.is(locateCheckpoint(run).step, 100)
  t.is(locateCheckpoint(run).run, run)
  t.is(locateCheckpoint(`${run}@20`).step, 20)
  const { file, hash, json } = locateCheckpoint(`${run}@5`)
  t.is(hash, sha256Of(file))
  t.deepEqual(locateCheckpoint(file), locateCheckpoint(`${run}@5`))
  t.deepEqual(locateCheckpoint(json), locateCheckpoint(`${run}@5`))
})

test('pretrained is the encoder that ships, also by the path of the folder above its own', t => {
  const shipped = locateCheckpoint('pretrained')
  t.is(shipped.run, resolve('pretrained', 'earshot'))
  demandWhole(shipped)
  t.is(JSON.parse(readFileSync(shipped.json, 'utf8')).train.precision, 'float32', 'not every processor has bfloat16')
  t.is(locateCheckpoint('pretrained@untrained').step, 0)
  for (const name of [resolve('pretrained'), './pretrained', `${resolve('pretrained')}/`])
    t.deepEqual(locateCheckpoint(name), shipped)
  t.is(locateCheckpoint(`${resolve('pretrained')}@untrained`).step, 0)
})

test('RUN@best is the one that was noted', t => {
  const best = runWith('best', [5, 20])
  t.throws(() => locateCheckpoint(`${best}@best`), { message: /has no best checkpoint/ })
  writeBest(join(best, 'checkpoints'), { step: 5, knn: 0.5 })
  t.is(locateCheckpoint(`${best}@best`).step, 5)
})

test('RUN@0 and RUN@untrained are the weights before the first step, with the graph of another checkpoint', t => {
  const { file, hash, step, json } = locateCheckpoint(`${run}@0`)
  t.regex(file, /untrained\.safetensors$/)
  t.is(hash, sha256Of(file))
  t.is(step, 0)
  t.regex(json, /step-000005\.json$/)
  t.deepEqual(locateCheckpoint(file), locateCheckpoint(`${run}@0`))
  t.deepEqual(locateCheckpoint(`${run}@untrained`), locateCheckpoint(`${run}@0`))
})

test('what is not there is said, and is nothing where nobody needs it yet', t => {
  const problemOf = (named: string) => {
    t.is(locateIfThere(named), undefined)
    return t.throws(() => locateCheckpoint(named), { instanceOf: Problem })!
  }
  t.regex(problemOf(join(FOLDER, 'none')).message, /none does not exist/)
  t.regex(problemOf(`${run}@7`).message, /no checkpoint of step 7\. It has those of steps 5, 20, 100/)
  t.regex(problemOf(runWith('empty', [])).message, /holds no checkpoint/)
  t.regex(
    problemOf(`${join(FOLDER, 'empty')}@0`).message,
    /holds no untrained\.safetensors, or no checkpoint beside it/,
  )
  const broken = join(FOLDER, 'broken.json')
  writeFileSync(broken, '{')
  t.is(problemOf(broken).code, 'bad-checkpoint')
})

test('checkpoints sort as numbers beyond six digits', t => {
  const long = runWith('long', [999_999, 1_000_000, 10_000_000])
  t.is(locateCheckpoint(long).step, 10_000_000)
  t.deepEqual(
    listCheckpoints(join(long, 'checkpoints')).map(json => json.match(/step-(\d+)/)![1]),
    ['999999', '1000000', '10000000'],
  )
})

test('every changed byte of the JSON is seen, unless it is no digit, name or sign', t => {
  const file = jsonFile(join(runWith('flipped', [1]), 'checkpoints'), 1)
  const whole = readFileSync(file, 'latin1')
  for (let at = 0; at < whole.length; at++) {
    const flipped = String.fromCharCode(whole.charCodeAt(at) ^ 1)
    if (/\s/.test(whole[at]!) || /\s/.test(flipped)) continue
    writeFileSync(file, whole.slice(0, at) + flipped + whole.slice(at + 1), 'latin1')
    t.is(t.throws(() => locateCheckpoint(file), undefined, `byte ${at}`)?.constructor, Problem)
  }
  writeFileSync(file, JSON.stringify(JSON.parse(whole)))
  t.is(locateCheckpoint(file).step, 1)
})

test('a JSON from before there were hashes is taken as it is, unless it says a hash', t => {
  const file = jsonFile(join(runWith('older', [1]), 'checkpoints'), 1)
  const { own, ...rest } = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, JSON.stringify({ ...rest, format: 1 }))
  t.is(locateCheckpoint(file).step, 1)
  writeFileSync(file, JSON.stringify({ ...rest, format: 1, own }))
  t.throws(() => locateCheckpoint(file), { message: /its hash is another one/ })
  writeFileSync(file, JSON.stringify(rest))
  t.throws(() => locateCheckpoint(file), { message: /its hash is another one/ })
})

test('weights that have changed are refused, those of the untrained encoder too', t => {
  const changed = runWith('changed', [1])
  demandWhole(locateCheckpoint(changed))
  for (const named of [changed, `${changed}@untrained`]) {
    const found = locateCheckpoint(named)
    writeFileSync(found.file, 'other weights')
    t.throws(() => demandWhole(locateCheckpoint(named)), { message: /is not the file that its JSON describes/ })
  }
})
