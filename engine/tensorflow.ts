/** Starts TensorFlow: the one place where it is loaded. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { Problem } from '../data/problem.js'
import { requireBfloat16 } from './bfloat16.js'
import type { Engine } from './engine.js'
import { setTensorflowEnvironment } from './environment.js'
import { ADDON } from './install/addon.js'
import { setUpOnFirstUse } from './install/first-use.js'
import { engineIn, PLACE } from './install/place.js'
import { createLayers } from './layers/layers.js'
import { createOperations } from './operations/operations.js'
import type { Precision, Tensor } from './tensor.js'

/**
 * Loads TensorFlow with our operations and layers on it, and sets it up first where that has never been done; a thread
 * leaves that to whoever starts it. A process that has loaded it before goes on as it began.
 *
 * @throws Problem `no-engine` if the native addon is missing, with the command that builds it; `no-bfloat16`
 */
export async function startEngine(options: { threads?: number; precision?: Precision }): Promise<Engine> {
  if (isMainThread) await setUpOnFirstUse()
  setTensorflowEnvironment(options.threads)
  if (options.precision === 'bfloat16') requireBfloat16()
  const tf = await loadTensorflow()
  if (tf.getBackend() !== 'tensorflow')
    throw new Problem('no-engine', `TensorFlow.js runs on '${tf.getBackend()}' instead of TensorFlow.`, { hint: MEND })
  const operations = createOperations(tf, options.precision ?? 'float32')
  return { tf, operations, layers: createLayers(operations) }
}

const MEND = 'Run `npm run quickstart` or `./earshot engine install`; `./earshot doctor` says what is missing.'

let loaded: Promise<Engine['tf']> | undefined

/** TensorFlow.js with TensorFlow behind it, once a thread. @throws Problem `no-engine` */
export const loadTensorflow = (): Promise<Engine['tf']> => (loaded ??= load())

/** From where the installation put it (install/place.ts); the package's own savers of models and progress bars stay out. */
async function load(): Promise<Engine['tf']> {
  try {
    await import('./node-compatibility.js')
    const require = createRequire(import.meta.url) // faster than import, which parses TensorFlow.js twice
    const tf = require('@tensorflow/tfjs') as Engine['tf']
    const binding = require(join(engineIn(PLACE), ADDON))
    require(join(PLACE, 'dist', 'register_all_kernels.js'))
    const { NodeJSKernelBackend } = require(join(PLACE, 'dist', 'nodejs_kernel_backend.js'))
    tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node-gpu'), 3)
    tf.setBackend('tensorflow')
    leaveNumbersAlone(tf)
    return tf
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.trim().split('\n')[0] : String(cause)
    throw new Problem('no-engine', `TensorFlow is not installed: ${reason}`, { hint: MEND, cause })
  }
}

/**
 * Where work inside `tidy` gives numbers, TensorFlow.js asks each of them, by name, whether it is a tensor: for what layers
 * make of a few patches that takes longer than the layers. Numbers hold none.
 */
function leaveNumbersAlone(tf: Engine['tf']): void {
  const scopes = tf.engine()
  const end = scopes.endScope.bind(scopes)
  scopes.endScope = result => end(tensorsIn(tf, result))
}

function tensorsIn(tf: Engine['tf'], value: unknown, seen = new Set<unknown>()): Tensor[] {
  if (value instanceof tf.Tensor) return [value as Tensor]
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value)) return []
  seen.add(value)
  return Object.values(value).flatMap(inner => tensorsIn(tf, inner, seen))
}
