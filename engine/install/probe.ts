/** Runs TensorFlow in a process of its own and says what it is; a broken engine is an answer, not a crash. */
import { fileURLToPath } from 'node:url'
import { addonPlace, placedFrom, tfjsNode } from './addon.js'
import { run, tellingLine } from './run.js'

export interface EngineReport {
  /** TensorFlow's version; undefined if it does not run. */
  readonly tensorflow: string | undefined
  readonly tfjs: string
  readonly device: 'CPU' | 'GPU' | undefined
  /** The cache folder that it runs from, or the addon's own place. */
  readonly folder: string
  /** Why it does not run. */
  readonly failure: string | undefined
}

/** What the process of its own runs: loads tfjs-node and multiplies two matrices. */
const SCRIPT = `
await import(process.argv[1])
const { default: tf } = await import('@tensorflow/tfjs-node-gpu')
const product = tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])).dataSync()
if (product.length !== 4 || product.some(value => value !== 3)) throw new Error('a matrix product came out wrong')
const { binding, isUsingGpuDevice } = tf.backend()
process.stdout.write('\\n' + JSON.stringify({ tensorflow: binding.TF_Version, gpu: isUsingGpuDevice }))
`

/** Takes about two seconds: the time of loading TensorFlow. */
export async function probeEngine(): Promise<EngineReport> {
  const tfjs = tfjsNode()
  const folder = placedFrom(tfjs) ?? addonPlace(tfjs)
  const compatibility = fileURLToPath(new URL('../node-compatibility.js', import.meta.url))
  const { code, signal, stdout, stderr } = await run(
    process.execPath,
    ['--input-type=module', '-e', SCRIPT, compatibility],
    { env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' }, cwd: fileURLToPath(new URL('.', import.meta.url)) },
  )
  const about = { tfjs: tfjs.version, folder }
  if (code !== 0) {
    const failure = /can not be found at path/.test(stderr) ? 'not installed' : (signal ?? tellingLine(stderr))
    return { ...about, tensorflow: undefined, device: undefined, failure }
  }
  const { tensorflow, gpu } = JSON.parse(stdout.trimEnd().split('\n').at(-1)!)
  return { ...about, tensorflow, device: gpu ? 'GPU' : 'CPU', failure: undefined }
}
