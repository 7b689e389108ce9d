import test from 'ava'
import type { Stage } from '../../../stages/contract.js'
import companding from '../../../stages/views/companding.js'
import gaussianNoise from '../../../stages/views/gaussian-noise.js'
import mixBack from '../../../stages/views/mix-back.js'
import normalise from '../../../stages/views/normalise.js'
import randomResizedCrop from '../../../stages/views/random-resized-crop.js'
import specAugment from '../../../stages/views/spec-augment.js'
import { bankOf, logMelPort, melOf, PATCH_SIZE, patchPort, runItem } from './support.js'

const values = () => Float32Array.from({ length: PATCH_SIZE }, (_, i) => Math.sin(i))
const { bank } = bankOf([melOf(values().reverse()), melOf(values().reverse())], { mean: 1, deviation: 2 })

// One patch may feed several nodes of a graph: no stage may write into what it is given.
const single: [Stage, object][] = [
  [companding, {}],
  [gaussianNoise, {}],
  [normalise, {}],
  [randomResizedCrop, {}],
  [specAugment, { 'time-width': 12, 'frequency-width': 8 }],
]
for (const [stage, given] of single)
  test(`${stage.name} leaves the patch it is given`, async t => {
    const from = values()
    const result = await runItem(stage, given, { from: patchPort, statistics: logMelPort }, { from, statistics: bank })
    t.deepEqual(from, values())
    t.notDeepEqual(result, values())
  })

test('mix-back leaves the pair it is given', async t => {
  const from = { a: values(), b: values() }
  const ports = { from: { kind: 'pair', of: patchPort }, backgrounds: logMelPort } as const
  await runItem(mixBack, {}, ports, { from, backgrounds: bank })
  t.deepEqual(from, { a: values(), b: values() })
})
