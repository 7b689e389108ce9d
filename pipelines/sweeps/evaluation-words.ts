/** The command lines of an evaluation: what a job runs, and what a trial times. */
import type { Evaluation } from './sweep-schema.js'

type Asked = Pick<Evaluation, 'set' | 'label' | 'separator' | 'group' | 'classifiers' | 'hop'> & { baselines: boolean }

interface Files {
  /** Arrow file to write. */
  embeddings: string
  /** JSON file to write, by the last command. */
  result: string
}

/** Whether a run's own classifier is judged; nothing is learned from its embeddings then. */
export const judgesOwn = ({ classifiers }: Pick<Evaluation, 'classifiers'>) => classifiers.includes('own')

/** In the order in which they run: embed and probe, or classify. */
export function evaluationWords(
  run: string,
  asked: Asked,
  { embeddings, result }: Files,
  workers?: number,
): string[][] {
  const { set, label, separator, group, classifiers, hop, baselines } = asked
  const reading = ['--hop', `${hop}s`, ...(workers === undefined ? [] : ['--workers', String(workers)])]
  const groups = group === undefined ? [] : ['--group', group]
  if (judgesOwn(asked)) return [['classify', run, set, ...reading, ...groups, '--predictions', result]]
  const several = separator === undefined ? [] : ['--labels-separator', separator]
  const options = [...groups, ...several, '--classifier', ...classifiers]
  return [
    ['embed', run, set, '-o', embeddings, ...reading, baselines ? '--baselines' : '--no-baselines'],
    ['probe', embeddings, '--label', label, ...options, '--json', result],
  ]
}
