/** Runs TensorFlow in a process of its own and says what it is; a broken engine is an answer, not a crash. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { setTensorflowEnvironment } from '../environment.js'
import { TFJS_VERSION } from './bridge.js'
import { engineIn, PLACE, placedFrom } from './place.js'
import { run, tellingLine } from './run.js'

export interface EngineReport {
  /** TensorFlow's version; undefined if it does not run. */
  readonly tensorflow: string | undefined
  readonly tfjs: string
  readonly device: 'CPU' | 'GPU' | undefined
  /** Whether TensorFlow computes with oneDNN's kernels. */
  readonly oneDnn: boolean
  /** The widest instructions that oneDNN may use, in its own words. */
  readonly instructions: string | undefined
  /** The cache folder that it runs from, or the place where it is missing. */
  readonly folder: string
  /** Why it does not run. */
  readonly failure: string | undefined
}

/** What the process of its own runs: loads TensorFlow and multiplies two matrices. */
const SCRIPT = `
const { loadTensorflow } = await import(process.argv[1])
const tf = await loadTensorflow()
const product = tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])).dataSync()
if (product.length !== 4 || product.some(value => value !== 3)) throw new Error('a matrix product came out wrong')
const { binding, isUsingGpuDevice } = tf.backend()
process.stdout.write('\\n' + JSON.stringify({ tensorflow: binding.TF_Version, gpu: isUsingGpuDevice }))
`

const NOTHING = {
  ...{ tfjs: TFJS_VERSION, tensorflow: undefined, device: undefined },
  ...{ oneDnn: false, instructions: undefined },
}

/** Takes about two seconds: the time of loading TensorFlow. */
export async function probeEngine(): Promise<EngineReport> {
  const folder = placedFrom(PLACE) ?? PLACE
  if (!existsSync(engineIn(PLACE))) return { ...NOTHING, folder, failure: 'not installed' }
  const program = fileURLToPath(new URL('../tensorflow.js', import.meta.url))
  const environment = { ...process.env, ONEDNN_VERBOSE: '1' }
  setTensorflowEnvironment(undefined, environment)
  const { code, signal, stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', SCRIPT, program], {
    env: environment,
  })
  const about = { tfjs: TFJS_VERSION, folder, ...oneDnnIn(stdout) }
  if (code !== 0) return { ...about, tensorflow: undefined, device: undefined, failure: signal ?? tellingLine(stderr) }
  const { tensorflow, gpu } = JSON.parse(stdout.trimEnd().split('\n').at(-1)!)
  return { ...about, tensorflow, device: gpu ? 'GPU' : 'CPU', failure: undefined }
}

/** What oneDNN told on the way (ONEDNN_VERBOSE): with its kernels off, TensorFlow still takes products from it. */
function oneDnnIn(told: string): Pick<EngineReport, 'oneDnn' | 'instructions'> {
  const instructions = /^onednn_verbose,.*\bcpu,isa:(.+)$/m.exec(told)?.[1]
  return { oneDnn: /^onednn_verbose,.*\bexec,cpu,matmul,/m.test(told), instructions }
}
