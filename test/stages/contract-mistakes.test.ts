/** Contracts as people write them by hand. Whole files with their words stand in test/fixtures/broken-graphs/stages-*. */
import { join } from 'node:path'
import test from 'ava'
import type { Engine, Scope } from '../../engine/engine.js'
import type { TensorStage } from '../../stages/contract.js'
import { contractMistakes, portMistake } from '../../stages/contract-mistakes.js'
import { guarded } from '../../stages/guarded.js'
import { findStages, stageFromFile } from '../../stages/registry.js'
import * as tools from '../../stages/tools.js'
import { written } from '../graphs/language/written.js'

const { bank, logMel, patch, z } = tools
const sound = {
  ...{
    name: 'quieter',
    runsIn: 'item',
    summary: 'Quieter.',
    parameters: z.strictObject({ by: z.number().default(1) }),
  },
  ...{ in: { from: patch, others: bank(logMel) }, out: () => ({ kind: 'clip' }), work: () => () => 1 },
}
const saidOf = (change: object) => contractMistakes({ ...sound, ...change }).map(({ key, message }) => [key, message])

test('every installed stage is sound', async t => {
  for (const { stage } of await findStages()) t.deepEqual(contractMistakes({ ...stage }), [], stage.name)
  t.deepEqual(saidOf({}), [])
})

test('mistakes, each at its key', t => {
  const cases: [object, string, RegExp][] = [
    [{ name: '' }, 'name', /name is text, not ''/],
    [{ summary: 7 }, 'summary', /a line of text, not 7/],
    [{ runsIn: 'pool' }, 'runsIn', /source, item, batch, tensor, not 'pool'/],
    [{ runsIn: undefined, place: 'item' }, 'place', /'place' is called runsIn/],
    [{ in: patch }, 'in', /such as { from: patch }.* not one such thing without a name/],
    [{ parameters: { by: 1 } }, 'parameters', /z\.strictObject\(.*not a map/],
    [{ in: [patch] }, 'in', /not a list/],
    [{ in: { from: { accepts: ['pach'] } } }, 'in', /in\.from is what arrives there/],
    [{ in: { from: patch, by: patch } }, 'parameters', /'by' is the name of a port and of a parameter/],
    [{ in: { from: patch, weight: patch } }, 'in', /'weight' is what any node may say/],
    [{ in: { from: tools.sameAs('from', patch) } }, 'in', /agrees with 'from', which is no other port/],
    [{ out: undefined }, 'out', /a function, as in .* not nothing/],
    [{ work: 'quiet' }, 'work', /gives work, a function, not 'quiet'/],
    [{ role: 'head' }, 'role', /'role' is nothing that a stage that runs in 'item' can say/],
  ]
  for (const [change, key, message] of cases) {
    const [first, ...more] = contractMistakes({ ...sound, ...change })
    t.is(first?.key, key)
    t.regex(first!.message, message)
    t.deepEqual(more, [])
  }
  t.deepEqual(
    contractMistakes({ ...sound, runsIn: 'tensor' }).map(({ key }) => key),
    ['build', 'role', 'work'],
  )
})

test('what is no port is said as it is', t => {
  const frames = { kind: 'patch', rate: 16000, hop: 160, bands: 64 }
  t.is(portMistake({ ...frames, frames: 96 }), undefined)
  t.is(portMistake({ kind: 'pair', of: { kind: 'clip' } }), undefined)
  t.is(portMistake(undefined), 'nothing')
  t.is(portMistake({ kind: 'pach' }), "a port of the kind 'pach', which there is not")
  t.is(portMistake({ kind: 'pair', of: frames }), 'a pair of a patch with nothing as frames')
  t.is(portMistake({ kind: 'batch', of: { kind: 'clip' }, size: '8' }), "a batch with '8' as size")
})

test('what a stage of one’s own throws while it is built is told at its line; what an installed one throws is not hidden', async t => {
  const text = `export default ({ describeStage, batchOf, patch, z }) => describeStage({
  name: 'mean', runsIn: 'tensor', role: 'encoder', summary: 'Means.', parameters: z.strictObject({}),
  in: { from: batchOf(patch) }, out: ({ from }) => ({ ...from, of: { kind: 'embedding', size: 2 } }),
  build: () => engine => {
    engine.layers.dens(1)
  },
})`
  const file = join(written(t, { 'mean.mjs': text }), 'mean.mjs')
  const stage = await stageFromFile(file)
  const build = () =>
    (stage as TensorStage).build({}, { out: { kind: 'clip' } })(
      { layers: {} } as unknown as Engine,
      {} as unknown as Scope,
    )
  const error = t.throws(() => guarded(stage, 'encoder', 'build', build), { code: 'stage-failed' })
  t.like(error, {
    place: { file, line: 5 },
    message: "build of mean fails at the node 'encoder': engine.layers.dens is not a function",
  })
  const installed = (await findStages())[0]!.stage
  t.throws(() => guarded(installed, 'clip', 'build', build), { instanceOf: TypeError })
})
