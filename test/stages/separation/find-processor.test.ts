import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { Problem } from '../../../data/problem.js'
import { findProcessor, findProcessorIfThere, sha256Of } from '../../../stages/separation/find-processor.js'
import { scratchFolder } from '../../earshot.js'

const FOLDER = scratchFolder('processors')

/** A run with checkpoints after some steps; nothing in them but what finding them takes. */
function runWith(name: string, steps: readonly number[]): string {
  const run = join(FOLDER, name)
  const folder = join(run, 'checkpoints')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'untrained.safetensors'), `untrained ${name}`)
  for (const step of steps) {
    const file = join(folder, `step-${String(step).padStart(6, '0')}.safetensors`)
    writeFileSync(file, `${name} ${step}`)
    writeFileSync(
      file.replace('safetensors', 'json'),
      JSON.stringify({ step, sha256: sha256Of(file), graph: { nodes: [] } }),
    )
  }
  return run
}

const run = runWith('run', [5, 20, 100])

test('a run is its newest checkpoint, RUN@step another one; either file of a checkpoint is it, too', t => {
  t.is(findProcessor(run).step, 100)
  t.is(findProcessor(`${run}@20`).step, 20)
  const { file, hash, json } = findProcessor(`${run}@5`)
  t.is(hash, sha256Of(file))
  t.deepEqual(findProcessor(file), findProcessor(`${run}@5`))
  t.deepEqual(findProcessor(json), findProcessor(`${run}@5`))
})

test('RUN@0 is the untrained separator, with the graph of another checkpoint', t => {
  const { file, hash, step, json } = findProcessor(`${run}@0`)
  t.regex(file, /untrained\.safetensors$/)
  t.is(hash, sha256Of(file))
  t.is(step, 0)
  t.regex(json, /step-000005\.json$/)
  t.deepEqual(findProcessor(file), findProcessor(`${run}@0`))
})

test('what is not there is said, and is nothing where nobody needs it yet', t => {
  const problemOf = (named: string) => {
    t.is(findProcessorIfThere(named), undefined)
    return t.throws(() => findProcessor(named), { instanceOf: Problem })!
  }
  t.regex(problemOf(join(FOLDER, 'none')).message, /There is no separator/)
  t.regex(problemOf(`${run}@7`).message, /no checkpoint of step 7\. It has those of steps 5, 20, 100/)
  t.regex(problemOf(runWith('empty', [])).message, /no checkpoint yet/)
  t.regex(
    problemOf(`${join(FOLDER, 'empty')}@0`).message,
    /holds no untrained\.safetensors, or no checkpoint beside it/,
  )
  const broken = join(FOLDER, 'broken.json')
  writeFileSync(broken, '{')
  t.is(problemOf(broken).code, 'bad-checkpoint')
})
