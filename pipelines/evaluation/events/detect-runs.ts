/** Several runs through the same sounds: their events as tables, their figures side by side. */
import { join } from 'node:path'
import type { AnnotationFormat } from '../../../data/annotations/annotation.js'
import { writeAnnotations, writeAnnotationTable } from '../../../data/annotations/write-annotations.js'
import { makeFolder, writeWhole } from '../../../data/whole-file.js'
import { annotationsOf, type Detection, detect } from './detect.js'
import type { DetectOptions } from './detect-options.js'
import { judge, judgedText } from './judged.js'

/** Figures, thresholds and what was said. */
export const DETECTION_FILES = ['events.csv', 'detection.json']

/**
 * Writes the events of the first run to `events.csv`, and all figures to `detection.json`.
 *
 * @param others runs that it is compared with
 * @returns what is said about it
 */
export async function detectRuns(
  options: DetectOptions,
  { output, others, formats }: { output: string; others: readonly string[]; formats: readonly AnnotationFormat[] },
): Promise<string> {
  const detections: Detection[] = []
  for (const run of [options.run, ...others]) detections.push(await detect({ ...options, run }))
  const [first] = detections as [Detection]
  const { group } = options
  const known = first.clips.filter(({ known }) => known).length
  const judged = known > 0 ? judge(detections, ({ id, labels }) => (group && labels[group]) || id) : []
  makeFolder(output)
  const events = annotationsOf(first)
  const [table, json] = DETECTION_FILES.map(name => join(output, name)) as [string, string]
  writeAnnotationTable(table, events)
  const runs = detections.map(({ run, step, classes, thresholds, median, moment, prepared: { skipped } }) => ({
    ...{ run, step, classes, thresholds, median, moment },
    left: skipped.map(({ clip, reason }) => ({ clip, reason })),
  }))
  const { sounds, tune } = options
  writeWhole(json, `${JSON.stringify({ recipe: 'earshot-detection/1', sounds, tune, group, runs, judged }, null, 1)}\n`)
  const told = await writeAnnotations(output, events, formats)
  return [
    `${sounds}: ${first.clips.length} clips, ${events.length} events of ${first.classes.length} classes.`,
    ...(judged.length > 0
      ? [
          ...['', ...judgedText(judged), ''],
          `${known} annotated clips. F1: mean over classes [95 %, ${group ? `groups of '${group}'` : 'clips'} resampled], all events together. PSDS: scenarios 1 and 2 of DCASE.`,
          tune === undefined
            ? 'Thresholds 0.5, no median: --tune chooses them by other annotated sounds.'
            : `Thresholds and the median (${(first.median * first.moment).toFixed(2)} s) were chosen by ${tune}.`,
        ]
      : ['No clip is a window of an annotated recording: nothing is judged.']),
    ...told,
    `Written: ${table}, ${json}`,
    '',
  ].join('\n')
}
