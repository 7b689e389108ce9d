/** Sentences for whoever started the work, a line each, beside what it prints. */
export function tell(sentences: readonly string[]): void {
  if (sentences.length > 0) process.stderr.write(`${sentences.join('\n')}\n`)
}
