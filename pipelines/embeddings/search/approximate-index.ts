/**
 * An index beside embeddings, by which a search looks at some thousands of rows and not at all: a graph of neighbours (HNSW,
 * Malkov and Yashunin, TPAMI 2020) by usearch. FILE.usearch is what usearch writes, and behind it a line of Earshot's own
 * that says of which embeddings it is.
 */
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { setImmediate as letOthers } from 'node:timers/promises'
import { Problem } from '../../../data/problem.js'
import { beginPart, onDisk } from '../../../data/whole-file.js'
import { loadUsearch, type UsearchIndex } from '../../../engine/install/usearch.js'
import { plural } from '../../terminal/numbers.js'
import type { EmbeddingIndex } from './embedding-index.js'

/** Rows near to a direction of length 1, most of the nearest among them, the nearest first. */
export type NearRows = (direction: Float32Array, count: number) => number[]

/** Rows above which a search without an index says how one is made. */
const MANY = 1_000_000
/** Rows that are added between two looks at Ctrl-C. */
const PIECE = 4096
/** How the graph keeps directions (found rows are compared by their own); rows tried where one is added, and in a search. */
const [KEPT, ADDED, SEARCHED] = ['i8', 40, 512] as const
/** Bytes of the line at the end. */
const LINE = 512

export const indexFile = (file: string): string => `${file}.usearch`

/**
 * Makes the index of embeddings, in the place of an earlier one. With several threads its edges, and so what it misses,
 * are not the same each time.
 *
 * @returns its file
 * @throws Problem `no-package`, `disk-full`, `not-writable`; the signal's reason once it is aborted
 */
export async function makeIndex(
  embeddings: EmbeddingIndex,
  { signal, onProgress }: { signal?: AbortSignal | undefined; onProgress?: ((rows: number) => void) | undefined } = {},
): Promise<string> {
  const { rows, dimensions, directions } = embeddings
  const graph = await emptyGraph(dimensions)
  for (let from = 0; from < rows; from += PIECE) {
    signal?.throwIfAborted()
    const to = Math.min(rows, from + PIECE)
    const keys = BigUint64Array.from({ length: to - from }, (_, at) => BigInt(from + at))
    graph.add(keys, directions.subarray(from * dimensions, to * dimensions), 0)
    onProgress?.(to - from)
    await letOthers()
  }
  const file = indexFile(embeddings.file)
  onDisk(dirname(file), () => {
    const part = beginPart(file)
    try {
      writeFileSync(part, '') // what hinders it is told in the system's words, not in usearch's
      save(graph, part)
      const line = { content: contentOf(embeddings), rows, dimensions, graph: statSync(part).size }
      appendFileSync(part, JSON.stringify(line).padEnd(LINE))
      renameSync(part, file)
    } finally {
      rmSync(part, { force: true })
    }
  })
  return file
}

function save(graph: UsearchIndex, file: string): void {
  try {
    graph.save(file)
  } catch (cause) {
    throw new Problem('disk-full', `The index cannot be written: ${(cause as Error).message}`, {
      place: { file },
      hint: 'See that the disk has room: an index takes less than the embeddings do.',
      cause,
    })
  }
}

/**
 * The index beside embeddings, if there is one that is theirs.
 *
 * @returns `told`: why there is none, where people want to know
 */
export async function indexBeside(embeddings: EmbeddingIndex): Promise<{ near?: NearRows; told?: string }> {
  const { file, rows, dimensions } = embeddings
  const [beside, make] = [indexFile(file), `./earshot similar ${file} --make-index`]
  if (!existsSync(beside)) {
    if (rows <= MANY) return {}
    return { told: `All ${plural(rows, 'row')} are compared. ${make}  makes an index, once, to look at few of them.` }
  }
  const about = aboutOf(beside)
  const unlike = `${beside} is not used: it is of other embeddings than ${file} holds now. Make it again: ${make}`
  if (about === undefined) return { told: `${beside} is not used: it is no whole index. Make it again: ${make}` }
  if (about.rows !== rows || about.dimensions !== dimensions || about.content !== contentOf(embeddings))
    return { told: unlike }
  try {
    const graph = await emptyGraph(dimensions)
    graph.load(beside)
    return {
      near(direction, count) {
        const [keys, , counts] = graph.search(direction, count, 1)
        return Array.from(keys.subarray(0, Number(counts[0])), Number)
      },
    }
  } catch (error) {
    const { message, hint } = error as Problem
    return { told: [`${beside} is not used: ${message}`, ...(hint ? [hint] : [])].join('\n  ') }
  }
}

const emptyGraph = async (dimensions: number) =>
  new (await loadUsearch()).CompiledIndex(dimensions, 'cos', KEPT, 0, ADDED, SEARCHED, false)

/** SHA-256 of the directions, a piece at a time, as it takes no more than 2 GB. */
function contentOf({ directions: { buffer, byteOffset, byteLength } }: EmbeddingIndex): string {
  const hash = createHash('sha256')
  for (let at = 0; at < byteLength; at += 2 ** 28)
    hash.update(new Uint8Array(buffer, byteOffset + at, Math.min(2 ** 28, byteLength - at)))
  return hash.digest('hex')
}

interface About {
  content: string
  rows: number
  dimensions: number
}

/** What the line at the end of an index says; undefined if the file is cut, or something else. */
function aboutOf(file: string): About | undefined {
  const handle = openSync(file, 'r')
  try {
    const { size } = fstatSync(handle)
    const line = Buffer.alloc(LINE)
    if (size < LINE || readSync(handle, line, 0, LINE, size - LINE) < LINE) return undefined
    const { graph, ...about } = JSON.parse(line.toString('utf8')) as About & { graph: number }
    return graph === size - LINE ? about : undefined
  } catch {
    return undefined
  } finally {
    closeSync(handle)
  }
}
