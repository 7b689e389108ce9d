/** `earshot export`: a trained encoder for other programs. */

import { z } from 'zod'
import { demandFolder } from '../../data/output-file.js'
import { argument, layer, option } from '../configuration/options.js'
import { embedOptions } from '../embeddings/embed-options.js'
import { FORMATS } from '../exchange/export/readme.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot export runs/quickstart -o exported                      everything: ONNX, TensorFlow.js, safetensors, Earshot's own
  ./earshot export runs/quickstart@best -o exported --as onnx       one file, and a HEAR module that reads it
`

export default verb({
  name: 'export',
  summary: 'write a trained encoder for other programs, front end included',
  takes: z.strictObject({
    run: argument('<run>', 'run folder (its newest checkpoint), RUN@best, or a checkpoint'),
    output: option('folder', 'folder to write', z.string(), { short: 'o' }),
    as: option('format', 'onnx, tfjs, safetensors or earshot', z.array(z.enum(FORMATS)).default([...FORMATS])),
    layer,
    readout: embedOptions.shape.readout,
  }),
  help: EXAMPLES,
  run: async ({ run, output, as, layer, readout }) => {
    demandFolder(output, [run])
    const { writeExport } = await import('../exchange/export/write-export.js')
    const { aboutRun } = await import('../reports/about-run.js')
    const about = aboutRun(run)
    const { files, note } = await writeExport({ run, output, formats: as, encoder: layer, readout, about })
    const rows = files.map(({ name, bytes }) => `  ${name.padEnd(34)} ${(bytes / 1e6).toFixed(2).padStart(8)} MB`)
    process.stdout.write(
      `${output}:\n${rows.join('\n')}\n${note ? `${note}\n` : ''}Next:\n  read ${output}/README.md\n`,
    )
  },
})
