/** The file that TensorFlow's thread runs. */
import { parentPort, workerData } from 'node:worker_threads'
import { startEngine } from '../../engine/tensorflow.js'
import { buildModel } from '../../graphs/model/model.js'
import { loadStages } from '../../stages/registry.js'
import { serve } from './calls.js'
import { Encoder } from './encoder.js'
import type { EncoderSetup, TrainerSetup } from './settings.js'
import { Trainer } from './trainer.js'

const setup = workerData as EncoderSetup | TrainerSetup

void serve(
  parentPort!,
  async () => {
    const { graph, seed, threads, precision } = setup
    const engine = await startEngine({ threads, precision })
    const model = buildModel(engine, graph, await loadStages(graph.stageFiles, graph.nodes), seed)
    return 'train' in setup ? new Trainer(engine, model, setup) : new Encoder(engine, model, setup)
  },
  service => service instanceof Trainer && service.rest(),
)
