/** What was measured of the run's own outputs: its classifier on labelled sounds, its separator on mixtures with stems. */
import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { readJsonFile } from '../../data/json-file.js'
import { colour } from '../drawing/chart.js'
import { escaped } from '../drawing/html-page.js'
import { intervalChart } from '../drawing/interval-chart.js'
import { card, cards, type Section, sentence, table } from '../drawing/page.js'
import type { Classification } from '../evaluation/classification/classification.js'
import { FIGURE_NAMES, figureText } from '../evaluation/classification/classification-text.js'
import type { Evaluation } from '../separation/evaluate.js'
import { meanText, overFloor } from '../separation/evaluation-text.js'
import { MEASURES } from '../separation/measure-mixture.js'
import { inPercent } from '../terminal/numbers.js'

/** @param run folder @returns a section each for what `classify`, `finetune` and `evaluate-separation` have left in it */
export function judgedSections(run: string): Section[] {
  const classified = namesIn(run, 'classification')
    .map(name => join(run, 'classification', name, 'classification.json'))
    .filter(file => existsSync(file))
    .map(file => classificationFigures(readJsonFile(file) as Classification))
  const separated = namesIn(run, 'separation')
    .filter(name => name.endsWith('.json'))
    .map(name => separationFigures(readJsonFile(join(run, 'separation', name)) as Evaluation))
  return [
    { id: 'classification', title: 'Classification', body: classified.join('\n') },
    { id: 'separation', title: 'Separation', body: separated.join('\n') },
  ].filter(({ body }) => body !== '')
}

function namesIn(run: string, folder: string): string[] {
  const path = join(run, folder)
  return existsSync(path) ? readdirSync(path).sort() : []
}

function classificationFigures({ sounds, checkpoint, classifier, settings, ...found }: Classification): string {
  const { clips, labelled, figures, byClass } = found
  const title = `<h3>${escaped(basename(sounds))}: ${escaped(classifier.column)}</h3>`
  if (!figures || !byClass) return title + sentence(`None of ${clips} clips has one of its classes: nothing is judged.`)
  const resampled = settings.group ? `groups of ${settings.group}` : 'clips'
  const said = `Checkpoint of step ${checkpoint.step}; ${labelled} of ${clips} clips have one of its classes. [ ]: 95 %, ${resampled} resampled.`
  const all = Object.entries(figures).map(([name, one]) => [FIGURE_NAMES[name]!, figureText(name, one)])
  const classes = byClass.flatMap(({ clips, figure }, at) =>
    figure === undefined ? [] : [[classifier.classes[at]!, inPercent(figure), String(clips)]],
  )
  const own = 'balanced' in figures ? 'recall (%)' : 'average precision (%)'
  const head = [{ title: 'class' }, { title: own, number: true }, { title: 'clips', number: true }]
  return `${title}${sentence(said)}${table([{ title: 'figure' }, { title: 'value', number: true }], all)}
<details><summary>Class by class</summary>${table(head, classes)}</details>`
}

function separationFigures({ manifest, mixtures, skipped, rows }: Evaluation): string {
  const lost = skipped.length > 0 ? `, ${skipped.length} left out` : ''
  const said = `${mixtures} mixtures${lost}. MoMi: two stems made again of the channels, over their mixture. ${rows.map(overFloor).filter(Boolean).join(' ')}`
  const drawn = rows.flatMap(({ name, step, measures: { momi } }, at) =>
    momi
      ? [
          {
            ...{ name, label: `${name}  ${momi.mean.toFixed(1)} dB`, value: momi.mean },
            ...{ low: momi.interval[0], high: momi.interval[1], ink: colour(step ? 0 : at === 0 ? 6 : 1) },
          },
        ]
      : [],
  )
  const chart = intervalChart({ title: 'MoMi', x: 'dB', rows: drawn, within: [-100, 100], mark: 0 })
  const head = [{ title: 'separator' }, ...MEASURES.map(([title]) => ({ title, number: true }))]
  const cells = rows.map(({ name, measures }) => [name, ...MEASURES.map(([, measure]) => meanText(measures[measure]))])
  return `<h3>${escaped(manifest)}</h3>${sentence(said)}${cards(drawn.length > 0 ? [card('MoMi', chart, 'Dot: mean; line: its interval, 95 % over mixtures.')] : [])}
<details><summary>All figures (dB)</summary>${table(head, cells)}</details>`
}
