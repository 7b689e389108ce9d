/** Which classes are taken for which, and the surest errors to listen to. */
import { join } from 'node:path'
import { writeWhole } from '../../../data/whole-file.js'
import { secondsOf } from '../../../graphs/streams/prepare.js'
import { wholeSound } from '../../../stages/audio/signal/whole-sound.js'
import { FIGURES_STYLE, figureOf } from '../../drawing/figure.js'
import { escaped, htmlPage } from '../../drawing/html-page.js'
import { smallSound } from '../../drawing/small-sound.js'
import { spectrogramOfSound } from '../../drawing/sound-picture.js'
import { commonScale, drawSpectrogram } from '../../drawing/spectrogram.js'
import { percent } from '../../terminal/numbers.js'
import { textTable } from '../../terminal/text-table.js'
import { topClasses } from '../probes/judges.js'
import type { Classified } from './classified.js'

/** Classes up to which the matrix is shown in a terminal. */
const SHOWN = 16
/** Errors on the page, and seconds of each. */
const ERRORS = 40
const SECONDS = 5

type Said = Pick<Classified, 'said' | 'prepared' | 'classifier'>

/** Clips by what they are (row) and what they are taken for (column); of clips that have one class. */
export function confusionOf({ said, classifier }: Pick<Said, 'said' | 'classifier'>): number[][] {
  const counts = classifier.classes.map(() => classifier.classes.map(() => 0))
  const top = topClasses(said.scores)
  for (const [clip, own] of said.sets.entries()) if (own.length === 1) counts[own[0]!]![top[clip]!]!++
  return counts
}

/** The matrix as lines; of many classes the pairs that are confused most. */
export function confusionText(confusion: readonly (readonly number[])[], classes: readonly string[]): string[] {
  if (classes.length > SHOWN) {
    const pairs = confusion
      .flatMap((row, is) => row.map((count, as) => ({ count, is, as })))
      .filter(({ count, is, as }) => count > 0 && is !== as)
      .toSorted((a, b) => b.count - a.count)
    return [
      'Taken for another:',
      ...pairs.slice(0, SHOWN).map(({ count, is, as }) => `${classes[is]} for ${classes[as]}: ${count}`),
    ]
  }
  const rows = confusion.map((row, is) => [classes[is]!, ...row.map(count => (count === 0 ? '.' : String(count)))])
  const right = classes.map((_, at) => at + 1)
  return ['Rows: what it is; columns: what it is taken for.', ...textTable([['', ...classes], ...rows], { right })]
}

/** `errors.html`: the matrix, and the surest errors with their spectrograms and sounds. @returns the file */
export async function writeErrors(folder: string, classified: Said): Promise<string> {
  const { said, prepared, classifier } = classified
  const { classes, size } = classifier
  const top = topClasses(said.scores)
  const scoreOf = (clip: number) => said.scores.values[clip * size + top[clip]!]!
  const errors = [...said.sets.keys()]
    .filter(clip => said.sets[clip]!.length > 0 && !said.sets[clip]!.includes(top[clip]!))
    .toSorted((a, b) => scoreOf(b) - scoreOf(a))
  const seconds = secondsOf(prepared)
  const figures: string[] = []
  for (const clip of errors.slice(0, ERRORS)) {
    const { id, path, start = 0 } = prepared.clips[clip]!
    const end = start + Math.min(SECONDS, seconds[clip]!)
    const sound = { path, start, end }
    const samples = await wholeSound(sound, { rate: 16_000, normalise: 'peak' })
    const picture = await spectrogramOfSound({ samples, rate: 16_000 })
    const names = said.sets[clip]!.map(at => classes[at]!).join(', ')
    figures.push(
      figureOf(
        {
          name: `${names}, taken for ${classes[top[clip]!]!}`,
          caption: `${percent(scoreOf(clip))}; ${id}`,
          drawing: picture && (await drawSpectrogram(picture, commonScale([picture.values], 'dB'))),
          sound: { file: await smallSound({ ...sound, seconds: SECONDS }), whole: seconds[clip]! <= SECONDS },
        },
        id,
      ),
    )
  }
  const file = join(folder, 'errors.html')
  const body = `${matrixTable(confusionOf(classified), classes)}
<p>${errors.length} of ${said.sets.filter(own => own.length > 0).length} labelled clips are taken for another class; the ${figures.length} surest, at most ${SECONDS} s of each:</p>
<div class="row">${figures.join('\n')}</div>`
  writeWhole(file, htmlPage({ title: 'What is taken for what', style: STYLE, body }))
  return file
}

function matrixTable(confusion: readonly (readonly number[])[], classes: readonly string[]): string {
  const header = `<tr><th></th>${classes.map(name => `<th>${escaped(name)}</th>`).join('')}</tr>`
  const rows = confusion.map((row, is) => {
    const most = Math.max(1, ...row)
    const cells = row.map((count, as) => {
      const colour = is === as ? '70, 160, 90' : '220, 90, 70'
      return `<td style="background: rgba(${colour}, ${((0.8 * count) / most).toFixed(2)})">${count || ''}</td>`
    })
    return `<tr><th>${escaped(classes[is]!)}</th>${cells.join('')}</tr>`
  })
  return `<p>Rows: what a clip is. Columns: what it is taken for.</p><div class="scroll"><table class="confusion">${header}${rows.join('')}</table></div>`
}

const STYLE = `${FIGURES_STYLE}
.scroll { overflow-x: auto } table.confusion { border-collapse: collapse } table.confusion td, table.confusion th { padding: 2px 8px; text-align: right }`
