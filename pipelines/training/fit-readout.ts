/** The readout of a config: whether the encoder has what it reads, and its last step, fitted when training ends. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../../data/problem.js'
import { tensorsFile, UNTRAINED } from '../../engine/checkpoints/files.js'
import { Hearing } from '../../graphs/inference/hearing.js'
import { inferenceGraph } from '../../graphs/inference/inference-graph.js'
import { fitStep } from '../../graphs/readout/fit.js'
import { planReadout } from '../../graphs/readout/plan.js'
import { readoutOf } from '../../graphs/readout/settings.js'
import type { Pool } from '../../graphs/streams/pool.js'
import { type Prepared, prepareFeatures } from '../../graphs/streams/prepare.js'
import type { Config } from '../configuration/config.js'
import { clipEmbeddings } from '../embeddings/clip-rows.js'
import { writeFitted } from '../embeddings/fitted-readout.js'
import { logMelNode } from '../embeddings/log-mel-node.js'
import { readingOf } from '../embeddings/reading.js'
import type { EncoderThread } from '../model/trainer-thread.js'
import { plural } from '../terminal/numbers.js'
import type { RunFolder } from './run-folder.js'

/** Clips that are fitted to at most, evenly spaced. */
const MOST = 1500
const HOP = 0.48

/** @throws Problem `no-such-layer`, `bad-readout` before training, if what the config says cannot be read of the encoder */
export async function demandReadable({ graph, stages, document }: Config, thread: EncoderThread): Promise<void> {
  const readout = readoutOf(document.sections.readout)
  if (!readout) return
  const { encoder } = inferenceGraph(graph, stages)
  planReadout(encoder, readout, await thread.layers(encoder))
}

/** @throws Problem `bad-readout` before training, if there are too few clips to whiten to so many numbers */
export function demandFittable({ readout: settings }: Config, clips: number): void {
  const fit = readoutOf(settings)?.fit
  if (typeof fit !== 'object' || Math.min(clips, MOST) > fit.whiten) return
  throw new Problem('bad-readout', `${Math.min(clips, MOST)} clips cannot be whitened to ${fit.whiten} numbers.`, {
    hint: `Write a smaller number at readout.fit.whiten, or standardise.`,
  })
}

/** With the weights of a step, and with those of the untrained encoder; the thread has other weights afterwards. */
export async function fitReadout(
  { graph, stages, readout: settings }: Config,
  {
    run,
    step,
    prepared,
    pool,
    thread,
  }: { run: RunFolder; step: number; prepared: Prepared; pool: Pool; thread: EncoderThread },
): Promise<void> {
  const readout = readoutOf(settings)
  if (!readout?.fit) return
  const every = Math.ceil(prepared.clips.length / MOST)
  const clips = prepared.clips.filter((_, at) => at % every === 0)
  const inference = inferenceGraph(graph, stages)
  const { graph: features, mel } = logMelNode(inference, stages)
  const ready = await prepareFeatures({ graph: features, clips, cacheFolder: prepared.cacheFolder, pool })
  const hearing = new Hearing(inference, stages, ready, prepared.statistics)
  const reading = await readingOf({}, inference, readout, thread)
  const files = [join(run.checkpoints, UNTRAINED), tensorsFile(run.checkpoints, step)].filter(existsSync)
  for (const file of files) {
    await thread.load(file)
    process.stderr.write(`Fitting the readout to ${plural(ready.clips.length, 'clip')}.\n`)
    const rows = await clipEmbeddings({ thread, hearing, prepared: ready, mel, reading, hop: HOP })
    writeFitted(file, readout, rows.length, fitStep(rows, readout.fit))
  }
}
