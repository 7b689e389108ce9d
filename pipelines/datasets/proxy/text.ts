import { percent, signed, wholePercent } from '../../terminal/numbers.js'
import { textTable } from '../../terminal/text-table.js'
import type { ProxyStudy } from './study.js'
import { FIGURES, type Mean } from './summary.js'

const points = ({ mean, interval: [low, high] }: Mean) => `${signed(mean)} [${signed(low)}, ${signed(high)}]`
const plain = ({ mean, interval: [low, high] }: Mean) => `${mean.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`

/** The table, and what it decides. */
export function proxyText({ settings, clips, groups, classes, models, summary }: ProxyStudy): string {
  const { label, group, validation, 'held-out': parts } = settings
  const encoders = [...new Set(models.map(({ encoder }) => encoder))]
  const rows = [
    ['validation', 'contaminated', 'optimism', 'of the chosen', 'rank correlation', 'regret'],
    ...summary.methods.map(({ method, contaminated, figures }) => [
      method,
      percent(contaminated),
      ...FIGURES.map(figure => (figure === 'rank' ? plain(figures.rank) : points(figures[figure]))),
    ]),
  ]
  const claims = summary.claims.map(
    ({ claim, difference, verdict }) =>
      `${claim}: ${verdict} (${claim.includes('ranks') ? plain(difference) : `${points(difference)} points`})`,
  )
  return [
    `'${label}' of ${clips} clips, ${classes} classes, ${groups} groups by '${group}'; ${summary.draws} draws, each holds out a ${ordinal(parts)} of the groups`,
    `${models.length} models: ${encoders.join(', ')}; each with ${settings.classifiers.join(', ')} and all their settings`,
    '',
    ...textTable(rows),
    '',
    ...claims,
    '',
    `Balanced accuracy in points. A model is fitted on ${wholePercent(1 - validation)} of the clips that are not held out and scored on the rest (validation)`,
    'and on the groups held out. Optimism: validation minus held out, mean over the models. Regret: what the model that validation',
    'chooses lacks, on the groups held out, of the best one there. 95 % intervals over resampled draws; draws share groups, so that',
    'they are somewhat too narrow. Contaminated: clips whose group and class stand on both sides of the split.',
  ].join('\n')
}

const ordinal = (parts: number) => ({ 2: 'half', 3: 'third', 4: 'quarter' })[parts] ?? `${parts}th`
