/** Embeds recordings with a trained encoder into an Arrow file, and writes the baselines of probes beside it. */
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { readClips } from '../../data/manifests.js'
import { demandOutput } from '../../data/output-file.js'
import { Problem } from '../../data/problem.js'
import { makeFolder, writeWhole } from '../../data/whole-file.js'
import { demandWhole } from '../../engine/checkpoints/find.js'
import { Hearing } from '../../graphs/inference/hearing.js'
import { filesOf, type Prepared, secondsOf } from '../../graphs/streams/prepare.js'
import type { Clip } from '../../stages/values.js'
import { plural } from '../terminal/numbers.js'
import { tell } from '../terminal/say.js'
import { checkColumns } from './arrow-writer.js'
import { bottleneckOfPhases } from './bottleneck.js'
import { ClipEmbedding } from './clip-embedding.js'
import type { EmbedOptions } from './embed-options.js'
import { encoderSource } from './encoder-source.js'
import { readFitted } from './fitted-readout.js'
import { mayBeLabel } from './label-table.js'
import { logMelNode } from './log-mel-node.js'
import { readInWindows } from './long-recordings.js'
import { shardMetadata } from './metadata.js'
import { readSounds, readUsable } from './read-sounds.js'
import { readingOf } from './reading.js'

const WHOLE = '--segment says how long, --level clip keeps them whole'

export interface Embedded {
  rows: number
  skipped: number
  /** Label columns. */
  columns: string[]
  seconds: number
  audioSeconds: number
  /** Where the time went, in a sentence. */
  bottleneck: string
  /** What whoever uses the embeddings has to know. */
  note: string | undefined
}

/** @throws the signal's reason once it is aborted */
export async function writeEmbeddings(options: EmbedOptions): Promise<Embedded> {
  const began = performance.now()
  const phases: Record<string, number> = {}
  const timed = async <T>(phase: string, work: Promise<T>): Promise<T> => {
    const start = performance.now()
    const result = await work
    phases[phase] = (performance.now() - start) / 1000
    return result
  }
  demandOutput(options.output, 'Arrow', options.inputs)
  const source = await encoderSource(options)
  const { inference, stages, readout, fitted, untrained } = source
  const { graph: features, mel } = logMelNode(inference, stages)
  const { clips: all, columns } = await readInputs(options)
  const baselines = options.baselines ?? columns.some(mayBeLabel)
  if (baselines && untrained) demandWhole(untrained)
  const { shard } = options
  const clips = shard ? (await import('../jobs/shard.js')).clipsOf(all, shard) : all
  const part = shard
    ? shardMetadata(
        shard,
        all.map(({ id }) => id),
      )
    : {}
  makeFolder(dirname(options.output))
  const { cache: cacheFolder, workers, signal } = options
  // a shard of nothing but bad clips has no rows; whether that is too many is seen when all are together
  const read = shard ? readSounds : readUsable
  const prepared = await timed('reading the sounds', read({ graph: features, clips, cacheFolder, workers, signal }))
  writeLists(options.output, prepared)
  const thread = await timed('starting the encoder', source.start())
  let rows: number
  let crowded: number
  try {
    const reading = await readingOf(options, inference, readout, thread, fitted)
    const alike = untrained && readout?.fit ? readFitted(untrained.file, readout) : undefined
    const task = new ClipEmbedding(
      options,
      source.made,
      new Hearing(inference, stages, prepared, source.made.statistics),
      reading,
      untrained && {
        reading: await readingOf(options, inference, readout, thread, alike),
        load: () => thread.load!(untrained.file),
      },
      mel,
      prepared,
      columns,
      thread,
      part,
    )
    ;({ rows, crowded } = await timed('the encoder', task.write(options.output, options.level ?? 'clip', 'embedding')))
    options.onWritten?.()
    if (baselines) await timed('the baselines', task.writeBaselines())
  } finally {
    await thread.close()
  }
  const notes = [
    ...source.notes,
    crowded > 0 &&
      `${plural(crowded, 'clip')} of ${rows} ${crowded === 1 ? 'has' : 'have'} fewer frames than the readout has parts: parts next to each other share them.`,
  ]
  return {
    rows,
    skipped: prepared.skipped.length,
    columns,
    seconds: (performance.now() - began) / 1000,
    audioSeconds: secondsOf(prepared).reduce((sum, one) => sum + (one || 0), 0),
    bottleneck: bottleneckOfPhases(phases),
    note: notes.filter(Boolean).join('\n') || undefined,
  }
}

/** What was joined or left out is told. @throws Problem `duplicate-clips`, `bad-column`; those of `readClips` */
export async function readInputs({
  inputs,
  segment,
  annotations,
  level,
}: Pick<EmbedOptions, 'inputs' | 'segment' | 'annotations' | 'level'>): Promise<{ clips: Clip[]; columns: string[] }> {
  const windows = { segment, annotations }
  const list = (input: string) =>
    level === undefined ? readInWindows(input, windows, WHOLE) : readClips(input, windows)
  const read = await Promise.all(inputs.map(list))
  tell(read.flatMap(({ notes = [] }) => notes))
  const clips = read.flatMap(one => one.clips)
  const homes = new Map<string, string>()
  for (const [at, { clips }] of read.entries())
    for (const { id } of clips) {
      const [home, here] = [homes.get(id), inputs[at]!]
      if (home !== undefined)
        throw new Problem('duplicate-clips', `The clip ${id} is in ${home} and in ${here}.`, {
          hint: 'Name the folder that holds both, so that their folders are part of the names, or embed them into separate files.',
        })
      homes.set(id, here)
    }
  const columns = [...new Set(read.flatMap(one => one.columns))]
  checkColumns(columns)
  return { clips, columns }
}

/** Lists of the clips that are left out, and of those whose files are odd, beside the output. */
function writeLists(output: string, { skipped, noted }: Prepared): void {
  for (const [name, entries] of Object.entries({ skipped, noted })) {
    const file = `${output}.${name}.jsonl`
    rmSync(file, { force: true })
    if (entries.length > 0) writeWhole(file, entries.map(one => `${JSON.stringify(one)}\n`).join(''))
  }
  if (noted.length > 0)
    process.stderr.write(
      `Odd, and read all the same: ${plural(filesOf(noted), 'file')}; ${output}.noted.jsonl says how.\n`,
    )
}
