/** Draws of clips that come to nothing while streaming: told, counted, and too many of them stop a run. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import type { Problem } from '../../../data/problem.js'
import type { Batch, Dropped } from '../../../graphs/streams/gather.js'
import { RunFolder } from '../../../pipelines/training/run-folder.js'
import { Drops } from '../../../pipelines/training/tracking/drops.js'
import { earshot, scratchFolder } from '../../earshot.js'
import { smallConfig } from '../../small-config.js'

const newRun = () => RunFolder.create(join(scratchFolder('drops'), 'run'))
const drop = (position: number, clip = `clip ${position}`): Dropped => ({
  ...{ clip, path: `${clip}.flac`, epoch: 0, position },
  ...{ code: 'failed', reason: 'a view of it is silent', hint: 'Mend it.' },
})
const batch = (position: number, size = 10) =>
  ({ items: Array.from({ length: size }), cursor: { epoch: 0, position } }) as unknown as Batch
const listed = (run: RunFolder) => run.read('skipped.jsonl').trim().split('\n').filter(Boolean)

test('those are written that training has passed, and told in a sentence', t => {
  const run = newRun()
  const drops = new Drops(run, 0, 0.5)
  t.is(drops.inWords(), undefined)
  for (const position of [3, 5, 17]) drops.add(drop(position, position === 5 ? 'clip 3' : undefined))
  drops.passed(batch(12))
  t.is(listed(run).length, 2)
  t.regex(
    drops.inWords()!,
    /^2 draws of 1 clip came to nothing and were left out\. The first, clip 3\.flac: a view of it is silent\./,
  )
  const later = new Drops(run, 0, 0.5)
  t.regex(later.inWords()!, /^2 draws of 1 clip/, 'a run that goes on tells of those before, too')
})

test('what the streams have reported is written before an error ends a run', t => {
  const run = newRun()
  const drops = new Drops(run, 0, 0.5)
  drops.add(drop(40))
  drops.writeRest()
  t.is(listed(run).length, 1)
})

test('more than the limit stop a run, together with clips that were unusable from the beginning', t => {
  const stopsAt = (unusable: number, every: number) => {
    const drops = new Drops(newRun(), unusable, 0.1)
    for (let at = 1; at <= 40; at++) {
      if (at % every === 0) drops.add(drop(11 * at - 1))
      try {
        drops.passed(batch(11 * at))
      } catch (error) {
        t.regex(
          (error as Problem).message,
          /% of the draws of clips came to nothing, \d+ of \d+\. The first, .*silent\./,
        )
        t.is((error as Problem).code, 'too-many-drops')
        return at
      }
    }
    return undefined
  }
  t.is(stopsAt(0, 1), undefined, 'one of eleven is less than a tenth')
  t.is(stopsAt(0.05, 1), 6)
  t.is(stopsAt(0.05, 4), undefined)
})

/** A stage of one's own, whose work is the expression `made` of a patch. */
function withStage(name: string, made: string) {
  const config = smallConfig(name, { steps: 3, every: 3 })
  const stage = join(config.folder, 'odd.js')
  writeFileSync(
    stage,
    `export default ({ describeStage, patch, z }) => describeStage({
      name: 'odd', runsIn: 'item', draws: true, summary: 'Odd.', parameters: z.strictObject({}),
      in: { from: patch }, out: ({ from }) => from, work: () => ({ from, clip, rng }) => ${made},
    })`,
  )
  const text = readFileSync(config.config, 'utf8')
  const odd = text
    .replace('nodes:\n', 'stages: [./odd.js]\nnodes:\n  odd: { stage: odd, from: view }\n')
    .replace('batch: { size: 8 }', 'batch: { size: 8, from: odd }')
  writeFileSync(config.config, odd)
  return { ...config, run: join(config.folder, 'run') }
}

test('a stage that fails for all: the reason is told, the clips are listed, and a batch that fits', async t => {
  const { config, run, cache } = withStage(
    'all drops',
    `(() => { if (clip.id > 'bd_h') throw new RangeError('it is not loud enough'); return from })()`,
  )
  const { code, error } = await earshot(['train', config, '--run', run], cache)
  t.is(code, 1)
  t.regex(error.replaceAll(/\s+/g, ' '), /came to nothing; the first, .*flac: it is not loud enough/)
  t.regex(error, /--set nodes\.batch\.size=6/)
  const lines = readFileSync(join(run, 'skipped.jsonl'), 'utf8').trim().split('\n')
  t.true(lines.filter(line => JSON.parse(line).reason === 'it is not loud enough').length >= 18)
})

test('some draws that give no finite numbers are left out, and told at the end', async t => {
  const { config, run, cache } = withStage('some drops', `rng('odd').uniform() < 0.15 ? from.map(() => NaN) : from`)
  const { code, out, error } = await earshot(['train', config, '--run', run, '--set', 'train.bad-clips=0.9'], cache)
  t.is(code, 0, error)
  t.regex(
    out,
    /draws of \d+ clips came to nothing and were left out\. The first, .*flac: 'odd' \(odd\) gives numbers that are not finite\./,
  )
})
