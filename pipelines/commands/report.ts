/** `earshot report`: one page of a run or a sweep, to open from disk and to send. */
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { featureFolder } from '../../data/cache-folder.js'
import { demandOutput } from '../../data/output-file.js'
import { argument, option, text } from '../configuration/options.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot report runs/quickstart                               writes runs/quickstart/report.html
  ./earshot report runs/pool-1 -o pool.html --label class
  ./earshot report runs/pool-1 --embeddings birds.arrow --probe birds-class.probe.json
  ./earshot report runs/sweeps/contrastive-quick                 the ablation: table, plot, jobs
  ./earshot report runs/pool-1 --views 0 --sounds 0              smaller, without sounds
`

export default verb({
  name: 'report',
  summary: 'write a page of a run or a sweep: curves, probes, a map to listen to; one file, no network',
  takes: z.strictObject({
    folder: argument('<folder>', 'run folder, or folder of a sweep'),
    output: text('file', 'HTML file to write; report.html in the folder if not given', { short: 'o' }),
    probe: option('files', 'results of probes that lie outside the run', z.array(z.string()).optional()),
    embeddings: option('files', 'embeddings that lie outside the run, for maps', z.array(z.string()).optional()),
    label: text('column', 'column that colours the maps; a likely one if not given'),
    points: option('count', 'most clips of a map', z.int().min(1).default(2000)),
    sounds: option('count', 'most clips of a map that can be heard', z.int().min(0).default(60)),
    views: option('count', 'clips whose views are drawn', z.int().min(0).default(3)),
  }),
  help: EXAMPLES,
  run: async ({ folder, output = join(folder, 'report.html'), probe: probes, ...shown }) => {
    demandOutput(output, 'HTML', [])
    const options = { ...shown, probes, cache: featureFolder() }
    const { runReport } = await import('../reports/run-report.js')
    const { isSweep } = await import('../reports/sweep-record.js')
    const { sweepReport } = await import('../reports/sweep-report.js')
    const { writeWhole } = await import('../../data/whole-file.js')
    const html = isSweep(folder) ? sweepReport(folder, dirname(resolve(output))) : await runReport(folder, options)
    writeWhole(output, html)
    const size = (Buffer.byteLength(html) / 2 ** 20).toFixed(1)
    process.stdout.write(`${output}: ${size} MB.\nOpen it in a browser: file://${encodeURI(resolve(output))}\n`)
  },
})
