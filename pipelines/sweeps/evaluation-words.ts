/** The command lines of an evaluation: what a job runs, and what a trial times. */
import type { Evaluation } from './sweep-file.js'

/** @param embeddings file to write */
export function embedWords(
  run: string,
  { set, hop, rulers }: Pick<Evaluation, 'set' | 'hop'> & { rulers: boolean },
  embeddings: string,
): string[] {
  return ['embed', run, set, '-o', embeddings, '--hop', `${hop}s`, rulers ? '--rulers' : '--no-rulers']
}

/** @param result JSON file to write */
export function probeWords(
  embeddings: string,
  { label, separator, group, classifiers }: Pick<Evaluation, 'label' | 'separator' | 'group' | 'classifiers'>,
  result: string,
): string[] {
  const groups = group === undefined ? [] : ['--group', group]
  const several = separator === undefined ? [] : ['--labels-separator', separator]
  const options = [...groups, ...several, '--classifier', ...classifiers]
  return ['probe', embeddings, '--label', label, ...options, '--json', result]
}
