/** `earshot listen`: what an encoder makes of sound while it is being recorded. */
import { z } from 'zod'
import { Problem } from '../../data/problem.js'
import { duration } from '../../data/quantities.js'
import { argument, hop, layer, option, text } from '../configuration/options.js'
import { interruptible } from '../terminal/interrupt.js'
import { verb } from './verb.js'

const EXAMPLES = `
Each window of sound is embedded as soon as its last sample is there, as a stretch of the finished file would be, to the
bit. With --known it is told which known sounds are nearest, what a classifier trained on them says, and how new it is:
novelty is the share of known sounds that lie nearer to another one than this does.

Examples:
  ./earshot listen runs/mine mic                                          the microphone, by ffmpeg (alsa:default)
  ./earshot listen runs/mine mic --known labelled.arrow --label species
  ./earshot listen runs/mine alsa:hw:1 alsa:hw:2 --as json > heard.jsonl
  ffmpeg -i rtsp://camera/sound -f wav - | ./earshot listen runs/mine -
  ./earshot listen runs/mine recording-now.wav                            a file that still grows
  ./earshot listen runs/mine mic --as arrow | python3 -c "import sys, pyarrow as pa
  for batch in pa.ipc.open_stream(sys.stdin.buffer): print(batch.num_rows)"
`

export default verb({
  name: 'listen',
  summary: 'embed sound while it is being recorded, and say what it is like',
  takes: z.strictObject({
    run: argument('<run>', 'run folder (its newest checkpoint), RUN@best, or a checkpoint'),
    sources: argument(
      '<source...>',
      'mic, a device of ffmpeg (alsa:hw:1, pulse:default), - for WAV on stdin, a named pipe, a file; several at once',
    ),
    hop,
    window: option(
      'duration',
      'length of a window; as much as the encoder reads if not given',
      duration({ min: 0.02, max: 600 }).optional(),
    ),
    known: text('file', 'embeddings that are compared with, by the same encoder'),
    label: text('column', 'their label column: a classifier learns it'),
    count: z.int().min(1).default(3).describe('how many of the nearest known sounds').meta({ short: 'n' }),
    as: z
      .enum(['lines', 'json', 'arrow'])
      .default('lines')
      .describe('lines, json (a line each) or arrow (an IPC stream)'),
    embeddings: z.boolean().optional().describe('with --as json: the numbers, too'),
    drop: z
      .boolean()
      .optional()
      .describe('windows of pipes and files that are not heard in time are dropped, not waited for'),
    layer,
    readout: text('name', 'how the encoder is read out, as embed takes it'),
  }),
  help: EXAMPLES,
  run: async ({ as, embeddings = false, edits: _, ...options }) => {
    if (options.label !== undefined && options.known === undefined)
      throw new Problem('bad-option', '--label is a column of known sounds: name their embeddings with --known.')
    const { listen } = await import('../listening/listen.js')
    const { arrowOutput, heardJson, heardLine, listenedText } = await import('../listening/heard-output.js')
    const several = options.sources.length > 1
    const latencies: number[] = []
    const arrow = as === 'arrow' ? arrowOutput(bytes => void process.stdout.write(bytes)) : undefined
    await interruptible('Stopping.', async signal => {
      const listened = await listen({
        ...options,
        signal,
        tell: sentence => process.stderr.write(`${sentence}\n`),
        onReady: about => {
          arrow?.begin(about, options.known !== undefined)
          process.stderr.write(`Listening to ${options.sources.join(', ')}: windows of ${about.window} s.\n`)
        },
        onHeard: heard => {
          latencies.push(heard.latency)
          if (latencies.length > 20_000) latencies.splice(0, 10_000) // of the last hours
          if (arrow) arrow.write(heard)
          else process.stdout.write(`${as === 'json' ? heardJson(heard, embeddings) : heardLine(heard, several)}\n`)
        },
      })
      arrow?.end()
      process.stderr.write(listenedText(listened, latencies))
      if (listened.failed.length > 0) process.exitCode = 1
    })
  },
})
