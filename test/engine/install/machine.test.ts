import test from 'ava'
import { cpuFeatures, requireMachine } from '../../../engine/install/machine.js'

test('Linux on x86-64 with glibc is served, others are told so in a sentence', t => {
  const here = { platform: 'linux', architecture: 'x64', glibc: '2.36' }
  t.notThrows(() => requireMachine(here))
  t.throws(() => requireMachine({ ...here, platform: 'darwin' }), { name: 'Problem', message: /this is darwin on x64/ })
  t.throws(() => requireMachine({ ...here, architecture: 'arm64' }), { message: /this is linux on arm64/ })
  t.throws(() => requireMachine({ ...here, glibc: undefined }), { message: /glibc/ })
})

test('CPU features are whole words of the flags line', t => {
  t.deepEqual(cpuFeatures('processor\t: 0\nflags\t\t: fpu avx avx2 fma avx512f avx512_bf16x\nbugs\t: x\n'), [
    'avx',
    'avx2',
    'fma',
    'avx512f',
  ])
  t.deepEqual(cpuFeatures(''), [])
})
