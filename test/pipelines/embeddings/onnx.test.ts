/** Encoders of ONNX files: those that PyTorch writes, our own, and files that cannot be run. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { readClipVectors } from '../../../data/arrow/clip-vectors.js'
import { Problem } from '../../../data/problem.js'
import { loadOnnxRuntime } from '../../../engine/install/onnxruntime.js'
import type { CheckedNode } from '../../../graphs/language/checked.js'
import { itemShape, sizeOf } from '../../../graphs/language/item-shape.js'
import { embedOptions } from '../../../pipelines/embeddings/embed-options.js'
import { writeEmbeddings } from '../../../pipelines/embeddings/write-embeddings.js'
import { writeExport } from '../../../pipelines/exchange/export/write-export.js'
import { startOnnxEncoder } from '../../../pipelines/model/onnx-encoder.js'
import type { Port } from '../../../stages/ports.js'
import { loadStages } from '../../../stages/registry.js'
import { scratchFolder } from '../../earshot.js'
import { near } from '../../engine/near.js'
import { engine, fixture } from '../../engine/started.js'
import { batchNode, tensorNode } from '../../graphs/model/graph-nodes.js'
import { smallConfig } from '../../small-config.js'
import { randomRun } from '../exchange/export/random-run.js'

/** Skipped where ONNX Runtime neither lies in the cache nor can be fetched. */
const tested = await loadOnnxRuntime().then(
  () => test,
  error => {
    if (!(error instanceof Problem)) throw error
    return test.skip
  },
)
const stages = await loadStages()
const FOLDER = 'test/fixtures/onnx'
const reference =
  fixture<Record<'patches' | 'embedding' | 'moments' | 'sounds' | 'ofSounds', number[]>>('onnx/case.json')
const patch: Port = { kind: 'patch', rate: 16000, hop: 160, frames: 12, bands: 8 }
const excerpt = (samples: number): Port => ({ kind: 'excerpt', rate: 16000, samples })
const axes = ['batch', 'channel', 'bands', 'frames']

function node(file: string, port: Port, parameters: object = {}): CheckedNode {
  const from = batchNode('batch', 3, port)
  return tensorNode(stages, 'encoder', 'onnx', { from }, { file: join(FOLDER, file), size: 5, ...parameters })
}

async function encoded(one: CheckedNode, items: readonly number[]): Promise<Float32Array> {
  const encoder = await startOnnxEncoder(one, 1)
  const padded = Float32Array.from([...items, ...new Array(items.length).fill(0)]) // batches are filled up with zeros
  return encoder.encode('encoder', padded, 3).finally(encoder.close)
}

tested(
  'what PyTorch gives: bands before frames, an output of moments, a batch of a fixed size, one sound at a time',
  async t => {
    const { patches, embedding, moments, sounds, ofSounds } = reference
    near(t, await encoded(node('patches.onnx', patch, { axes, output: 'embedding' }), patches), embedding)
    near(t, await encoded(node('patches.onnx', patch, { axes, output: 'moments' }), patches), moments)
    near(t, await encoded(node('patches-by-two.onnx', patch, { axes, output: 'moments' }), patches), moments)
    near(t, await encoded(node('sound.onnx', excerpt(400), { axes: ['samples'] }), sounds), ofSounds)
    const scaled = patches.map(value => (value - 0.5) / 2)
    const factor = { factor: 2, shift: 0.5 }
    near(t, await encoded(node('patches.onnx', patch, { axes, output: 'embedding', ...factor }), scaled), embedding)
  },
)

const refused = async (t: ExecutionContext, one: CheckedNode, said: RegExp, hint = /./) => {
  const problem = await t.throwsAsync(
    encoded(one, new Array(3 * sizeOf(itemShape(one.inputs.from!.port)!.shape)).fill(-1)),
    { instanceOf: Problem },
  )
  t.regex(problem!.message, said)
  t.regex(problem!.hint ?? '.', hint)
}

tested('what cannot be run is refused with its names and sizes', async t => {
  await refused(
    t,
    node('two-inputs.onnx', excerpt(5)),
    /2 inputs \(waveform \[batch x 5\] float32, rate \[1\] float32\)/,
  )
  await refused(
    t,
    node('missing-operator.onnx', excerpt(400)),
    /org\.other:Constant_Q/,
    /operators that ONNX Runtime has/,
  )
  await refused(t, node('make.py', excerpt(400)), /cannot run it/)
  await refused(
    t,
    node('not-finite.onnx', excerpt(5)),
    /'embedding' holds numbers that are not finite/,
    /factor and shift/,
  )
  await refused(
    t,
    node('patches.onnx', patch),
    /mel \[batch x 1 x 8 x 12\] float32, and batch x frames 12 x bands 8 arrive/,
  )
  await refused(
    t,
    node('sound.onnx', excerpt(500), { axes: ['samples'] }),
    /waveform \[400\] float32, and samples 500 arrive/,
  )
  const outputs = /embedding \[.* x 5\] float32, moments \[.* x 5\] float32/
  await refused(t, node('patches.onnx', patch, { axes }), /2 outputs/, outputs)
  await refused(t, node('patches.onnx', patch, { axes, output: 'embeding' }), /no output 'embeding'/, outputs)
  const wide = node('patches.onnx', patch, { axes, output: 'embedding', size: 6 })
  await refused(t, wide, /'embedding' is 6 x 5 of 6 pieces: no embeddings of 6/, /size: 5/)
})

tested('an encoder that Earshot wrote as ONNX gives its embeddings; what is not there is told', async t => {
  const { sounds } = smallConfig('onnx', { steps: 1, every: 1 })
  const folder = scratchFolder('onnx-graph')
  const { run } = await randomRun(engine, join(folder, 'run'), [{ swap: 'encoder=vgg{widths: [3, 4]}' }])
  await writeExport({ run, output: join(folder, 'export'), formats: ['onnx'] })
  const graph = join(folder, 'graph.yaml')
  const extended = `extends: ${join(process.cwd(), 'graphs/onnx-encoder.yaml')}\n`
  const encoder = (words: string) => writeFileSync(graph, `${extended}nodes: { encoder: { ${words} } }\n`)
  const embed = (by: string, output: string) => {
    const settings = embedOptions.parse({ output, readout: 'plain', workers: 1 })
    return writeEmbeddings({ ...settings, run: by, inputs: [sounds], cache: join(folder, 'features') })
  }
  encoder('size: 8')
  const [ours, onnx] = [join(folder, 'ours.arrow'), join(folder, 'onnx.arrow')]
  await t.throwsAsync(embed(graph, onnx), { message: /There is no ONNX file .*encoder\.onnx/ })
  encoder('file: export/onnx/encoder.onnx, size: 8')
  await embed(run, ours)
  const { rows } = await embed(graph, onnx)
  t.is(rows, 24)
  const [one, other] = [await readClipVectors(ours, 'embedding'), await readClipVectors(onnx, 'embedding')]
  t.deepEqual([...other.of.keys()], [...one.of.keys()])
  for (const [clip, expected] of one.of) near(t, other.of.get(clip)!, expected, clip) // 1e-5 of the largest
  t.true(readdirSync(folder).includes('onnx.arrow.skipped.jsonl'))
  t.regex(readFileSync(onnx, 'latin1'), /earshot\.checkpoint/)
  const trained = join(process.cwd(), 'graphs/contrastive-16k.yaml')
  await t.throwsAsync(embed(trained, onnx), { message: /The encoder 'encoder' \(vgg\) has no weights yet/ })
})
