/** The trainer's thread: owns TensorFlow, so that steps never hold up the streams on the main thread. */
import { parentPort, workerData } from 'node:worker_threads'
import { Problem } from '../../data/problem.js'
import { startEngine } from '../../engine/tensorflow.js'
import { loadStages } from '../../stages/registry.js'
import { buildModel } from './model.js'
import type { Reply, Request, TrainerSetup } from './settings.js'
import { Trainer } from './trainer.js'

const setup = workerData as TrainerSetup
const port = parentPort!
const engine = await startEngine({ threads: setup.threads, precision: setup.precision })
const model = buildModel(engine, setup.graph, await loadStages(setup.graph.stageFiles), setup.seed)
const trainer = new Trainer(engine, model, setup)

port.on('message', (request: Request) => {
  try {
    port.postMessage({ result: answer(request) } satisfies Reply)
  } catch (error) {
    port.postMessage({ problem: plain(error) } satisfies Reply)
  }
  if (request.kind === 'close') port.close()
})
port.postMessage({ result: 'ready' } satisfies Reply)

function answer(request: Request): unknown {
  switch (request.kind) {
    case 'step':
      return trainer.step(request.values, request)
    case 'calibrate':
      return trainer.calibrate(request.values)
    case 'encode':
      return trainer.encode(request.node, request.patches, request.count, request.layer)
    case 'layers':
      return trainer.layers(request.node)
    case 'neighbours':
      return trainer.neighbours(request)
    case 'look':
      return trainer.look(request.node, request.values)
    case 'save':
      return trainer.save(request.file)
    case 'load':
      return trainer.load(request.file, { optimiser: request.optimiser })
    case 'take':
      return trainer.take(request.file, request.checkpoint)
    case 'close':
      return undefined
  }
}

function plain(error: unknown) {
  if (error instanceof Problem) return { code: error.code, message: error.message, hint: error.hint }
  return { code: 'trainer-failed', message: (error as Error).stack ?? String(error) }
}
