/** What cannot be exported is said before anything is written; what can runs in Node with TensorFlow.js alone. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import { inferenceGraph } from '../../../../graphs/inference/inference-graph.js'
import type { CheckedGraph } from '../../../../graphs/language/checked.js'
import { frontEnd } from '../../../../pipelines/exchange/export/sound-to-patches.js'
import { writeExport } from '../../../../pipelines/exchange/export/write-export.js'
import { loadStages } from '../../../../stages/registry.js'
import { earshot, scratchFolder } from '../../../earshot.js'
import { engine } from '../../../engine/started.js'
import { randomRun, STATISTICS } from './random-run.js'
import { cosine, embeddingsOf, meanOf, sound } from './reference.js'

const folder = scratchFolder('export')
const SMALL = [{ set: 'nodes.near.frames=48' }, { swap: 'encoder=vgg{widths: [3, 4]}' }]

test.serial('the example for Node gives the embedding, in plain JavaScript', async t => {
  const run = await randomRun(engine, join(folder, 'node run'), SMALL)
  const output = join(folder, 'node')
  await writeExport({ run: run.run, output, formats: ['tfjs'] })
  t.deepEqual(readdirSync(output).sort(), ['README.md', 'tfjs'])
  symlinkSync(join(process.cwd(), 'node_modules'), join(output, 'node_modules'), 'junction')
  writeFileSync(join(folder, 'sound.f32'), sound())
  const words = [join(output, 'tfjs', 'node-example.mjs'), join(folder, 'sound.f32')]
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: 'utf8' })
  t.is(status, 0, stderr)
  const found = JSON.parse(stdout.slice(stdout.lastIndexOf('\n[') + 1)) as number[]
  t.true(cosine(found, meanOf(await embeddingsOf(engine, run, sound()))) > 0.99999)
})

test('samples that are not numbers are refused, as embed refuses them, before they spoil an embedding', async t => {
  const { patches } = await import(pathToFileURL('pipelines/exchange/export/browser/embed.mjs').href)
  const card = { atLeast: 8, hop: 4, frames: 2, lead: 0, samples: 8, rate: 4, normalise: 'none' }
  t.is([...patches(new Float32Array(16), card)].length, 4)
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY])
    t.throws(() => [...patches(new Float32Array(16).fill(wrong, 5, 6), card)], { message: /not numbers/ })
})

test.serial('an encoder that cannot be exported is named, and nothing is written; its weights can be had', async t => {
  const swap = 'encoder=vgg4{width: 0.125, downsampling: aps}'
  const { run } = await randomRun(engine, join(folder, 'aps run'), [{ swap }])
  const output = join(folder, 'aps')
  const { code, error } = await earshot(['export', run, '-o', output])
  t.is(code, 1)
  t.regex(error, /'encoder' uses adaptive polyphase sampling \('downsampling: aps'\), which cannot be\s+exported/)
  t.false(existsSync(output))
  const weights = await earshot(['export', run, '-o', output, '--as', 'safetensors'])
  t.is(weights.code, 0, weights.error)
  t.regex(weights.out, /encoder\.safetensors +0\.\d\d MB/)
  t.regex(
    readFileSync(join(output, 'README.md'), 'utf8'),
    /^# Encoder 'encoder' \(vgg4\): log-mel patches to \d+ numbers/,
  )
})

test.serial('a folder of somebody else is refused', async t => {
  const { run } = await randomRun(engine, join(folder, 'small run'), SMALL)
  const output = join(folder, 'other')
  mkdirSync(output)
  writeFileSync(join(output, 'thesis.tex'), '')
  await t.throwsAsync(writeExport({ run, output, formats: ['onnx'] }), { code: 'not-empty' })
  t.deepEqual(readdirSync(output), ['thesis.tex'])
})

test.serial('a front end of other stages is refused by its name', async t => {
  const { graph } = await randomRun(engine, join(folder, 'front run'), SMALL)
  const inference = inferenceGraph(graph, await loadStages())
  const renamed = (id: string, stage: string) => ({
    nodes: inference.graph.nodes.map(node => (node.id === id ? { ...node, stage } : node)),
  })
  const given = (graph: CheckedGraph) => frontEnd({ ...inference, graph }, { mel: STATISTICS })
  t.is(given(inference.graph).samples, 47 * 160 + 400)
  for (const [id, stage] of [
    ['wave', 'separate'],
    ['view.a', 'sharpen'],
    ['mel', 'choose-channel'],
  ] as const) {
    const error = t.throws(() => given(renamed(id, stage)), { code: 'not-exportable' })
    t.true(error!.message.includes(`'${id}', a stage '${stage}'`), error!.message)
  }
})
