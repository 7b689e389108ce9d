/** Every encoder that can be exported gives Earshot's own embeddings, in TensorFlow.js and in onnxruntime. */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import { parse } from 'yaml'
import { decodeSafetensors } from '../../../../engine/safetensors.js'
import { writeExport } from '../../../../pipelines/exchange/export/write-export.js'
import { scratchFolder } from '../../../earshot.js'
import { engine } from '../../../engine/started.js'
import { randomRun } from './random-run.js'
import { distance, embeddingsOf, graphModel, meanOf, readOutOf, sound } from './reference.js'

const folder = scratchFolder('export')
/** Of float32 in another order; a sample too early or too late is beyond it. */
const NEAR = 1e-5

const READOUT = '{ layers: 2, input: true, bands: 1, time: [mean, max, std, p30], parts: 2 }'

/** By name: what stands in for the encoder, and other changes. */
const ENCODERS: Record<string, string[]> = {
  vgg: ['encoder=vgg{widths: [4, 8, 6], pooling: mean-max}'],
  'vgg mean': ['encoder=vgg{widths: [5], pooling: mean}'],
  resnet18: ['encoder=resnet18{pooling: max}'],
  'vgg-like': ['encoder=vgg-like{blocks: [[3, 4], [5]], size: 7}'],
  'byol-a': ['encoder=byol-a{widths: [3, 4], dense: [6, 5]}'],
  'byol-a mean-max': ['encoder=byol-a{widths: [3], dense: [5], pooling: mean-max}'],
  crnn: ['encoder=crnn{channels: 6, units: 5}'],
  'vgg4 max': ['encoder=vgg4{width: 0.125, downsampling: max, pooling: meanmaxfreq}'],
  'vgg4 blur': ['encoder=vgg4{width: 0.125, downsampling: blur, kernel: 4, variant: slides, pooling: mean-max}'],
  'vgg4 tlpf': ['encoder=vgg4{width: 0.125, downsampling: tlpf, pooling: maxmeantime, intra-block: none}'],
}

for (const [name, [swap, ...sets]] of Object.entries(ENCODERS)) {
  test.serial(`${name}: the TensorFlow.js model and embed.mjs give Earshot's embeddings`, async t => {
    const edits = [{ set: 'nodes.near.frames=45' }, { swap: swap! }, ...sets.map(set => ({ set }))]
    const run = await randomRun(engine, join(folder, `${name} run`), edits)
    const output = join(folder, name)
    await writeExport({ run: run.run, output, formats: ['onnx', 'tfjs', 'safetensors'] })
    const expected = await embeddingsOf(engine, run, sound())
    writeFileSync(join(output, 'onnx', 'expected.json'), JSON.stringify(expected.map(one => [...one])))

    const { embed, embedPatches } = await import(pathToFileURL(join(output, 'tfjs', 'embed.mjs')).href)
    const card = JSON.parse(readFileSync(join(output, 'tfjs', 'encoder.json'), 'utf8'))
    const model = await graphModel(engine, join(output, 'tfjs'))
    const found = await embedPatches(engine.tf, model, card, sound())
    t.is(found.length, 3)
    for (const [at, { embedding }] of found.entries()) {
      const off = distance(embedding, expected[at]!)
      t.true(off < NEAR, `patch ${at}: ${off}`)
    }
    t.true(distance(await embed(engine.tf, model, card, sound()), meanOf(expected)) < NEAR)

    const read = join(folder, `${name} read out`)
    await writeExport({ run: run.run, output: read, formats: ['onnx', 'tfjs'], readout: READOUT })
    const readOut = await readOutOf(engine, run, sound(), parse(READOUT))
    writeFileSync(join(read, 'onnx', 'expected.json'), JSON.stringify([...readOut]))
    const readCard = JSON.parse(readFileSync(join(read, 'tfjs', 'encoder.json'), 'utf8'))
    t.is(readCard.embedding, readOut.length)
    const off = distance(
      await embed(engine.tf, await graphModel(engine, join(read, 'tfjs')), readCard, sound()),
      readOut,
    )
    t.true(off < NEAR, `read out: ${off}`)

    const { tensors, metadata } = decodeSafetensors(readFileSync(join(output, 'safetensors', 'encoder.safetensors')))
    const own = run.model.weights.all.filter(weight => weight.name.startsWith('encoder.'))
    t.deepEqual([...tensors.keys()].sort(), own.map(weight => weight.name.slice('encoder.'.length)).sort())
    t.is(JSON.parse(metadata.encoder!).embedding, expected[0]!.length)
  })
}

/** A Python that has the modules; without one these tests are skipped, by name. */
const python = process.env.EARSHOT_PYTHON ?? 'python3'
const script = (text: string, ...words: string[]) => spawnSync(python, ['-c', text, ...words], { encoding: 'utf8' })
const having = (modules: string) => (script(`import ${modules}`).status === 0 ? test.serial : test.serial.skip)

having('numpy, onnxruntime')("onnxruntime and the HEAR module give Earshot's embeddings", t => {
  writeFileSync(join(folder, 'sound.f32'), sound())
  const { stdout, stderr } = script(
    `
import json, sys, numpy as np
folder, names = sys.argv[1], json.loads(sys.argv[2])
sys.path.insert(0, folder + '/vgg/onnx')
import earshot_encoder as encoder
sound = np.fromfile(folder + '/sound.f32', np.float32)
distance = lambda a, b: float(np.linalg.norm(a - b) / np.linalg.norm(b))
found = {}
for name in names:
  model = encoder.load_model(f'{folder}/{name}/onnx/encoder.onnx')
  expected = np.array(json.load(open(f'{folder}/{name}/onnx/expected.json')))
  patches = model.embed(model.prepare(sound), np.arange(3) * 48 * 160)
  scenes = encoder.get_scene_embeddings(np.stack([sound, sound[::-1]]), model)
  frames, times = encoder.get_timestamp_embeddings(np.stack([sound, sound]), model)
  assert scenes.shape == (2, model.scene_embedding_size) and scenes.dtype == np.float32
  assert frames.shape == (2, 33, model.timestamp_embedding_size) and times.shape == (2, 33)
  assert np.allclose(np.diff(times), 50) and np.array_equal(frames[0], frames[1])
  found[name] = [distance(a, b) for a, b in zip(patches, expected)] + [distance(scenes[0], expected.mean(0))]
  read = encoder.load_model(f'{folder}/{name} read out/onnx/encoder.onnx')
  expected = np.array(json.load(open(f'{folder}/{name} read out/onnx/expected.json')))
  found[name].append(distance(encoder.get_scene_embeddings(sound[None], read)[0], expected))
  frames, times = encoder.get_timestamp_embeddings(sound[None], read)
  assert frames.shape == (1, 33, read.timestamp_embedding_size) and np.isfinite(frames).all()
for wrong in (np.nan, np.inf):
  try: encoder.get_timestamp_embeddings(np.r_[sound, wrong].astype(np.float32)[None], model)
  except ValueError as error: assert 'not numbers' in str(error)
  else: raise AssertionError(wrong)
print(json.dumps(found))`,
    folder,
    JSON.stringify(Object.keys(ENCODERS)),
  )
  t.is(stderr, '')
  for (const [name, distances] of Object.entries(JSON.parse(stdout) as Record<string, number[]>)) {
    t.true(
      distances.every(one => one < NEAR),
      `${name}: ${distances}`,
    )
  }
})

having('numpy, safetensors')("Python's safetensors reads the weights", t => {
  const { stdout, stderr } = script(
    `
import json, sys
from safetensors import safe_open
with safe_open(sys.argv[1], 'np') as file:
  print(json.dumps({'metadata': file.metadata(), 'shape': file.get_tensor('block1.filter').shape, 'sum': float(file.get_tensor('block0.filter').sum())}))`,
    join(folder, 'vgg', 'safetensors', 'encoder.safetensors'),
  )
  t.is(stderr, '')
  const { metadata, shape, sum } = JSON.parse(stdout)
  t.is(metadata.stage, 'vgg')
  t.deepEqual(shape, [3, 3, 4, 8])
  const { tensors } = decodeSafetensors(readFileSync(join(folder, 'vgg', 'safetensors', 'encoder.safetensors')))
  t.true(Math.abs(tensors.get('block0.filter')!.data.reduce((a, b) => a + b, 0) - sum) < 1e-5)
})
