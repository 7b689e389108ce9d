/** `earshot merge`: several files of embeddings become one. */
import type { Command } from 'commander'
import { shellWord } from '../terminal/shell-word.js'

const EXAMPLES = `
Examples:
  ./earshot merge parts/*.arrow -o sounds.arrow       shards of one list, in the order of the list
  ./earshot merge monday.arrow tuesday.arrow -o week.arrow
`

export default function register(program: Command): void {
  program
    .command('merge')
    .description('put files of embeddings together: shards of a list, or several recordings by the same checkpoint')
    .argument('<file...>', 'Arrow files by earshot embed')
    .requiredOption('-o, --output <file>', 'Arrow file to write')
    .addHelpText('after', EXAMPLES)
    .action(merge)
}

async function merge(files: string[], { output }: { output: string }): Promise<void> {
  const { mergeEmbeddings } = await import('../embeddings/merge-embeddings.js')
  const { rows, baselines, without, columns } = await mergeEmbeddings(files, output)
  const beside = baselines.length > 0 ? `, and its baselines (${baselines.join(', ')})` : ''
  const lost = without === undefined ? '' : `Baselines were left out: ${without} has none.\n`
  const next = columns[0] === undefined ? '' : `Next:\n  ./earshot probe ${shellWord(output)} --label ${columns[0]}\n`
  process.stdout.write(`${output}: ${rows} rows of ${files.length} files${beside}.\n${lost}${next}`)
}
