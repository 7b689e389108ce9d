/** Fits the last step of a config's readout to the clips that were trained on, when training ends. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../../data/problem.js'
import { tensorsFile, UNTRAINED } from '../../engine/checkpoints/files.js'
import { Hearing } from '../../graphs/inference/hearing.js'
import { inferenceGraph } from '../../graphs/inference/inference-graph.js'
import { fitStep } from '../../graphs/readout/fit.js'
import { readoutOf } from '../../graphs/readout/settings.js'
import type { Pool } from '../../graphs/streams/pool.js'
import { type Prepared, prepareFeatures, secondsOf } from '../../graphs/streams/prepare.js'
import type { Config } from '../configuration/config.js'
import { encodePatches } from '../embeddings/encode.js'
import { writeFitted } from '../embeddings/fitted-readout.js'
import { readingOf } from '../embeddings/reading.js'
import type { EncoderThread } from '../model/trainer-thread.js'
import { progress } from '../terminal/progress.js'
import type { RunFolder } from './run-folder.js'

/** Clips that are fitted to at most, evenly spaced. */
const MOST = 1500
const HOP = 0.48

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
  const ready = await prepareFeatures({ graph: inference.graph, clips, cacheFolder: prepared.cacheFolder, pool })
  const hearing = new Hearing(inference, stages, ready, prepared.statistics)
  const reading = await readingOf({}, inference, readout, thread)
  const seconds = secondsOf(ready)
  const { length, second } = hearing.grid
  const files = [join(run.checkpoints, UNTRAINED), tensorsFile(run.checkpoints, step)].filter(existsSync)
  for (const file of files) {
    await thread.load(file)
    const rowsOf = reading.rows('clip')
    const rows: Float32Array[] = []
    const bar = progress('fitting the readout', ready.clips.length)
    const options = { hop: hearing.hop(HOP), output: reading.output }
    for await (const patch of encodePatches(thread, hearing, ready.clips.keys(), options)) {
      const lengths = { clip: seconds[patch.clip]!, patch: length * second }
      for (const { embedding } of rowsOf(patch, lengths)) rows.push(embedding)
      if (patch.last) bar.tick()
    }
    bar.done()
    writeFitted(file, readout, rows.length, fitStep(rows, readout.fit))
  }
}
