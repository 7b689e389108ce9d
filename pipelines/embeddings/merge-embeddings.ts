/** Puts files of embeddings together: shards of one list in the order of the list, others in the order in which they are named. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type EmbeddingFile, type EmbeddingRows, openEmbeddings } from '../../data/arrow/arrow-reader.js'
import { demandOutput } from '../../data/output-file.js'
import { Problem } from '../../data/problem.js'
import { makeFolder, writeWhole } from '../../data/whole-file.js'
import { createEmbeddingWriter, type EmbeddingRow, filled, labelColumns } from './arrow-writer.js'
import { baselinesFolder, SHARD } from './metadata.js'

export interface Merged {
  rows: number
  /** Names of the baselines that came along. */
  baselines: string[]
  /** A file without baselines, where others have some: then none can be merged. */
  without: string | undefined
  /** Label columns. */
  columns: string[]
}

/**
 * Merges files in bounded memory; with their baselines and lists of skipped clips, where they have them.
 *
 * @throws Problem if they are not of one kind (columns, width, metadata), a shard is missing or there twice, or a clip is
 *   in two of them
 */
export async function mergeEmbeddings(files: readonly string[], output: string): Promise<Merged> {
  demandOutput(output, 'Arrow', files)
  const { order, rows, columns } = await mergeOne(files, output)
  mergeLists(order, output)
  const names = order.map(file => baselineNames(file))
  const baselines = (names[0] ?? []).filter(name => names.every(others => others.includes(name)))
  rmSync(baselinesFolder(output), { recursive: true, force: true })
  if (baselines.length > 0) makeFolder(baselinesFolder(output))
  for (const name of baselines) {
    const parts = order.map(file => join(baselinesFolder(file), name))
    await mergeOne(parts, join(baselinesFolder(output), name))
  }
  const some = names.some(list => list.length > 0)
  return {
    ...{ rows, columns, baselines: baselines.map(name => basename(name, '.arrow')) },
    without: some ? order[names.findIndex(list => list.length === 0)] : undefined,
  }
}

const baselineNames = (file: string) =>
  existsSync(baselinesFolder(file)) ? readdirSync(baselinesFolder(file)).filter(name => name.endsWith('.arrow')) : []

async function mergeOne(files: readonly string[], output: string) {
  const opened: EmbeddingFile[] = []
  try {
    for (const file of files) opened.push(await openEmbeddings(file))
    for (const other of opened.slice(1)) checkKind(opened[0]!, other)
    const parts = inOrder(opened)
    const columns = labelColumns(opened[0]!.columns)
    return { order: parts.map(({ file }) => file), rows: await copy(parts, columns, output), columns }
  } finally {
    for (const file of opened) await file.close()
  }
}

async function copy(parts: readonly EmbeddingFile[], columns: readonly string[], output: string): Promise<number> {
  const { dimensions, metadata } = parts[0]!
  const { [SHARD]: _, ...kept } = metadata
  const writer = createEmbeddingWriter(output, { dimensions, columns, metadata: kept })
  const homes = new Map<string, EmbeddingFile>()
  let count = 0
  await filled([writer], async () => {
    for (const part of parts)
      for await (const rows of part.batches()) {
        for (const clip of rows.clips) {
          const home = homes.get(clip) ?? part
          if (home !== part) throw twice(clip, home.file, part.file)
          homes.set(clip, home)
        }
        writer.write(rowsOf(rows, columns))
        count += rows.rows
      }
  })
  return count
}

function rowsOf(rows: EmbeddingRows, columns: readonly string[]): EmbeddingRow[] {
  const { dimensions, embedding, clips } = rows
  const [path, start, end] = [rows.column('path'), rows.column('start'), rows.column('end')]
  const labels = columns.map(name => [name, rows.column(name)] as const)
  return clips.map((clip, row) => ({
    ...{ clip, path: path[row]!, start: Number(start[row]), end: Number(end[row]) },
    labels: Object.fromEntries(labels.map(([name, values]) => [name, values[row]])),
    embedding: embedding.subarray(row * dimensions, (row + 1) * dimensions),
  }))
}

const twice = (clip: string, one: string, other: string) =>
  new Problem('duplicate-clips', `The clip ${clip} is in ${one} and in ${other}.`, {
    hint:
      one === other
        ? 'Name each file once.'
        : 'Embed it once; where two recordings have one name, embed the folder that holds both, so that their folders are part of the names.',
  })

/** @throws Problem that says in what two files differ */
function checkKind(one: EmbeddingFile, other: EmbeddingFile): void {
  const different = (what: string, here: string, there: string) => {
    const short = (text: string) => (text.length > 80 ? `${text.slice(0, 79)}…` : text)
    return new Problem(
      'different-embeddings',
      `${other.file} cannot be put to ${one.file}: ${what}, ${short(there)} and ${short(here)}.`,
      { hint: 'Only embeddings by the same checkpoint, with the same options, go into one file.' },
    )
  }
  if (one.dimensions !== other.dimensions)
    throw different('they are of different width', `${one.dimensions}`, `${other.dimensions}`)
  if (one.columns.join() !== other.columns.join())
    throw different('they have different columns', one.columns.join(', '), other.columns.join(', '))
  const names = new Set([...Object.keys(one.metadata), ...Object.keys(other.metadata)])
  for (const name of names) {
    const [here = 'nothing', there = 'nothing'] = [one.metadata[name], other.metadata[name]]
    if (name !== SHARD && here !== there) throw different(`they differ in ${name}`, here, there)
  }
}

/** Shards as they follow each other in their list. @throws Problem if they are not all of one list, each once */
function inOrder(files: readonly EmbeddingFile[]): readonly EmbeddingFile[] {
  const notes = files.map(({ file, metadata }) => ({ file, note: metadata[SHARD] }))
  if (notes.every(({ note }) => note === undefined)) return files
  const whole = notes.find(({ note }) => note === undefined)
  if (whole) throw wrongShards(`${whole.file} is no shard, the others are.`)
  const shards = notes.map(({ file, note }, at) => ({ ...JSON.parse(note!), file, at }))
  const [{ of, list, file: first }] = shards
  const alien = shards.find(shard => shard.of !== of || shard.list !== list)
  if (alien) throw wrongShards(`${alien.file} and ${first} are shards of different lists.`)
  const places = Array.from({ length: of }, (_, at) => shards.filter(({ number }) => number === at + 1))
  const double = places.find(found => found.length > 1)
  if (double) throw wrongShards(`${double.map(({ file }) => file).join(' and ')} are the same shard.`)
  const absent = places.flatMap((found, at) => (found.length === 0 ? [`${at + 1}/${of}`] : []))
  if (absent.length > 0) throw wrongShards(`Not all shards are there: ${absent.slice(0, 20).join(', ')} missing.`)
  return places.map(([shard]) => files[shard!.at]!)
}

const wrongShards = (sentence: string) =>
  new Problem('wrong-shards', sentence, {
    hint: 'Name each shard of one list once: ./earshot embed RUN SOUNDS -o PART.arrow --shard 1/16, and so on to 16/16.',
  })

/** Lists of clips that were left out, and of those whose files are odd, one after the other. */
function mergeLists(files: readonly string[], output: string): void {
  for (const name of ['skipped', 'noted']) {
    const lists = files.map(file => `${file}.${name}.jsonl`).filter(file => existsSync(file))
    rmSync(`${output}.${name}.jsonl`, { force: true })
    if (lists.length > 0) writeWhole(`${output}.${name}.jsonl`, lists.map(file => readFileSync(file, 'utf8')).join(''))
  }
}
