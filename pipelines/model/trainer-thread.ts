/** Starts the thread that owns TensorFlow, so that its work never holds up the streams on the main thread. */
import { Worker } from 'node:worker_threads'
import { setTensorflowEnvironment } from '../../engine/environment.js'
import { setUpOnFirstUse } from '../../engine/install/first-use.js'
import { connect, type Remote } from './calls.js'
import type { FoundCheckpoint } from './checkpoint.js'
import type { Encoder } from './encoder.js'
import type { EncoderSetup, TrainerSetup } from './settings.js'
import type { Trainer } from './trainer.js'

export type EncoderThread = Remote<Encoder>
export type TrainerThread = Remote<Trainer>

/** For whoever learns nothing. @throws Problem `no-engine` and those of the model */
export const startEncoder = (setup: EncoderSetup): Promise<EncoderThread> => started<Encoder>(setup)

/** With the weights of a checkpoint. @throws Problem `no-engine` and those of the model */
export async function startTrained({ checkpoint: { graph, train }, tensors }: FoundCheckpoint): Promise<EncoderThread> {
  const { seed, threads, precision } = train
  const thread = await startEncoder({ graph, seed, threads, precision })
  try {
    await thread.load(tensors)
    return thread
  } catch (error) {
    await thread.close()
    throw error
  }
}

/** @throws Problem `no-engine` and those of the model */
export const startTrainer = (setup: TrainerSetup): Promise<TrainerThread> => started<Trainer>(setup)

async function started<Service>(setup: EncoderSetup): Promise<Remote<Service>> {
  await setUpOnFirstUse() // what is set up, and what TensorFlow reads, has to be there before the thread is
  setTensorflowEnvironment(setup.threads)
  return connect(new Worker(new URL('./thread.js', import.meta.url), { workerData: setup }), "TensorFlow's thread")
}
