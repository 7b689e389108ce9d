/** `earshot export`: a trained encoder for other programs. */
import type { Command } from 'commander'

interface Flags {
  output: string
  as: string[]
  layer?: string
}

const EXAMPLES = `
Examples:
  ./earshot export runs/quickstart -o exported                      everything: ONNX, TensorFlow.js, safetensors
  ./earshot export runs/quickstart@best -o exported --as onnx       one file, and a HEAR module that reads it
`

export default function register(program: Command): void {
  program
    .command('export')
    .description('write a trained encoder for other programs, front end included')
    .argument('<run>', 'run folder (its newest checkpoint), RUN@best, or a checkpoint')
    .requiredOption('-o, --output <folder>', 'folder to write')
    .option('--as <format...>', 'onnx, tfjs or safetensors; all if not given', ['onnx', 'tfjs', 'safetensors'])
    .option('--layer <node>', 'encoder, if the graph has several')
    .addHelpText('after', EXAMPLES)
    .action(exportRun)
}

async function exportRun(run: string, { output, as, layer }: Flags): Promise<void> {
  const { writeExport } = await import('../exchange/export/write-export.js')
  const { files, note } = await writeExport({ run, output, formats: as, encoder: layer })
  const rows = files.map(({ name, bytes }) => `  ${name.padEnd(34)} ${(bytes / 1e6).toFixed(2).padStart(8)} MB`)
  process.stdout.write(`${output}:\n${rows.join('\n')}\n${note ? `${note}\n` : ''}Next:\n  read ${output}/README.md\n`)
}
