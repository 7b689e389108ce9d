/** `earshot report`: one page of a run or a sweep, to open from disk and to send. */
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { cacheFolder } from '../../data/cache-folder.js'
import { demandOutput } from '../../data/output-file.js'
import { wholeNumber } from './whole-number.js'

interface Flags {
  output?: string
  probe?: string[]
  embeddings?: string[]
  label?: string
  points: string
  sounds: string
  views: string
}

const EXAMPLES = `
Examples:
  ./earshot report runs/quickstart                               writes runs/quickstart/report.html
  ./earshot report runs/pool-1 -o pool.html --label class
  ./earshot report runs/pool-1 --embeddings birds.arrow --probe birds-class.probe.json
  ./earshot report runs/sweeps/contrastive-quick                 the ablation: table, plot, jobs
  ./earshot report runs/pool-1 --views 0 --sounds 0              smaller, without sounds
`

export default (program: Command): void => {
  program
    .command('report')
    .description('write a page of a run or a sweep: curves, probes, a map to listen to; one file, no network')
    .argument('<folder>', 'run folder, or folder of a sweep')
    .option('-o, --output <file>', 'HTML file to write; report.html in the folder if not given')
    .option('--probe <files...>', 'results of probes that lie outside the run')
    .option('--embeddings <files...>', 'embeddings that lie outside the run, for maps')
    .option('--label <column>', 'column that colours the maps; a likely one if not given')
    .option('--points <count>', 'most clips of a map', '2000')
    .option('--sounds <count>', 'most clips of a map that can be heard', '60')
    .option('--views <count>', 'clips whose views are drawn', '3')
    .addHelpText('after', EXAMPLES)
    .action(report)
}

async function report(folder: string, flags: Flags): Promise<void> {
  const { output = join(folder, 'report.html'), probe, embeddings, label } = flags
  demandOutput(output, 'HTML', [])
  const options = {
    ...{ probes: probe, embeddings, label, cache: join(cacheFolder(), 'features') },
    points: wholeNumber('--points', flags.points, 1),
    sounds: wholeNumber('--sounds', flags.sounds, 0),
    views: wholeNumber('--views', flags.views, 0),
  }
  const [{ runReport }, { isSweep }, { sweepReport }, { writeWhole }] = await Promise.all([
    import('../reports/run-report.js'),
    import('../reports/sweep-record.js'),
    import('../reports/sweep-report.js'),
    import('../../data/whole-file.js'),
  ])
  const html = isSweep(folder) ? sweepReport(folder, dirname(resolve(output))) : await runReport(folder, options)
  writeWhole(output, html)
  const size = (Buffer.byteLength(html) / 2 ** 20).toFixed(1)
  process.stdout.write(`${output}: ${size} MB.\nOpen it in a browser: file://${encodeURI(resolve(output))}\n`)
}
