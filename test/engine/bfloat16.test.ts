import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { requireBfloat16 } from '../../engine/bfloat16.js'
import { scratchFolder } from '../earshot.js'

const processor = (flags: string) => {
  const file = join(scratchFolder('cpuinfo'), 'cpuinfo')
  writeFileSync(file, `flags\t\t: ${flags}\n`)
  return file
}
const wide = processor('avx avx2 fma avx512f')
const narrow = processor('avx avx2 fma')

test('bfloat16 is refused where oneDNN would end the process: AVX-512 is there and forbidden', t => {
  t.throws(() => requireBfloat16({ ONEDNN_MAX_CPU_ISA: 'avx2' }, wide), {
    code: 'no-bfloat16',
    message: /ONEDNN_MAX_CPU_ISA=avx2/,
  })
})

test('it is not where oneDNN may use AVX-512, is off, or does not come to it', t => {
  t.notThrows(() => requireBfloat16({}, wide))
  t.notThrows(() => requireBfloat16({ ONEDNN_MAX_CPU_ISA: 'AVX512_CORE' }, wide))
  t.notThrows(() => requireBfloat16({ ONEDNN_MAX_CPU_ISA: 'AVX2', TF_ENABLE_ONEDNN_OPTS: '0' }, wide))
  t.notThrows(() => requireBfloat16({ ONEDNN_MAX_CPU_ISA: 'AVX2' }, narrow))
})
