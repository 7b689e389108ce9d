import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { Problem } from '../../data/problem.js'
import { decodeSafetensors, encodeSafetensors, readShapes } from '../../engine/safetensors.js'
import { scratchFolder } from '../earshot.js'
import { fc, testProp } from '../properties.js'

const written = () => readFileSync('test/fixtures/safetensors/written.safetensors')

test('reads what the safetensors package wrote, and writes what it reads', t => {
  const { tensors, metadata } = decodeSafetensors(written())
  t.deepEqual(metadata, { step: '30', name: 'ä' })
  t.deepEqual(tensors.get('encoder.filter'), {
    shape: [3, 2, 2],
    data: Float32Array.from({ length: 12 }, (_, i) => i / 8),
  })
  t.deepEqual(tensors.get('scalar'), { shape: [], data: Float32Array.of(2.5) })
  t.deepEqual(tensors.get('none'), { shape: [0, 3], data: new Float32Array(0) })
  t.deepEqual(decodeSafetensors(encodeSafetensors(tensors, metadata)), { tensors, metadata })
})

test('numbers begin at a multiple of 8 bytes, and the order of the tensors changes nothing', t => {
  const a = { shape: [2], data: Float32Array.of(1, 2) }
  const b = { shape: [1], data: Float32Array.of(3) }
  const bytes = encodeSafetensors(
    new Map([
      ['a', a],
      ['b', b],
    ]),
  )
  t.is(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8, 0)
  t.deepEqual(
    bytes,
    encodeSafetensors(
      new Map([
        ['b', b],
        ['a', a],
      ]),
    ),
  )
})

testProp('a file cut anywhere is refused', [fc.nat()], (t, at) => {
  const whole = written()
  const cut = whole.subarray(0, at % whole.length)
  t.throws(() => decodeSafetensors(cut, 'step-30.safetensors'), {
    instanceOf: Problem,

    message: /step-30/,
  })
})

test("PyTorch's counters of 64 bits are read as numbers", t => {
  const { tensors } = decodeSafetensors(readFileSync('test/fixtures/uclser20/vgg.safetensors'))
  t.deepEqual(tensors.get('conv0.bn.num_batches_tracked'), { shape: [], data: Float32Array.of(30) })
  t.deepEqual(tensors.get('conv0.conv.weight')!.shape, [2, 1, 3, 3])
})

test('a damaged header, another type and stray bytes are refused', t => {
  const refused = (bytes: Uint8Array) => t.throws(() => decodeSafetensors(bytes), { instanceOf: Problem })
  const damaged = written()
  damaged[12] = 0xff
  refused(damaged)
  refused(Buffer.concat([written(), Buffer.alloc(4)]))
  refused(Buffer.from(written().toString('latin1').replace('F32', 'F16'), 'latin1'))
})

test('shapes are read of the header alone; a header that is cut short is told', t => {
  const folder = scratchFolder('shapes')
  const file = join(folder, 'written.safetensors')
  writeFileSync(file, written())
  const { tensors } = decodeSafetensors(written())
  const shapes = new Map([...tensors].map(([name, { shape }]) => [name, shape]))
  t.deepEqual(new Map([...readShapes(file)].map(([name, { shape }]) => [name, shape])), shapes)
  const length = Number(new DataView(Uint8Array.from(written()).buffer).getBigUint64(0, true))
  writeFileSync(file, written().subarray(0, 8 + length))
  t.is(readShapes(file).size, tensors.size)
  for (const bytes of [0, 7, 8, 7 + length]) {
    writeFileSync(file, written().subarray(0, bytes))
    t.throws(() => readShapes(file), { instanceOf: Problem, code: 'bad-checkpoint' })
  }
})
