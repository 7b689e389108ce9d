/** Published layouts come out as our stages: embeddings against PyTorch's. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { decodeSafetensors } from '../../../../engine/safetensors.js'
import { publishedEncoder } from '../../../../pipelines/exchange/import/uclser20-weights.js'
import crnn from '../../../../stages/encoders/crnn.js'
import vggLike from '../../../../stages/encoders/vgg-like.js'
import type { Port } from '../../../../stages/ports.js'
import { near } from '../../../engine/near.js'
import { engine, tensorOf, weightsFrom } from '../../../engine/started.js'
import { builder } from '../../../stages/built.js'

const tensorsIn = (file: string) => decodeSafetensors(readFileSync(file), file).tensors
const STAGES = { 'vgg-like': vggLike, crnn }

/** Embeddings of patches [count, 101, 96] by the weights in a published file. */
function embedded(file: string, inputs: Float32Array): { embeddings: Float32Array; batches: number | undefined } {
  const { stage, parameters, weights, batches } = publishedEncoder(tensorsIn(file), file)
  const count = inputs.length / (101 * 96)
  const from: Port = {
    kind: 'batch',
    of: { kind: 'patch', rate: 22050, hop: 220, frames: 101, bands: 96 },
    size: count,
  }
  const ours = weightsFrom(1)
  const encoder = builder(STAGES[stage], parameters, { from })(ours.scope)
  ours.load(weights)
  const x = tensorOf({ shape: [count, 101, 96], data: inputs })
  const embeddings = engine.tf.tidy(() => encoder({ from: x }, { training: false }).dataSync().slice() as Float32Array)
  ours.dispose()
  return { embeddings, batches }
}

const FIXTURE = 'test/fixtures/uclser20'
const cases = tensorsIn(join(FIXTURE, 'cases.safetensors'))

for (const name of ['vgg', 'crnn'] as const)
  test(`a net in the layout of the published ${name}: PyTorch's embeddings, 1e-4`, t => {
    const { embeddings, batches } = embedded(join(FIXTURE, `${name}.safetensors`), cases.get('inputs')!.data)
    near(t, embeddings, cases.get(name)!.data, name)
    t.is(batches, 30)
  })

test('a file of other weights is refused in words', t => {
  t.throws(() => publishedEncoder(cases, 'cases.safetensors'), { message: /neither .* it holds/ })
  const cut = tensorsIn(join(FIXTURE, 'vgg.safetensors'))
  cut.delete('conv3.bn.bias')
  t.throws(() => publishedEncoder(cut, 'vgg.safetensors'), { message: /lacks the tensor 'conv3.bn.bias'/ })
})

const REFERENCE = '../shared/reference/uclser20'
const published = existsSync(REFERENCE) ? test : test.skip

for (const name of ['vgg', 'crnn'] as const)
  published(`the published ${name} of ${REFERENCE}: the authors' embeddings, 1e-3`, t => {
    const { embeddings } = embedded(join(REFERENCE, `${name}.safetensors`), npy(join(REFERENCE, 'inputs.npy')))
    near(t, embeddings, npy(join(REFERENCE, `${name}_embedding.npy`)), name, { roundings: 1e6 })
  })

/** The float32 numbers of a .npy file of version 1. */
function npy(file: string): Float32Array {
  const bytes = readFileSync(file)
  const start = 10 + bytes.readUInt16LE(8)
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length))
}
