/** Starts TensorFlow: the one place where it is loaded. */
import { createRequire } from 'node:module'
import { Problem } from '../data/problem.js'
import { requireBfloat16 } from './bfloat16.js'
import type { Engine } from './engine.js'
import { setTensorflowEnvironment } from './environment.js'
import { createLayers } from './layers/layers.js'
import { createOperations } from './operations/operations.js'
import type { Precision } from './tensor.js'

/**
 * Loads TensorFlow with our operations and layers on it. A process that has loaded it before goes on as it began.
 *
 * @throws Problem `no-engine` if the native addon is missing, with the command that builds it; `no-bfloat16`
 */
export async function startEngine(options: { threads?: number; precision?: Precision }): Promise<Engine> {
  setTensorflowEnvironment(options.threads)
  if (options.precision === 'bfloat16') requireBfloat16()
  const tf = await loadTensorflow()
  if (tf.getBackend() !== 'tensorflow')
    throw new Problem('no-engine', `TensorFlow.js runs on '${tf.getBackend()}' instead of TensorFlow.`, { hint: MEND })
  const precision = options.precision ?? 'float32'
  const operations = createOperations(tf, precision)
  return { tf, precision, operations, layers: createLayers(operations) }
}

const MEND = 'Run `npm run quickstart` or `./earshot engine install`; `./earshot doctor` says what is missing.'

async function loadTensorflow(): Promise<Engine['tf']> {
  try {
    await import('./node-compatibility.js')
    return createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu') as Engine['tf'] // faster than import, which parses it twice
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.trim().split('\n')[0] : String(cause)
    throw new Problem('no-engine', `TensorFlow is not installed: ${reason}`, { hint: MEND, cause })
  }
}
