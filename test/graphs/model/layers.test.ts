/** Layers inside an encoder, as `embed --layer` exports them. */
import test from 'ava'
import { readGraph } from '../../../graphs/language/read-graph.js'
import { buildModel } from '../../../graphs/model/model.js'
import { normal } from '../../engine/finite-differences.js'
import { near } from '../../engine/near.js'
import { engine, tensorOf } from '../../engine/started.js'

async function model(swap: string) {
  const { graph, stages, problems } = await readGraph('graphs/uclser20-16k.yaml', { edits: [{ swap }] })
  if (!graph) throw problems[0]
  return buildModel(engine, graph, stages, 0)
}

const patches = tensorOf(normal([2, 101, 64], 'patches'))

for (const [swap, last, sizes] of [
  ['encoder=vgg{widths: [4, 6], pooling: mean}', 'block1', { block0: 4, block1: 6 }],
  [
    'encoder=resnet18',
    'block7',
    {
      ...{ stem: 64, block0: 64, block1: 64, block2: 128, block3: 128 },
      ...{ block4: 256, block5: 256, block6: 512, block7: 512 },
    },
  ],
  [
    'encoder=vgg-like{blocks: [[3, 4], [5]], size: 7}',
    undefined,
    { convolution0: 3, convolution1: 4, convolution2: 5 },
  ],
  ['encoder=vgg4{width: 0.125, pooling: mean}', 'block3', { stem: 4, block0: 6, block1: 8, block2: 16, block3: 32 }],
  ['encoder=byol-a{widths: [3, 4], dense: [6, 5]}', undefined, { block0: 3, block1: 4, dense0: 6, dense1: 5 }],
  ['encoder=crnn{channels: 3, units: 4}', undefined, { convolution0: 3, convolution1: 3, convolution2: 3 }],
] as const)
  test(`layers of ${swap}`, async t => {
    const { layers, encode, weights } = await model(swap)
    const found = layers('encoder', patches)
    const channels = Object.fromEntries(Object.entries(found).map(([name, { shape }]) => [name, shape[3]]))
    t.deepEqual(channels, { input: 1, ...sizes })
    t.true(Object.values(found).every(({ shape }) => shape[0] === 2))
    // the last layer's mean over time and frequency is what an encoder with that pooling gives
    const embedding = encode('encoder', patches).dataSync()
    if (last) near(t, found[last]!.mean([1, 2]).dataSync(), embedding, last)
    const names = new Set(weights.all.map(({ name }) => name.split('.')[1]))
    for (const name of Object.keys(sizes)) t.true(names.has(name), `${name} is not called as its weights`)
    weights.dispose()
  })
