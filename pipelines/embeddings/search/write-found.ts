/** What a search has found, in a folder: a page to listen to, a table, and annotations that Raven and Audacity open. */
import { join } from 'node:path'
import type { Annotation, AnnotationFormat } from '../../../data/annotations/annotation.js'
import { writeAnnotations, writeAnnotationTable } from '../../../data/annotations/write-annotations.js'
import { Problem } from '../../../data/problem.js'
import { makeFolder, writeWhole } from '../../../data/whole-file.js'
import { foundPage } from './found-page.js'
import type { FoundStretch } from './found-stretches.js'
import type { SearchResult } from './search.js'

/** `index.html`, `found.csv`, and a folder for each format. @returns what is said of them @throws Problem `no-times` */
export async function writeFound(
  folder: string,
  result: SearchResult,
  found: readonly FoundStretch[],
  formats: readonly AnnotationFormat[],
): Promise<string[]> {
  const annotations = annotationsOf(result, found)
  const [page, table] = [join(folder, 'index.html'), join(folder, 'found.csv')]
  makeFolder(folder)
  writeWhole(page, await foundPage(result, found))
  writeAnnotationTable(table, annotations)
  const said = [`${page}: to look at and to listen to`, `${table}: file, start, end, rank and similarity`]
  return [...said, ...(await writeAnnotations(folder, annotations, formats))]
}

function annotationsOf({ asked, index }: SearchResult, found: readonly FoundStretch[]): Annotation[] {
  const label = `like ${asked.join(', ')}`
  return found.map(({ path, start, end, rank, similarity, row }) => {
    if (path === undefined || start === undefined || end === undefined)
      throw new Problem('no-times', `Row ${row} says no file, start or end of its sound: nothing can be annotated.`, {
        place: { file: index.file },
        hint: 'Embed the recordings with ./earshot embed, which writes the columns path, start and end.',
      })
    return { path, start, end, label, more: { rank, similarity: Number(similarity.toFixed(4)) } }
  })
}
