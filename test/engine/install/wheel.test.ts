import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { companionsIn, cudaCompanions, wheelIn } from '../../../engine/install/wheel.js'

function folderWith(t: ExecutionContext, ...files: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'earshot-wheels-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  for (const file of files) writeFileSync(join(folder, file), '')
  return folder
}

const cpu = 'tensorflow_cpu-2.18.1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl'
const gpu = 'tensorflow-2.18.1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl'
const newer = 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl'
const cublas = 'nvidia_cublas_cu12-12.5.3.2-py3-none-manylinux2014_x86_64.whl'

test('CPU and CUDA wheels are told apart, versions read from the names', t => {
  const folder = folderWith(t, cpu, gpu, cublas)
  t.deepEqual(wheelIn(folder), { path: join(folder, cpu), version: '2.18.1' })
  t.deepEqual(wheelIn(folder, { gpu: true }), { path: join(folder, gpu), version: '2.18.1' })
  t.deepEqual(companionsIn(folder), [join(folder, cublas)])
})

test('of two versions one has to be named', t => {
  const folder = folderWith(t, cpu, newer)
  t.throws(() => wheelIn(folder), { name: 'Problem', message: /holds 2 wheels/ })
  t.is(wheelIn(folder, { version: '2.21.0' }).path, join(folder, newer))
})

test('a folder without the right wheel says what it holds', t => {
  const folder = folderWith(t, 'tensorflow_cpu-2.18.1-cp311-cp311-win_amd64.whl')
  t.throws(() => wheelIn(folder), { name: 'Problem', message: /no wheel of tensorflow-cpu for Linux/ })
  t.throws(() => wheelIn(join(folder, 'none')), { name: 'Problem', message: /no wheel/ })
})

test('the CUDA companions come from the metadata, in both of its spellings', t => {
  const metadata = `Requires-Dist: numpy <2.1.0,>=1.26.0
Requires-Dist: nvidia-cublas-cu12 ==12.5.3.2 ; extra == 'and-cuda'
Requires-Dist: nvidia-cudnn-cu12==9.3.0.75; extra == "and-cuda"
Requires-Dist: nvidia-nccl-cu12 (==2.21.5) ; extra == 'and-cuda'
`
  t.deepEqual(cudaCompanions(metadata), [
    'nvidia-cublas-cu12==12.5.3.2',
    'nvidia-cudnn-cu12==9.3.0.75',
    'nvidia-nccl-cu12==2.21.5',
  ])
})
