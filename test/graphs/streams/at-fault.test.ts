/** Who is named when a node's work on a clip throws. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import { Problem } from '../../../data/problem.js'
import { atFault } from '../../../graphs/streams/at-fault.js'
import { stageFromFile } from '../../../stages/registry.js'
import { patchPort, runItem } from '../../stages/views/support.js'
import { written } from '../language/written.js'
import { node, stages } from './fake-graphs.js'

const [made, mixed] = [node('made', 'shake', 'item', {}), node('mixed', 'mix', 'item', {})]
const MIX = stages.get('mix')!
const GOOD = { made: { a: Float32Array.of(1), b: Float32Array.of(2) } }

test('a node before it that made a number which is not finite is named, not the one that refuses it', t => {
  const values = { made: { a: Float32Array.of(1), b: Float32Array.of(Number.NaN) } }
  const blamed = atFault(new RangeError('the background is silent'), mixed, MIX, [made, mixed], values) as Problem
  t.is(blamed.message, "'made' (shake) gives numbers that are not finite.")
})

test('a clip that cannot be used, what the system says and problems stay as they are', t => {
  for (const error of [
    new RangeError('the background is silent'),
    new Problem('audio-damaged', 'x.wav is damaged.'),
    Object.assign(new Error('x.wav'), { code: 'EACCES' }),
  ])
    t.is(atFault(error, mixed, MIX, [made, mixed], GOOD), error)
})

test("a mistake in a stage of one's own is told with node, file and line", async t => {
  const code = `export default ({ describeStage, patch, z }) => describeStage({
  name: 'mine', runsIn: 'item', summary: 'Mistaken.', parameters: z.strictObject({}), in: { from: patch },
  out: ({ from }) => from,
  work: () => ({ from }) => from.frob(),
})
`
  const file = join(written(t, { 'mine.mjs': code }), 'mine.mjs')
  const stage = await stageFromFile(file)
  const error = t.throws(() => runItem(stage, {}, { from: patchPort }, { from: Float32Array.of(1) }))!
  t.true(error.stack!.includes(pathToFileURL(file).href))
  const blamed = atFault(error, node('soft', 'mine', 'item', {}), stage, [made], GOOD) as Problem
  t.is(blamed.message, `'soft' (mine) fails at ${file}:4: from.frob is not a function`)
})
