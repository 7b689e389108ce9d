/** Annotations as files that Raven, Audacity and spreadsheets open, and that readClips reads again. */
import { basename, dirname, extname, isAbsolute, join, relative } from 'node:path'
import { groups } from 'd3-array'
import { soundFormat } from '../decoding/sound-format.js'
import { writeDelimited } from '../manifests/delimited.js'
import { makeFolder, writeWhole } from '../whole-file.js'
import type { Annotation, AnnotationFormat } from './annotation.js'
import { audacityLabels } from './audacity.js'
import { ravenTable } from './raven.js'

/**
 * One table of all annotations: file, start, end, label, low_hz and high_hz where there are bands, and what `more` has.
 *
 * @param output CSV file; paths below its folder are written from there, others as they are
 */
export function writeAnnotationTable(output: string, annotations: readonly Annotation[]): void {
  const banded = annotations.some(({ low, high }) => low !== undefined || high !== undefined)
  const further = Object.keys(annotations[0]?.more ?? {})
  const header = ['file', 'start', 'end', 'label', ...(banded ? ['low_hz', 'high_hz'] : []), ...further]
  const rows = annotations.map(({ path, start, end, label, low, high, more = {} }) => [
    ...[fromFolder(dirname(output), path), start, end, label],
    ...(banded ? [low, high] : []),
    ...further.map(name => more[name]),
  ])
  writeWhole(output, writeDelimited([header, ...rows], ','))
}

/** Each format in a folder of its name. @returns what is said of them @throws Problem as `soundFormat` */
export async function writeAnnotations(
  folder: string,
  annotations: readonly Annotation[],
  formats: readonly AnnotationFormat[],
): Promise<string[]> {
  const told: string[] = []
  for (const format of formats) {
    const write = format === 'raven' ? writeRavenTables : writeAudacityLabels
    const files = await write(join(folder, format), annotations)
    told.push(`${join(folder, format)}: ${files.length} files for ${format === 'raven' ? 'Raven' : 'Audacity'}`)
  }
  return told
}

/** A selection table for each recording, in a folder. @returns the files @throws Problem as `soundFormat` */
export async function writeRavenTables(folder: string, annotations: readonly Annotation[]): Promise<string[]> {
  const files: string[] = []
  for (const [name, own] of byRecording(annotations)) {
    const { rate } = await soundFormat(own[0]!.path)
    files.push(written(folder, `${name}.Table.1.selections.txt`, ravenTable(own, rate / 2)))
  }
  return files
}

/** A file of labels for each recording, in a folder. @returns the files */
export function writeAudacityLabels(folder: string, annotations: readonly Annotation[]): string[] {
  return byRecording(annotations).map(([name, own]) => written(folder, `${name}.txt`, audacityLabels(own)))
}

function written(folder: string, name: string, text: string): string {
  makeFolder(folder)
  const file = join(folder, name)
  writeWhole(file, text)
  return file
}

/** In order of time; recordings of one name in two folders get a number. */
function byRecording(annotations: readonly Annotation[]): [name: string, Annotation[]][] {
  const taken = new Map<string, number>()
  return groups(annotations, ({ path }) => path).map(([path, own]) => {
    const name = basename(path, extname(path))
    const count = (taken.get(name) ?? 0) + 1
    taken.set(name, count)
    return [count === 1 ? name : `${name}-${count}`, own.toSorted((a, b) => a.start - b.start)]
  })
}

function fromFolder(folder: string, path: string): string {
  const within = relative(folder, path)
  return within.startsWith('..') || isAbsolute(within) ? path : within
}
